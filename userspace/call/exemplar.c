/* SPDX-License-Identifier: BSD-2-Clause */
/* Which transactions and setups are kept: rows of slots, a budget of bytes. */
#include "exemplar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exemplar_copy.h"

#define WINDOW_NS 60000000000ull

/* Least interesting first: those make room. */
enum slot_class { SLOT_PREVIOUS, SLOT_RESERVOIR, SLOT_RUNNING, SLOT_CLASS_CNT };

struct row {
	uint64_t key; /* address of the statistics' row, or hash of a setup's; 0 free */
	struct stats_key name;
	uint64_t seen;
	uint64_t window_ns; /* start of the running one */
	struct exemplar *slot[SLOT_CLASS_CNT][EXEMPLAR_SLOTS_MAX];
};

/* Where one that finished now would go. */
struct place {
	struct row *row;
	struct exemplar **worst, **random; /* slots, NULL: not there */
};

struct exemplars {
	struct exemplar_opts opts;
	struct exemplar_counts count;
	size_t used;
	uint64_t random;
	unsigned int row_cnt;
	uint32_t mask;
	uint32_t *index; /* row + 1 by key; twice as many as rows, a power of two */
	struct row *row;
	struct exemplar_copy *copy;
};

int exemplars__new(const struct exemplar_opts *opts, struct exemplars **ret)
{
	struct exemplars *ex;
	uint32_t size = 2;

	if (opts->worst > EXEMPLAR_SLOTS_MAX || opts->reservoir > EXEMPLAR_SLOTS_MAX ||
	    !opts->redact || !opts->max_rows || opts->max_rows > 1u << 20)
		return -EINVAL;
	while (size < 2 * opts->max_rows)
		size *= 2;
	ex = calloc(1, sizeof(*ex));
	if (!ex)
		return -ENOMEM;
	ex->opts = *opts;
	if (!ex->opts.window_ns)
		ex->opts.window_ns = WINDOW_NS;
	ex->random = opts->seed ? opts->seed : 0x9e3779b97f4a7c15ull;
	ex->mask = size - 1;
	ex->index = calloc(size, sizeof(*ex->index));
	ex->row = calloc(opts->max_rows, sizeof(*ex->row));
	ex->copy = malloc(sizeof(*ex->copy));
	if (!ex->index || !ex->row || !ex->copy) {
		exemplars__free(ex);
		return -ENOMEM;
	}
	*ret = ex;
	return 0;
}

/* --- slots --- */

static void drop(struct exemplars *ex, struct exemplar **slot)
{
	struct exemplar *e = *slot;

	*slot = NULL;
	if (!e || --e->refs)
		return;
	ex->used -= e->size;
	free(e);
}

static void drop_class(struct exemplars *ex, struct row *row, enum slot_class class)
{
	for (unsigned int i = 0; i < EXEMPLAR_SLOTS_MAX; i++)
		drop(ex, &row->slot[class][i]);
}

void exemplars__free(struct exemplars *ex)
{
	if (!ex)
		return;
	for (unsigned int i = 0; i < ex->row_cnt; i++)
		for (unsigned int class = 0; class < SLOT_CLASS_CNT; class ++)
			drop_class(ex, &ex->row[i], class);
	free(ex->index);
	free(ex->row);
	free(ex->copy);
	free(ex);
}

static void turn_window(struct exemplars *ex, struct row *row, uint64_t now_ns)
{
	uint64_t age_ns = now_ns - row->window_ns;

	if (now_ns < row->window_ns || age_ns < ex->opts.window_ns)
		return;
	drop_class(ex, row, SLOT_PREVIOUS);
	if (age_ns < 2 * ex->opts.window_ns) {
		memcpy(row->slot[SLOT_PREVIOUS], row->slot[SLOT_RUNNING],
		       sizeof(row->slot[SLOT_PREVIOUS]));
		memset(row->slot[SLOT_RUNNING], 0, sizeof(row->slot[SLOT_RUNNING]));
	} else {
		drop_class(ex, row, SLOT_RUNNING);
	}
	row->window_ns = now_ns - age_ns % ex->opts.window_ns;
}

void exemplars__tick(struct exemplars *ex, uint64_t now_ns)
{
	for (unsigned int i = 0; i < ex->row_cnt; i++)
		turn_window(ex, &ex->row[i], now_ns);
}

/* --- rows --- */

/* NULL: there are too many. */
static struct row *find_row(struct exemplars *ex, uint64_t key, const struct stats_key *name,
			    uint64_t now_ns)
{
	uint32_t at = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 32) & ex->mask;
	struct row *row;

	for (; ex->index[at]; at = (at + 1) & ex->mask)
		if (ex->row[ex->index[at] - 1].key == key)
			return &ex->row[ex->index[at] - 1];
	if (ex->row_cnt == ex->opts.max_rows)
		return NULL;
	row = &ex->row[ex->row_cnt++];
	ex->index[at] = ex->row_cnt;
	row->key = key;
	row->name = *name;
	row->window_ns = now_ns;
	return row;
}

static uint64_t draw(struct exemplars *ex) /* xorshift64 */
{
	ex->random ^= ex->random << 13;
	ex->random ^= ex->random >> 7;
	ex->random ^= ex->random << 17;
	return ex->random;
}

/* A free slot, or that of the shortest if it is shorter. */
static struct exemplar **worst_slot(struct exemplars *ex, struct row *row, uint64_t total_ns)
{
	struct exemplar **least = NULL, **slot = row->slot[SLOT_RUNNING];

	for (unsigned int i = 0; i < ex->opts.worst; i++, slot++) {
		if (!*slot)
			return slot;
		if (!least || (*slot)->total_ns < (*least)->total_ns)
			least = slot;
	}
	return least && (*least)->total_ns < total_ns ? least : NULL;
}

static struct exemplar **random_slot(struct exemplars *ex, struct row *row)
{
	uint64_t at = row->seen <= ex->opts.reservoir ? row->seen - 1 : draw(ex) % row->seen;

	return at < ex->opts.reservoir ? &row->slot[SLOT_RESERVOIR][at] : NULL;
}

/* Whether one of this length is kept, and where. */
static bool find_place(struct exemplars *ex, uint64_t key, const struct stats_key *name,
		       uint64_t total_ns, uint64_t now_ns, struct place *ret)
{
	ret->row = find_row(ex, key, name, now_ns);
	if (!ret->row) {
		ex->count.groups_full++;
		return false;
	}
	ret->row->seen++;
	turn_window(ex, ret->row, now_ns);
	ret->worst = worst_slot(ex, ret->row, total_ns);
	ret->random = random_slot(ex, ret->row);
	return ret->worst || ret->random;
}

/* --- the budget --- */

/* The oldest of a class. */
static struct exemplar **oldest(struct exemplars *ex, enum slot_class class)
{
	struct exemplar **ret = NULL, **slot;

	for (unsigned int i = 0; i < ex->row_cnt; i++) {
		slot = ex->row[i].slot[class];
		for (unsigned int n = 0; n < EXEMPLAR_SLOTS_MAX; n++, slot++)
			if (*slot && (!ret || (*slot)->start_ns < (*ret)->start_ns))
				ret = slot;
	}
	return ret;
}

/* Room for size bytes at the cost of nothing above this class. */
static bool make_room(struct exemplars *ex, size_t size, enum slot_class class)
{
	struct exemplar **slot;

	if (size > ex->opts.memory)
		return false;
	for (unsigned int from = 0; ex->used + size > ex->opts.memory && from <= class;) {
		slot = oldest(ex, from);
		if (!slot) {
			from++;
			continue;
		}
		drop(ex, slot);
		ex->count.evicted++;
	}
	return ex->used + size <= ex->opts.memory;
}

static void keep(struct exemplars *ex, const struct place *at)
{
	size_t size = exemplar_copy__size(ex->copy);
	struct exemplar *e;

	if (size <= ex->opts.memory) { /* else they stay */
		if (at->worst)
			drop(ex, at->worst);
		if (at->random)
			drop(ex, at->random);
	}
	if (!make_room(ex, size, at->worst ? SLOT_RUNNING : SLOT_RESERVOIR)) {
		ex->count.refused++;
		return;
	}
	e = exemplar_copy__finish(ex->copy);
	if (!e) {
		ex->count.no_memory++;
		return;
	}
	ex->used += e->size;
	ex->count.taken++;
	if (at->worst) {
		*at->worst = e;
		e->refs++;
	}
	if (at->random) {
		*at->random = e;
		e->refs++;
	}
}

/* --- what finished --- */

static const struct call *call_of(const struct exemplars *ex, const struct txn *txn)
{
	if (!ex->opts.calls || !txn->text || !txn->text->call_id[0])
		return NULL;
	return calls__find_text(ex->opts.calls, txn->text->call_id);
}

void exemplars__done(struct exemplars *ex, const struct session_done *done, const struct call *call,
		     uint64_t now_ns)
{
	const struct txn *txn = done->txn;
	uint64_t total_ns = path__total_ns(done->path);
	struct exemplar *e = &ex->copy->head;
	struct place at;

	if (!txn->row ||
	    !find_place(ex, (uint64_t)(uintptr_t)txn->row, &txn->row->key, total_ns, now_ns, &at))
		return;
	if (!call)
		call = call_of(ex, txn);
	exemplar_copy__start(ex->copy, ex->opts.redact, call);
	if (call && ex->opts.calls && txn->key.lo)
		exemplar_copy__messages(ex->copy, ex->opts.redact, ex->opts.calls, call,
					txn->key.lo);
	e->total_ns = total_ns;
	e->start_ns = done->path->start_ns;
	e->code = txn->code;
	e->is_error = txn->is_error;
	e->share_cnt = done->path->share_cnt;
	memcpy(e->share, done->path->share, sizeof(e->share));
	memcpy(e->comm, txn->comm, sizeof(e->comm));
	keep(ex, &at);
}

static uint64_t hash_text(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001b3ull;
	return (h ^ 0xff) * 0x100000001b3ull;
}

void exemplars__setup(struct exemplars *ex, const struct call *call, uint64_t total_ns,
		      const struct stage_share *share, unsigned int share_cnt, uint64_t now_ns)
{
	struct stats_key name = {.side = 'S'};
	struct exemplar *e = &ex->copy->head;
	struct place at;
	uint64_t key;

	if (!total_ns)
		return;
	snprintf(name.service, sizeof(name.service), "%s", call->service);
	snprintf(name.method, sizeof(name.method), "%s", call_kind__name(call->kind));
	key = hash_text(hash_text(0xcbf29ce484222325ull, name.service), name.method) | 1;
	if (!find_place(ex, key, &name, total_ns, now_ns, &at))
		return;
	exemplar_copy__start(ex->copy, ex->opts.redact, call);
	if (ex->opts.calls)
		exemplar_copy__messages(ex->copy, ex->opts.redact, ex->opts.calls, call, 0);
	e->total_ns = total_ns;
	e->start_ns = call->at[CALL_AT_START];
	e->code = call->code;
	e->is_error = call->state == CALL_STATE_FAILED || call->state == CALL_STATE_TIMEOUT;
	e->share_cnt = share_cnt < STAGE_SHARES_MAX ? share_cnt : STAGE_SHARES_MAX;
	if (e->share_cnt)
		memcpy(e->share, share, e->share_cnt * sizeof(*share));
	keep(ex, &at);
}

/* --- reading --- */

const struct exemplar_counts *exemplars__counts(const struct exemplars *ex)
{
	return &ex->count;
}

size_t exemplars__memory(const struct exemplars *ex)
{
	return ex->used;
}

unsigned int exemplars__row_cnt(const struct exemplars *ex)
{
	return ex->row_cnt;
}

const struct stats_key *exemplars__row(const struct exemplars *ex, unsigned int row, uint64_t *seen)
{
	if (seen)
		*seen = ex->row[row].seen;
	return &ex->row[row].name;
}

/* Longest first; of equals the earliest. */
static int compare(const void *a, const void *b)
{
	const struct exemplar *x = ((const struct exemplar_shown *)a)->exemplar;
	const struct exemplar *y = ((const struct exemplar_shown *)b)->exemplar;

	if (x->total_ns != y->total_ns)
		return x->total_ns < y->total_ns ? 1 : -1;
	return x->start_ns < y->start_ns ? -1 : x->start_ns > y->start_ns;
}

static void add_random(struct exemplar_shown *ret, unsigned int *cnt, const struct exemplar *e)
{
	for (unsigned int i = 0; i < *cnt; i++)
		if (ret[i].exemplar == e) {
			ret[i].is_random = true;
			return;
		}
	ret[(*cnt)++] = (struct exemplar_shown){.exemplar = e, .is_random = true};
}

unsigned int exemplars__list(const struct exemplars *ex, unsigned int row,
			     struct exemplar_shown ret[EXEMPLAR_SHOWN_MAX])
{
	const struct row *r = &ex->row[row];
	unsigned int cnt = 0;

	for (unsigned int i = 0; i < EXEMPLAR_SLOTS_MAX; i++) {
		if (r->slot[SLOT_RUNNING][i])
			ret[cnt++] = (struct exemplar_shown){r->slot[SLOT_RUNNING][i], true, false};
		if (r->slot[SLOT_PREVIOUS][i])
			ret[cnt++] =
				(struct exemplar_shown){r->slot[SLOT_PREVIOUS][i], true, false};
	}
	qsort(ret, cnt, sizeof(*ret), compare);
	cnt = cnt < ex->opts.worst ? cnt : ex->opts.worst;
	for (unsigned int i = 0; i < EXEMPLAR_SLOTS_MAX; i++)
		if (r->slot[SLOT_RESERVOIR][i])
			add_random(ret, &cnt, r->slot[SLOT_RESERVOIR][i]);
	return cnt;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of latency statistics: a hash index on their keys, their stages, tail cells and sliding
 * windows. */
#include "stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "split.h"

#define SLOT_NS_DEFAULT 10000000000ull
#define MAX_ROWS_LIMIT	(1u << 20)
#define OTHER		"other"

/* Open addressing, linear probing; rows are never removed. */
struct index_entry {
	uint32_t hash;
	uint32_t row_plus1; /* 0: free */
};

struct stats {
	struct stats_opts opts;
	struct stats_lost lost;
	uint64_t start_ns; /* 0: nothing added yet */
	unsigned int index_mask;
	unsigned int row_cnt;
	unsigned int keyed_cnt; /* of those, rows that are not "other" */
	struct index_entry *index;
	struct stats_row **row;	    /* in order of creation; max_rows and the others */
	struct stats_row *other[2]; /* server, client: made at start, listed when first used */
	bool other_listed[2];	    /* from then on owned through row[] */
};

/* --- rows --- */

static struct stats_row *new_row(const struct stats_key *key)
{
	struct stats_row *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	memcpy(row->key.service, key->service, strnlen(key->service, STATS_SERVICE_LEN - 1));
	memcpy(row->key.method, key->method, strnlen(key->method, STATS_METHOD_LEN - 1));
	row->key.side = key->side;
	hist__init(&row->total);
	for (unsigned int i = 0; i < STATS_SLOTS; i++)
		slot__init(&row->slot[i]);
	return row;
}

static void free_row(struct stats_row *row)
{
	if (!row)
		return;
	for (unsigned int i = 0; i < row->stage_cnt; i++)
		free(row->stage[i]);
	for (unsigned int i = 0; i < HIST_BUCKETS; i++)
		free(row->cell[i]);
	for (unsigned int i = 0; i < STATS_SLOTS; i++)
		slot__done(&row->slot[i]);
	free(row->why);
	free(row);
}

int stats__new(const struct stats_opts *opts, struct stats **ret)
{
	static const struct stats_key other_key[2] = {{OTHER, 's', OTHER}, {OTHER, 'c', OTHER}};
	struct stats *s;
	unsigned int size = 16;

	if (!opts->max_rows || opts->max_rows > MAX_ROWS_LIMIT)
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->opts = *opts;
	s->start_ns = opts->start_ns;
	if (!s->opts.slot_ns)
		s->opts.slot_ns = SLOT_NS_DEFAULT;
	while (size < 2 * opts->max_rows)
		size *= 2;
	s->index_mask = size - 1;
	s->index = calloc(size, sizeof(*s->index));
	s->row = calloc(opts->max_rows + 2, sizeof(*s->row));
	for (int i = 0; i < 2; i++)
		s->other[i] = new_row(&other_key[i]);
	if (!s->index || !s->row || !s->other[0] || !s->other[1]) {
		stats__free(s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

void stats__free(struct stats *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; i < s->row_cnt; i++)
		free_row(s->row[i]);
	for (int i = 0; i < 2; i++) {
		if (!s->other_listed[i])
			free_row(s->other[i]);
	}
	free(s->row);
	free(s->index);
	free(s);
}

/* FNV-1a over the printed parts. */
static uint32_t hash_text(uint32_t hash, const char *text, size_t len)
{
	for (size_t i = 0; i < len && text[i]; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

static uint32_t hash_key(const struct stats_key *key)
{
	uint32_t hash = (2166136261u ^ (unsigned char)key->side) * 16777619u;

	hash = hash_text(hash, key->method, STATS_METHOD_LEN - 1);
	hash = hash_text(hash, key->service, STATS_SERVICE_LEN - 1);
	return hash ^ hash >> 15; /* the index takes the low bits */
}

static bool is_key(const struct stats_key *a, const struct stats_key *b)
{
	return a->side == b->side && !strncmp(a->service, b->service, STATS_SERVICE_LEN - 1) &&
	       !strncmp(a->method, b->method, STATS_METHOD_LEN - 1);
}

static struct stats_row *other_row(struct stats *s, char side)
{
	int which = side == 'c';

	if (!s->other_listed[which]) {
		s->other_listed[which] = true;
		s->row[s->row_cnt++] = s->other[which];
	}
	return s->other[which];
}

struct stats_row *stats__row(struct stats *s, const struct stats_key *key)
{
	uint32_t hash = hash_key(key);
	struct index_entry *e;
	struct stats_row *row;

	for (unsigned int i = hash & s->index_mask;; i = (i + 1) & s->index_mask) {
		e = &s->index[i];
		if (!e->row_plus1)
			break;
		if (e->hash == hash && is_key(&s->row[e->row_plus1 - 1]->key, key))
			return s->row[e->row_plus1 - 1];
	}
	/* A service that calls itself "other" must not make a second row of that name. */
	if (s->keyed_cnt == s->opts.max_rows || is_key(&s->other[key->side == 'c']->key, key))
		return other_row(s, key->side);
	row = new_row(key);
	if (!row) {
		s->lost.no_memory++;
		return other_row(s, key->side);
	}
	s->row[s->row_cnt++] = row;
	s->keyed_cnt++;
	*e = (struct index_entry){.hash = hash, .row_plus1 = s->row_cnt};
	return row;
}

static bool is_other(const struct stats *s, const struct stats_row *row)
{
	return row == s->other[0] || row == s->other[1];
}

unsigned int stats__row_cnt(const struct stats *s)
{
	return s->row_cnt;
}

const struct stats_row *stats__row_at(const struct stats *s, unsigned int idx)
{
	return s->row[idx];
}

struct stats_lost stats__lost(const struct stats *s)
{
	return s->lost;
}

/* --- adding --- */

/* Slot that time now_ns falls into, emptied first if the window has moved on; NULL when now_ns is
 * behind the window. */
static struct stats_slot *take_slot(struct stats *s, struct stats_row *row, uint64_t now_ns)
{
	uint64_t epoch = now_ns / s->opts.slot_ns + 1;
	struct stats_slot *slot = &row->slot[epoch % STATS_SLOTS];

	if (!s->start_ns || now_ns < s->start_ns)
		s->start_ns = now_ns;
	if (slot->epoch > epoch)
		return NULL;
	if (slot->epoch < epoch) {
		past__take(&row->past, slot, s->opts.slot_ns);
		slot__empty(slot, epoch);
	}
	return slot;
}

int stats__add(struct stats *s, struct stats_row *row, uint64_t now_ns, uint64_t total_ns,
	       const struct stage_share *share, unsigned int share_cnt)
{
	unsigned int bucket = hist__bucket(total_ns);
	struct stats_cell **cell = &row->cell[bucket];
	struct stats_slot *slot;
	struct split split;
	int rc = split__init(&split, row, total_ns, share, share_cnt);

	if (rc == -EINVAL)
		return rc;
	slot = take_slot(s, row, now_ns);
	if (!rc && slot)
		rc = slot__reserve(slot, bucket, &split, row->stage_cnt);
	if (!rc && !*cell)
		*cell = calloc(1, sizeof(**cell));
	if (rc || !*cell) {
		s->lost.no_memory++;
		return -ENOMEM;
	}
	s->lost.stages_full += split.folded;
	s->lost.rows_full += is_other(s, row);
	hist__add_to(&row->total, bucket, total_ns);
	(*cell)->total_ns += total_ns;
	if (slot)
		slot__add(slot, bucket, total_ns, &split, row->stage_cnt);
	for (unsigned int i = 0; i < row->stage_cnt; i++) {
		if (!(split.present & 1u << i))
			continue;
		hist__add_to(&row->stage[i]->hist, split.bucket[i], split.ns[i]);
		(*cell)->stage_ns[i] += split.ns[i];
	}
	return 0;
}

void stats__add_error(struct stats *s, struct stats_row *row, uint64_t now_ns)
{
	struct stats_slot *slot = take_slot(s, row, now_ns);

	row->errors++;
	if (slot)
		slot->errors++;
}

void stats__add_timeout(struct stats *s, struct stats_row *row, uint64_t now_ns)
{
	struct stats_slot *slot = take_slot(s, row, now_ns);

	row->timeouts++;
	s->lost.rows_full += is_other(s, row);
	if (slot)
		slot->timeouts++;
}

/* --- reading --- */

void stats__window(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		   struct hist *total, uint64_t *stage_ns, uint64_t *span_ns)
{
	uint64_t newest = now_ns / s->opts.slot_ns, begin_ns = 0;

	hist__init(total);
	memset(stage_ns, 0, STATS_STAGES_MAX * sizeof(*stage_ns));
	for (unsigned int i = 0; i < STATS_SLOTS; i++) {
		const struct stats_slot *slot = &row->slot[i];

		if (!slot__is_in_window(slot, newest + 1))
			continue;
		hist__merge(total, &slot->total);
		for (unsigned int j = 0; j < row->stage_cnt; j++)
			stage_ns[j] += slot->stage_ns[j];
	}
	if (newest >= STATS_SLOTS)
		begin_ns = (newest - (STATS_SLOTS - 1)) * s->opts.slot_ns;
	if (begin_ns < s->start_ns)
		begin_ns = s->start_ns;
	*span_ns = s->start_ns && now_ns > begin_ns ? now_ns - begin_ns : 0;
}

void stats__window_stage(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			 unsigned int stage, struct hist *ret)
{
	uint64_t newest = now_ns / s->opts.slot_ns + 1;

	hist__init(ret);
	for (unsigned int i = 0; i < STATS_SLOTS; i++) {
		const struct stats_slot *slot = &row->slot[i];

		if (slot__is_in_window(slot, newest) && slot->stage[stage])
			sparse__merge(ret, slot->stage[stage]);
	}
}

uint64_t stats__slot_ns(const struct stats *s)
{
	return s->opts.slot_ns;
}

void stats__window_errors(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			  uint64_t *errors, uint64_t *timeouts)
{
	uint64_t newest = now_ns / s->opts.slot_ns + 1;

	*errors = *timeouts = 0;
	for (unsigned int i = 0; i < STATS_SLOTS; i++) {
		if (!slot__is_in_window(&row->slot[i], newest))
			continue;
		*errors += row->slot[i].errors;
		*timeouts += row->slot[i].timeouts;
	}
}

uint64_t stats__tail(const struct stats_row *row, double q, uint64_t *edge_ns, uint64_t *total_ns,
		     uint64_t *stage_ns)
{
	unsigned int first = hist__quantile_bucket(&row->total, q);
	uint64_t cnt = 0;

	*edge_ns = hist__lower_ns(first);
	*total_ns = 0;
	memset(stage_ns, 0, STATS_STAGES_MAX * sizeof(*stage_ns));
	for (unsigned int i = first; i < HIST_BUCKETS; i++) {
		const struct stats_cell *cell = row->cell[i];

		cnt += row->total.bucket[i];
		if (!cell)
			continue;
		*total_ns += cell->total_ns;
		for (unsigned int j = 0; j < row->stage_cnt; j++)
			stage_ns[j] += cell->stage_ns[j];
	}
	return cnt;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes of slow requests, and their sums. */
#include "why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscall_name.h"

static const struct {
	stage_mask_t stage;
	const char *text;
} rows[WHY_CNT] = {
#define WHY(id, stage, text) [WHY_##id] = {STAGE_##stage, text},
#include "why.def"
#undef WHY
};

#define FEW	 100 /* requests: no P99 of less */
#define VERY_FEW 10  /* all are looked at */

/* parts: 1 is the part that is slow. */
static uint64_t edge_of(const struct hist *window, double parts)
{
	double slow = window->count < FEW ? 0.1 : 0.01;

	if (window->count < VERY_FEW)
		return 0;
	return hist__lower_ns(hist__quantile_bucket(window, 1 - slow * parts));
}

uint64_t why__edge_ns(const struct hist *window)
{
	return edge_of(window, 1);
}

stage_mask_t why__stage(enum why_id id)
{
	return rows[id].stage;
}

static unsigned int bit_of(enum why_id id)
{
	return (unsigned int)__builtin_ctz(rows[id].stage);
}

static void name_arg(enum why_id id, int32_t arg, char *buf, size_t len)
{
	const char *name = syscall_name(arg);

	if (rows[id].stage == STAGE_RUNQ && arg < 0)
		snprintf(buf, len, "a CPU");
	else if (rows[id].stage == STAGE_RUNQ)
		snprintf(buf, len, "CPU %d", arg);
	else if (arg == WHY_CALL_UNKNOWN)
		snprintf(buf, len, "a call this kernel does not name");
	else if (arg < 0)
		snprintf(buf, len, "user mode (a fault)");
	else if (name)
		snprintf(buf, len, "%s", name);
	else
		snprintf(buf, len, "syscall %d", arg);
}

void why__text(enum why_id id, int32_t arg, char text[WHY_TEXT_LEN])
{
	char name[40];

	name_arg(id, arg, name, sizeof(name));
	if (strchr(rows[id].text, '%'))
		snprintf(text, WHY_TEXT_LEN, rows[id].text, name);
	else
		snprintf(text, WHY_TEXT_LEN, "%s", rows[id].text);
}

/* NULL: none yet, and no room. */
static struct why_cause *find_cause(struct why_cause *c, unsigned int *cnt, unsigned int max,
				    const struct why_cause *want)
{
	for (unsigned int i = 0; i < *cnt; i++) {
		if (c[i].id == want->id && c[i].arg == want->arg && c[i].who == want->who)
			return &c[i];
	}
	if (*cnt == max)
		return NULL;
	c[*cnt] = *want;
	return &c[(*cnt)++];
}

void why_parts__add(struct why_parts *p, enum why_id id, int32_t arg, uint64_t ns)
{
	const struct why_cause want = {.id = (uint8_t)id, .arg = arg};
	struct why_cause *c = ns ? find_cause(p->part, &p->cnt, WHY_PARTS, &want) : NULL;

	if (c)
		c->ns += ns;
}

void why_note__init(struct why_note *n, uint64_t now_ns, uint64_t total_ns,
		    const struct stage_share *share, unsigned int share_cnt)
{
	*n = (struct why_note){.now_ns = now_ns, .total_ns = total_ns};
	for (unsigned int i = 0; i < share_cnt; i++) {
		stage_mask_t mask = share[i].mask & STAGE_ALL;

		if (mask && !(mask & (mask - 1)))
			n->left_ns[__builtin_ctz(mask)] += share[i].ns;
	}
}

uint64_t why_note__add(struct why_note *n, enum why_id id, int32_t arg, unsigned int who,
		       uint64_t ns)
{
	const struct why_cause want = {.id = (uint8_t)id, .arg = arg, .who = (uint8_t)who};
	uint64_t *left = &n->left_ns[bit_of(id)];
	struct why_cause *c;

	ns = ns < *left ? ns : *left;
	c = ns ? find_cause(n->cause, &n->cnt, WHY_CAUSES, &want) : NULL;
	if (!c)
		return 0;
	c->ns += ns;
	*left -= ns;
	return ns;
}

uint64_t why_note__take_back(struct why_note *n, enum why_id id, unsigned int who, uint64_t ns)
{
	for (unsigned int i = 0; i < n->cnt; i++) {
		struct why_cause *c = &n->cause[i];

		if (c->id != id || c->who != who)
			continue;
		ns = ns < c->ns ? ns : c->ns;
		c->ns -= ns;
		n->left_ns[bit_of(id)] += ns;
		return ns;
	}
	return 0;
}

/* The older of two, but one that is not slow (any more) before one that is. */
static bool is_sooner(const struct why_ring *r, const struct why_note *a, const struct why_note *b)
{
	bool is_a_slow = a->total_ns >= r->slow_ns, is_b_slow = b->total_ns >= r->slow_ns;

	if (!a->seq || !b->seq || is_a_slow == is_b_slow)
		return a->seq < b->seq;
	return is_b_slow;
}

struct why_note *why_ring__push(struct why_ring *r, const struct why_note *n)
{
	struct why_note *at = &r->note[0];

	for (unsigned int i = 1; i < WHY_NOTES; i++) {
		if (is_sooner(r, &r->note[i], at))
			at = &r->note[i];
	}
	*at = *n;
	at->seq = ++r->seq;
	return at;
}

struct why_note *why_ring__find(struct why_ring *r, uint64_t seq)
{
	for (unsigned int i = 0; seq && i < WHY_NOTES; i++) {
		if (r->note[i].seq == seq)
			return &r->note[i];
	}
	return NULL;
}

void why_ring__edge(struct why_ring *r, const struct hist *window, uint64_t now_ns)
{
	r->slow_ns = edge_of(window, 1);
	r->edge_ns = edge_of(window, 2);
	r->edge_at = now_ns;
	r->edge_seq = r->seq;
}

static void add_sum(struct why_sums *ret, const struct why_cause *c, const struct why_thread *t)
{
	struct why_sum *s = ret->sum;
	struct why_sum *end = s + ret->cnt;

	while (s < end && (s->id != (enum why_id)c->id || s->arg != c->arg ||
			   strncmp(s->thread.comm, t->comm, WHY_COMM_LEN)))
		s++;
	if (s == end && ret->cnt == WHY_SUMS)
		return;
	if (s == end) {
		*s = (struct why_sum){.id = c->id, .arg = c->arg, .thread = *t};
		ret->cnt++;
	}
	if (s->thread.pid != t->pid)
		s->thread.pid = 0;
	s->n++;
	s->ns += c->ns;
}

static int by_ns(const void *a, const void *b)
{
	const struct why_sum *x = a, *y = b;

	return (x->ns < y->ns) - (x->ns > y->ns);
}

void why_ring__sum(const struct why_ring *r, uint64_t from_ns, uint64_t edge_ns,
		   struct why_sums *ret)
{
	*ret = (struct why_sums){0};
	for (unsigned int i = 0; i < WHY_NOTES; i++) {
		const struct why_note *n = &r->note[i];

		if (!n->seq || n->now_ns < from_ns || n->total_ns < edge_ns)
			continue;
		ret->n++;
		ret->total_ns += n->total_ns;
		for (unsigned int j = 0; j < n->cnt; j++) {
			if (n->cause[j].ns)
				add_sum(ret, &n->cause[j], &n->thread[n->cause[j].who]);
		}
	}
	qsort(ret->sum, ret->cnt, sizeof(ret->sum[0]), by_ns);
}

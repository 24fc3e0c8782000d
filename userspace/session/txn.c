/* SPDX-License-Identifier: BSD-2-Clause */
/* Transactions in chunks that are allocated as they are needed and never given back before the end.
 */
#include "txn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TXN_CHUNK 1024u

struct txn_table {
	unsigned int max;
	unsigned int made; /* transactions in chunks */
	unsigned int chunk_cnt;
	bool with_text;
	struct txn **chunk;
	struct txn_text **text;
	struct txn **bucket;
	uint32_t bucket_mask;
	struct txn_list open[TXN_LISTS];
	struct txn_list done;
	struct txn *free;
};

static uint32_t bucket_of(const struct txn_table *t, enum txn_side side, uint64_t lo)
{
	return (uint32_t)((lo ^ side * 0x9e3779b97f4a7c15ull) >> 17) & t->bucket_mask;
}

int txn_table__new(unsigned int max, bool with_text, struct txn_table **ret)
{
	struct txn_table *t = calloc(1, sizeof(*t));
	uint32_t buckets = 1024;

	if (!t)
		return -ENOMEM;
	while (buckets < max)
		buckets *= 2;
	t->max = max;
	t->with_text = with_text;
	t->bucket_mask = buckets - 1;
	t->chunk_cnt = (max + TXN_CHUNK - 1) / TXN_CHUNK;
	t->bucket = calloc(buckets, sizeof(*t->bucket));
	t->chunk = calloc(t->chunk_cnt, sizeof(*t->chunk));
	t->text = calloc(t->chunk_cnt, sizeof(*t->text));
	if (!t->bucket || !t->chunk || !t->text) {
		txn_table__free(t);
		return -ENOMEM;
	}
	*ret = t;
	return 0;
}

void txn_table__free(struct txn_table *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < t->chunk_cnt; i++) {
		if (t->chunk)
			free(t->chunk[i]);
		if (t->text)
			free(t->text[i]);
	}
	free(t->chunk);
	free(t->text);
	free(t->bucket);
	free(t);
}

static void list_push(struct txn_list *l, struct txn *x)
{
	x->prev = l->tail;
	x->next = NULL;
	if (l->tail)
		l->tail->next = x;
	else
		l->head = x;
	l->tail = x;
	l->cnt++;
}

static void list_unlink(struct txn_list *l, struct txn *x)
{
	if (x->prev)
		x->prev->next = x->next;
	else
		l->head = x->next;
	if (x->next)
		x->next->prev = x->prev;
	else
		l->tail = x->prev;
	l->cnt--;
}

static struct txn_list *list_of(struct txn_table *t, const struct txn *x)
{
	if (x->state == TXN_DONE)
		return &t->done;
	return &t->open[x->proceeding_ns ? TXN_PROCEEDING : x->proto];
}

struct txn *txn_table__find(const struct txn_table *t, enum txn_side side,
			    const struct txn_key *key)
{
	struct txn *x = t->bucket[bucket_of(t, side, key->lo)];

	while (x && (x->key.lo != key->lo || x->key.hi != key->hi || x->side != side))
		x = x->hash_next;
	return x;
}

static struct txn *next_lo(struct txn *x, enum txn_side side, uint64_t lo)
{
	while (x && (x->key.lo != lo || x->side != side))
		x = x->hash_next;
	return x;
}

struct txn *txn_table__find_lo(const struct txn_table *t, enum txn_side side, uint64_t lo,
			       unsigned int *others)
{
	struct txn *x = next_lo(t->bucket[bucket_of(t, side, lo)], side, lo);

	if (!others)
		return x;
	*others = 0;
	for (struct txn *o = x ? next_lo(x->hash_next, side, lo) : NULL; o;
	     o = next_lo(o->hash_next, side, lo))
		*others += o->state == TXN_OPEN && !o->forwarded;
	return x;
}

void txn_table__doubt_lo(struct txn_table *t, enum txn_side side, uint64_t lo)
{
	struct txn *x = next_lo(t->bucket[bucket_of(t, side, lo)], side, lo);

	for (; x; x = next_lo(x->hash_next, side, lo))
		x->is_forward_unknown |= x->state == TXN_OPEN;
}

static int grow(struct txn_table *t)
{
	unsigned int idx = t->made / TXN_CHUNK, n;

	if (t->made >= t->max)
		return -ENOSPC;
	n = t->max - t->made < TXN_CHUNK ? t->max - t->made : TXN_CHUNK;
	if (t->with_text && !t->text[idx])
		t->text[idx] = calloc(n, sizeof(struct txn_text));
	t->chunk[idx] = calloc(n, sizeof(struct txn));
	if (!t->chunk[idx] || (t->with_text && !t->text[idx])) {
		free(t->chunk[idx]);
		t->chunk[idx] = NULL;
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < n; i++) {
		t->chunk[idx][i].idx = t->made + i;
		t->chunk[idx][i].text = t->with_text ? &t->text[idx][i] : NULL;
		t->chunk[idx][i].next = t->free;
		t->free = &t->chunk[idx][i];
	}
	t->made += n;
	return 0;
}

static struct txn *oldest_open(const struct txn_table *t)
{
	struct txn *oldest = NULL;

	for (int i = 0; i < TXN_LISTS; i++) {
		struct txn *x = t->open[i].head;

		if (x && (!oldest || x->opened_ns < oldest->opened_ns))
			oldest = x;
	}
	return oldest;
}

struct txn *txn_table__add(struct txn_table *t, enum txn_side side, const struct brief *b,
			   uint64_t now_ns, bool *evicted_open)
{
	uint32_t bucket = bucket_of(t, side, b->key.lo);
	struct txn *x;

	*evicted_open = false;
	if (!t->free && grow(t)) {
		x = t->done.head ? t->done.head : oldest_open(t);
		if (!x)
			return NULL;
		*evicted_open = x->state == TXN_OPEN;
		if (x->row && x->state == TXN_OPEN)
			x->row->in_flight--;
		txn_table__remove(t, x);
	}
	x = t->free;
	t->free = x->next;
	*x = (struct txn){.gen = x->gen + 1, .idx = x->idx, .text = x->text};
	x->state = TXN_OPEN;
	x->side = (uint8_t)side;
	x->proto = b->proto;
	x->key = b->key;
	x->method = b->method;
	x->cseq = b->cseq;
	x->opened_ns = now_ns;
	if (x->text) {
		memcpy(x->text->key, b->key_text, sizeof(x->text->key));
		memcpy(x->text->call_id, b->call_id, sizeof(x->text->call_id));
	}
	x->hash_next = t->bucket[bucket];
	t->bucket[bucket] = x;
	list_push(&t->open[x->proto], x);
	return x;
}

void txn_table__proceed(struct txn_table *t, struct txn *x, uint64_t now_ns)
{
	list_unlink(list_of(t, x), x);
	x->proceeding_ns = now_ns ? now_ns : 1;
	list_push(&t->open[TXN_PROCEEDING], x);
}

void txn_table__finish(struct txn_table *t, struct txn *x, uint64_t now_ns)
{
	list_unlink(list_of(t, x), x);
	x->state = TXN_DONE;
	x->done_ns = now_ns;
	list_push(&t->done, x);
}

void txn_table__remove(struct txn_table *t, struct txn *x)
{
	struct txn **at = &t->bucket[bucket_of(t, x->side, x->key.lo)];

	while (*at != x)
		at = &(*at)->hash_next;
	*at = x->hash_next;
	list_unlink(list_of(t, x), x);
	x->state = TXN_FREE;
	x->next = t->free;
	t->free = x;
}

txn_ref_t txn_table__ref(const struct txn_table *t, const struct txn *x)
{
	(void)t;
	return x ? (uint64_t)x->gen << 32 | (x->idx + 1) : 0;
}

struct txn *txn_table__get(const struct txn_table *t, txn_ref_t ref)
{
	uint32_t idx = (uint32_t)ref - 1;
	struct txn *x;

	if (!ref || idx >= t->made)
		return NULL;
	x = &t->chunk[idx / TXN_CHUNK][idx % TXN_CHUNK];
	return x->gen == (uint32_t)(ref >> 32) && x->state != TXN_FREE ? x : NULL;
}

const struct txn_list *txn_table__open(const struct txn_table *t, int list)
{
	return &t->open[list];
}

const struct txn_list *txn_table__done(const struct txn_table *t)
{
	return &t->done;
}

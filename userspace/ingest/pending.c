/* SPDX-License-Identifier: BSD-2-Clause */
/* Two chained hashes over one pool. */
#include "pending.h"

#include <errno.h>
#include <stdlib.h>

#define PENDING_CHUNK 256u

struct pending_table {
	unsigned int max, made, chunk_cnt;
	struct pending **chunk;
	struct pending **bucket[CHAIN_CNT];
	uint32_t mask;
	struct pending *free, *head, *tail;
	struct pending evicted;
};

static uint32_t spread(const struct pending_table *t, uint64_t v)
{
	return (uint32_t)((v * 0x9e3779b97f4a7c15ull) >> 32) & t->mask;
}

int pending_table__new(unsigned int max, struct pending_table **ret)
{
	struct pending_table *t = calloc(1, sizeof(*t));
	uint32_t buckets = 1024;

	if (!t)
		return -ENOMEM;
	while (buckets < max / 2)
		buckets *= 2;
	t->max = max;
	t->mask = buckets - 1;
	t->chunk_cnt = (max + PENDING_CHUNK - 1) / PENDING_CHUNK;
	t->chunk = calloc(t->chunk_cnt, sizeof(*t->chunk));
	for (int c = 0; c < CHAIN_CNT; c++)
		t->bucket[c] = calloc(buckets, sizeof(*t->bucket[c]));
	if (!t->chunk || !t->bucket[CHAIN_CONTENT] || !t->bucket[CHAIN_SKB]) {
		pending_table__free(t);
		return -ENOMEM;
	}
	*ret = t;
	return 0;
}

void pending_table__free(struct pending_table *t)
{
	if (!t)
		return;
	for (struct pending *p = t->head; p; p = p->next)
		free(p->sent);
	free(t->evicted.sent);
	for (unsigned int i = 0; t->chunk && i < t->chunk_cnt; i++)
		free(t->chunk[i]);
	free(t->chunk);
	for (int c = 0; c < CHAIN_CNT; c++)
		free(t->bucket[c]);
	free(t);
}

static int grow(struct pending_table *t)
{
	unsigned int n = t->max - t->made < PENDING_CHUNK ? t->max - t->made : PENDING_CHUNK;
	struct pending *chunk;

	if (!n)
		return -ENOSPC;
	chunk = calloc(n, sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	t->chunk[t->made / PENDING_CHUNK] = chunk;
	for (unsigned int i = 0; i < n; i++) {
		chunk[i].next = t->free;
		t->free = &chunk[i];
	}
	t->made += n;
	return 0;
}

static struct pending **bucket_of(const struct pending_table *t, enum pending_chain c,
				  const struct pending *p)
{
	return &t->bucket[c][spread(t, c == CHAIN_CONTENT ? p->hash : p->skb)];
}

static void chain_append(struct pending_table *t, enum pending_chain c, struct pending *p)
{
	struct pending **at = bucket_of(t, c, p);

	while (*at)
		at = &(*at)->chain_next[c];
	p->chain_next[c] = NULL;
	*at = p;
}

static void chain_remove(struct pending_table *t, enum pending_chain c, struct pending *p)
{
	struct pending **at = bucket_of(t, c, p);

	while (*at && *at != p)
		at = &(*at)->chain_next[c];
	if (*at)
		*at = p->chain_next[c];
}

struct pending *pending_table__add(struct pending_table *t, const struct pending *src,
				   struct pending **evicted)
{
	struct pending *p;

	*evicted = NULL;
	if (!t->free && grow(t)) {
		if (!t->head)
			return NULL;
		free(t->evicted.sent);
		t->evicted = *t->head;
		t->head->sent = NULL;
		pending_table__remove(t, t->head);
		*evicted = &t->evicted;
	}
	p = t->free;
	t->free = p->next;
	*p = *src;
	if (p->kind == PENDING_RX)
		chain_append(t, CHAIN_CONTENT, p);
	if (p->skb)
		chain_append(t, CHAIN_SKB, p);
	p->prev = t->tail;
	p->next = NULL;
	if (t->tail)
		t->tail->next = p;
	else
		t->head = p;
	t->tail = p;
	return p;
}

void pending_table__remove(struct pending_table *t, struct pending *p)
{
	if (p->kind == PENDING_RX)
		chain_remove(t, CHAIN_CONTENT, p);
	if (p->skb)
		chain_remove(t, CHAIN_SKB, p);
	if (p->prev)
		p->prev->next = p->next;
	else
		t->head = p->next;
	if (p->next)
		p->next->prev = p->prev;
	else
		t->tail = p->prev;
	free(p->sent);
	p->sent = NULL;
	p->next = t->free;
	t->free = p;
}

static bool has_content(const struct pending *p, uint64_t sk, uint64_t hash, uint32_t msg_len)
{
	return p->hash == hash && p->msg_len == msg_len && (!sk || p->sk == sk);
}

struct pending *pending_table__find_content(const struct pending_table *t, uint64_t sk,
					    uint64_t hash, uint32_t msg_len, unsigned int *copies)
{
	struct pending *first = NULL;

	*copies = 0;
	for (struct pending *p = t->bucket[CHAIN_CONTENT][spread(t, hash)]; p;
	     p = p->chain_next[CHAIN_CONTENT]) {
		if (!has_content(p, sk, hash, msg_len))
			continue;
		if (!first)
			first = p;
		++*copies;
	}
	return first;
}

struct pending *pending_table__find_newest(const struct pending_table *t, uint64_t sk,
					   uint64_t hash, uint32_t msg_len)
{
	struct pending *last = NULL;

	for (struct pending *p = t->bucket[CHAIN_CONTENT][spread(t, hash)]; p;
	     p = p->chain_next[CHAIN_CONTENT])
		if (has_content(p, sk, hash, msg_len))
			last = p;
	return last;
}

struct pending *pending_table__find_skb(const struct pending_table *t, enum pending_kind kind,
					uint64_t skb)
{
	struct pending *last = NULL;

	for (struct pending *p = t->bucket[CHAIN_SKB][spread(t, skb)]; p;
	     p = p->chain_next[CHAIN_SKB])
		if (p->skb == skb && p->kind == kind)
			last = p;
	return last;
}

struct pending *pending_table__find_stamp(const struct pending_table *t, enum pending_kind kind,
					  uint64_t skb, uint64_t stamp_ns)
{
	struct pending *p = t->bucket[CHAIN_SKB][spread(t, skb)];

	while (p && (p->skb != skb || p->kind != kind || p->stamp_ns != stamp_ns))
		p = p->chain_next[CHAIN_SKB];
	return p;
}

#define FIND_ONLY_STEPS 4096 /* of the age list; beyond that it counts as ambiguous */

struct pending *pending_table__find_only(const struct pending_table *t, uint64_t sk,
					 bool *is_ambiguous)
{
	struct pending *only = NULL;
	unsigned int steps = 0;

	*is_ambiguous = false;
	for (struct pending *p = t->head; p; p = p->next) {
		bool is_mine = p->kind == PENDING_RX && p->sk == sk;

		if (++steps > FIND_ONLY_STEPS || (only && is_mine)) {
			*is_ambiguous = true;
			return NULL;
		}
		if (is_mine)
			only = p;
	}
	return only;
}

struct pending *pending_table__oldest(const struct pending_table *t)
{
	return t->head;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes in one array, chained in two hash tables and two lists. */
#include "beat_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct beat_table {
	uint32_t max, used, mask;
	struct beat_node *node;
	uint32_t *bucket[BEAT_INDEXES]; /* idx + 1 */
	uint32_t *by_id; /* idx + 1 of the latest with these low bits of id; a hint */
	uint32_t free;	 /* idx + 1, chained by `older` */
	uint32_t oldest, youngest, first, last;
	uint64_t next_id;
};

int beat_table__new(unsigned int max, struct beat_table **ret)
{
	struct beat_table *t = calloc(1, sizeof(*t));
	uint32_t slots = 16;

	if (!t)
		return -ENOMEM;
	while (slots < max && slots < 1u << 31)
		slots *= 2;
	t->max = max ? max : 1;
	t->mask = slots - 1;
	t->next_id = 1;
	t->node = calloc(t->max, sizeof(*t->node));
	t->by_id = calloc(slots, sizeof(*t->by_id));
	for (int i = 0; i < BEAT_INDEXES; i++)
		t->bucket[i] = calloc(slots, sizeof(*t->bucket[i]));
	if (!t->node || !t->by_id || !t->bucket[BEAT_BY_ADDRESS] || !t->bucket[BEAT_BY_NAME]) {
		beat_table__free(t);
		return -ENOMEM;
	}
	*ret = t;
	return 0;
}

void beat_table__free(struct beat_table *t)
{
	if (!t)
		return;
	for (int i = 0; i < BEAT_INDEXES; i++)
		free(t->bucket[i]);
	free(t->by_id);
	free(t->node);
	free(t);
}

static uint32_t ref_of(const struct beat_table *t, const struct beat_node *n)
{
	return (uint32_t)(n - t->node) + 1;
}

static struct beat_node *node_of(const struct beat_table *t, uint32_t ref)
{
	return ref ? &t->node[ref - 1] : NULL;
}

static uint32_t *bucket_of(const struct beat_table *t, enum beat_index by, uint64_t key)
{
	return &t->bucket[by][(key >> 32 ^ key) & t->mask];
}

struct beat_node *beat_table__find(const struct beat_table *t, enum beat_index by, uint64_t key)
{
	struct beat_node *n = node_of(t, *bucket_of(t, by, key));

	while (n && n->key[by] != key)
		n = node_of(t, n->chain[by]);
	return n;
}

void beat_table__set_key(struct beat_table *t, struct beat_node *n, enum beat_index by,
			 uint64_t key)
{
	struct beat_node *other;
	uint32_t *at, ref = ref_of(t, n);

	if (n->key[by] == key)
		return;
	if (n->key[by]) {
		at = bucket_of(t, by, n->key[by]);
		while (*at != ref)
			at = &node_of(t, *at)->chain[by];
		*at = n->chain[by];
	}
	n->key[by] = 0;
	if (!key)
		return;
	other = beat_table__find(t, by, key);
	if (other)
		beat_table__set_key(t, other, by, 0);
	n->key[by] = key;
	at = bucket_of(t, by, key);
	n->chain[by] = *at;
	*at = ref;
}

static void unlink_age(struct beat_table *t, struct beat_node *n)
{
	if (n->older)
		node_of(t, n->older)->newer = n->newer;
	else
		t->oldest = n->newer;
	if (n->newer)
		node_of(t, n->newer)->older = n->older;
	else
		t->youngest = n->older;
}

static void link_youngest(struct beat_table *t, struct beat_node *n)
{
	uint32_t ref = ref_of(t, n);

	n->older = t->youngest;
	n->newer = 0;
	if (t->youngest)
		node_of(t, t->youngest)->newer = ref;
	else
		t->oldest = ref;
	t->youngest = ref;
}

void beat_table__touch(struct beat_table *t, struct beat_node *n)
{
	if (!n->newer)
		return;
	unlink_age(t, n);
	link_youngest(t, n);
}

static void link_last(struct beat_table *t, struct beat_node *n)
{
	uint32_t ref = ref_of(t, n);

	n->before = t->last;
	n->behind = 0;
	if (t->last)
		node_of(t, t->last)->behind = ref;
	else
		t->first = ref;
	t->last = ref;
	t->by_id[n->peer.id & t->mask] = ref;
}

static void unlink_id(struct beat_table *t, struct beat_node *n)
{
	if (n->before)
		node_of(t, n->before)->behind = n->behind;
	else
		t->first = n->behind;
	if (n->behind)
		node_of(t, n->behind)->before = n->before;
	else
		t->last = n->before;
}

void beat_table__remove(struct beat_table *t, struct beat_node *n)
{
	for (int i = 0; i < BEAT_INDEXES; i++)
		beat_table__set_key(t, n, (enum beat_index)i, 0);
	unlink_age(t, n);
	unlink_id(t, n);
	n->peer.id = 0;
	n->older = t->free;
	t->free = ref_of(t, n);
}

struct beat_node *beat_table__add(struct beat_table *t, bool *is_evicted)
{
	struct beat_node *n;

	*is_evicted = !t->free && t->used == t->max;
	if (*is_evicted)
		beat_table__remove(t, beat_table__oldest(t));
	n = node_of(t, t->free);
	if (n)
		t->free = n->older;
	else
		n = &t->node[t->used++];
	memset(n, 0, sizeof(*n));
	n->peer.id = t->next_id++;
	link_youngest(t, n);
	link_last(t, n);
	return n;
}

struct beat_node *beat_table__oldest(const struct beat_table *t)
{
	return node_of(t, t->oldest);
}

struct beat_node *beat_table__after(const struct beat_table *t, uint64_t id)
{
	struct beat_node *n = node_of(t, t->by_id[id & t->mask]);

	if (id && n && n->peer.id == id)
		return node_of(t, n->behind);
	n = node_of(t, t->first);
	while (n && n->peer.id <= id)
		n = node_of(t, n->behind);
	return n;
}

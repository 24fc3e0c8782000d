/* SPDX-License-Identifier: BSD-2-Clause */
/* The key index. A bucket chains one key per hash; older keys of the same hash hang behind it, so
 * that a hundred thousand calls with one ufrag cost no other call anything. */
#include "key.h"

#include <errno.h>
#include <stdlib.h>

#include "calls_impl.h"

#define KEY_CHUNK     4096u
#define KEYS_PER_CALL 8u /* on average, at most */

int call_keys__init(struct call_keys *k, unsigned int max_calls)
{
	uint32_t buckets = 1024;

	while (buckets < max_calls && buckets < 1u << 22)
		buckets *= 2;
	*k = (struct call_keys){.mask = buckets - 1};
	k->max = max_calls * KEYS_PER_CALL + CALL_KEYS_MAX;
	k->chunk_cnt = (k->max + KEY_CHUNK - 1) / KEY_CHUNK;
	k->chunk = calloc(k->chunk_cnt, sizeof(*k->chunk));
	k->bucket = calloc(buckets, sizeof(*k->bucket));
	return k->chunk && k->bucket ? 0 : -ENOMEM;
}

void call_keys__done(struct call_keys *k)
{
	for (unsigned int i = 0; k->chunk && i < k->chunk_cnt; i++)
		free(k->chunk[i]);
	free(k->chunk);
	free(k->bucket);
	*k = (struct call_keys){0};
}

static struct call_key *key_at(const struct call_keys *k, uint32_t idx1)
{
	return &k->chunk[(idx1 - 1) / KEY_CHUNK][(idx1 - 1) % KEY_CHUNK];
}

static uint32_t *bucket_of(const struct call_keys *k, uint64_t hash)
{
	return &k->bucket[(hash ^ hash >> 29) & k->mask];
}

static uint64_t with_kind(enum call_key_kind kind, uint64_t hash)
{
	return call_key__mix(hash, (kind + 1) * 0x9e3779b97f4a7c15ull);
}

/* Newest key of this hash, 0 none. */
static uint32_t find(const struct call_keys *k, uint64_t hash)
{
	uint32_t at = *bucket_of(k, hash);

	while (at && key_at(k, at)->hash != hash)
		at = key_at(k, at)->next;
	return at;
}

/* idx + 1 of a key nobody uses, 0 none. */
static uint32_t take_free(struct call_keys *k)
{
	uint32_t at = k->free;

	if (at) {
		k->free = key_at(k, at)->next;
		return at;
	}
	if (k->made == k->max)
		return 0;
	if (!k->chunk[k->made / KEY_CHUNK]) {
		k->chunk[k->made / KEY_CHUNK] = calloc(KEY_CHUNK, sizeof(struct call_key));
		if (!k->chunk[k->made / KEY_CHUNK])
			return 0;
	}
	return ++k->made;
}

/* Where the chain of its bucket points to idx1. */
static uint32_t *link_to(struct call_keys *k, uint64_t hash, uint32_t idx1)
{
	uint32_t *at = bucket_of(k, hash);

	while (*at != idx1)
		at = &key_at(k, *at)->next;
	return at;
}

static bool has_key(const struct calls *c, const struct call_node *n, uint64_t hash)
{
	for (uint32_t at = n->keys; at; at = key_at(&c->keys, at)->of_call)
		if (key_at(&c->keys, at)->hash == hash)
			return true;
	return false;
}

bool call_key__add(struct calls *c, struct call *call, enum call_key_kind kind, uint64_t hash)
{
	struct call_node *n = call_node__of(call);
	struct call_keys *k = &c->keys;
	uint32_t newest, idx1;
	struct call_key *key;

	hash = with_kind(kind, hash);
	if (has_key(c, n, hash))
		return true;
	idx1 = n->key_cnt < CALL_KEYS_MAX ? take_free(k) : 0;
	if (!idx1) {
		c->count.keys_evicted++;
		return false;
	}
	newest = find(k, hash);
	key = key_at(k, idx1);
	*key = (struct call_key){.hash = hash, .call = call->idx + 1, .of_call = n->keys};
	n->keys = idx1;
	n->key_cnt++;
	if (newest) {
		*link_to(k, hash, newest) = idx1;
		key->next = key_at(k, newest)->next;
		key->older = newest;
		key_at(k, newest)->newer = idx1;
		key_at(k, newest)->next = 0;
	} else {
		key->next = *bucket_of(k, hash);
		*bucket_of(k, hash) = idx1;
	}
	return true;
}

struct call *call_key__find(const struct calls *c, enum call_key_kind kind, uint64_t hash,
			    uint64_t *at)
{
	const struct call_keys *k = &c->keys;
	uint32_t tries = (uint32_t)(*at >> 32), idx1 = (uint32_t)*at;

	if (tries >= CALL_KEY_TRIES)
		return NULL;
	idx1 = idx1 ? key_at(k, idx1)->older : find(k, with_kind(kind, hash));
	if (!idx1) {
		*at = (uint64_t)CALL_KEY_TRIES << 32;
		return NULL;
	}
	*at = (uint64_t)(tries + 1) << 32 | idx1;
	return &call_node__at(c, key_at(k, idx1)->call - 1)->call;
}

static void unlink_key(struct call_keys *k, uint32_t idx1)
{
	struct call_key *key = key_at(k, idx1);

	if (key->older)
		key_at(k, key->older)->newer = key->newer;
	if (key->newer) {
		key_at(k, key->newer)->older = key->older;
	} else if (key->older) {
		*link_to(k, key->hash, idx1) = key->older;
		key_at(k, key->older)->next = key->next;
	} else {
		*link_to(k, key->hash, idx1) = key->next;
	}
}

void call_key__remove(struct calls *c, struct call *call)
{
	struct call_node *n = call_node__of(call);
	struct call_keys *k = &c->keys;
	uint32_t next;

	for (uint32_t at = n->keys; at; at = next) {
		struct call_key *key = key_at(k, at);

		next = key->of_call;
		unlink_key(k, at);
		*key = (struct call_key){.next = k->free};
		k->free = at;
	}
	n->keys = 0;
	n->key_cnt = 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* A pool of datagrams under construction, hashed, oldest first. */
#include "fragments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLACK 512

struct piece {
	uint32_t off, len;
};

struct datagram {
	struct datagram *hash_next;
	struct datagram *prev, *next; /* by age; free ones by next */
	struct fragment key;
	uint64_t since_ns;
	bool is_spoiled; /* remembered, so that its other fragments begin no new one */
	uint32_t total;	 /* bytes, 0 not known */
	uint32_t have;	 /* bytes */
	uint8_t *data;	 /* owned, cap + SLACK */
	uint32_t cap;
	unsigned int piece_cnt;
	struct piece piece[FRAGMENTS_PIECES];
};

struct fragments {
	struct fragments_counts counts;
	uint64_t max_bytes, bytes;
	uint32_t bucket_mask;
	struct datagram **bucket;
	struct datagram *pool, *free;
	struct datagram *oldest, *newest;
	uint8_t *done; /* the datagram given out last, owned */
};

int fragments__new(unsigned int max_datagrams, uint64_t max_bytes, struct fragments **ret)
{
	struct fragments *t = calloc(1, sizeof(*t));
	uint32_t buckets = 1;

	if (!t)
		return -ENOMEM;
	while (buckets < max_datagrams)
		buckets *= 2;
	t->max_bytes = max_bytes;
	t->bucket_mask = buckets - 1;
	t->bucket = calloc(buckets, sizeof(struct datagram *));
	t->pool = calloc(max_datagrams, sizeof(*t->pool));
	if (!t->bucket || !t->pool) {
		fragments__free(t);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < max_datagrams; i++) {
		t->pool[i].next = t->free;
		t->free = &t->pool[i];
	}
	*ret = t;
	return 0;
}

void fragments__free(struct fragments *t)
{
	if (!t)
		return;
	for (struct datagram *d = t->oldest; d; d = d->next)
		free(d->data);
	free(t->done);
	free(t->bucket);
	free(t->pool);
	free(t);
}

static uint32_t bucket_of(const struct fragments *t, const struct fragment *f)
{
	uint64_t h = f->id * 0x9e3779b97f4a7c15ull ^ f->proto, word;

	for (unsigned int i = 0; i < 16; i += 8) {
		memcpy(&word, f->saddr + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdull;
		h ^= h >> 32;
		memcpy(&word, f->daddr + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdull;
		h ^= h >> 29;
	}
	return (uint32_t)h & t->bucket_mask;
}

static bool is_same(const struct fragment *a, const struct fragment *b)
{
	return a->id == b->id && a->proto == b->proto && a->family == b->family &&
	       !memcmp(a->saddr, b->saddr, 16) && !memcmp(a->daddr, b->daddr, 16);
}

static void drop_data(struct fragments *t, struct datagram *d)
{
	free(d->data);
	t->bytes -= d->cap;
	d->data = NULL;
	d->cap = 0;
}

static void remove_one(struct fragments *t, struct datagram *d)
{
	struct datagram **at = &t->bucket[bucket_of(t, &d->key)];

	while (*at != d)
		at = &(*at)->hash_next;
	*at = d->hash_next;
	*(d->prev ? &d->prev->next : &t->oldest) = d->next;
	*(d->next ? &d->next->prev : &t->newest) = d->prev;
	drop_data(t, d);
	d->next = t->free;
	t->free = d;
}

static void evict_oldest(struct fragments *t)
{
	t->counts.evicted += !t->oldest->is_spoiled;
	remove_one(t, t->oldest);
}

static struct datagram *find(struct fragments *t, const struct fragment *f, uint64_t now_ns)
{
	struct datagram **at = &t->bucket[bucket_of(t, f)], *d;

	for (d = *at; d; d = d->hash_next) {
		if (is_same(&d->key, f))
			return d;
	}
	if (!t->free)
		evict_oldest(t);
	d = t->free;
	t->free = d->next;
	memset(d, 0, sizeof(*d));
	d->key = *f;
	d->key.p = NULL;
	d->since_ns = now_ns;
	d->prev = t->newest;
	*(t->newest ? &t->newest->next : &t->oldest) = d;
	t->newest = d;
	at = &t->bucket[bucket_of(t, f)];
	d->hash_next = *at;
	*at = d;
	return d;
}

static void spoil(struct fragments *t, struct datagram *d)
{
	t->counts.refused++;
	d->is_spoiled = true;
	drop_data(t, d);
}

/* Room for len bytes; others, the oldest first, give theirs up. */
static bool make_room(struct fragments *t, struct datagram *d, uint32_t len)
{
	uint32_t cap = d->cap ? d->cap : 4096;
	uint8_t *data;

	if (len <= d->cap)
		return true;
	while (cap < len)
		cap *= 2;
	while (t->bytes + cap - d->cap > t->max_bytes && t->oldest != d)
		evict_oldest(t);
	data = t->bytes + cap - d->cap > t->max_bytes ? NULL : realloc(d->data, cap + SLACK);
	if (!data) {
		t->counts.no_memory++;
		return false;
	}
	memset(data + d->cap, 0, cap - d->cap + SLACK);
	t->bytes += cap - d->cap;
	d->data = data;
	d->cap = cap;
	return true;
}

enum fit { FIT_NEW, FIT_COPY, FIT_NOT };

static enum fit fit(const struct datagram *d, const struct fragment *f)
{
	uint32_t end = f->off + f->len;

	for (unsigned int i = 0; i < d->piece_cnt; i++) {
		const struct piece *q = &d->piece[i];

		if (q->off == f->off && q->len == f->len)
			return memcmp(d->data + f->off, f->p, f->len) ? FIT_NOT : FIT_COPY;
		if (f->off < q->off + q->len && q->off < end)
			return FIT_NOT;
		if (f->is_last && q->off + q->len > end)
			return FIT_NOT;
	}
	if (d->total && (end > d->total || (f->is_last && end != d->total)))
		return FIT_NOT;
	return d->piece_cnt < FRAGMENTS_PIECES ? FIT_NEW : FIT_NOT;
}

/* All but the last are multiples of 8 and not empty. */
static bool is_possible(const struct fragment *f)
{
	return f->off + f->len <= FRAGMENT_DATA_MAX && (f->is_last || (f->len && !(f->len & 7)));
}

static bool take(struct fragments *t, struct datagram *d, const uint8_t **p, uint32_t *len)
{
	free(t->done);
	t->done = d->data;
	*p = d->data;
	*len = d->total;
	d->data = NULL;
	t->bytes -= d->cap;
	d->cap = 0;
	remove_one(t, d);
	t->counts.assembled++;
	return true;
}

bool fragments__add(struct fragments *t, const struct fragment *f, uint64_t now_ns,
		    const uint8_t **p, uint32_t *len)
{
	struct datagram *d;
	enum fit how;

	t->counts.fragments++;
	fragments__tick(t, now_ns);
	d = find(t, f, now_ns);
	if (d->is_spoiled)
		return false;
	how = is_possible(f) ? fit(d, f) : FIT_NOT;
	if (how == FIT_COPY) {
		t->counts.copies++;
		return false;
	}
	if (how == FIT_NOT || !make_room(t, d, f->off + f->len)) {
		spoil(t, d);
		return false;
	}
	if (f->len)
		memcpy(d->data + f->off, f->p, f->len);
	d->piece[d->piece_cnt++] = (struct piece){f->off, f->len};
	d->have += f->len;
	if (f->is_last)
		d->total = f->off + f->len;
	if (!d->total || d->have != d->total)
		return false;
	return take(t, d, p, len);
}

/* Stamps may go back: who is younger than now is not old. */
void fragments__tick(struct fragments *t, uint64_t now_ns)
{
	while (t->oldest && now_ns > t->oldest->since_ns &&
	       now_ns - t->oldest->since_ns > FRAGMENTS_NS) {
		t->counts.incomplete += !t->oldest->is_spoiled;
		remove_one(t, t->oldest);
	}
}

const struct fragments_counts *fragments__counts(const struct fragments *t)
{
	return &t->counts;
}

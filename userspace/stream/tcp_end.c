/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of connections and who holds how much memory. */
#include "tcp_end.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "inflater.h"
#include "stream.h"

#define TOUCH_NS       100000000ull /* who is younger by less is as old */
#define TAKE_OVER_NEAR (64u << 10)  /* bytes from what is expected */

static void list_init(struct tcp_list *l)
{
	l->prev = l->next = l;
}

static void list_remove(struct tcp_list *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}

/* Before `at`: the list's head makes it the last one. */
static void list_add(struct tcp_list *at, struct tcp_list *l)
{
	l->prev = at->prev;
	l->next = at;
	at->prev->next = l;
	at->prev = l;
}

static void list_move(struct tcp_list *at, struct tcp_list *l)
{
	list_remove(l);
	list_add(at, l);
}

int tcp_table__init(struct tcp_table *t, unsigned int max, uint64_t max_bytes,
		    struct stream_counts *counts)
{
	uint32_t buckets = 16;

	while (buckets < max)
		buckets *= 2;
	*t = (struct tcp_table){.max = max, .bucket_mask = buckets - 1, .counts = counts};
	list_init(&t->by_age);
	list_init(&t->by_use);
	list_init(&t->with_hole);
	tcp_pool__init(&t->pool, max_bytes);
	/* Only the order inside buckets depends on it. */
	if (getrandom(&t->seed, sizeof(t->seed), GRND_NONBLOCK) < 0)
		t->seed = (uint64_t)(uintptr_t)t;
	t->bucket = calloc(buckets, sizeof(struct tcp_conn *));
	t->conns = calloc(max, sizeof(struct tcp_conn));
	t->ends = calloc(max, sizeof(struct tcp_end));
	if (!t->bucket || !t->conns || !t->ends) {
		tcp_table__done(t);
		return -ENOMEM;
	}
	return 0;
}

void tcp_table__done(struct tcp_table *t)
{
	if (t->by_age.next) {
		while (t->by_age.next != &t->by_age)
			tcp_table__remove(t, tcp_end__of(t->by_age.next, by_age));
	}
	tcp_pool__done(&t->pool);
	free(t->bucket);
	free(t->conns);
	free(t->ends);
	*t = (struct tcp_table){0};
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	unsigned __int128 m = (unsigned __int128)(h ^ word) * 0x9e3779b97f4a7c15ull;

	return (uint64_t)m ^ (uint64_t)(m >> 64) ^ (h << 17 | h >> 47);
}

static uint64_t hash_conn(uint64_t seed, const struct tcp_conn *key)
{
	uint64_t word[4];

	memcpy(word, key->addr, sizeof(word));
	seed = mix(mix(seed, word[0]), word[1]);
	seed = mix(mix(seed, word[2]), word[3]);
	return mix(seed, (uint64_t)key->port[0] << 16 | key->port[1]);
}

static bool is_same(const struct tcp_conn *a, const struct tcp_conn *b)
{
	return a->port[0] == b->port[0] && a->port[1] == b->port[1] &&
	       memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

/* The smaller address and port come first, so that both directions give the same key. */
static unsigned int make_key(struct tcp_conn *key, const struct rec_flow *f, bool is_out)
{
	int order = memcmp(f->saddr, f->daddr, sizeof(f->saddr));
	unsigned int dir = order ? order > 0 : f->sport != f->dport ? f->sport > f->dport : !is_out;

	memcpy(key->addr[dir], f->saddr, sizeof(f->saddr));
	memcpy(key->addr[!dir], f->daddr, sizeof(f->daddr));
	key->port[dir] = f->sport;
	key->port[!dir] = f->dport;
	return dir;
}

/* Names are the same in every run, as replay wants it. */
static uint64_t number_of(const struct tcp_conn *c, uint32_t isn)
{
	return mix(hash_conn(0x2545f4914f6cdd1dull, c), isn) | 1;
}

/* Slots are handed out in order until each was used once: memory that is not needed stays
 * untouched. */
static struct tcp_conn *add_conn(struct tcp_table *t, const struct tcp_conn *key,
				 struct tcp_conn **bucket)
{
	struct tcp_conn *c = t->free_conn;

	t->free_conn = c->next;
	memcpy(c->addr, key->addr, sizeof(c->addr));
	memcpy(c->port, key->port, sizeof(c->port));
	c->number = number_of(c, 0);
	c->next = *bucket;
	*bucket = c;
	return c;
}

static struct tcp_end *add_end(struct tcp_table *t, struct tcp_conn *c, uint64_t sk)
{
	struct tcp_end *e = t->free_end;

	t->free_end = e->next;
	e->sk = sk;
	e->conn = c;
	e->number = c->number;
	e->moved_ns = UINT64_MAX;
	e->next = c->ends;
	c->ends = e;
	list_init(&e->by_use);
	list_init(&e->with_hole);
	list_add(&t->by_age, &e->by_age);
	return e;
}

static void free_slots(struct tcp_table *t)
{
	struct tcp_end *oldest;

	if (t->used < t->max) {
		if (!t->free_end) {
			t->free_end = &t->ends[t->used];
			t->conns[t->used].next = t->free_conn;
			t->free_conn = &t->conns[t->used];
			t->used++;
		}
		return;
	}
	if (t->free_end)
		return;
	oldest = tcp_table__oldest(t);
	if (oldest->has_data &&
	    (oldest->half[0].state != HALF_CLOSED || oldest->half[1].state != HALF_CLOSED))
		t->counts->conns_evicted++;
	tcp_table__remove(t, oldest);
}

static struct tcp_conn *find_conn(struct tcp_table *t, const struct tcp_conn *key)
{
	struct tcp_conn *c = t->bucket[hash_conn(t->seed, key) & t->bucket_mask];

	while (c && !is_same(c, key))
		c = c->next;
	return c;
}

/* SYN, SYN-ACK and what came with the last ACK of the handshake were the listener's: its end goes
 * on as that of the socket which was accepted. */
static struct tcp_end *take_over(struct tcp_conn *c, const struct tcp_sight *sight,
				 unsigned int dir)
{
	for (struct tcp_end *e = c->ends; e; e = e->next) {
		const struct tcp_half *h = &e->half[dir];

		if (e->sk && h->state != HALF_FRESH && h->is_out == sight->is_out &&
		    sight->seq - h->next + TAKE_OVER_NEAR < 2 * TAKE_OVER_NEAR) {
			e->sk = sight->sk;
			return e;
		}
	}
	return NULL;
}

struct tcp_end *tcp_table__find(struct tcp_table *t, const struct tcp_sight *sight,
				unsigned int *dir)
{
	struct tcp_conn key, *c;
	struct tcp_end *e;

	*dir = make_key(&key, sight->flow, sight->is_out);
	c = find_conn(t, &key);
	for (e = c ? c->ends : NULL; e; e = e->next) {
		if (e->sk == sight->sk)
			return e;
	}
	e = c && sight->sk ? take_over(c, sight, *dir) : NULL;
	if (e)
		return e;
	free_slots(t);
	c = find_conn(t, &key); /* what made room may have been its only end */
	if (!c)
		c = add_conn(t, &key, &t->bucket[hash_conn(t->seed, &key) & t->bucket_mask]);
	return add_end(t, c, sight->sk);
}

static void remove_conn(struct tcp_table *t, struct tcp_conn *c)
{
	struct tcp_conn **at = &t->bucket[hash_conn(t->seed, c) & t->bucket_mask];

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	*c = (struct tcp_conn){.next = t->free_conn};
	t->free_conn = c;
}

void tcp_table__remove(struct tcp_table *t, struct tcp_end *e)
{
	struct tcp_conn *c = e->conn;
	struct tcp_end **at = &c->ends;

	tcp_end__clear(t, e, true);
	list_remove(&e->by_age);
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	*e = (struct tcp_end){.next = t->free_end};
	t->free_end = e;
	if (!c->ends)
		remove_conn(t, c);
}

void tcp_table__touch(struct tcp_table *t, struct tcp_end *e, uint64_t now_ns)
{
	/* A move touches four others: their order is no finer than it has to be. */
	if (now_ns - e->moved_ns > TOUCH_NS || now_ns < e->moved_ns) {
		e->moved_ns = now_ns;
		list_move(&t->by_age, &e->by_age);
	}
	e->seen_ns = now_ns;
	if (e->held_bytes && t->by_use.prev != &e->by_use)
		list_move(&t->by_use, &e->by_use);
}

void tcp_table__retire(struct tcp_table *t, struct tcp_end *e)
{
	if (t->by_age.next != &e->by_age)
		list_move(t->by_age.next, &e->by_age);
}

struct tcp_end *tcp_table__oldest(const struct tcp_table *t)
{
	return t->by_age.next == &t->by_age ? NULL : tcp_end__of(t->by_age.next, by_age);
}

struct tcp_end *tcp_table__first_hole(const struct tcp_table *t)
{
	return t->with_hole.next == &t->with_hole ? NULL
						  : tcp_end__of(t->with_hole.next, with_hole);
}

/* A connection gets a new number with the SYN that opens it, the same at both of its ends. */
void tcp_conn__syn(struct tcp_conn *c, unsigned int dir, uint32_t seq)
{
	if (c->has_isn[dir] && c->isn[dir] == seq)
		return;
	if (c->has_isn[dir] || !c->has_isn[!dir]) {
		c->has_isn[!dir] = false;
		c->number = number_of(c, seq);
	}
	c->has_isn[dir] = true;
	c->isn[dir] = seq;
}

/* Bytes in a row are wanted by somebody else more than by the one who was not heard of longest. */
static bool give_up_other(struct tcp_table *t, const struct tcp_end *e)
{
	struct tcp_list *l = t->by_use.next;

	if (l == &e->by_use)
		l = l->next;
	if (l == &t->by_use)
		return false;
	tcp_end__clear(t, tcp_end__of(l, by_use), false);
	t->counts->bytes_evicted++;
	return true;
}

struct tcp_buf *tcp_end__take(struct tcp_table *t, struct tcp_end *e, uint32_t cap)
{
	struct tcp_buf *b;
	int err;

	do
		err = tcp_pool__take(&t->pool, cap, &b);
	while (err == -ENOSPC && give_up_other(t, e));
	if (err) {
		if (err == -ENOMEM)
			t->counts->no_memory++;
		else
			t->counts->bytes_evicted++;
		return NULL;
	}
	if (!e->held_bytes)
		list_add(&t->by_use, &e->by_use);
	e->held_bytes += b->size;
	return b;
}

void tcp_end__give(struct tcp_table *t, struct tcp_end *e, struct tcp_buf *b)
{
	e->held_bytes -= b->size;
	tcp_pool__give(&t->pool, b);
	if (!e->held_bytes)
		list_remove(&e->by_use);
}

void tcp_end__hole(struct tcp_table *t, struct tcp_end *e, bool has_hole)
{
	if (has_hole == e->is_hole_listed)
		return;
	e->is_hole_listed = has_hole;
	if (has_hole)
		list_add(&t->with_hole, &e->with_hole);
	else
		list_remove(&e->with_hole);
}

void tcp_half__drop_part(struct tcp_table *t, struct tcp_end *e, struct tcp_half *h)
{
	if (h->part)
		tcp_end__give(t, e, h->part);
	h->part = NULL;
	h->need = h->scan = 0;
	h->is_need_exact = false;
}

void tcp_half__drop_early(struct tcp_table *t, struct tcp_end *e, struct tcp_half *h)
{
	struct tcp_buf *b;

	while ((b = h->early)) {
		h->early = b->next;
		tcp_end__give(t, e, b);
	}
	h->early_bytes = h->early_cnt = 0;
	h->hole_ns = 0;
	tcp_end__hole(t, e, e->half[0].early || e->half[1].early);
}

/* Compressed messages need all that went before. */
static void lose_context(struct half_ws *ws)
{
	inflater__free(ws->inflater);
	ws->inflater = NULL;
	ws->is_context_lost |= ws->has_takeover;
}

void tcp_half__lose(struct tcp_table *t, struct tcp_end *e, struct tcp_half *h)
{
	tcp_half__drop_part(t, e, h);
	lose_context(&h->ws);
	h->skip = 0;
	h->proto = PROTO_NONE;
	h->http.is_skipping = false;
	h->ws.is_dropping = false;
	e->http.is_unsure = true;
	if (h->state == HALF_OPEN)
		h->state = HALF_LOST;
}

static void clear_half(struct tcp_table *t, struct tcp_end *e, struct tcp_half *h, bool is_reset)
{
	bool had_bytes = h->part || h->early;

	tcp_half__drop_early(t, e, h);
	if (is_reset || had_bytes)
		tcp_half__lose(t, e, h);
	else
		lose_context(&h->ws);
	if (is_reset)
		*h = (struct tcp_half){0};
}

void tcp_end__clear(struct tcp_table *t, struct tcp_end *e, bool is_reset)
{
	clear_half(t, e, &e->half[0], is_reset);
	clear_half(t, e, &e->half[1], is_reset);
	if (is_reset)
		e->http = (struct http_pairs){0};
}

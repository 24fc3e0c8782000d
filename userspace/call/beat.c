/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of senders, and what their intervals say. */
#include "beat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BEAT_LEARNT	5u    /* intervals before one is called the interval */
#define BEAT_MISSES_MAX 1000u /* of one gap: a sender that was off for days missed nothing */

struct beats {
	struct beats_opts opts;
	struct beats_counts counts;
	struct beat_peer **bucket;
	uint32_t mask;
	unsigned int cnt;
	uint64_t last_id;
	struct beat_peer *head, *tail; /* idle for the longest first */
	struct beat_peer *id_head, *id_tail;
};

int beats__new(const struct beats_opts *opts, struct beats **ret)
{
	struct beats *b = calloc(1, sizeof(*b));
	uint32_t buckets = 16;

	if (!b)
		return -ENOMEM;
	while (buckets < opts->max_peers)
		buckets *= 2;
	b->opts = *opts;
	b->mask = buckets - 1;
	b->bucket = calloc(buckets, sizeof(*b->bucket));
	if (!b->bucket) {
		free(b);
		return -ENOMEM;
	}
	*ret = b;
	return 0;
}

void beats__free(struct beats *b)
{
	if (!b)
		return;
	for (struct beat_peer *p = b->head, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	free(b->bucket);
	free(b);
}

static uint64_t mix(uint64_t h, const uint8_t *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	return h ^ h >> 29;
}

/* The service and who sends: bytes of the payload where it has them, else the address. */
static uint64_t key_of(const struct beats *b, const struct message *m, const uint8_t service[16],
		       uint16_t port, const uint8_t peer[16])
{
	uint32_t end = (uint32_t)b->opts.id_off + b->opts.id_len;
	uint64_t h = mix(0xcbf29ce484222325ull ^ port, service, 16);

	if (b->opts.id_len && end <= m->len)
		return mix(h, m->p + b->opts.id_off, b->opts.id_len);
	return mix(~h, peer, 16);
}

static struct beat_peer *find(const struct beats *b, uint64_t key)
{
	struct beat_peer *p = b->bucket[key >> 17 & b->mask];

	while (p && p->key != key)
		p = p->chain;
	return p;
}

static void unlink_age(struct beats *b, struct beat_peer *p)
{
	*(p->prev ? &p->prev->next : &b->head) = p->next;
	*(p->next ? &p->next->prev : &b->tail) = p->prev;
}

static void append_age(struct beats *b, struct beat_peer *p)
{
	p->prev = b->tail;
	p->next = NULL;
	*(b->tail ? &b->tail->next : &b->head) = p;
	b->tail = p;
}

static void forget(struct beats *b, struct beat_peer *p)
{
	struct beat_peer **at = &b->bucket[p->key >> 17 & b->mask];

	while (*at != p)
		at = &(*at)->chain;
	*at = p->chain;
	unlink_age(b, p);
	*(p->id_prev ? &p->id_prev->id_next : &b->id_head) = p->id_next;
	*(p->id_next ? &p->id_next->id_prev : &b->id_tail) = p->id_prev;
	b->cnt--;
	free(p);
}

static struct beat_peer *add_peer(struct beats *b, uint64_t key, uint64_t ts_ns)
{
	struct beat_peer *p;

	if (b->cnt >= b->opts.max_peers && b->head) {
		b->counts.peers_evicted++;
		forget(b, b->head);
	}
	p = calloc(1, sizeof(*p));
	if (!p) {
		b->counts.no_memory++;
		return NULL;
	}
	p->id = ++b->last_id;
	p->key = key;
	p->first_ns = ts_ns;
	p->chain = b->bucket[key >> 17 & b->mask];
	b->bucket[key >> 17 & b->mask] = p;
	append_age(b, p);
	p->id_prev = b->id_tail;
	*(b->id_tail ? &b->id_tail->id_next : &b->id_head) = p;
	b->id_tail = p;
	b->cnt++;
	return p;
}

static int compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t median_of(const struct beat_peer *p)
{
	uint64_t sorted[BEAT_INTERVALS];
	uint32_t n = p->recent_cnt < BEAT_INTERVALS ? p->recent_cnt : BEAT_INTERVALS;

	if (n < BEAT_LEARNT)
		return 0;
	memcpy(sorted, p->recent_ns, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), compare_ns);
	return sorted[n / 2];
}

/* Jitter as RFC 3550 6.4.1: a sixteenth of each deviation. A gap of more than one and a half
 * intervals has missed heartbeats in it; it is no interval. */
static void note_interval(struct beats *b, struct beat_peer *p, uint64_t gap_ns)
{
	uint64_t learnt = p->interval_ns, off, missed;

	if (learnt && gap_ns > learnt + learnt / 2) {
		missed = (gap_ns + learnt / 2) / learnt - 1;
		missed = missed > BEAT_MISSES_MAX ? BEAT_MISSES_MAX : missed;
		p->misses += missed;
		b->counts.misses += missed;
		/* a sender that became slower is learnt again by its own gaps */
		p->recent_ns[p->recent_cnt++ % BEAT_INTERVALS] = gap_ns;
		p->interval_ns = median_of(p);
		return;
	}
	p->recent_ns[p->recent_cnt++ % BEAT_INTERVALS] = gap_ns;
	if (learnt) {
		off = gap_ns > learnt ? gap_ns - learnt : learnt - gap_ns;
		p->jitter_ns = off > p->jitter_ns ? p->jitter_ns + (off - p->jitter_ns) / 16
						  : p->jitter_ns - (p->jitter_ns - off) / 16;
	}
	p->interval_ns = median_of(p);
}

static void note_address(struct beats *b, struct beat_peer *p, const struct message *m)
{
	const struct rec_flow *f = m->flow;

	if (p->port == f->sport && !memcmp(p->addr, f->saddr, 16))
		return;
	if (p->beats) {
		memcpy(p->old_addr, p->addr, 16);
		p->old_port = p->port;
		p->changed_ns = m->ts_ns;
		p->changes++;
		b->counts.mapping_changes++;
	}
	memcpy(p->addr, f->saddr, 16);
	p->port = f->sport;
}

/* Whose heartbeat this one answers: it goes to where that one came from, with the same bytes. */
static bool take_echo(struct beats *b, const struct message *m)
{
	const struct rec_flow *f = m->flow;
	struct beat_peer *p = find(b, key_of(b, m, f->saddr, f->sport, f->daddr));
	uint64_t took_ns;

	if (!p || p->open_hash != m->hash || p->port != f->dport || memcmp(p->addr, f->daddr, 16) ||
	    m->ts_ns < p->open_ns)
		return false;
	took_ns = m->ts_ns - p->open_ns;
	p->open_hash = 0;
	if (!p->echoes++ || took_ns < p->echo_min_ns)
		p->echo_min_ns = took_ns;
	if (took_ns > p->echo_max_ns)
		p->echo_max_ns = took_ns;
	p->echo_sum_ns += took_ns;
	b->counts.echoes++;
	return true;
}

void beats__add(struct beats *b, const struct message *m)
{
	const struct rec_flow *f = m->flow;
	struct beat_peer *p;
	uint64_t key;

	if (take_echo(b, m))
		return;
	key = key_of(b, m, f->daddr, f->dport, f->saddr);
	p = find(b, key);
	/* sent and received by this host, it is one */
	if (p && p->open_hash == m->hash && p->port == f->sport && m->ts_ns >= p->seen_ns &&
	    p->interval_ns && m->ts_ns - p->seen_ns < p->interval_ns / 8)
		return;
	b->counts.heartbeats++;
	if (!p)
		p = add_peer(b, key, m->ts_ns);
	if (!p)
		return;
	memcpy(p->service, f->daddr, 16);
	p->service_port = f->dport;
	note_address(b, p, m);
	if (p->beats && m->ts_ns > p->seen_ns)
		note_interval(b, p, m->ts_ns - p->seen_ns);
	p->beats++;
	if (m->ts_ns > p->seen_ns)
		p->seen_ns = m->ts_ns;
	p->open_hash = m->hash;
	p->open_ns = m->ts_ns;
	unlink_age(b, p);
	append_age(b, p);
}

void beats__tick(struct beats *b, uint64_t now_ns)
{
	while (b->head && now_ns > b->head->seen_ns && now_ns - b->head->seen_ns > b->opts.idle_ns)
		forget(b, b->head);
}

const struct beat_peer *beats__next(const struct beats *b, uint64_t from)
{
	const struct beat_peer *p = b->id_head;

	while (p && p->id <= from)
		p = p->id_next;
	return p;
}

const struct beats_counts *beats__counts(const struct beats *b)
{
	return &b->counts;
}

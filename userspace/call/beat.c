/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose heartbeat a datagram is, when it was due, and what it answers. */
#include "beat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "beat_table.h"

#define INTERVALS_MIN 5		    /* before one is learnt */
#define NAME_CHANGES  3		    /* in a row, then the payload does not name its sender */
#define RETURNS	      2		    /* to former addresses, then several senders share a name */
#define SWAPPED	      2		    /* heartbeats with the bytes of a reply: it is the echo */
#define EXACT_MIN     4		    /* echoes with equal bytes: others are none */
#define SILENT_NS     2000000000ull /* then the other sight of a datagram counts */
#define TICK_PEERS    1024	    /* looked at in one call */

struct beats {
	struct beats_opts opts;
	struct beats_counts counts;
	struct beat_table *table;
	uint64_t tick_id; /* of the latest peer looked at */
	uint64_t seed;
};

int beats__new(const struct beats_opts *opts, struct beats **ret)
{
	struct beats *b = calloc(1, sizeof(*b));
	int rc;

	if (!b)
		return -ENOMEM;
	b->opts = *opts;
	b->seed = (uintptr_t)b * 0x9e3779b97f4a7c15ull; /* not to be guessed by who sends */
	rc = beat_table__new(opts->max_peers, &b->table);
	if (rc) {
		free(b);
		return rc;
	}
	*ret = b;
	return 0;
}

void beats__free(struct beats *b)
{
	if (!b)
		return;
	beat_table__free(b->table);
	free(b);
}

/* --- keys --- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdull;
	return h ^ h >> 32;
}

static uint64_t mix_bytes(uint64_t h, const uint8_t *p, uint32_t len)
{
	uint64_t v;

	for (; len >= sizeof(v); p += sizeof(v), len -= (uint32_t)sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		h = mix(h, v);
	}
	v = 0;
	if (len)
		memcpy(&v, p, len);
	return mix(h, v ^ (uint64_t)len << 56);
}

static uint64_t mix_addr(uint64_t h, const uint8_t addr[16], uint16_t port)
{
	return mix(mix_bytes(h, addr, 16), port);
}

static uint64_t not_zero(uint64_t h)
{
	return h ? h : 1;
}

static uint64_t address_key(const struct beats *b, const uint8_t service[16], uint16_t service_port,
			    const uint8_t addr[16], uint16_t port)
{
	return not_zero(mix_addr(mix_addr(b->seed, service, service_port), addr, port));
}

/* 0: it has no name. */
static uint64_t name_key(const struct beats *b, const struct message *m)
{
	const struct rec_flow *f = m->flow;

	if (!b->opts.id_len || m->len < (uint32_t)b->opts.id_off + b->opts.id_len)
		return 0;
	return not_zero(mix_bytes(mix_addr(~b->seed, f->daddr, f->dport), m->p + b->opts.id_off,
				  b->opts.id_len));
}

/* --- who it is --- */

static bool is_from(const struct beat_peer *p, const struct rec_flow *f)
{
	return p->port == f->sport && !memcmp(p->addr, f->saddr, 16);
}

/* A datagram between two sockets of this host is seen twice, at one place each time. The place
 * where the first one was seen counts, until nothing is seen there any more. */
static bool is_second_sight(struct beats *b, struct beat_node *n, const struct message *m)
{
	struct beat_peer *p = &n->peer;

	if (m->dir == p->dir)
		return false;
	if (m->ts_ns > p->seen_ns + SILENT_NS && m->ts_ns - p->seen_ns > 2 * p->interval_ns) {
		p->dir = m->dir;
		return false;
	}
	b->counts.second_sights++;
	return true;
}

/* What was learnt of it was of several senders. */
static void share_name(struct beats *b, struct beat_node *n)
{
	struct beat_peer *p = &n->peer;
	struct beat_peer fresh = {.id = p->id,
				  .service_port = p->service_port,
				  .port = p->port,
				  .dir = p->dir,
				  .is_by_address = true};

	memcpy(fresh.service, p->service, 16);
	memcpy(fresh.addr, p->addr, 16);
	*p = fresh;
	n->interval_cnt = n->interval_at = 0;
	memset(n->open, 0, sizeof(n->open));
	b->counts.ids_shared++;
}

static void move(struct beats *b, struct beat_node *n, const struct message *m, uint64_t key)
{
	struct beat_peer *p = &n->peer;
	const struct rec_flow *f = m->flow;
	uint32_t here = (uint32_t)(key >> 16) | 1;

	for (int i = 0; i < BEAT_FORMER; i++) {
		if (n->former[i] == here) {
			n->returns++;
			break;
		}
	}
	n->former[n->former_at] = (uint32_t)(n->key[BEAT_BY_ADDRESS] >> 16) | 1;
	n->former_at = (uint8_t)((n->former_at + 1) % BEAT_FORMER);
	n->stays = 0;
	if (memcmp(p->addr, f->saddr, 16) != 0)
		n->moves++;
	memcpy(p->old_addr, p->addr, 16);
	p->old_port = p->port;
	memcpy(p->addr, f->saddr, 16);
	p->port = f->sport;
	p->changed_ns = m->ts_ns;
	p->changes++;
	b->counts.mapping_changes++;
	beat_table__set_key(b->table, n, BEAT_BY_ADDRESS, key);
	if (n->returns >= RETURNS || n->moves >= BEAT_FORMER)
		share_name(b, n);
}

static struct beat_node *add_peer(struct beats *b, const struct message *m, uint64_t address,
				  uint64_t name, bool is_by_address)
{
	const struct rec_flow *f = m->flow;
	bool is_evicted;
	struct beat_node *n = beat_table__add(b->table, &is_evicted);
	struct beat_peer *p = &n->peer;

	b->counts.peers_evicted += is_evicted;
	memcpy(p->service, f->daddr, 16);
	memcpy(p->addr, f->saddr, 16);
	p->service_port = f->dport;
	p->port = f->sport;
	p->dir = m->dir;
	p->is_by_address = is_by_address;
	beat_table__set_key(b->table, n, BEAT_BY_ADDRESS, address);
	beat_table__set_key(b->table, n, BEAT_BY_NAME, is_by_address ? 0 : name);
	return n;
}

/* Another name from a known address: a sender that began anew, or bytes that are no name. */
static void rename_peer(struct beats *b, struct beat_node *n, uint64_t name)
{
	if (++n->name_changes < NAME_CHANGES) {
		beat_table__set_key(b->table, n, BEAT_BY_NAME, name);
		return;
	}
	beat_table__set_key(b->table, n, BEAT_BY_NAME, 0);
	if (n->peer.changes) {
		share_name(b, n);
		return;
	}
	n->peer.is_by_address = true;
	b->counts.ids_shared++;
}

static void stay(struct beat_node *n)
{
	n->moves = 0;
	n->name_changes = 0;
	if (++n->stays < BEAT_FORMER)
		return;
	n->stays = n->returns = 0;
	memset(n->former, 0, sizeof(n->former));
}

/* NULL: not a heartbeat of its own. A name that several share stays in the index, of a peer that
 * goes by its address. */
static struct beat_node *find_peer(struct beats *b, const struct message *m)
{
	const struct rec_flow *f = m->flow;
	uint64_t address = address_key(b, f->daddr, f->dport, f->saddr, f->sport);
	uint64_t name = name_key(b, m);
	struct beat_node *here = beat_table__find(b->table, BEAT_BY_ADDRESS, address);
	struct beat_node *named = name ? beat_table__find(b->table, BEAT_BY_NAME, name) : NULL;

	if (here) {
		if (is_second_sight(b, here, m))
			return NULL;
		if (here->peer.is_by_address || !name)
			return here;
		if (here == named)
			stay(here);
		else if (!named || !named->peer.is_by_address)
			rename_peer(b, here, name);
		return here;
	}
	if (!named)
		return add_peer(b, m, address, name, !name);
	if (named->peer.is_by_address)
		return add_peer(b, m, address, name, true);
	if (is_second_sight(b, named, m)) /* its other end has the address before translation */
		return NULL;
	move(b, named, m, address);
	return named;
}

/* --- when --- */

static uint64_t median(const uint64_t *v, unsigned int cnt)
{
	uint64_t sorted[BEAT_INTERVALS];

	for (unsigned int i = 0; i < cnt; i++) {
		unsigned int at = i;

		for (; at && sorted[at - 1] > v[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = v[i];
	}
	return sorted[cnt / 2];
}

/* Heartbeats that were due in a gap: up to half an interval late is late, not missing. */
static uint64_t missing_in(const struct beat_peer *p, uint64_t gap_ns)
{
	if (!p->interval_ns || gap_ns <= p->interval_ns + p->interval_ns / 2)
		return 0;
	return (gap_ns - p->interval_ns / 2) / p->interval_ns;
}

static void count_misses(struct beats *b, struct beat_node *n, uint64_t gap_ns)
{
	uint64_t missing = missing_in(&n->peer, gap_ns);

	if (missing <= n->silent_misses)
		return;
	n->peer.misses += missing - n->silent_misses;
	b->counts.misses += missing - n->silent_misses;
	n->silent_misses = missing;
}

static void note_interval(struct beats *b, struct beat_node *n, uint64_t gap_ns)
{
	struct beat_peer *p = &n->peer;

	count_misses(b, n, gap_ns);
	if (p->interval_ns && !missing_in(p, gap_ns)) {
		uint64_t off =
			gap_ns > p->interval_ns ? gap_ns - p->interval_ns : p->interval_ns - gap_ns;

		/* J += (|D| - J) / 16 */
		p->jitter_ns = off > p->jitter_ns ? p->jitter_ns + (off - p->jitter_ns) / 16
						  : p->jitter_ns - (p->jitter_ns - off) / 16;
	}
	n->silent_misses = 0;
	n->interval[n->interval_at] = gap_ns;
	n->interval_at = (uint8_t)((n->interval_at + 1) % BEAT_INTERVALS);
	if (n->interval_cnt < BEAT_INTERVALS)
		n->interval_cnt++;
	if (n->interval_cnt >= INTERVALS_MIN)
		p->interval_ns = median(n->interval, n->interval_cnt);
}

/* True: what was taken for the peer sends back what it got. */
static bool is_swapped(struct beat_node *n, const struct message *m)
{
	if (n->peer.exact || !n->peer.echoes || m->hash != n->reply_hash) {
		n->swapped = 0;
		return false;
	}
	return ++n->swapped >= SWAPPED;
}

static void beat(struct beats *b, struct beat_node *n, const struct message *m)
{
	struct beat_peer *p = &n->peer;

	b->counts.heartbeats++;
	p->beats++;
	n->open_at = (uint8_t)((n->open_at + 1) % BEAT_OPEN);
	n->open[n->open_at] = (struct beat_open){m->hash, m->ts_ns};
	if (!p->first_ns)
		p->first_ns = m->ts_ns;
	else if (m->ts_ns > p->seen_ns)
		note_interval(b, n, m->ts_ns - p->seen_ns);
	if (m->ts_ns > p->seen_ns)
		p->seen_ns = m->ts_ns;
	beat_table__touch(b->table, n);
}

/* --- what it answers --- */

static struct beat_open *find_open(struct beat_node *n, const struct message *m, bool *is_exact)
{
	struct beat_open *latest = &n->open[n->open_at];

	*is_exact = true;
	for (unsigned int i = 0; i < BEAT_OPEN; i++) {
		struct beat_open *o = &n->open[(n->open_at + BEAT_OPEN - i) % BEAT_OPEN];

		if (o->ts_ns && o->hash == m->hash)
			return o;
	}
	*is_exact = false;
	if (n->peer.exact >= EXACT_MIN && n->peer.exact == n->peer.echoes)
		return NULL;
	return latest->ts_ns ? latest : NULL;
}

static void reply(struct beats *b, struct beat_node *n, const struct message *m)
{
	static const uint8_t answers[] = {[MESSAGE_IN] = MESSAGE_OUT,
					  [MESSAGE_OUT] = MESSAGE_IN,
					  [MESSAGE_WIRE] = MESSAGE_WIRE};
	struct beat_peer *p = &n->peer;
	struct beat_open *o;
	bool is_exact;
	uint64_t took;

	if (m->dir != answers[p->dir]) {
		b->counts.second_sights++;
		return;
	}
	o = find_open(n, m, &is_exact);
	n->reply_hash = m->hash;
	if (!o || m->ts_ns < o->ts_ns)
		return;
	took = m->ts_ns - o->ts_ns;
	o->ts_ns = 0;
	if (!p->echoes || took < p->echo_min_ns)
		p->echo_min_ns = took;
	if (took > p->echo_max_ns)
		p->echo_max_ns = took;
	p->echo_sum_ns += took;
	p->echoes++;
	p->exact += is_exact;
	b->counts.echoes++;
}

/* --- the table --- */

void beats__add(struct beats *b, const struct message *m)
{
	const struct rec_flow *f = m->flow;
	uint64_t back = address_key(b, f->saddr, f->sport, f->daddr, f->dport);
	struct beat_node *n = beat_table__find(b->table, BEAT_BY_ADDRESS, back);

	if (m->dir > MESSAGE_WIRE)
		return;
	if (n && !is_from(&n->peer, f)) {
		reply(b, n, m);
		return;
	}
	n = find_peer(b, m);
	if (!n)
		return;
	if (is_swapped(n, m))
		beat_table__remove(b->table, n);
	else
		beat(b, n, m);
}

static void forget_idle(struct beats *b, uint64_t now_ns)
{
	struct beat_node *n;

	while (b->opts.idle_ns && (n = beat_table__oldest(b->table)) && now_ns > n->peer.seen_ns &&
	       now_ns - n->peer.seen_ns > b->opts.idle_ns)
		beat_table__remove(b->table, n);
}

void beats__tick(struct beats *b, uint64_t now_ns)
{
	struct beat_node *n;

	forget_idle(b, now_ns);
	for (int i = 0; i < TICK_PEERS; i++) {
		n = beat_table__after(b->table, b->tick_id);
		b->tick_id = n ? n->peer.id : 0;
		if (!n)
			return;
		if (now_ns > n->peer.seen_ns)
			count_misses(b, n, now_ns - n->peer.seen_ns);
	}
}

const struct beat_peer *beats__next(const struct beats *b, uint64_t from)
{
	const struct beat_node *n = beat_table__after(b->table, from);

	return n ? &n->peer : NULL;
}

const struct beats_counts *beats__counts(const struct beats *b)
{
	return &b->counts;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The transaction rules. */
#include "session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 3261 16.6 item 11: more than three minutes without another provisional reply. */
#define TIMER_C_NS 181000000000ull

struct session {
	struct session_opts opts;
	struct session_counts counts;
	struct txn_table *table;
	uint64_t doubt_ns; /* what was opened before may have ended unseen */
};

int session__new(const struct session_opts *opts, struct session **ret)
{
	struct session *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->opts = *opts;
	err = txn_table__new(opts->max_transactions, opts->on_done != NULL, &s->table);
	if (err) {
		free(s);
		return err;
	}
	*ret = s;
	return 0;
}

void session__free(struct session *s)
{
	if (!s)
		return;
	txn_table__free(s->table);
	free(s);
}

void session__address(const uint8_t addr[16], uint16_t port, char *buf, size_t len)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	char text[INET6_ADDRSTRLEN] = "";

	if (!memcmp(addr, mapped, sizeof(mapped))) {
		inet_ntop(AF_INET, addr + 12, text, sizeof(text));
		snprintf(buf, len, "%s:%u", text, port);
	} else {
		inet_ntop(AF_INET6, addr, text, sizeof(text));
		snprintf(buf, len, "[%s]:%u", text, port);
	}
}

/* The service is where the request goes: the local socket of a server, the peer of a client. */
static struct stats_row *find_row(struct session *s, const struct txn *x)
{
	struct stats_key key = {.side = x->side == TXN_SERVER ? 's' : 'c'};
	int n = snprintf(key.service, sizeof(key.service), "%s ",
			 x->proto == PROTO_SIP ? "sip" : "stun");

	session__address(x->flow.daddr, x->flow.dport, key.service + n, sizeof(key.service) - n);
	snprintf(key.method, sizeof(key.method), "%s", x->method);
	return stats__row(s->opts.stats, &key);
}

static struct txn *open_txn(struct session *s, enum txn_side side, const struct brief *b,
			    const struct rec_flow *flow, uint64_t now_ns)
{
	bool evicted;
	struct txn *x = txn_table__add(s->table, side, b, now_ns, &evicted);

	if (!x)
		return NULL;
	s->counts.evicted += evicted;
	x->flow = *flow;
	x->row = find_row(s, x);
	x->row->in_flight++;
	return x;
}

static void note_task(struct txn *x, const struct rec_task *task)
{
	if (!task)
		return;
	x->tid = task->pid;
	x->tgid = task->tgid;
	x->netns = task->netns;
	x->cgroup_id = task->cgroup_id;
	snprintf(x->comm, sizeof(x->comm), "%.*s", REC_COMM_LEN - 1, task->comm);
	memcpy(x->row->comm, x->comm, sizeof(x->row->comm));
	x->row->netns = task->netns;
	x->row->cgroup_id = task->cgroup_id;
}

/* A phone may ring for minutes. */
static void note_provisional(struct session *s, struct txn *x, uint64_t now_ns)
{
	if (x->state == TXN_OPEN && !strcmp(x->method, "INVITE"))
		txn_table__proceed(s->table, x, now_ns);
}

static void note_retransmit(struct session *s, struct txn *x)
{
	s->counts.retransmits++;
	x->retransmits++;
	x->row->retransmits++;
}

/* Sent on and not seen to be answered: what passed before the reply holds the wait for the peer. */
static bool is_peer_unseen(struct session *s, const struct txn *x)
{
	const struct txn *fwd = txn_table__get(s->table, x->forwarded);

	return fwd && fwd->state == TXN_OPEN;
}

/* The stages of a finished transaction. With a downstream leg: in -> forwarded -> peer -> reply in
 * -> out. */
static bool build_path(struct session *s, const struct txn *x, struct path *p)
{
	const struct txn *down = txn_table__get(s->table, x->downstream);

	if (x->side == TXN_CLIENT) {
		path__tx(p, 0, &x->tx);
		path__rx(p, STAGE_PEER, &x->rx);
		return false;
	}
	path__rx(p, 0, &x->rx);
	if (down) {
		path__tx(p, STAGE_APP, &down->tx);
		path__rx(p, STAGE_PEER, &down->rx);
	}
	path__tx(p, !down && is_peer_unseen(s, x) ? STAGE_APP | STAGE_PEER : STAGE_APP, &x->tx);
	return down != NULL;
}

static bool has_merged(const struct path *p)
{
	for (unsigned int i = 0; i < p->share_cnt; i++)
		if (p->share[i].mask & (p->share[i].mask - 1))
			return true;
	return false;
}

static void finish(struct session *s, struct txn *x, uint64_t now_ns)
{
	struct path p = {0};
	struct session_done done = {.txn = x, .path = &p};

	done.is_proxied = build_path(s, x, &p);
	x->row->in_flight--;
	txn_table__finish(s->table, x, now_ns);
	if (p.invalid || !p.start_ns) {
		s->counts.invalid++;
		return;
	}
	stats__add(s->opts.stats, x->row, now_ns, path__total_ns(&p), p.share, p.share_cnt);
	s->counts.transactions++;
	s->counts.merged += has_merged(&p);
	if (x->is_error) {
		s->counts.errors++;
		stats__add_error(s->opts.stats, x->row, now_ns);
	}
	if (s->opts.on_done)
		s->opts.on_done(s->opts.ctx, &done);
}

static struct session_part arrive_request(struct session *s, const struct brief *b,
					  const struct rec_flow *flow, const struct rx_leg *leg,
					  uint64_t now_ns)
{
	struct session_part part = {0};
	struct txn *x;

	if (!b->expects_reply) {
		s->counts.no_reply_expected++;
		return part;
	}
	x = txn_table__find(s->table, TXN_SERVER, &b->key);
	if (x) {
		note_retransmit(s, x);
		return part;
	}
	x = open_txn(s, TXN_SERVER, b, flow, now_ns);
	if (!x)
		return part;
	x->rx = *leg;
	part.txn = txn_table__ref(s->table, x);
	return part;
}

static struct session_part arrive_reply(struct session *s, const struct brief *b,
					const struct rx_leg *leg, uint64_t now_ns)
{
	struct session_part part = {.is_reply = true};
	struct txn *x = txn_table__find(s->table, TXN_CLIENT, &b->key);

	if (!x) {
		s->counts.orphan_replies++;
		return part;
	}
	if (!b->is_final) {
		note_provisional(s, x, now_ns);
		return part;
	}
	if (x->state == TXN_DONE || x->is_reply_seen) {
		note_retransmit(s, x);
		return part;
	}
	x->is_reply_seen = true;
	x->rx = *leg;
	x->code = b->code;
	x->is_error = b->is_error;
	part.txn = txn_table__ref(s->table, x);
	return part;
}

struct session_part session__arrive(struct session *s, const struct brief *b,
				    const struct rec_flow *flow, const struct rx_leg *leg,
				    uint64_t now_ns)
{
	return b->is_request ? arrive_request(s, b, flow, leg, now_ns)
			     : arrive_reply(s, b, leg, now_ns);
}

void session__read(struct session *s, const struct session_part *part, const struct rx_leg *leg,
		   const struct rec_task *task, uint64_t now_ns)
{
	struct txn *x = txn_table__get(s->table, part->txn), *up;

	if (!x || x->state != TXN_OPEN)
		return;
	x->rx = *leg;
	note_task(x, task);
	if (!part->is_reply)
		return;
	up = txn_table__get(s->table, x->parent);
	if (up && up->state == TXN_OPEN)
		up->downstream = part->txn;
	finish(s, x, now_ns);
}

void session__lose(struct session *s, const struct session_part *part)
{
	struct txn *x = txn_table__get(s->table, part->txn);

	if (!x || x->state != TXN_OPEN)
		return;
	if (part->is_reply) {
		x->is_reply_seen = false;
		return;
	}
	x->row->in_flight--;
	txn_table__remove(s->table, x);
}

static void sent_request(struct session *s, const struct brief *b, const struct rec_flow *flow,
			 const struct tx_leg *leg, const struct rec_task *task, uint64_t now_ns)
{
	struct txn *x, *up;

	if (!b->expects_reply) {
		s->counts.no_reply_expected++;
		return;
	}
	x = txn_table__find(s->table, TXN_CLIENT, &b->key);
	if (x) {
		note_retransmit(s, x);
		return;
	}
	x = open_txn(s, TXN_CLIENT, b, flow, now_ns);
	if (!x)
		return;
	x->tx = *leg;
	note_task(x, task);
	up = b->has_parent ? txn_table__find_lo(s->table, TXN_SERVER, b->parent_lo) : NULL;
	if (up && up->state == TXN_OPEN) {
		x->parent = txn_table__ref(s->table, up);
		up->forwarded = txn_table__ref(s->table, x);
	}
}

static void sent_reply(struct session *s, const struct brief *b, const struct tx_leg *leg,
		       const struct rec_task *task, uint64_t now_ns)
{
	struct txn *x = txn_table__find(s->table, TXN_SERVER, &b->key);
	const struct txn *down;

	if (!x) {
		s->counts.orphan_replies++;
		return;
	}
	if (!b->is_final) {
		note_provisional(s, x, now_ns);
		return;
	}
	if (x->state == TXN_DONE) {
		note_retransmit(s, x);
		return;
	}
	x->tx = *leg;
	x->code = b->code;
	x->is_error = b->is_error;
	/* A reply of the application's own (timeout, cancelled) is not the one that came from
	 * downstream. */
	down = txn_table__get(s->table, x->downstream);
	if (down && down->code != b->code)
		x->downstream = 0;
	if (!x->tid)
		note_task(x, task);
	finish(s, x, now_ns);
}

void session__sent(struct session *s, const struct brief *b, const struct rec_flow *flow,
		   const struct tx_leg *leg, const struct rec_task *task, uint64_t now_ns)
{
	if (b->is_request)
		sent_request(s, b, flow, leg, task, now_ns);
	else
		sent_reply(s, b, leg, task, now_ns);
}

/* Records may be younger than the clock was when it was read. */
static bool is_over(uint64_t since_ns, uint64_t limit_ns, uint64_t now_ns)
{
	return now_ns > since_ns && now_ns - since_ns > limit_ns;
}

static void expire_open(struct session *s, int list, uint64_t timeout_ns, uint64_t now_ns)
{
	struct txn *x;

	while ((x = txn_table__open(s->table, list)->head)) {
		uint64_t since_ns = x->proceeding_ns ? x->proceeding_ns : x->opened_ns;

		if (!is_over(since_ns, timeout_ns, now_ns))
			break;
		x->row->in_flight--;
		if (x->is_reply_seen) {
			s->counts.unread++;
		} else if (x->opened_ns < s->doubt_ns) {
			s->counts.doubted++;
		} else {
			s->counts.timeouts++;
			stats__add_timeout(s->opts.stats, x->row, now_ns);
		}
		txn_table__remove(s->table, x);
	}
}

void session__doubt(struct session *s, uint64_t now_ns)
{
	s->doubt_ns = now_ns;
}

void session__tick(struct session *s, uint64_t now_ns)
{
	struct txn *x;

	expire_open(s, PROTO_SIP, s->opts.sip_timeout_ns, now_ns);
	expire_open(s, PROTO_STUN, s->opts.stun_timeout_ns, now_ns);
	expire_open(s, TXN_PROCEEDING, TIMER_C_NS, now_ns);
	while ((x = txn_table__done(s->table)->head) &&
	       is_over(x->done_ns, s->opts.linger_ns, now_ns))
		txn_table__remove(s->table, x);
}

const struct session_counts *session__counts(const struct session *s)
{
	return &s->counts;
}

uint64_t session__in_flight(const struct session *s)
{
	uint64_t sum = 0;

	for (int i = 0; i < TXN_LISTS; i++)
		sum += txn_table__open(s->table, i)->cnt;
	return sum;
}

/* The lists in order of opening need a look at their first match only. */
uint64_t session__oldest_ns(const struct session *s, const struct stats_row *row, uint64_t now_ns)
{
	uint64_t oldest = 0;

	for (int i = 0; i < TXN_LISTS; i++) {
		const struct txn *x = txn_table__open(s->table, i)->head;

		for (; x; x = x->next) {
			if (row && x->row != row)
				continue;
			if (now_ns > x->opened_ns && now_ns - x->opened_ns > oldest)
				oldest = now_ns - x->opened_ns;
			if (i != TXN_PROCEEDING)
				break;
		}
	}
	return oldest;
}

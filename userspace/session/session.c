/* SPDX-License-Identifier: BSD-2-Clause */
/* The session itself: its table, what ends by itself, what is asked of it. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session_impl.h"

/* RFC 3261 16.6 item 11: more than three minutes without another provisional reply. */
#define TIMER_C_NS 181000000000ull

int session__new(const struct session_opts *opts, struct session **ret)
{
	struct session *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->opts = *opts;
	err = txn_table__new(opts->max_transactions, opts->on_done != NULL, &s->table);
	err = err ? err : offers__new(opts->max_transactions, &s->offers);
	err = err ? err : slow__new(&s->slow);
	if (err) {
		session__free(s);
		return err;
	}
	*ret = s;
	return 0;
}

void session__free(struct session *s)
{
	if (!s)
		return;
	slow__free(s->slow);
	offers__free(s->offers);
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

static const char *const proto_names[PROTO_CNT] = {
	[PROTO_NONE] = "?",    [PROTO_SIP] = "sip",   [PROTO_STUN] = "stun",
	[PROTO_DTLS] = "dtls", [PROTO_BEAT] = "beat", [PROTO_HTTP] = "http",
	[PROTO_WS] = "ws",     [PROTO_TLS] = "tls",   [PROTO_RTP] = "rtp",
};

static struct stats_row *name_row(struct session *s, const struct txn *x)
{
	struct stats_key key = {.side = "scw"[x->side]};
	int n = snprintf(key.service, sizeof(key.service), "%s ", proto_names[x->proto]);

	session__address(x->flow.daddr, x->flow.dport, key.service + n, sizeof(key.service) - n);
	snprintf(key.method, sizeof(key.method), "%s", x->method);
	return stats__row(s->opts.stats, &key);
}

static uint32_t slot_of(const struct txn *x)
{
	uint64_t addr[2];

	memcpy(addr, x->flow.daddr, sizeof(addr));
	addr[1] ^= addr[0] ^ (uint64_t)x->flow.dport << 32 ^ (uint64_t)(uintptr_t)x->method ^
		   (uint64_t)x->side << 56 ^ (uint64_t)x->proto << 48;
	return (uint32_t)((addr[1] * 0x9e3779b97f4a7c15ull) >> 40) & (SESSION_ROWS - 1);
}

/* The service is where the request goes: the local socket of a server, the peer of a client. */
static struct stats_row *find_row(struct session *s, const struct txn *x)
{
	struct session_row *r = &s->row[slot_of(x)];

	if (r->row && r->method == x->method && r->port == x->flow.dport && r->side == x->side &&
	    r->proto == x->proto && !memcmp(r->addr, x->flow.daddr, sizeof(r->addr)))
		return r->row;
	*r = (struct session_row){.row = name_row(s, x),
				  .method = x->method,
				  .port = x->flow.dport,
				  .proto = x->proto,
				  .side = x->side};
	memcpy(r->addr, x->flow.daddr, sizeof(r->addr));
	return r->row;
}

struct txn *session__open(struct session *s, enum txn_side side, const struct brief *b,
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

void session__note_task(struct txn *x, const struct rec_task *task)
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

void session__note_provisional(struct session *s, struct txn *x, uint64_t now_ns)
{
	if (x->state == TXN_OPEN && !strcmp(x->method, "INVITE"))
		txn_table__proceed(s->table, x, now_ns);
}

void session__note_retransmit(struct session *s, struct txn *x, bool is_self_inflicted)
{
	s->counts.retransmits++;
	s->counts.self_inflicted += is_self_inflicted;
	x->retransmits++;
	x->row->retransmits++;
	x->row->self_inflicted += is_self_inflicted;
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
		} else if (x->proto == PROTO_BEAT) {
			s->counts.no_reply_expected++;
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

	slow__tick(s->slow, now_ns);
	s->counts.why_given_up = slow__given_up(s->slow);
	expire_open(s, PROTO_SIP, s->opts.sip_timeout_ns, now_ns);
	expire_open(s, PROTO_STUN, s->opts.stun_timeout_ns, now_ns);
	expire_open(s, PROTO_HTTP, s->opts.web_timeout_ns, now_ns);
	expire_open(s, PROTO_WS, s->opts.web_timeout_ns, now_ns);
	expire_open(s, PROTO_BEAT, s->opts.beat_timeout_ns, now_ns);
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

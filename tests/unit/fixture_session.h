/* SPDX-License-Identifier: BSD-2-Clause */
/* A session with its statistics, the last finished transaction, and briefs made by hand. */
#ifndef SIGPATH_FIXTURE_SESSION_H
#define SIGPATH_FIXTURE_SESSION_H

#include <string.h>

#include "fixture_message.h"
#include "session.h"
#include "test.h"

#define SEC 1000000000ull

struct world {
	struct stats *stats;
	struct session *session;
	unsigned int done_cnt;
	struct txn txn;	  /* of the last finished one */
	struct path path; /* of the last finished one */
	bool is_proxied;
};

/* The shares of every finished transaction sum to its total. */
static inline void world_done(void *ctx, const struct session_done *done)
{
	struct world *w = ctx;
	uint64_t sum = 0;

	for (unsigned int i = 0; i < done->path->share_cnt; i++)
		sum += done->path->share[i].ns;
	CHECK_UINT(sum, path__total_ns(done->path));
	w->done_cnt++;
	w->txn = *done->txn;
	w->path = *done->path;
	w->is_proxied = done->is_proxied;
}

static inline void world_done_free(struct world *w)
{
	session__free(w->session);
	stats__free(w->stats);
}

/* SIP 32 s, STUN 40 s, linger 5 s. False without memory. */
static inline bool world_init(struct world *w, unsigned int max_transactions)
{
	struct stats_opts so = {.max_rows = 16, .slot_ns = SEC};
	struct session_opts se = {.max_transactions = max_transactions,
				  .sip_timeout_ns = 32 * SEC,
				  .stun_timeout_ns = 40 * SEC,
				  .web_timeout_ns = 60 * SEC,
				  .beat_timeout_ns = 5 * SEC,
				  .linger_ns = 5 * SEC,
				  .on_done = world_done,
				  .ctx = w};

	*w = (struct world){0};
	if (!CHECK_OK(stats__new(&so, &w->stats)))
		return false;
	se.stats = w->stats;
	if (CHECK_OK(session__new(&se, &w->session)))
		return true;
	world_done_free(w);
	return false;
}

static inline struct brief request_of(uint8_t proto, const char *method, uint64_t lo)
{
	struct brief b = {.proto = proto,
			  .is_request = true,
			  .expects_reply = strcmp(method, "ACK") != 0,
			  .method = method,
			  .key = {lo, 1},
			  .cseq = 7};

	snprintf(b.key_text, sizeof(b.key_text), "key-%llu", (unsigned long long)lo);
	return b;
}

static inline struct brief reply_of(uint8_t proto, const char *method, uint64_t lo, uint16_t code)
{
	struct brief b = request_of(proto, method, lo);

	b.is_request = b.expects_reply = false;
	b.code = code;
	b.is_final = proto == PROTO_STUN || code >= 200;
	b.is_error = code >= 500;
	return b;
}

/* All instants known: nic at `at`, then 10 ns each; the queue undivided. */
static inline struct rx_leg rx_at(uint64_t at)
{
	return (struct rx_leg){at, at + 10, at + 20, at + 30, {.undivided_ns = 10}};
}

static inline struct tx_leg tx_at(uint64_t at)
{
	return (struct tx_leg){at, at + 10, at + 20};
}

static inline struct rec_task task_of(uint32_t tid, const char *comm)
{
	struct rec_task t = {.pid = tid, .tgid = tid, .netns = 4, .cgroup_id = 5};

	snprintf(t.comm, sizeof(t.comm), "%s", comm);
	return t;
}

static inline uint64_t world_share(const struct world *w, const char *name)
{
	for (unsigned int i = 0; i < w->path.share_cnt; i++)
		if (w->path.share[i].mask == stage__find(name))
			return w->path.share[i].ns;
	return 0;
}

/* Arrives at `at`, where service 10.0.0.1 lives. */
static inline struct session_part arrive(struct world *w, const struct brief *b, uint64_t at)
{
	struct rec_flow f = flow_between(9, 1, b->proto);
	struct rx_leg leg = rx_at(at);

	leg.read_ns = 0;
	return session__arrive(w->session, b, &f, &leg, at);
}

static inline struct session_part receive(struct world *w, const struct brief *b, uint64_t at)
{
	struct session_part part = arrive(w, b, at);
	struct rec_task task = task_of(42, "kamailio");
	struct rx_leg leg = rx_at(at);

	session__read(w->session, &part, &leg, &task, at + 30);
	return part;
}

static inline void send_out(struct world *w, const struct brief *b, uint64_t at)
{
	struct rec_flow f = flow_between(1, 9, b->proto);
	struct rec_task task = task_of(42, "kamailio");
	struct tx_leg leg = tx_at(at);

	session__sent(w->session, b, &f, &leg, &task, at + 20);
}

static inline const struct stats_row *row_named(const struct world *w, const char *service,
						char side, const char *method)
{
	for (unsigned int i = 0; i < stats__row_cnt(w->stats); i++) {
		const struct stats_row *row = stats__row_at(w->stats, i);

		if (!strcmp(row->key.service, service) && row->key.side == side &&
		    !strcmp(row->key.method, method))
			return row;
	}
	return NULL;
}

/* Every row's in_flight and oldest agree with the table. */
static inline void check_in_flight(const struct world *w, uint64_t now_ns)
{
	uint64_t sum = 0, oldest = 0;

	for (unsigned int i = 0; i < stats__row_cnt(w->stats); i++) {
		const struct stats_row *row = stats__row_at(w->stats, i);
		uint64_t age = session__oldest_ns(w->session, row, now_ns);

		sum += row->in_flight;
		oldest = age > oldest ? age : oldest;
		CHECK_INT(age > 0, row->in_flight > 0);
	}
	CHECK_UINT(sum, session__in_flight(w->session));
	CHECK_UINT(oldest, session__oldest_ns(w->session, NULL, now_ns));
}

#endif

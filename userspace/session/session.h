/* SPDX-License-Identifier: BSD-2-Clause */
/* From messages to transactions: matching by RFC 3261 17.1.3 and 17.2.3, by STUN transaction id, by
 * exchange on an HTTP connection, offer and answer on a WebSocket connection; on both sides, also
 * through a proxy on this host (request in, request forwarded, reply in, reply out). Finished ones
 * go to the statistics and the log. One thread owns it. */
#ifndef SIGPATH_SESSION_H
#define SIGPATH_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "brief.h"
#include "leg.h"
#include "stats.h"
#include "txn.h"

struct session_counts {
	uint64_t transactions; /* measured */
	uint64_t invalid;
	uint64_t merged; /* measured with at least one merged stage */
	uint64_t retransmits;
	uint64_t self_inflicted; /* of these, while the first one or its reply was in our queues */
	uint64_t orphan_replies;
	uint64_t no_reply_expected;
	uint64_t timeouts;
	uint64_t errors;
	uint64_t evicted;      /* open ones, table full */
	uint64_t unread;       /* client replies that were not seen being read */
	uint64_t why_given_up; /* slow ones whose application time was not taken apart: its thread
				  did not read again in time, or too many waited */
	uint64_t doubted;      /* open when probes changed, never seen to end */
};

/* What the log and tests get of each measured transaction. */
struct session_done {
	const struct txn *txn;
	const struct path *path;
	bool is_proxied;
};

struct session_opts {
	unsigned int max_transactions;
	uint64_t sip_timeout_ns;
	uint64_t stun_timeout_ns;
	uint64_t web_timeout_ns;  /* HTTP requests, offers on WebSocket connections */
	uint64_t beat_timeout_ns; /* a heartbeat that is not echoed is no timeout: forgotten */
	uint64_t linger_ns;
	struct stats *stats; /* borrowed */
	/* NULL: nobody listens, and no text is kept. */
	void (*on_done)(void *ctx, const struct session_done *done);
	void *ctx;
};

/* Which part of a transaction a received message is. */
struct session_part {
	txn_ref_t txn; /* 0: none (ACK, indication, retransmission, orphan) */
	bool is_reply;
	bool is_retransmit;
	bool is_self_inflicted; /* the first one, or its reply, was in this host's queues then */
};

struct session;

int session__new(const struct session_opts *opts, struct session **ret);
void session__free(struct session *s);

/* What only the table knows of a message: which offer a WebSocket answer ends, and whether a
 * heartbeat is the echo of one. Before anything else; false: it has no transaction. */
bool session__orient(struct session *s, const struct message *m, struct facts *f);

/* A message is on its way to local software: queued on a socket, or seen by a tap. The leg has what
 * is known so far. */
struct session_part session__arrive(struct session *s, const struct brief *b,
				    const struct rec_flow *flow, const struct rx_leg *leg,
				    uint64_t now_ns);
/* ... and was read (leg complete). task NULL: the plan does not see reads. */
void session__read(struct session *s, const struct session_part *part, const struct rx_leg *leg,
		   const struct rec_task *task, uint64_t now_ns);
/* Before that: what its wait to be read was spent on. */
void session__waited(struct session *s, const struct session_part *part,
		     const struct why_parts *why);
/* A thread reads, whatever it is: what it did until then may explain what was slow before. */
void session__history(struct session *s, uint32_t tid, const struct rec_history *h, uint64_t ts_ns);
/* ... or was dropped, or is known not to be read: the transaction waits for a retransmission. */
void session__lose(struct session *s, const struct session_part *part);
/* A message is at the qdisc; nothing is counted before it has been sent. */
struct session_part session__queued(struct session *s, const struct brief *b, uint64_t send_ns);
/* A message has been sent (leg complete). task NULL: unknown. */
void session__sent(struct session *s, const struct brief *b, const struct rec_flow *flow,
		   const struct tx_leg *leg, const struct rec_task *task, uint64_t now_ns);
/* A message was seen by a capture: which end is ours is not known, its time is unattributed. */
struct session_part session__wire(struct session *s, const struct brief *b,
				  const struct rec_flow *flow, uint64_t ts_ns);
/* Probes were missing until now: what is open may have ended unseen. If nothing more is heard of
 * it, it is no timeout. */
void session__doubt(struct session *s, uint64_t now_ns);
/* Timeouts and evictions. */
void session__tick(struct session *s, uint64_t now_ns);

const struct session_counts *session__counts(const struct session *s);
uint64_t session__in_flight(const struct session *s);
/* Age of the oldest open transaction, 0 none; of one row with row not NULL. */
uint64_t session__oldest_ns(const struct session *s, const struct stats_row *row, uint64_t now_ns);

/* "a.b.c.d:port" or "[v6]:port". buf: 64 bytes. */
void session__address(const uint8_t addr[16], uint16_t port, char *buf, size_t len);

#endif

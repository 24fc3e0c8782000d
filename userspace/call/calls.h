/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of calls: takes every message with what was parsed of it, finds or makes the call it
 * belongs to, moves its state. Bounded: calls, messages, keys; the call idle for the longest goes
 * first (those that are over before those that are not), counted. One thread owns it. */
#ifndef SIGPATH_CALL_CALLS_H
#define SIGPATH_CALL_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "brief.h"
#include "call.h"
#include "heat.h"
#include "rfc6076.h"
#include "stats.h"

/* A handle of a message in a ladder; outlives it without harm: 0 is none. */
typedef uint64_t call_msg_ref_t;

struct calls_opts {
	unsigned int max_calls;
	unsigned int max_messages;	/* of all calls */
	unsigned int max_call_messages; /* of one call: the first half and the latest are kept */
	uint32_t payload_memory;	/* bytes of recent payloads, payload.h; 0: none kept */
	uint64_t idle_ns;		/* a call that is over is forgotten after this */
	uint64_t lost_ns;		/* one that is not, after this without a message */
	struct stats *stats; /* borrowed: rows of whole setups and handshakes; NULL: none */
	struct heat *heat;   /* borrowed: the same over time; NULL: none */
	/* A call reached its media, failed, or is over: once for each; NULL: nobody listens. */
	void (*on_setup)(void *ctx, const struct call *call);
	/* Non-STUN datagrams of these two ports are awaited (SDP, ICE): the kernel is told. NULL:
	 * not. */
	void (*on_expect_media)(void *ctx, const uint8_t addr[16], uint16_t port);
	void *ctx;
};

struct calls_counts {
#define CALLS_COUNT(id, name, kind, help) uint64_t id;
#include "calls_count.def"
#undef CALLS_COUNT
};

/* What the transaction rules say of a message (session.h). */
struct call_verdict {
	bool is_retransmit;
	bool is_self_inflicted;
};

enum call_fate { CALL_FATE_READ, CALL_FATE_SENT, CALL_FATE_DROPPED, CALL_FATE_UNREAD };

struct calls;

int calls__new(const struct calls_opts *opts, struct calls **ret);
void calls__free(struct calls *c);

/* A message was first seen: queued on a socket, at the qdisc, by a tap, in a capture. `f` may lack
 * a transaction. Returns its handle, 0: belongs to no call. */
call_msg_ref_t calls__add(struct calls *c, const struct message *m, const struct facts *f,
			  const struct call_verdict *v);
/* The rest of its way is known; rx or tx as its direction says. */
void calls__settle(struct calls *c, call_msg_ref_t ref, enum call_fate fate,
		   const struct rx_leg *rx, const struct tx_leg *tx, const struct rec_task *task);
/* One of the first media datagrams of a flow. proto: PROTO_RTP or PROTO_DTLS (protected data). */
void calls__media(struct calls *c, const struct rec_flow *flow, uint8_t proto, enum message_dir dir,
		  uint32_t msg_len, const uint8_t first[16], uint64_t ts_ns);
/* A heartbeat is no call: beat.h has its own table. */
void calls__tick(struct calls *c, uint64_t now_ns);

const struct calls_counts *calls__counts(const struct calls *c);
const struct rfc6076 *calls__rfc6076(const struct calls *c);

/* In order of id. `from`: id to start after, 0 the first. NULL: no more. Valid until the next
 * change. */
const struct call *calls__next(const struct calls *c, uint64_t from);
/* The latest ones first. `before`: UINT64_MAX the latest. */
const struct call *calls__prev(const struct calls *c, uint64_t before);
const struct call *calls__find(const struct calls *c, uint64_t id);
/* By Call-ID or "ufrag:ufrag", the newest. */
const struct call *calls__find_text(const struct calls *c, const char *call_id);
/* Messages of a call in order of first sight. idx1: call.first_msg, then msg.next. */
const struct call_msg *calls__msg(const struct calls *c, uint32_t idx1);
/* Its payload, if it is still there: bytes into buf, up to len; 0 gone. */
uint32_t calls__payload(const struct calls *c, const struct call_msg *m, uint8_t *buf,
			uint32_t len);
unsigned int calls__cnt(const struct calls *c);

#endif

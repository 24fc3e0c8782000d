/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules for messages that local software sends. */
#include "session_impl.h"

/* Which end a request that is sent on came from. The branch of a SIP request names it. A
 * description on a WebSocket connection does not when several connections wait with the same one:
 * then none is believed, and the wait for the peer stays with the application's time (app+peer). */
static void link_parent(struct session *s, struct txn *x, const struct brief *b)
{
	unsigned int others;
	struct txn *up = txn_table__find_lo(s->table, TXN_SERVER, b->parent_lo, &others);

	if (!up || up->state != TXN_OPEN)
		return;
	if (b->proto == PROTO_WS && (others || up->forwarded)) {
		txn_table__doubt_lo(s->table, TXN_SERVER, b->parent_lo);
		return;
	}
	x->parent = txn_table__ref(s->table, up);
	up->forwarded = txn_table__ref(s->table, x);
}

/* The reply had arrived, and waited to be read, when the request was sent again. */
static bool is_answered(const struct txn *x, const struct tx_leg *leg)
{
	return x->state == TXN_OPEN && x->is_reply_seen &&
	       rx_leg__start_ns(&x->rx) <= tx_leg__start_ns(leg);
}

struct session_part session__queued(struct session *s, const struct brief *b, uint64_t send_ns)
{
	enum txn_side side = b->is_request ? TXN_CLIENT : TXN_SERVER;
	struct session_part part = {.is_reply = !b->is_request};
	struct txn *x = txn_table__find(s->table, side, &b->key);
	struct tx_leg leg = {.send_ns = send_ns};

	if (!x || (b->is_request && !b->expects_reply))
		return part;
	if (b->is_request) {
		part.is_retransmit = true;
		part.is_self_inflicted = is_answered(x, &leg);
	} else if (x->state == TXN_DONE || x->is_reply_queued) {
		part.is_retransmit = b->is_final;
	} else if (b->is_final) {
		x->is_reply_queued = true;
	}
	return part;
}

static void sent_request(struct session *s, const struct brief *b, const struct rec_flow *flow,
			 const struct tx_leg *leg, const struct rec_task *task, uint64_t now_ns)
{
	struct txn *x;

	if (!b->expects_reply) {
		s->counts.no_reply_expected++;
		return;
	}
	x = txn_table__find(s->table, TXN_CLIENT, &b->key);
	if (x) {
		session__note_retransmit(s, x, is_answered(x, leg));
		return;
	}
	x = session__open(s, TXN_CLIENT, b, flow, now_ns);
	if (!x)
		return;
	x->tx = *leg;
	x->sent_tid = task ? task->pid : 0;
	session__note_task(x, task);
	if (b->proto == PROTO_WS)
		offers__add(s->offers, TXN_CLIENT, b->conn, b->offer_id,
			    txn_table__ref(s->table, x), s->table);
	if (b->has_parent)
		link_parent(s, x, b);
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
		session__note_provisional(s, x, now_ns);
		return;
	}
	if (x->state == TXN_DONE) {
		session__note_retransmit(s, x, false);
		return;
	}
	x->tx = *leg;
	x->sent_tid = task ? task->pid : 0;
	x->code = b->code;
	x->is_error = b->is_error;
	/* A reply of the application's own (timeout, cancelled) is not the one that came from
	 * downstream. */
	down = txn_table__get(s->table, x->downstream);
	if (down && down->code != b->code)
		x->downstream = 0;
	if (!x->tid)
		session__note_task(x, task);
	session__finish(s, x, now_ns);
}

void session__sent(struct session *s, const struct brief *b, const struct rec_flow *flow,
		   const struct tx_leg *leg, const struct rec_task *task, uint64_t now_ns)
{
	if (b->is_request)
		sent_request(s, b, flow, leg, task, now_ns);
	else
		sent_reply(s, b, leg, task, now_ns);
}

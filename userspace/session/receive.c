/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules for messages that come to local software. */
#include "session_impl.h"

/* The request waits to be read, or its reply to be given to the driver: had we been quicker, it
 * would not have been sent again. */
static bool is_in_queue(const struct txn *x)
{
	return x->state == TXN_OPEN && (!x->rx.read_ns || x->is_reply_queued);
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
		part.is_retransmit = true;
		part.is_self_inflicted = is_in_queue(x);
		session__note_retransmit(s, x, part.is_self_inflicted);
		return part;
	}
	x = session__open(s, TXN_SERVER, b, flow, now_ns);
	if (!x)
		return part;
	x->rx = *leg;
	if (b->proto == PROTO_WS)
		offers__add(s->offers, TXN_SERVER, b->conn, b->offer_id,
			    txn_table__ref(s->table, x), s->table);
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
		session__note_provisional(s, x, now_ns);
		return part;
	}
	if (x->state == TXN_DONE || x->is_reply_seen) {
		part.is_retransmit = true;
		session__note_retransmit(s, x, false);
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

void session__waited(struct session *s, const struct session_part *part,
		     const struct why_parts *why)
{
	struct txn *x = txn_table__get(s->table, part->txn);

	if (x && x->state == TXN_OPEN)
		x->why = *why;
}

void session__history(struct session *s, uint32_t tid, const struct rec_history *h, uint64_t ts_ns)
{
	slow__history(s->slow, tid, h, ts_ns);
}

void session__read(struct session *s, const struct session_part *part, const struct rx_leg *leg,
		   const struct rec_task *task, uint64_t now_ns)
{
	struct txn *x = txn_table__get(s->table, part->txn), *up;

	if (!x || x->state != TXN_OPEN)
		return;
	x->rx = *leg;
	session__note_task(x, task);
	if (!part->is_reply)
		return;
	up = txn_table__get(s->table, x->parent);
	if (up && up->state == TXN_OPEN)
		up->downstream = part->txn;
	session__finish(s, x, now_ns);
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

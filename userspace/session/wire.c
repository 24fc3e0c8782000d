/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules for messages of a capture, and what a message needs of the table before it has a key.
 */
#include "session_impl.h"

static struct session_part wire_request(struct session *s, const struct brief *b,
					const struct rec_flow *flow, uint64_t ts_ns)
{
	struct session_part part = {0};
	struct txn *x;

	if (!b->expects_reply) {
		s->counts.no_reply_expected++;
		return part;
	}
	x = txn_table__find(s->table, TXN_WIRE, &b->key);
	if (x) {
		part.is_retransmit = true;
		session__note_retransmit(s, x, false);
		return part;
	}
	x = session__open(s, TXN_WIRE, b, flow, ts_ns);
	if (!x)
		return part;
	part.txn = txn_table__ref(s->table, x);
	if (b->proto == PROTO_WS)
		offers__add(s->offers, TXN_WIRE, b->conn, b->offer_id, part.txn, s->table);
	return part;
}

struct session_part session__wire(struct session *s, const struct brief *b,
				  const struct rec_flow *flow, uint64_t ts_ns)
{
	struct session_part part = {.is_reply = true};
	struct txn *x;

	if (b->is_request)
		return wire_request(s, b, flow, ts_ns);
	x = txn_table__find(s->table, TXN_WIRE, &b->key);
	if (!x) {
		s->counts.orphan_replies++;
	} else if (!b->is_final) {
		session__note_provisional(s, x, ts_ns);
	} else if (x->state == TXN_DONE) {
		part.is_retransmit = true;
		session__note_retransmit(s, x, false);
	} else {
		x->rx.nic_ns = ts_ns;
		x->code = b->code;
		x->is_error = b->is_error;
		part.txn = txn_table__ref(s->table, x);
		session__finish(s, x, ts_ns);
	}
	return part;
}

/* The side of the transaction that a reply of this direction ends. */
static enum txn_side reply_side(const struct message *m)
{
	return m->dir == MESSAGE_IN ? TXN_CLIENT : m->dir == MESSAGE_OUT ? TXN_SERVER : TXN_WIRE;
}

static bool is_reverse(const struct rec_flow *a, const struct rec_flow *b)
{
	return a->sport == b->dport && a->dport == b->sport &&
	       !__builtin_memcmp(a->saddr, b->daddr, 16) &&
	       !__builtin_memcmp(a->daddr, b->saddr, 16);
}

/* The same bytes come back: an echo. Else it asks for one. */
static void orient_beat(struct session *s, const struct message *m, struct brief *b)
{
	const struct txn *x = txn_table__find(s->table, reply_side(m), &b->key);

	if (x && x->state == TXN_OPEN && is_reverse(&x->flow, m->flow))
		b->is_final = true;
	else
		b->is_request = b->expects_reply = true;
}

/* Streams repeat nothing: each offer is one of its own, also if another one had the same words. */
static bool orient_offer(struct session *s, const struct message *m, struct facts *f)
{
	struct brief *b = &f->brief;
	const struct txn *x;

	b->offer_id = f->offer.id;
	if (b->is_request)
		return true;
	x = offers__take(s->offers, reply_side(m), m->conn, f->offer.id, s->table);
	if (!x) {
		s->counts.orphan_replies++;
		return false;
	}
	b->key = x->key;
	return true;
}

bool session__orient(struct session *s, const struct message *m, struct facts *f)
{
	if (!f->has_txn)
		return false;
	if (m->proto == PROTO_BEAT)
		orient_beat(s, m, &f->brief);
	else if (m->proto == PROTO_WS)
		return orient_offer(s, m, f);
	return true;
}

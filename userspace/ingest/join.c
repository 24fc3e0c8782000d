/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams: the records of one message find each other. */
#include <stdlib.h>

#include "ingest_impl.h"

static struct message message_of(const struct rec_flow *flow, const struct rec_print *print,
				 const uint8_t *payload, enum message_dir dir, uint64_t ts_ns)
{
	return (struct message){.flow = flow,
				.proto = flow->proto,
				.dir = (uint8_t)dir,
				.transport = TRANSPORT_UDP,
				.p = payload,
				.len = print->snap_len,
				.msg_len = print->msg_len,
				.hash = print->hash,
				.ts_ns = ts_ns};
}

/* The message and its read have found each other. An uncertain read of a request is withheld: its
 * queueing and the application merge. Where the socket's probe sits behind the queue
 * its stamp may be younger than the read: that instant is withheld and its stages merge. */
static void join(struct ingest *in, struct pending *p, const struct rec_read *r, bool is_uncertain)
{
	struct why_parts why;

	tally(in, LEDGER_JOINED);
	if (is_uncertain && !p->at.part.is_reply) {
		tally(in, LEDGER_READ_WITHHELD);
		deliver__read(&in->deliver, &p->at, &p->rx, &r->task, r->hdr.ts_ns);
		return;
	}
	p->rx.read_ns = r->hdr.ts_ns;
	if (p->rx.sock_ns > p->rx.read_ns && p->rx.sock_ns - p->rx.read_ns <= EARLY_NS)
		p->rx.sock_ns = 0;
	rx_leg__split(&p->rx, &r->history, r->hdr.cpu, &why);
	session__waited(in->deliver.session, &p->at.part, &why);
	deliver__read(&in->deliver, &p->at, &p->rx, &r->task, r->hdr.ts_ns);
}

void ingest__on_rx(struct ingest *in, const struct rec_rx *r)
{
	struct pending p = {.kind = PENDING_RX,
			    .sk = r->sk,
			    .skb = r->skb,
			    .hash = r->print.hash,
			    .msg_len = r->print.msg_len,
			    .since_ns = r->hdr.ts_ns,
			    .stamp_ns = r->hdr.ts_ns};
	struct message m = message_of(&r->flow, &r->print, r->payload, MESSAGE_IN, 0);
	struct rec_read early;

	p.rx = (struct rx_leg){
		.nic_ns = r->nic_ns, .stack_ns = r->stack_ns, .sock_ns = r->hdr.ts_ns};
	m.rx = p.rx;
	m.ts_ns = rx_leg__start_ns(&p.rx);
	m.netns = r->netns;
	m.ifindex = r->ifindex;
	p.at = deliver__arrive(&in->deliver, &m, r->hdr.ts_ns);
	if (!in->opts.has_read)
		deliver__read(&in->deliver, &p.at, &p.rx, NULL, r->hdr.ts_ns);
	else if (early_reads__take(&in->early, r, &early))
		join(in, &p, &early, false);
	else
		ingest__hold(in, &p);
}

/* By pointer, unless another packet has it by now; by content. Copies pair with their reads in
 * order; where several threads read, that order is not theirs: *is_uncertain. */
static struct pending *find_named(struct ingest *in, const struct rec_read *r, bool *is_uncertain)
{
	bool is_shared = readers__add(&in->readers, r->sk, r->task.pid);
	struct pending *p =
		r->skb ? pending_table__find_skb(in->pending, PENDING_RX, r->skb) : NULL;
	unsigned int copies;

	if (p && (!r->sk || r->sk == p->sk) && r->print.msg_len <= p->msg_len &&
	    (!r->print.hash || r->print.hash == p->hash))
		return p;
	if (!r->print.hash)
		return NULL;
	p = pending_table__find_content(in->pending, r->sk, r->print.hash, r->print.msg_len,
					&copies);
	if (copies > 1)
		tally(in, LEDGER_REORDERED);
	*is_uncertain = copies > 1 && is_shared;
	return p;
}

/* Of a buffer that could not be read back only the length is known: the message, if a single one
 * waits. */
static struct pending *find_by_order(struct ingest *in, const struct rec_read *r)
{
	bool is_ambiguous;
	struct pending *p = pending_table__find_only(in->pending, r->sk, &is_ambiguous);

	if (p && p->msg_len != r->print.msg_len)
		p = NULL;
	tally(in, p		 ? LEDGER_JOINED_BY_ORDER
		  : is_ambiguous ? LEDGER_AMBIGUOUS
				 : LEDGER_UNJOINED_READ);
	return p;
}

void ingest__give_up_read(struct ingest *in, const struct rec_read *r)
{
	tally(in, r->print.hash ? LEDGER_UNJOINED_READ : LEDGER_OTHER_READ);
}

void ingest__on_read(struct ingest *in, const struct rec_read *r)
{
	bool is_named = r->skb || r->print.hash, is_uncertain = false;
	struct pending *p = is_named ? find_named(in, r, &is_uncertain) : find_by_order(in, r);
	struct rec_read given_up;

	in->reads_by_content |= !r->skb;
	if (p) {
		join(in, p, r, is_uncertain);
		pending_table__remove(in->pending, p);
	} else if (is_named && early_reads__add(&in->early, r, &given_up)) {
		ingest__give_up_read(in, &given_up);
	}
}

/* The same skb again before its driver stamp: a lower device of a stack (VLAN, bond). Later, or
 * with other bytes, it is another packet and the stamp of the first was missed. */
static bool is_same_send(const struct pending *old, const struct rec_send *r)
{
	return old->hash == r->print.hash && old->msg_len == r->print.msg_len &&
	       r->hdr.ts_ns - old->since_ns <= EARLY_NS;
}

void ingest__send(struct ingest *in, const struct message *m, uint64_t sk, uint64_t skb)
{
	struct pending p = {.kind = PENDING_TX,
			    .sk = sk,
			    .skb = skb,
			    .hash = m->hash,
			    .msg_len = m->msg_len,
			    .since_ns = m->tx.queue_ns,
			    .stamp_ns = m->tx.queue_ns,
			    .tx = m->tx};
	struct brief brief;

	if (!deliver__queued(&in->deliver, m, &p.at, &brief))
		return;
	if (!in->opts.has_xmit || !skb) {
		deliver__sent(&in->deliver, &p.at, &brief, m->flow, &p.tx, m->task, m->tx.queue_ns);
		return;
	}
	p.sent = malloc(sizeof(*p.sent));
	if (!p.sent) {
		tally(in, LEDGER_NO_MEMORY);
		return;
	}
	*p.sent = (struct pending_sent){.brief = brief, .flow = *m->flow};
	if (m->task)
		p.sent->task = *m->task;
	ingest__hold(in, &p);
}

void ingest__on_send(struct ingest *in, const struct rec_send *r)
{
	struct pending *old = pending_table__find_skb(in->pending, PENDING_TX, r->skb);
	struct message m = message_of(&r->flow, &r->print, r->payload, MESSAGE_OUT, 0);

	if (old && is_same_send(old, r)) {
		old->stamp_ns = r->hdr.ts_ns;
		return;
	}
	if (old) {
		ingest__lose(in, old, LEDGER_UNSENT);
		pending_table__remove(in->pending, old);
	}
	m.tx = (struct tx_leg){.send_ns = r->send_ns, .queue_ns = r->hdr.ts_ns};
	m.ts_ns = tx_leg__start_ns(&m.tx);
	m.task = &r->task;
	m.ifindex = r->ifindex;
	m.netns = r->task.netns;
	ingest__send(in, &m, r->sk, r->skb);
}

/* Several messages of a stream may have left in one packet. Those with another stamp at the qdisc
 * were in an earlier one with the same address, whose driver stamp was missed. */
void ingest__on_xmit(struct ingest *in, const struct rec_xmit *r)
{
	struct pending *p = pending_table__find_skb(in->pending, PENDING_TX, r->skb);
	uint64_t queued_ns = p ? p->stamp_ns : 0;

	for (; p; p = pending_table__find_skb(in->pending, PENDING_TX, r->skb)) {
		if (p->stamp_ns != queued_ns) {
			ingest__lose(in, p, LEDGER_UNSENT);
			pending_table__remove(in->pending, p);
			continue;
		}
		p->tx.xmit_ns = r->hdr.ts_ns;
		deliver__sent(&in->deliver, &p->at, &p->sent->brief, &p->sent->flow, &p->tx,
			      &p->sent->task, r->hdr.ts_ns);
		pending_table__remove(in->pending, p);
	}
}

/* A tap alone: arrival and read, or send and driver, are one instant. */
void ingest__on_tap(struct ingest *in, const struct rec_tap *r)
{
	bool is_out = r->flow.flags & REC_F_EGRESS;
	struct message m = message_of(&r->flow, &r->print, r->payload,
				      is_out ? MESSAGE_OUT : MESSAGE_IN, r->hdr.ts_ns);

	m.ifindex = r->ifindex;
	ingest__sight(in, &m);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Records to messages. */
#include "ingest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "early.h"
#include "late.h"
#include "pending.h"
#include "readers.h"

struct ingest {
	struct ingest_opts opts;
	const struct ingest_tee *tee; /* NULL none */
	struct ledger *ledger;
	struct session *session;
	struct pending_table *pending;
	struct early_reads early;
	struct late_drops late;
	bool reads_by_content; /* reads were seen that do not name their packet */
	struct readers readers;
	struct facts facts; /* of the message at hand */
	char offer_buf[OFFER_BUF];
};

int ingest__new(const struct ingest_opts *opts, struct ingest **ret)
{
	struct ingest *in = calloc(1, sizeof(*in));
	int err;

	if (!in)
		return -ENOMEM;
	in->opts = *opts;
	in->ledger = opts->ledger;
	in->session = opts->session;
	err = pending_table__new(opts->max_messages, &in->pending);
	if (err) {
		free(in);
		return err;
	}
	*ret = in;
	return 0;
}

void ingest__free(struct ingest *in)
{
	if (!in)
		return;
	pending_table__free(in->pending);
	free(in);
}

void ingest__listen(struct ingest *in, const struct ingest_tee *tee)
{
	in->tee = tee;
}

static void tally(struct ingest *in, enum ledger_id id)
{
	in->ledger->count[id]++;
}

/* A message that leaves the table without its second half. */
static void lose(struct ingest *in, struct pending *p, enum ledger_id id)
{
	tally(in, id);
	if (p->kind == PENDING_RX)
		session__lose(in->session, &p->part);
}

static struct pending *hold(struct ingest *in, const struct pending *src)
{
	struct pending *evicted, *p = pending_table__add(in->pending, src, &evicted);

	if (evicted)
		lose(in, evicted, LEDGER_MESSAGES_FULL);
	if (!p) {
		free(src->sent);
		tally(in, LEDGER_NO_MEMORY);
	}
	return p;
}

/* The transaction table has room for these. */
static bool has_session(const struct brief *b)
{
	return b->proto == PROTO_SIP || b->proto == PROTO_STUN;
}

/* NULL: not a message the session can use; counted where it is none of its protocol. Valid until
 * the next message. */
static const struct facts *understand(struct ingest *in, const struct message *m)
{
	int err = facts__parse(m, in->offer_buf, &in->facts);

	if (!err)
		return has_session(&in->facts.brief) ? &in->facts : NULL;
	tally(in, err == -ENODATA && m->len < m->msg_len ? LEDGER_SNAP_SHORT : LEDGER_PARSE_FAILED);
	return NULL;
}

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
	tally(in, LEDGER_JOINED);
	if (is_uncertain && !p->part.is_reply) {
		tally(in, LEDGER_READ_WITHHELD);
		session__read(in->session, &p->part, &p->rx, &r->task, r->hdr.ts_ns);
		return;
	}
	p->rx.read_ns = r->hdr.ts_ns;
	if (p->rx.sock_ns > p->rx.read_ns && p->rx.sock_ns - p->rx.read_ns <= EARLY_NS)
		p->rx.sock_ns = 0;
	rx_leg__split(&p->rx, &r->history);
	session__read(in->session, &p->part, &p->rx, &r->task, r->hdr.ts_ns);
}

static void on_rx(struct ingest *in, const struct rec_rx *r)
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
	const struct facts *f;

	tally(in, LEDGER_MESSAGES);
	p.rx = (struct rx_leg){
		.nic_ns = r->nic_ns, .stack_ns = r->stack_ns, .sock_ns = r->hdr.ts_ns};
	m.rx = p.rx;
	m.ts_ns = rx_leg__start_ns(&p.rx);
	f = understand(in, &m);
	if (f)
		p.part = session__arrive(in->session, &f->brief, &r->flow, &p.rx, r->hdr.ts_ns);
	if (!in->opts.has_read)
		session__read(in->session, &p.part, &p.rx, NULL, r->hdr.ts_ns);
	else if (early_reads__take(&in->early, r, &early))
		join(in, &p, &early, false);
	else
		hold(in, &p);
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

/* Known by its pointer alone it may well have been no signaling. */
static void give_up_read(struct ingest *in, const struct rec_read *r)
{
	tally(in, r->print.hash ? LEDGER_UNJOINED_READ : LEDGER_OTHER_READ);
}

static void on_read(struct ingest *in, const struct rec_read *r)
{
	bool is_named = r->skb || r->print.hash, is_uncertain = false;
	struct pending *p = is_named ? find_named(in, r, &is_uncertain) : find_by_order(in, r);
	struct rec_read given_up;

	in->reads_by_content |= !r->skb;
	if (p) {
		join(in, p, r, is_uncertain);
		pending_table__remove(in->pending, p);
	} else if (is_named && early_reads__add(&in->early, r, &given_up)) {
		give_up_read(in, &given_up);
	}
}

/* The same skb again before its driver stamp: a lower device of a stack (VLAN, bond). Later, or
 * with other bytes, it is another packet and the stamp of the first was missed. */
static bool is_same_send(const struct pending *old, const struct rec_send *r)
{
	return old->hash == r->print.hash && old->msg_len == r->print.msg_len &&
	       r->hdr.ts_ns - old->since_ns <= EARLY_NS;
}

static void on_send(struct ingest *in, const struct rec_send *r)
{
	struct pending p = {.kind = PENDING_TX,
			    .sk = r->sk,
			    .skb = r->skb,
			    .hash = r->print.hash,
			    .msg_len = r->print.msg_len,
			    .since_ns = r->hdr.ts_ns,
			    .stamp_ns = r->hdr.ts_ns};
	struct pending *old = pending_table__find_skb(in->pending, PENDING_TX, r->skb);
	struct message m = message_of(&r->flow, &r->print, r->payload, MESSAGE_OUT, 0);
	const struct facts *f;

	if (old && is_same_send(old, r)) {
		old->stamp_ns = r->hdr.ts_ns;
		return;
	}
	if (old) {
		lose(in, old, LEDGER_UNSENT);
		pending_table__remove(in->pending, old);
	}
	tally(in, LEDGER_MESSAGES);
	p.tx = (struct tx_leg){.send_ns = r->send_ns, .queue_ns = r->hdr.ts_ns};
	m.tx = p.tx;
	m.ts_ns = tx_leg__start_ns(&p.tx);
	m.task = &r->task;
	f = understand(in, &m);
	if (!f)
		return;
	if (!in->opts.has_xmit) {
		session__sent(in->session, &f->brief, &r->flow, &p.tx, &r->task, r->hdr.ts_ns);
		return;
	}
	p.sent = malloc(sizeof(*p.sent));
	if (!p.sent) {
		tally(in, LEDGER_NO_MEMORY);
		return;
	}
	*p.sent = (struct pending_sent){.brief = f->brief, .flow = r->flow, .task = r->task};
	hold(in, &p);
}

static void on_xmit(struct ingest *in, const struct rec_xmit *r)
{
	struct pending *p = pending_table__find_skb(in->pending, PENDING_TX, r->skb);

	if (!p)
		return;
	p->tx.xmit_ns = r->hdr.ts_ns;
	session__sent(in->session, &p->sent->brief, &p->sent->flow, &p->tx, &p->sent->task,
		      r->hdr.ts_ns);
	pending_table__remove(in->pending, p);
}

/* The packet itself, where both records name it; else the copy that was queued last. */
static struct pending *find_dropped(struct ingest *in, const struct rec_drop *r)
{
	struct pending *p = pending_table__find_skb(in->pending, PENDING_RX, r->skb);

	if (p && p->hash == r->print.hash && (!r->sk || r->sk == p->sk))
		return p;
	p = pending_table__find_newest(in->pending, r->sk, r->print.hash, r->print.msg_len);
	return p && p->skb && r->skb ? NULL : p;
}

/* The address was a message's once: it must wait still, and be the very one that the kernel kept.
 */
static void settle_by_address(struct ingest *in, const struct rec_drop *r)
{
	enum pending_kind kind = r->flow.flags & REC_F_EGRESS ? PENDING_TX : PENDING_RX;
	struct pending *p = pending_table__find_stamp(in->pending, kind, r->skb, r->since_ns);

	if (!p) {
		tally(in, LEDGER_DROP_OTHER);
		return;
	}
	lose(in, p, LEDGER_DROP_KERNEL);
	pending_table__remove(in->pending, p);
}

static void settle_late(struct ingest *in, uint64_t now_ns)
{
	struct rec_drop due;

	while (late_drops__take(&in->late, now_ns, &due))
		settle_by_address(in, &due);
}

static void on_drop_by_address(struct ingest *in, const struct rec_drop *r)
{
	struct rec_drop due;

	if (!in->reads_by_content)
		settle_by_address(in, r);
	else if (late_drops__add(&in->late, r, &due))
		settle_by_address(in, &due);
}

static void on_drop(struct ingest *in, const struct rec_drop *r)
{
	struct pending *p;

	if (r->flow.flags & REC_F_BY_ADDRESS) {
		on_drop_by_address(in, r);
		return;
	}
	if (r->flow.flags & REC_F_EGRESS)
		p = pending_table__find_skb(in->pending, PENDING_TX, r->skb);
	else
		p = find_dropped(in, r);
	if (!p) {
		tally(in, LEDGER_DROP_UNKNOWN);
		return;
	}
	lose(in, p, r->flow.flags & REC_F_RCVBUF ? LEDGER_DROP_RCVBUF : LEDGER_DROP_KERNEL);
	pending_table__remove(in->pending, p);
}

/* A tap alone: arrival and read, or send and driver, are one instant. */
static void on_tap(struct ingest *in, const struct rec_tap *r)
{
	struct message m =
		message_of(&r->flow, &r->print, r->payload,
			   r->flow.flags & REC_F_EGRESS ? MESSAGE_OUT : MESSAGE_IN, r->hdr.ts_ns);
	struct session_part part;
	const struct facts *f;

	tally(in, LEDGER_MESSAGES);
	f = understand(in, &m);
	if (!f)
		return;
	if (r->flow.flags & REC_F_EGRESS) {
		struct tx_leg tx = {.xmit_ns = r->hdr.ts_ns};

		session__sent(in->session, &f->brief, &r->flow, &tx, NULL, r->hdr.ts_ns);
	} else {
		struct rx_leg rx = {.nic_ns = r->hdr.ts_ns};

		part = session__arrive(in->session, &f->brief, &r->flow, &rx, r->hdr.ts_ns);
		session__read(in->session, &part, &rx, NULL, r->hdr.ts_ns);
	}
}

/* Bytes of the fixed part of each kind. */
static size_t fixed_len(uint16_t kind)
{
	switch (kind) {
#define X(id, name, type, help) \
	case REC_##name:        \
		return sizeof(struct type);
		RECORD_KINDS(X)
#undef X
	default:
		return 0;
	}
}

/* The payload must lie inside the record, whatever its own length fields say. */
static bool is_sound(size_t len, const struct rec_print *print, size_t fixed)
{
	return print->snap_len <= len - fixed && print->snap_len <= print->msg_len;
}

static bool has_sound_payload(const void *data, size_t len, uint16_t kind, size_t fixed)
{
	switch (kind) {
	case REC_RX:
		return is_sound(len, &((const struct rec_rx *)data)->print, fixed);
	case REC_SEND:
		return is_sound(len, &((const struct rec_send *)data)->print, fixed);
	case REC_TAP:
		return is_sound(len, &((const struct rec_tap *)data)->print, fixed);
	default:
		return true;
	}
}

int ingest__record(struct ingest *in, const void *data, size_t len)
{
	const struct rec_hdr *hdr = data;
	size_t fixed;

	if (in->tee)
		in->tee->record(in->tee->ctx, data, len);
	if (len < sizeof(*hdr)) {
		tally(in, LEDGER_RECORD_SHORT);
		return 0;
	}
	fixed = fixed_len(hdr->kind);
	if (!fixed || len < fixed || !has_sound_payload(data, len, hdr->kind, fixed)) {
		tally(in, fixed ? LEDGER_RECORD_SHORT : LEDGER_RECORD_UNKNOWN);
		return 0;
	}
	settle_late(in, hdr->ts_ns);
	switch (hdr->kind) {
	case REC_RX:
		on_rx(in, data);
		break;
	case REC_READ:
		on_read(in, data);
		break;
	case REC_SEND:
		on_send(in, data);
		break;
	case REC_XMIT:
		on_xmit(in, data);
		break;
	case REC_DROP:
		on_drop(in, data);
		break;
	case REC_TAP:
		on_tap(in, data);
		break;
	}
	return 0;
}

static void copy_counts(struct ingest *in)
{
	const struct session_counts *c = session__counts(in->session);
	uint64_t *n = in->ledger->count;

	n[LEDGER_INVALID] = c->invalid;
	n[LEDGER_RETRANSMITS] = c->retransmits;
	n[LEDGER_ORPHAN_REPLIES] = c->orphan_replies;
	n[LEDGER_NO_REPLY_EXPECTED] = c->no_reply_expected;
	n[LEDGER_TIMEOUTS] = c->timeouts;
	n[LEDGER_REPLAN_OPEN] = c->doubted;
	n[LEDGER_TRANSACTIONS_FULL] = c->evicted;
	n[LEDGER_PARTIAL_MERGED] = c->merged;
}

static void cut(struct ingest *in, struct pending *p)
{
	tally(in, LEDGER_REPLAN_LOST);
	if (p->kind == PENDING_TX)
		session__sent(in->session, &p->sent->brief, &p->sent->flow, &p->tx, &p->sent->task,
			      p->since_ns);
	pending_table__remove(in->pending, p);
}

void ingest__change(struct ingest *in, bool has_read, bool has_xmit, uint64_t now_ns)
{
	struct rec_read early;
	struct pending *p;

	if (in->tee)
		in->tee->change(in->tee->ctx, has_read, has_xmit, now_ns);
	while (early_reads__expire(&in->early, UINT64_MAX, &early))
		give_up_read(in, &early);
	settle_late(in, UINT64_MAX);
	in->reads_by_content = false;
	while ((p = pending_table__oldest(in->pending)))
		cut(in, p);
	session__doubt(in->session, now_ns);
	in->opts.has_read = has_read;
	in->opts.has_xmit = has_xmit;
}

void ingest__tick(struct ingest *in, uint64_t now_ns)
{
	struct rec_read early;
	struct pending *p;

	if (in->tee)
		in->tee->tick(in->tee->ctx, now_ns);
	while (early_reads__expire(&in->early, now_ns, &early))
		give_up_read(in, &early);
	settle_late(in, now_ns);
	while ((p = pending_table__oldest(in->pending))) {
		uint64_t limit = p->kind == PENDING_RX ? in->opts.unread_ns : in->opts.unsent_ns;

		if (now_ns < p->since_ns || now_ns - p->since_ns <= limit)
			break;
		lose(in, p, p->kind == PENDING_RX ? LEDGER_UNREAD : LEDGER_UNSENT);
		pending_table__remove(in->pending, p);
	}
	session__tick(in->session, now_ns);
	copy_counts(in);
}

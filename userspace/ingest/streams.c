/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of streams, first media, and what a capture has instead of records. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ingest_impl.h"
#include "print.h"

static struct unread_message *unread_claim(struct ingest *in, uint64_t *handle)
{
	uint32_t idx1 = in->unread_free;

	if (!idx1 && in->unread_made < in->opts.max_messages)
		idx1 = ++in->unread_made;
	else if (idx1)
		in->unread_free = in->unread[idx1 - 1].next;
	if (!idx1)
		return NULL;
	*handle = idx1;
	return &in->unread[idx1 - 1];
}

static void unread_release(struct ingest *in, uint64_t handle)
{
	in->unread[handle - 1].next = in->unread_free;
	in->unread_free = (uint32_t)handle;
}

/* Of a capture: whoever replays it may know whose view it is. */
static void on_wire(struct ingest *in, const struct message *m)
{
	struct message known = *m;

	if (in->opts.direction)
		known.dir = (uint8_t)in->opts.direction(in->opts.direction_ctx, m->flow);
	ingest__sight(in, &known);
}

static uint64_t on_message(void *ctx, const struct message *m, const struct segments_sight *sight)
{
	struct ingest *in = ctx;
	struct unread_message *u;
	struct delivered at;
	uint64_t handle = 0;

	if (m->dir == MESSAGE_WIRE) {
		on_wire(in, m);
		return 0;
	}
	if (sight->is_last && m->dir == MESSAGE_OUT) {
		ingest__sight(in, m);
		return 0;
	}
	if (m->dir == MESSAGE_OUT) {
		ingest__send(in, m, sight->sk, sight->skb);
		return 0;
	}
	at = deliver__arrive(&in->deliver, m, m->rx.sock_ns ? m->rx.sock_ns : m->ts_ns);
	if (!at.part.txn && !at.call)
		return 0;
	u = sight->is_last ? NULL : unread_claim(in, &handle);
	if (!u) {
		deliver__read(&in->deliver, &at, &m->rx, NULL, m->ts_ns);
		return 0;
	}
	u->at = at;
	u->rx = m->rx;
	return handle;
}

static void on_read(void *ctx, uint64_t handle, const struct rec_take *take)
{
	struct ingest *in = ctx;
	struct unread_message *u = &in->unread[handle - 1];
	struct why_parts why;

	tally(in, LEDGER_JOINED);
	u->rx.read_ns = take->hdr.ts_ns;
	if (u->rx.sock_ns > u->rx.read_ns && u->rx.sock_ns - u->rx.read_ns <= EARLY_NS)
		u->rx.sock_ns = 0;
	rx_leg__split(&u->rx, &take->history, take->hdr.cpu, &why);
	session__waited(in->deliver.session, &u->at.part, &why);
	deliver__read(&in->deliver, &u->at, &u->rx, &take->task, take->hdr.ts_ns);
	unread_release(in, handle);
}

/* When it was read is not known: what follows merges. */
static void on_unread(void *ctx, uint64_t handle)
{
	struct ingest *in = ctx;
	struct unread_message *u = &in->unread[handle - 1];

	tally(in, LEDGER_UNREAD);
	deliver__lose(&in->deliver, &u->at, CALL_FATE_UNREAD);
	unread_release(in, handle);
}

int ingest__new_streams(struct ingest *in)
{
	struct segments_opts opts = {.stream = in->opts.stream,
				     .max_unread = in->opts.max_messages,
				     .unread_ns = in->opts.unread_ns,
				     .has_take = in->opts.has_take,
				     .on_message = on_message,
				     .on_read = on_read,
				     .on_unread = on_unread,
				     .ctx = in};

	in->unread = calloc(in->opts.max_messages, sizeof(*in->unread));
	return in->unread ? segments__new(&opts, &in->segments) : -ENOMEM;
}

void ingest__on_seg(struct ingest *in, const struct rec_seg *r, size_t len)
{
	if (segments__record(in->segments, r, (uint32_t)len))
		tally(in, LEDGER_RECORD_SHORT);
}

void ingest__sight(struct ingest *in, const struct message *m)
{
	struct rx_leg rx = {.nic_ns = m->ts_ns};
	struct tx_leg tx = {.xmit_ns = m->ts_ns};
	struct message sighted = *m;
	struct delivered at;
	struct brief brief;

	if (m->dir == MESSAGE_WIRE) {
		deliver__wire(&in->deliver, m);
		return;
	}
	if (m->dir == MESSAGE_OUT) {
		sighted.tx = tx;
		if (deliver__queued(&in->deliver, &sighted, &at, &brief))
			deliver__sent(&in->deliver, &at, &brief, m->flow, &tx, NULL, m->ts_ns);
		return;
	}
	sighted.rx = rx;
	at = deliver__arrive(&in->deliver, &sighted, m->ts_ns);
	deliver__read(&in->deliver, &at, &rx, NULL, m->ts_ns);
}

void ingest__datagram(struct ingest *in, const struct message *m)
{
	struct message hashed = *m;

	if (!m->hash)
		hashed.hash = segments__hash(m->p, m->len);
	ingest__sight(in, &hashed);
}

void ingest__segment(struct ingest *in, const struct rec_flow *flow, uint32_t seq, const uint8_t *p,
		     uint32_t len, uint32_t seg_len, uint64_t ts_ns)
{
	segments__packet(in->segments, flow, seq, p, len, seg_len, ts_ns);
}

void ingest__media(struct ingest *in, const struct rec_flow *flow, uint8_t proto,
		   enum message_dir dir, uint32_t msg_len, const uint8_t first[16], uint64_t ts_ns)
{
	tally(in, LEDGER_MEDIA);
	if (in->deliver.calls)
		calls__media(in->deliver.calls, flow, proto, dir, msg_len, first, ts_ns);
}

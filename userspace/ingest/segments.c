/* SPDX-License-Identifier: BSD-2-Clause */
/* Stamps travel through the stream in the cookie of a segment. */
#include "segments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "unread.h"

enum segments_cookie {
	COOKIE_FIRST, /* received: nic_ns; sent: send_ns */
	COOKIE_STACK, /* received: stack_ns */
	COOKIE_TS,    /* hdr.ts_ns */
	COOKIE_SKB,
};

/* In place of an skb */
#define SKB_TAP	 UINT64_MAX
#define SKB_WIRE (UINT64_MAX - 1)

struct segments {
	struct segments_opts opts;
	struct stream *stream;
	struct unread *unread;
	const struct rec_seg *now; /* the record at hand, NULL none */
};

uint64_t segments__hash(const uint8_t *p, uint32_t len)
{
	uint64_t lane[4] = {0x9e3779b97f4a7c15ull ^ len, 0x2545f4914f6cdd1dull,
			    0xd6e8feb86659fd93ull, 0xa0761d6478bd642full};
	uint64_t word[4] = {0}, h;
	uint32_t i = 0;

	for (; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(word, p + i, sizeof(word));
		for (unsigned int k = 0; k < 4; k++)
			lane[k] = print_mix(lane[k], word[k]);
	}
	memset(word, 0, sizeof(word));
	if (i < len)
		memcpy(word, p + i, len - i);
	h = 0xe7037ed1a0b428dbull;
	for (unsigned int k = 0; k < 4; k++)
		h = print_mix(print_mix(h, lane[k]), word[k]);
	return h | 1;
}

static void set_stamps(struct message *m, const uint64_t *cookie)
{
	if (cookie[COOKIE_SKB] == SKB_TAP && m->dir == MESSAGE_OUT)
		m->tx.xmit_ns = cookie[COOKIE_TS];
	else if (cookie[COOKIE_SKB] == SKB_TAP)
		m->rx.nic_ns = cookie[COOKIE_TS];
	else if (m->dir == MESSAGE_OUT)
		m->tx = (struct tx_leg){.send_ns = cookie[COOKIE_FIRST],
					.queue_ns = cookie[COOKIE_TS]};
	else if (m->dir == MESSAGE_IN)
		m->rx = (struct rx_leg){.nic_ns = cookie[COOKIE_FIRST],
					.stack_ns = cookie[COOKIE_STACK],
					.sock_ns = cookie[COOKIE_TS]};
}

/* A message of the segment at hand knows more than one that waited behind a hole. */
static void set_context(struct message *m, const struct rec_seg *now)
{
	if (!now)
		return;
	m->netns = now->netns;
	m->ifindex = now->ifindex;
	if (m->dir == MESSAGE_OUT && now->task.pid)
		m->task = &now->task;
}

static void on_message(void *ctx, const struct stream_message *sm)
{
	struct segments *s = ctx;
	uint64_t skb = sm->cookie[COOKIE_SKB], handle;
	bool is_wire = skb == SKB_WIRE || (!sm->sk && skb != SKB_TAP);
	struct message m = {.flow = sm->flow,
			    .proto = sm->proto,
			    .dir = is_wire	? MESSAGE_WIRE
				   : sm->is_out ? MESSAGE_OUT
						: MESSAGE_IN,
			    .transport = sm->transport,
			    .p = sm->p,
			    .len = sm->len,
			    .msg_len = sm->len,
			    .hash = segments__hash(sm->p, sm->len),
			    .conn = sm->conn,
			    .exchange = sm->exchange,
			    .ts_ns = sm->ts_ns};
	struct segments_sight sight = {.sk = sm->sk};

	sight.is_last = is_wire || skb == SKB_TAP || (m.dir == MESSAGE_IN && !s->opts.has_take);
	sight.skb = is_wire || skb == SKB_TAP ? 0 : skb;
	set_stamps(&m, sm->cookie);
	if (s->now && sm->cookie[COOKIE_TS] == s->now->hdr.ts_ns)
		set_context(&m, s->now);
	handle = s->opts.on_message(s->opts.ctx, &m, &sight);
	if (handle && !sight.is_last && m.dir == MESSAGE_IN)
		unread__add(s->unread, sm->sk, sm->end_seq, handle, sm->cookie[COOKIE_TS]);
}

int segments__new(const struct segments_opts *opts, struct segments **ret)
{
	struct segments *s = calloc(1, sizeof(*s));
	struct unread_opts unread = {.max_sockets = opts->stream.max_conns,
				     .max_messages = opts->max_unread,
				     .unread_ns = opts->unread_ns,
				     .on_read = opts->on_read,
				     .on_unread = opts->on_unread,
				     .ctx = opts->ctx};
	int err;

	if (!s)
		return -ENOMEM;
	s->opts = *opts;
	s->opts.stream.on_message = on_message;
	s->opts.stream.ctx = s;
	err = stream__new(&s->opts.stream, &s->stream);
	if (!err)
		err = unread__new(&unread, &s->unread);
	if (err) {
		segments__free(s);
		return err;
	}
	*ret = s;
	return 0;
}

void segments__free(struct segments *s)
{
	if (!s)
		return;
	stream__free(s->stream);
	unread__free(s->unread);
	free(s);
}

/* The earliest instant of it that is known. */
static uint64_t first_sight(const struct rec_seg *r)
{
	if (r->flow.flags & REC_F_EGRESS)
		return r->send_ns ? r->send_ns : r->hdr.ts_ns;
	return r->nic_ns ? r->nic_ns : r->stack_ns ? r->stack_ns : r->hdr.ts_ns;
}

int segments__record(struct segments *s, const struct rec_seg *r, uint32_t len)
{
	bool is_out = r->flow.flags & REC_F_EGRESS, is_tap = r->flow.flags & REC_F_TAP;
	struct stream_segment seg = {.flow = &r->flow,
				     .sk = r->sk,
				     .is_out = is_out,
				     .seq = r->seq,
				     .p = r->payload,
				     .len = r->snap_len,
				     .seg_len = r->seg_len,
				     .ts_ns = first_sight(r)};

	if (len < sizeof(*r) || r->snap_len > len - sizeof(*r) || r->snap_len > r->seg_len)
		return -EBADMSG;
	seg.cookie[COOKIE_FIRST] = is_out ? r->send_ns : r->nic_ns;
	seg.cookie[COOKIE_STACK] = r->stack_ns;
	seg.cookie[COOKIE_TS] = r->hdr.ts_ns;
	seg.cookie[COOKIE_SKB] = is_tap ? SKB_TAP : r->skb;
	if (!is_out && !is_tap && s->opts.has_take)
		unread__seen(s->unread, r->sk, r->seq + r->snap_len, r->flow.flags & REC_F_SYN);
	s->now = r;
	stream__segment(s->stream, &seg);
	s->now = NULL;
	return 0;
}

void segments__take(struct segments *s, const struct rec_take *take)
{
	if (s->opts.has_take)
		unread__take(s->unread, take);
}

void segments__packet(struct segments *s, const struct rec_flow *flow, uint32_t seq,
		      const uint8_t *p, uint32_t len, uint32_t seg_len, uint64_t ts_ns)
{
	struct stream_segment seg = {.flow = flow,
				     .seq = seq,
				     .p = p,
				     .len = len,
				     .seg_len = seg_len,
				     .ts_ns = ts_ns,
				     .cookie = {0, 0, ts_ns, SKB_WIRE}};

	stream__segment(s->stream, &seg);
}

void segments__change(struct segments *s, bool has_take)
{
	unread__clear(s->unread);
	s->opts.has_take = has_take;
}

void segments__tick(struct segments *s, uint64_t now_ns)
{
	stream__tick(s->stream, now_ns);
	unread__tick(s->unread, now_ns);
}

const struct stream_counts *segments__counts(const struct segments *s)
{
	return stream__counts(s->stream);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What is in order goes to the framer where it lies; only what is not complete is copied. */
#include "cutter.h"

#include <errno.h>
#include <string.h>

#include "opening.h"

#define MISSED_MAX 32 /* segments in a row without the start of a message */

static const framer_fn framers[PROTO_CNT] = {
	[PROTO_SIP] = framer_sip, [PROTO_STUN] = framer_stun, [PROTO_HTTP] = framer_http,
	[PROTO_WS] = framer_ws,	  [PROTO_TLS] = framer_tls,
};

static void emit(struct way *w, const struct framed *f, uint32_t end_seq, uint64_t first_ns,
		 const struct source *src)
{
	struct stream_message m = {.proto = f->proto,
				   .transport = f->transport,
				   .flow = src->flow,
				   .sk = w->end->sk,
				   .is_out = src->is_out,
				   .p = f->msg,
				   .len = f->msg_len,
				   .conn = w->end->number,
				   .exchange = f->exchange,
				   .end_seq = end_seq,
				   .first_ns = first_ns,
				   .ts_ns = src->ts_ns,
				   .cookie = src->cookie};

	w->counts->messages++;
	w->opts->on_message(w->opts->ctx, &m);
}

/* A message begins at the next segment that looks like one. */
void cutter__lose(struct way *w, uint32_t bytes)
{
	w->counts->skipped_bytes += bytes + (w->half->part ? w->half->part->len : 0);
	tcp_half__lose(w->table, w->end, w->half);
}

void cutter__ignore(struct way *w)
{
	tcp_half__drop_part(w->table, w->end, w->half);
	tcp_half__drop_early(w->table, w->end, w->half);
	w->half->state = HALF_IGNORED;
}

/* Nothing that is known begins here. */
static void miss(struct way *w, uint32_t bytes)
{
	struct tcp_half *h = w->half;
	bool is_first = !h->has_message && !h->is_mid_stream && h->state == HALF_OPEN;

	cutter__lose(w, bytes);
	if (!is_first && ++h->missed < MISSED_MAX)
		return;
	w->counts->unknown_conns++;
	cutter__ignore(w);
}

/* What begins at p is not known yet. FRAMER_UNIT: it is now, or *out is a keep-alive. */
static enum framer_step open_half(struct way *w, const uint8_t *p, uint32_t len, struct framed *out)
{
	struct tcp_half *h = w->half;
	bool is_doubtful = h->is_mid_stream || h->state == HALF_LOST;
	int proto;

	while (out->len < len && (p[out->len] == '\r' || p[out->len] == '\n'))
		out->len++;
	if (out->len)
		return FRAMER_UNIT;
	if (h->ws.is_role_known && framer_ws_fits(h, p, len))
		proto = PROTO_WS;
	else
		proto = opening__tell(p, len, is_doubtful);
	if (proto == -EAGAIN)
		return len < OPENING_LINE_MAX ? FRAMER_MORE : FRAMER_BAD;
	if (is_doubtful && proto == PROTO_NONE && opening__is_tls_data(p, len))
		return FRAMER_STOP;
	if (proto == PROTO_NONE)
		return FRAMER_BAD;
	h->proto = (uint8_t)proto;
	h->scan = 0;
	return FRAMER_UNIT;
}

static enum framer_step frame(struct way *w, const uint8_t *p, uint32_t len, struct framed *out)
{
	struct framing c = {.table = w->table,
			    .end = w->end,
			    .half = w->half,
			    .peer = w->peer,
			    .max_message = w->opts->max_message,
			    .scratch = w->scratch,
			    .counts = w->counts};
	enum framer_step step;

	*out = (struct framed){0};
	w->half->need = 0;
	w->half->is_need_exact = false;
	if (w->half->proto == PROTO_NONE || w->half->state == HALF_LOST) {
		step = open_half(w, p, len, out);
		if (step != FRAMER_UNIT || out->len)
			return step;
	}
	step = framers[w->half->proto](&c, p, len, out);
	if (step == FRAMER_MORE && len >= c.max_message) {
		w->counts->oversized++;
		return FRAMER_BAD;
	}
	return step;
}

/* Copies len bytes behind what waits already. False: no memory, counted. */
static bool keep(struct way *w, const uint8_t *p, uint32_t len)
{
	struct tcp_half *h = w->half;
	uint32_t used = h->part ? h->part->len : 0, want = used + len;
	struct tcp_buf *b = h->part;

	if (!b || tcp_buf__cap(b) < want) {
		b = tcp_end__take(w->table, w->end, want);
		if (!b)
			return false;
		if (h->part) {
			memcpy(b->data, h->part->data, used);
			b->ts_ns = h->part->ts_ns;
			tcp_end__give(w->table, w->end, h->part);
		}
		h->part = b;
	}
	memcpy(b->data + used, p, len);
	b->len = used + len;
	return true;
}

/* Bytes of the part and of [p, len) that the framer can do something with. */
static uint32_t wanted(const struct tcp_half *h, uint32_t len)
{
	uint32_t used = h->part ? h->part->len : 0;

	if (h->is_need_exact && h->need > used && h->need - used < len)
		return h->need - used;
	return len;
}

/* The part has been dealt with up to `done`; returns how many of the new bytes, the last `added`
 * ones in it, are used up. */
static uint32_t consume_part(struct way *w, uint32_t done, uint32_t added)
{
	struct tcp_buf *b = w->half->part;
	uint32_t old = b->len - added;

	if (done >= old) {
		tcp_half__drop_part(w->table, w->end, w->half);
		return done - old;
	}
	b->len = old - done;
	memmove(b->data, b->data + done, b->len);
	return 0;
}

static void begin_next(struct tcp_half *h)
{
	h->need = h->scan = 0;
	h->is_need_exact = false;
	h->state = HALF_OPEN;
	h->has_message = true;
	h->missed = 0;
}

/* One step of the framer on what waits and [p, len). Returns how many of the new bytes are used up.
 */
static uint32_t step(struct way *w, const uint8_t *p, uint32_t len, const struct source *src)
{
	struct tcp_half *h = w->half;
	uint32_t used = h->part ? h->part->len : 0, take = wanted(h, len), total, seq = h->next;
	uint64_t first_ns = used ? h->part->ts_ns : src->ts_ns;
	const uint8_t *at = p;
	enum framer_step what;
	struct framed f;

	if (used) {
		if (!keep(w, p, take)) {
			cutter__lose(w, len);
			return len;
		}
		at = h->part->data;
	}
	total = used + take;
	if (used && h->need > total)
		return take;
	what = frame(w, at, total, &f);
	if (f.skip) {
		f.len = f.skip < total ? (uint32_t)f.skip : total;
		h->skip = f.skip - f.len;
	}
	if (f.msg)
		emit(w, &f, seq - used + f.len, first_ns, src);
	switch (what) {
	case FRAMER_UNIT:
	case FRAMER_SKIP:
		begin_next(h);
		return used ? consume_part(w, f.len, take) : f.len;
	case FRAMER_MORE:
		if (h->state == HALF_LOST)
			h->state = HALF_OPEN;
		if (!used) {
			if (!keep(w, p, take))
				cutter__lose(w, take);
			else
				h->part->ts_ns = src->ts_ns;
		}
		return take;
	case FRAMER_STOP:
		cutter__ignore(w);
		return len;
	case FRAMER_BAD:
		break;
	}
	if (used && src->is_boundary && seq == src->seq) {
		cutter__lose(w, 0); /* what waited was no message; this may be one */
		return 0;
	}
	miss(w, used ? len - take : len);
	return len;
}

/* Bytes that are next in order. */
void cutter__feed(struct way *w, const uint8_t *p, uint32_t len, const struct source *src)
{
	struct tcp_half *h = w->half;
	uint32_t n;

	if (h->state == HALF_LOST && !src->is_boundary) {
		w->counts->skipped_bytes += len;
		h->next += len;
		return;
	}
	while (len && (h->state == HALF_OPEN || h->state == HALF_LOST)) {
		if (h->skip) {
			n = h->skip < len ? (uint32_t)h->skip : len;
			h->skip -= n;
		} else {
			n = step(w, p, len, src);
		}
		h->next += n;
		p += n;
		len -= n;
	}
	h->next += len;
}

void cutter__end(struct way *w, const struct source *src)
{
	struct framing c = {.end = w->end, .half = w->half, .peer = w->peer};
	struct tcp_half *h = w->half;
	struct framed f = {0};

	if (h->state == HALF_OPEN && h->part &&
	    framer_http_end(&c, h->part->data, h->part->len, &f))
		emit(w, &f, h->next, h->part->ts_ns, src);
	cutter__ignore(w);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* WebSocket (RFC 6455 5): frames to messages. Control frames between the fragments of a message are
 * passed over. A message in one unmasked frame is given where it lies.
 *
 *   |FIN|RSV 1-3|opcode| |MASK|length 7| |length 16 or 64| |masking key 32| payload */
#include <errno.h>
#include <string.h>

#include "framer.h"
#include "inflater.h"
#include "opening.h"
#include "transport.h"
#include "window.h"

enum ws_opcode { WS_CONTINUATION, WS_TEXT, WS_BINARY, WS_CLOSE = 8, WS_PING, WS_PONG };

#define WS_CONTROL_MAX 125

struct ws_frame {
	uint8_t opcode;
	bool is_fin, is_compressed, is_masked, is_control;
	uint32_t head;	  /* bytes before the payload */
	uint64_t payload; /* bytes of it */
	uint8_t key[4];
};

static bool is_opcode(uint8_t opcode)
{
	return opcode <= WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG);
}

/* FRAMER_UNIT: *f is its head, FRAMER_MORE: f->head bytes are needed, FRAMER_BAD. */
static enum framer_step read_frame(const uint8_t *p, uint32_t len, struct ws_frame *f)
{
	*f = (struct ws_frame){.head = 2};
	if (len < 2)
		return FRAMER_MORE;
	f->opcode = p[0] & 0x0f;
	f->is_fin = p[0] & 0x80;
	f->is_compressed = p[0] & 0x40;
	f->is_masked = p[1] & 0x80;
	f->is_control = f->opcode & 8;
	f->payload = p[1] & 0x7f;
	if (p[0] & 0x30 || !is_opcode(f->opcode))
		return FRAMER_BAD;
	if (f->is_control && (f->payload > WS_CONTROL_MAX || !f->is_fin || f->is_compressed))
		return FRAMER_BAD;
	f->head += (f->payload == 126 ? 2 : f->payload == 127 ? 8 : 0) + (f->is_masked ? 4 : 0);
	if (len < f->head)
		return FRAMER_MORE;
	if (f->payload == 126)
		f->payload = load_be16(p + 2);
	else if (f->payload == 127)
		f->payload = load_be64(p + 2);
	if (f->is_masked)
		memcpy(f->key, p + f->head - 4, 4);
	return f->payload >> 63 ? FRAMER_BAD : FRAMER_UNIT;
}

/* The first frame of a message has an opcode, the others continue it; only clients mask (RFC
 * 6455 5.1). */
static bool is_allowed(const struct half_ws *ws, const struct ws_frame *f, bool is_first)
{
	if (ws->is_role_known && f->is_masked != ws->is_client)
		return false;
	if (f->is_control)
		return true;
	return is_first ? f->opcode != WS_CONTINUATION
			: f->opcode == WS_CONTINUATION && !f->is_compressed;
}

static void copy_unmasked(uint8_t *to, const uint8_t *p, const struct ws_frame *f)
{
	uint64_t key, word;
	uint32_t i = 0, len = (uint32_t)f->payload;

	if (!f->is_masked) {
		memcpy(to, p, len);
		return;
	}
	memcpy(&key, f->key, 4);
	memcpy((uint8_t *)&key + 4, f->key, 4);
	for (; i + 8 <= len; i += 8) {
		memcpy(&word, p + i, 8);
		word ^= key;
		memcpy(to + i, &word, 8);
	}
	for (; i < len; i++)
		to[i] = p[i] ^ f->key[i & 3];
}

/* Payloads of the data frames in [0, len), which the walk has checked. */
static uint32_t join_frames(const uint8_t *p, uint32_t len, uint8_t *to)
{
	uint32_t pos = 0, used = 0;
	struct ws_frame f;

	while (pos < len && read_frame(p + pos, len - pos, &f) == FRAMER_UNIT) {
		if (!f.is_control) {
			copy_unmasked(to + used, p + pos + f.head, &f);
			used += (uint32_t)f.payload;
		}
		pos += f.head + (uint32_t)f.payload;
	}
	return used;
}

static void lose_context(struct half_ws *ws)
{
	inflater__free(ws->inflater);
	ws->inflater = NULL;
	ws->is_context_lost |= ws->has_takeover;
}

/* Into the second half of scratch. False: it cannot be read, counted. */
static bool inflate_message(struct framing *c, struct framed *out)
{
	struct half_ws *ws = &c->half->ws;
	uint8_t *to = c->scratch + c->max_message;
	int err = -EBADMSG;

	if (!ws->is_context_lost)
		err = ws->inflater ? 0 : inflater__new(c->table, c->end, &ws->inflater);
	if (!err)
		err = inflater__run(ws->inflater, out->msg, out->msg_len, to, c->max_message,
				    &out->msg_len);
	if (err || !ws->has_takeover)
		lose_context(ws);
	if (err == -EMSGSIZE)
		c->counts->oversized++;
	else if (err)
		c->counts->compressed++;
	out->msg = err ? NULL : to;
	return !err;
}

/* SIP in each message of its subprotocol (RFC 7118 5.2); where the handshake was not seen the bytes
 * tell. */
static void name_message(const struct half_ws *ws, struct framed *out)
{
	out->transport = TRANSPORT_WS;
	out->proto = PROTO_WS;
	if (!ws->is_other && opening__is_sip(out->msg, out->msg_len) == 1)
		out->proto = PROTO_SIP;
	else if (ws->is_sip)
		out->msg = NULL; /* CRLF keep-alives, RFC 7118 6 */
}

static enum framer_step give(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	struct ws_frame first;

	out->len = len;
	read_frame(p, len, &first);
	if (first.is_fin && !first.is_masked) {
		out->msg = p + first.head;
		out->msg_len = (uint32_t)first.payload;
	} else {
		out->msg = c->scratch;
		out->msg_len = join_frames(p, len, c->scratch);
	}
	if (first.is_compressed && !inflate_message(c, out))
		return FRAMER_UNIT;
	if (out->msg_len)
		name_message(&c->half->ws, out);
	else
		out->msg = NULL;
	return FRAMER_UNIT;
}

/* The rest of this frame, and the frames that continue it. */
static enum framer_step skip_message(struct framing *c, const struct ws_frame *f, uint64_t total,
				     bool is_compressed, struct framed *out)
{
	c->counts->oversized++;
	c->half->ws.is_dropping = !f->is_fin;
	if (is_compressed)
		lose_context(&c->half->ws);
	out->skip = total;
	return FRAMER_SKIP;
}

static enum framer_step take_control(struct framing *c, const struct ws_frame *f, uint32_t pos,
				     uint32_t len, struct framed *out)
{
	uint32_t end = pos + f->head + (uint32_t)f->payload;

	if (len < end) {
		c->half->need = end;
		return FRAMER_MORE;
	}
	c->half->ws.walk = end;
	if (pos)
		return FRAMER_UNIT;
	out->len = end;
	return f->opcode == WS_CLOSE ? FRAMER_STOP : FRAMER_UNIT;
}

static enum framer_step take_dropped(struct framing *c, const struct ws_frame *f,
				     struct framed *out)
{
	c->half->ws.is_dropping = !f->is_fin;
	out->skip = f->head + f->payload;
	return FRAMER_SKIP;
}

/* One frame at ws.walk. FRAMER_UNIT without out->len: go on with the next one. */
static enum framer_step take_frame(struct framing *c, const uint8_t *p, uint32_t len,
				   struct framed *out)
{
	struct half_ws *ws = &c->half->ws;
	uint32_t pos = ws->walk;
	enum framer_step step;
	struct ws_frame f;
	uint64_t end;

	step = read_frame(p + pos, len - pos, &f);
	if (step == FRAMER_MORE)
		c->half->need = pos + f.head;
	if (step == FRAMER_UNIT && !is_allowed(ws, &f, !pos && !ws->is_dropping))
		step = FRAMER_BAD;
	if (step == FRAMER_BAD)
		c->counts->malformed++;
	if (step != FRAMER_UNIT)
		return step;
	if (f.is_control)
		return take_control(c, &f, pos, len, out);
	if (ws->is_dropping)
		return take_dropped(c, &f, out);
	end = pos + f.head + f.payload;
	if (end > c->max_message)
		return skip_message(c, &f, end, p[0] & 0x40, out);
	if (end > len) {
		c->half->need = (uint32_t)end;
		c->half->is_need_exact = f.is_fin;
		return FRAMER_MORE;
	}
	if (f.is_fin)
		return give(c, p, (uint32_t)end, out);
	ws->walk = (uint32_t)end;
	return FRAMER_UNIT;
}

bool framer_ws_fits(const struct tcp_half *h, const uint8_t *p, uint32_t len)
{
	struct ws_frame f;

	return read_frame(p, len, &f) == FRAMER_UNIT && is_allowed(&h->ws, &f, true) && f.is_fin &&
	       f.payload == len - f.head;
}

enum framer_step framer_ws(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	enum framer_step step;

	if (!c->half->scan)
		c->half->ws.walk = 0;
	do {
		step = take_frame(c, p, len, out);
	} while (step == FRAMER_UNIT && !out->len);
	c->half->scan = 1; /* what was walked stays walked */
	return step;
}

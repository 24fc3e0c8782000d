/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of a TLS connection (RFC 8446 5.1): whole records that came together are one message,
 * up to the first one that is protected data; that one is the last message. In TLS 1.3 it holds
 * what is left of the handshake, and that cannot be told from here. */
#include "framer.h"
#include "transport.h"
#include "window.h"

#define TLS_HEAD_LEN	5
#define TLS_RECORD_MAX	(16384 + 2048)
#define TLS_APPLICATION 23

static bool is_record(const uint8_t *p)
{
	return p[0] >= 20 && p[0] <= 24 && p[1] == 3 && p[2] <= 4 &&
	       load_be16(p + 3) <= TLS_RECORD_MAX;
}

static enum framer_step give(const uint8_t *p, uint32_t len, enum framer_step step,
			     struct framed *out)
{
	out->len = out->msg_len = len;
	out->msg = p;
	out->proto = PROTO_TLS;
	out->transport = TRANSPORT_TLS;
	return step;
}

enum framer_step framer_tls(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	uint32_t pos = 0, total;

	while (len - pos >= TLS_HEAD_LEN) {
		if (!is_record(p + pos)) {
			if (pos)
				break;
			c->counts->malformed++;
			return FRAMER_BAD;
		}
		total = TLS_HEAD_LEN + load_be16(p + pos + 3);
		if (p[pos] == TLS_APPLICATION && pos)
			break;
		if (len - pos < total) {
			c->half->need = total;
			break;
		}
		if (p[pos] == TLS_APPLICATION)
			return give(p, total, FRAMER_STOP, out);
		pos += total;
	}
	if (pos)
		return give(p, pos, FRAMER_UNIT, out);
	if (c->half->need > c->max_message) {
		c->counts->oversized++;
		return FRAMER_BAD;
	}
	if (!c->half->need)
		c->half->need = TLS_HEAD_LEN;
	return FRAMER_MORE;
}

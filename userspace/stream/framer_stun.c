/* SPDX-License-Identifier: BSD-2-Clause */
/* STUN and TURN on streams: the length in the header (RFC 8489 6.2.2), or a channel's data, padded
 * to four bytes (RFC 8656 12.5).
 *
 *   | channel 0x4000..0x4fff | length | application data | 0..3 bytes |      */
#include "framer.h"
#include "stun.h"
#include "transport.h"

#define CHANNEL_HDR_LEN 4

enum framer_step framer_stun(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	bool is_channel = p[0] >= 0x40 && p[0] <= 0x4f;
	uint32_t head = is_channel ? CHANNEL_HDR_LEN : STUN_HDR_LEN, total;

	if (p[0] > 3 && !is_channel)
		return FRAMER_BAD;
	c->half->need = head;
	if (len < head)
		return FRAMER_MORE;
	total = head + load_be16(p + 2);
	if (is_channel) {
		total = (total + 3) & ~3u;
	} else if (load_be32(p + 4) != STUN_COOKIE || p[3] & 3) {
		c->counts->malformed++;
		return FRAMER_BAD;
	}
	if (total > c->max_message) {
		c->counts->oversized++;
		out->skip = total;
		return FRAMER_SKIP;
	}
	c->half->need = total;
	c->half->is_need_exact = true;
	if (len < total)
		return FRAMER_MORE;
	out->len = total;
	if (is_channel)
		return FRAMER_UNIT;
	out->msg = p;
	out->msg_len = total;
	out->proto = PROTO_STUN;
	out->transport = TRANSPORT_TCP;
	return FRAMER_UNIT;
}

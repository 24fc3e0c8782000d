/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a datagram is, from its first bytes (RFC 7983 section 7) and the kinds of its two ports. */
#ifndef SIGPATH_DEMUX_H
#define SIGPATH_DEMUX_H

#include <linux/types.h>

#include "record.h"
#include "sip.h"
#include "stun.h"

/* What the configuration says a port carries. */
enum port_kind {
	PORT_SIP = 1,
	PORT_STUN = 2,
};

enum demux_verdict {
	DEMUX_SIP,
	DEMUX_STUN,
	DEMUX_SIP_MALFORMED,  /* on a SIP port, does not start like SIP */
	DEMUX_STUN_MALFORMED, /* first byte 0..3 on a signaling port, but no well-formed STUN */
	DEMUX_KEEPALIVE,      /* empty, CRLF, or NUL bytes on a SIP port */
	DEMUX_OTHER,	      /* DTLS, RTP, TURN channel, unknown on a signaling port */
	DEMUX_NONE,	      /* no signaling port, no STUN */
};

/* buf: the first payload bytes, PARSE_WINDOW of them addressable, zero beyond len. kinds: of both
 * ports, or-ed. stun_anywhere: recognise STUN by its cookie on any port. */
static __always_inline enum demux_verdict demux_classify(const __u8 *buf, __u32 len, __u8 kinds,
							 _Bool stun_anywhere)
{
	struct stun_brief stun;
	struct sip_start sip;

	if (len == 0)
		return kinds & PORT_SIP ? DEMUX_KEEPALIVE : kinds ? DEMUX_OTHER : DEMUX_NONE;
	if (buf[0] <= 3 && len >= 20) {
		if ((kinds || stun_anywhere) && stun_parse(buf, len, &stun) == 0)
			return DEMUX_STUN;
		return kinds ? DEMUX_STUN_MALFORMED : DEMUX_NONE;
	}
	if (!kinds)
		return DEMUX_NONE;
	if (kinds & PORT_SIP) {
		if (buf[0] == '\r' || buf[0] == '\n' || buf[0] == 0)
			return DEMUX_KEEPALIVE;
		if (buf[0] < 64 || buf[0] >= 128) {
			/* 20..63 DTLS, 128..191 RTP; SIP tokens may start with one of !%'*+-. or a
			 * digit too */
			if (buf[0] < '!' || buf[0] >= 128)
				return DEMUX_OTHER;
		}
		return sip_start_parse(buf, len, &sip) == 0 ? DEMUX_SIP : DEMUX_SIP_MALFORMED;
	}
	return buf[0] <= 3 ? DEMUX_STUN_MALFORMED : DEMUX_OTHER;
}

#endif

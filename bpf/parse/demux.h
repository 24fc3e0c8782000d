/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a datagram is, from its first bytes (RFC 7983 section 7) and the kinds of its two ports. */
#ifndef SIGPATH_DEMUX_H
#define SIGPATH_DEMUX_H

#include <linux/types.h>

#include "dtls.h"
#include "record.h"
#include "sip.h"
#include "stun.h"

/* What the configuration says a port carries. */
enum port_kind {
	PORT_SIP = 1,	 /* UDP and TCP */
	PORT_STUN = 2,	 /* UDP and TCP */
	PORT_STREAM = 4, /* TCP: HTTP, WebSocket, TLS; user space tells */
	PORT_BEAT = 8,	 /* UDP: any datagram is a heartbeat */
};

#define PORT_OF_UDP (PORT_SIP | PORT_STUN | PORT_BEAT)
#define PORT_OF_TCP (PORT_SIP | PORT_STUN | PORT_STREAM)

/* What is recognised on any UDP port. */
enum demux_anywhere { ANYWHERE_STUN = 1, ANYWHERE_DTLS = 2 };

enum demux_verdict {
	DEMUX_SIP,
	DEMUX_STUN,
	DEMUX_DTLS,
	DEMUX_BEAT,	      /* the last that is a message */
	DEMUX_SIP_MALFORMED,  /* on a SIP port, does not start like SIP */
	DEMUX_STUN_MALFORMED, /* first byte 0..3 on a signaling port, but no well-formed STUN */
	DEMUX_KEEPALIVE, /* empty, CRLF, or NUL bytes on a SIP port; empty on a heartbeat port */
	DEMUX_OTHER,	 /* RTP, protected DTLS, TURN channel, unknown on a signaling port */
	DEMUX_NONE,	 /* no signaling port, no STUN, no DTLS */
};

static __always_inline _Bool demux_is_message(enum demux_verdict v)
{
	return v <= DEMUX_BEAT;
}

/* Of a message. */
static __always_inline __u8 demux_proto(enum demux_verdict v)
{
	_Static_assert(PROTO_SIP == DEMUX_SIP + 1 && PROTO_STUN == DEMUX_STUN + 1 &&
			       PROTO_DTLS == DEMUX_DTLS + 1 && PROTO_BEAT == DEMUX_BEAT + 1,
		       "the same order");
	return (__u8)(v + 1);
}

/* Of what is not empty. */
static __always_inline enum demux_verdict demux_bytes(const __u8 *buf, __u32 len, __u8 kinds,
						      __u32 anywhere)
{
	struct stun_brief stun;
	struct sip_start sip;

	if (buf[0] <= 3 && len >= 20) {
		if ((kinds || (anywhere & ANYWHERE_STUN)) && stun_parse(buf, len, &stun) == 0)
			return DEMUX_STUN;
		return kinds ? DEMUX_STUN_MALFORMED : DEMUX_NONE;
	}
	if ((kinds || (anywhere & ANYWHERE_DTLS)) && dtls_parse(buf, len) == 0)
		return DEMUX_DTLS;
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

/* buf: the first payload bytes, PARSE_WINDOW of them addressable, zero beyond len. kinds: of both
 * ports, or-ed; those of TCP do not count. anywhere: enum demux_anywhere or-ed. On a heartbeat port
 * that carries something else too, a heartbeat is what is nothing else. */
static __always_inline enum demux_verdict demux_classify(const __u8 *buf, __u32 len, __u8 kinds,
							 __u32 anywhere)
{
	enum demux_verdict v;

	kinds &= PORT_OF_UDP;
	if (len == 0)
		return kinds & (PORT_SIP | PORT_BEAT) ? DEMUX_KEEPALIVE
		       : kinds			      ? DEMUX_OTHER
						      : DEMUX_NONE;
	if (kinds == PORT_BEAT)
		return DEMUX_BEAT;
	v = demux_bytes(buf, len, kinds, anywhere);
	return kinds & PORT_BEAT && !demux_is_message(v) ? DEMUX_BEAT : v;
}

#endif

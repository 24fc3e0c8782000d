/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of packets and what a tap must make of each, said by hand. */
#ifndef SIGPATH_CORPUS_H
#define SIGPATH_CORPUS_H

#include "oracle.h"
#include "packet.h"

#define SIP_PORT    5060
#define STUN_PORT   3478
#define BOTH_PORT   5349
#define STREAM_PORT 8080
#define BEAT_PORT   9999

#define BYTES(s) .payload = (s), .payload_len = sizeof(s) - 1
#define SIP_OPTIONS                                                                                \
	"OPTIONS sip:10.77.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP "                                       \
	"10.77.0.1:40000;branch=z9hG4bK-524287-1\r\n"                                              \
	"From: <sip:a@10.77.0.1>;tag=1\r\nTo: <sip:10.77.0.2>\r\nCall-ID: 1-2-3@10.77.0.1\r\n"     \
	"CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContact: <sip:a@10.77.0.1:40000>\r\n"              \
	"User-Agent: sigpath tests, long enough that the fingerprint does not cover all of it\r\n" \
	"Content-Length: 0\r\n\r\n"
#define SIP_OK                                                                             \
	"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.77.0.1;branch=z9hG4bK1\r\nContent-Length: " \
	"0\r\n\r\n"
#define SIP_SHORT "BYE sip:a SIP/2.0\r\n\r\n"
#define STUN_BINDING                 \
	"\0\x01\0\0\x21\x12\xa4\x42" \
	"abcdefghijkl"
#define STUN_SUCCESS                     \
	"\x01\x01\0\x0c\x21\x12\xa4\x42" \
	"abcdefghijkl"                   \
	"\0\x20\0\x08\0\x01\x12\x34\x56\x78\x9a\xbc"
#define STUN_TOO_LONG                  \
	"\0\x01\0\x08\x21\x12\xa4\x42" \
	"abcdefghijkl"
#define STUN_OLD     \
	"\0\x01\0\0" \
	"0123456789abcdef" /* RFC 3489: no cookie */
#define DTLS_HELLO	 "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x10\x01\0\0\x04\0\0\0\0\0\0\0\x04zzzz"
#define DTLS_DATA_RECORD "\x17\xfe\xfd\0\x01\0\0\0\0\0\0\0\x04zzzz"
#define DTLS_TOO_LONG	 "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x05zzzz"
#define RTP_PACKET	 "\x80\0\x12\x34\0\0\0\xa0\xde\xad\xbe\xefvoice voice voice"
#define TURN_CHANNEL   \
	"\x40\0\0\x08" \
	"channels"

struct row {
	struct recipe r;
	uint8_t proto;	/* enum rec_proto; PROTO_NONE: no record */
	uint16_t flags; /* enum rec_flag of the record, but for REC_F_SHORT and REC_F_EGRESS */
	int counter;	/* enum counter_id that goes up by one, -1 none */
};

#define SIP(name, flag, ...)                             \
	{                                                \
		{name, __VA_ARGS__}, PROTO_SIP, flag, -1 \
	}
#define STUN(name, flag, ...)                             \
	{                                                 \
		{name, __VA_ARGS__}, PROTO_STUN, flag, -1 \
	}
#define DTLS(name, flag, ...)                             \
	{                                                 \
		{name, __VA_ARGS__}, PROTO_DTLS, flag, -1 \
	}
#define BEAT(name, flag, ...)                             \
	{                                                 \
		{name, __VA_ARGS__}, PROTO_BEAT, flag, -1 \
	}
#define SEG(name, flag, ...)                                                          \
	{                                                                             \
		{name, __VA_ARGS__}, PROTO_NONE, REC_F_TAP | (flag), CNT_TCP_SEGMENTS \
	}
#define NONE(name, ctr, ...)                            \
	{                                               \
		{name, __VA_ARGS__}, PROTO_NONE, 0, ctr \
	}

static const struct row corpus[] = {
	SIP("sip request", 0, BYTES(SIP_OPTIONS)),
	SIP("sip response", 0, .sport = SIP_PORT, .dport = 40000, BYTES(SIP_OK)),
	SIP("short sip", 0, BYTES(SIP_SHORT), .padding = 6),
	SIP("ipv6", 0, .family = 6, BYTES(SIP_OPTIONS)),
	SIP("ipv4 options", 0, .options = 10, BYTES(SIP_OPTIONS)),
	SIP("ipv6 hop-by-hop", 0, .family = 6, .ext = EXT_HOP, BYTES(SIP_OPTIONS)),
	SIP("ipv6 dst, routing", 0, .family = 6, .ext = EXT_DST | EXT_ROUTE, BYTES(SIP_OK)),
	SIP("ipv6 ah", 0, .family = 6, .ext = EXT_AH, BYTES(SIP_OPTIONS)),
	SIP("one tag", REC_F_VLAN, .vlans = 1, BYTES(SIP_OPTIONS)),
	SIP("two tags", REC_F_VLAN, .vlans = 2, BYTES(SIP_OPTIONS)),
	SIP("ipv6, two tags, hop, dst", REC_F_VLAN, .vlans = 2, .family = 6,
	    .ext = EXT_HOP | EXT_DST, BYTES(SIP_OK)),
	SIP("first fragment", REC_F_FRAG, .frag = 0x2000, .udp_lie = 3000, BYTES(SIP_OPTIONS)),
	SIP("ipv6 first fragment", REC_F_FRAG, .family = 6, .frag = 0x2000, .udp_lie = 3000,
	    BYTES(SIP_OPTIONS)),
	SIP("padded frame", 0, BYTES(SIP_OK), .padding = 40),
	STUN("stun binding", 0, .dport = STUN_PORT, BYTES(STUN_BINDING)),
	STUN("stun success", 0, .sport = STUN_PORT, .dport = 40000, BYTES(STUN_SUCCESS)),
	STUN("stun on a sip port", 0, BYTES(STUN_BINDING)),
	STUN("stun, ipv6, tag", REC_F_VLAN, .family = 6, .vlans = 1, .dport = STUN_PORT,
	     BYTES(STUN_SUCCESS)),
	SIP("sip on a port of both", 0, .dport = BOTH_PORT, BYTES(SIP_OPTIONS)),
	STUN("stun on a port of both", 0, .dport = BOTH_PORT, BYTES(STUN_BINDING)),

	NONE("later fragment", CNT_FRAG_LATER, .frag = 0x00b9, BYTES(SIP_OPTIONS)),
	NONE("ipv6 later fragment", CNT_FRAG_LATER, .family = 6, .frag = 0x20b9,
	     BYTES(SIP_OPTIONS)),
	NONE("first fragment, too little of it", CNT_NONLINEAR, .frag = 0x2000, .udp_lie = 3000,
	     BYTES(SIP_OK)),
	NONE("crlf keepalive", CNT_KEEPALIVE, BYTES("\r\n\r\n")),
	NONE("nul keepalive", CNT_KEEPALIVE, BYTES("\0\0\0\0")),
	NONE("empty on a sip port", CNT_KEEPALIVE, BYTES("")),
	NONE("empty on a stun port", CNT_DEMUX_OTHER, .dport = STUN_PORT, BYTES("")),
	DTLS("dtls", 0, .dport = STUN_PORT, BYTES(DTLS_HELLO)),
	DTLS("dtls on a sip port", 0, BYTES(DTLS_HELLO)),
	NONE("dtls, protected", CNT_DEMUX_OTHER, .dport = STUN_PORT, BYTES(DTLS_DATA_RECORD)),
	NONE("dtls, length lies", CNT_DEMUX_OTHER, .dport = STUN_PORT, BYTES(DTLS_TOO_LONG)),
	BEAT("heartbeat", 0, .dport = BEAT_PORT, BYTES("\x01\x02still here")),
	BEAT("heartbeat like rtp, ipv6", 0, .family = 6, .sport = BEAT_PORT, .dport = 40000,
	     BYTES(RTP_PACKET)),
	NONE("empty heartbeat", CNT_KEEPALIVE, .dport = BEAT_PORT, BYTES("")),
	NONE("udp on a stream port", -1, .dport = STREAM_PORT, BYTES(SIP_OPTIONS)),
	NONE("rtp", CNT_DEMUX_OTHER, .dport = STUN_PORT, BYTES(RTP_PACKET)),
	NONE("rtp on a sip port", CNT_DEMUX_OTHER, BYTES(RTP_PACKET)),
	NONE("turn channel", CNT_DEMUX_OTHER, .dport = STUN_PORT, BYTES(TURN_CHANNEL)),
	NONE("rtp elsewhere", -1, .dport = 50000, BYTES(RTP_PACKET)),
	NONE("sip elsewhere", -1, .dport = 50000, BYTES(SIP_OPTIONS)),
	NONE("stun, wrong length", CNT_STUN_MALFORMED, .dport = STUN_PORT, BYTES(STUN_TOO_LONG)),
	NONE("stun without cookie", CNT_STUN_MALFORMED, .dport = STUN_PORT, BYTES(STUN_OLD)),
	NONE("not sip", CNT_SIP_MALFORMED, BYTES("hello, world, this is no SIP at all")),
	NONE("sip, status of two digits", CNT_SIP_MALFORMED, BYTES("SIP/2.0 20 OK\r\n\r\n")),
	SEG("tcp on a sip port", 0, .l4 = 6, BYTES(SIP_OPTIONS)),
	SEG("tcp, ipv6, tag", REC_F_VLAN, .l4 = 6, .family = 6, .vlans = 1, .dport = STREAM_PORT,
	    BYTES(SIP_OK)),
	SEG("tcp, ipv4 options", 0, .l4 = 6, .options = 10, .sport = STUN_PORT, .dport = 40000,
	    BYTES("x")),
	NONE("tcp on a heartbeat port", -1, .l4 = 6, .dport = BEAT_PORT, BYTES(SIP_OPTIONS)),
	NONE("tcp, pure ack", -1, .l4 = 6, BYTES("")),
	NONE("sctp", -1, .l4 = 132, BYTES(SIP_OPTIONS)),
	NONE("arp", -1, .type_lie = 0x0806, BYTES(SIP_OPTIONS)),
	NONE("three tags", -1, .vlans = 2, .type_lie = 0x8100, BYTES(SIP_OPTIONS)),
	NONE("ipv6 said to be ipv4", CNT_IP_MALFORMED, .family = 6, .type_lie = 0x0800,
	     BYTES(SIP_OPTIONS)),
	NONE("udp length lies: 64 KiB", CNT_IP_MALFORMED, .udp_lie = 65535, BYTES(SIP_OPTIONS)),
	NONE("udp length lies: 7", CNT_IP_MALFORMED, .udp_lie = 7, BYTES(SIP_OPTIONS)),
	NONE("udp length lies: one more", CNT_IP_MALFORMED, .udp_lie = sizeof(SIP_OK) + 8,
	     BYTES(SIP_OK)),
	NONE("both lengths lie: 64 KiB, little there", CNT_NONLINEAR, .l3_lie = 65535,
	     .udp_lie = 65515, BYTES(SIP_OK)),
	SIP("both lengths lie: 64 KiB", 0, .l3_lie = 65535, .udp_lie = 65515, BYTES(SIP_OPTIONS)),
	SIP("ipv6, both lengths lie", 0, .family = 6, .l3_lie = 65535, .udp_lie = 65535,
	    BYTES(SIP_OPTIONS)),
	NONE("ip total length lies: 19", CNT_IP_MALFORMED, .l3_lie = 19, BYTES(SIP_OPTIONS)),
	NONE("ip total length lies: header only", CNT_IP_MALFORMED, .l3_lie = 20,
	     BYTES(SIP_OPTIONS)),
	NONE("ipv6 jumbogram", CNT_IP_MALFORMED, .family = 6, .ext = EXT_HOP, .l3_lie = 8,
	     BYTES(SIP_OPTIONS)),
	NONE("ipv6 extensions beyond what is fetched", CNT_IP_MALFORMED, .family = 6,
	     .ext = EXT_LONG | EXT_DST, .vlans = 1, BYTES(SIP_OPTIONS)),
};

/* STUN and DTLS where nobody configured it: only with stun_anywhere. */
static const struct row corpus_anywhere[] = {
	STUN("stun anywhere", 0, .dport = 50000, BYTES(STUN_BINDING)),
	STUN("stun anywhere, ipv6", 0, .family = 6, .dport = 50000, BYTES(STUN_SUCCESS)),
	DTLS("dtls anywhere", 0, .dport = 50000, BYTES(DTLS_HELLO)),
	DTLS("dtls anywhere, ipv6, tag", REC_F_VLAN, .family = 6, .vlans = 1, .dport = 50000,
	     BYTES(DTLS_HELLO)),
	STUN("stun anywhere, tags", REC_F_VLAN, .vlans = 2, .dport = 50000, BYTES(STUN_BINDING)),
};

#define CORPUS_CNT	    (sizeof(corpus) / sizeof(corpus[0]))
#define CORPUS_ANYWHERE_CNT (sizeof(corpus_anywhere) / sizeof(corpus_anywhere[0]))

#endif

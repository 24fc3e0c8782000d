/* SPDX-License-Identifier: BSD-2-Clause */
/* From a captured frame to UDP datagrams and TCP segments: link headers, VLAN tags, PPPoE, IPv4 and
 * IPv6 with their fragments, and IP inside of IP, GRE and VXLAN. */
#ifndef SIGPATH_LINK_H
#define SIGPATH_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "fragments.h"
#include "record.h"

/* LINKTYPE_ of tcpdump.org/linktypes.html */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_OLD = 12, /* DLT_RAW, also 14: written by some */
	LINK_RAW_BSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_COOKED = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_COOKED_2 = 276,
};

#define LINK_DEPTH 4 /* IP headers inside of each other that are followed */

/* A UDP datagram or a TCP segment. Addresses and ports in flow, flags REC_F_SYN, _FIN, _RST of TCP
 * and REC_F_FRAG of what was reassembled; flow.proto is PROTO_NONE. */
struct link_packet {
	struct rec_flow flow;
	uint8_t l4; /* IPPROTO_UDP, IPPROTO_TCP */
	const uint8_t *p;
	uint32_t len;	   /* payload bytes at p, SOURCE_SLACK addressable behind them */
	uint32_t wire_len; /* payload bytes there were; more than len: the capture cut them */
	uint32_t seq;	   /* TCP: of p[0], behind a SYN of what follows it */
};

struct link_counts {
	uint64_t unknown_link; /* frames of a link type that is not known */
	uint64_t not_ip;
	uint64_t other;	    /* IP, neither UDP nor TCP */
	uint64_t malformed; /* headers that contradict themselves, or are cut */
	uint64_t cut;	    /* fragments whose data the capture cut: they cannot be joined */
	uint64_t too_deep;
};

struct link {
	struct fragments *fragments; /* borrowed */
	struct link_counts counts;
	uint32_t unknown_link; /* the latest one */
	uint8_t *joined;       /* owned: a reassembled packet with its header */
};

int link__init(struct link *l, struct fragments *fragments);
void link__done(struct link *l);

/* True: *out is a datagram or segment, valid until the next call. p: len bytes, at least 512
 * addressable behind them. */
bool link__decode(struct link *l, uint32_t type, const uint8_t *p, uint32_t len, uint64_t now_ns,
		  struct link_packet *out);
bool link__is_known(uint32_t type);

#endif

/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From a link or network header to the UDP or TCP payload, on a flat window of the packet's first
 * bytes.
 *
 * The same functions run in BPF programs, unit tests and fuzzers. The window is NET_WINDOW +
 * NET_SLACK addressable bytes, `avail` of which are packet; what lies beyond is never trusted.
 * Offsets are masked on the register that is used, which is what the verifier wants to see and
 * costs nothing. */
#ifndef SIGPATH_NET_H
#define SIGPATH_NET_H

#include <linux/types.h>

#include "unroll.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define NET_WINDOW  256 /* bytes of headers looked at: power of two */
#define NET_SLACK   64
#define NET_EBADMSG 74 /* EBADMSG, which BPF headers do not have */

#define NET_ETH_P_IP	 0x0800
#define NET_ETH_P_IPV6	 0x86dd
#define NET_ETH_P_8021Q	 0x8100
#define NET_ETH_P_8021AD 0x88a8
#define NET_UDP		 17
#define NET_TCP		 6
#define NET_EXT_MAX	 6 /* IPv6 extension headers followed */

/* Between the steps everything that was found goes through *out. In BPF that is map memory, of
 * which the verifier remembers nothing: however a step was reached, the next one is walked once and
 * not once for each way. The barrier keeps the compiler from passing it in registers. */
#define NET_STEP() __asm__ volatile("" ::: "memory")

enum net_flag {
	NET_F_FRAG_FIRST = 1, /* first fragment: ports and the start of the payload are here */
	NET_F_FRAG_LATER = 2, /* no ports here */
	NET_F_VLAN = 4,
};

struct net_brief {
	__u16 l3_off;
	__u16 l4_off;
	__u16 payload_off;
	__u16 sport; /* host order; 0 with NET_F_FRAG_LATER */
	__u16 dport;
	__u8 l4; /* NET_UDP, NET_TCP, or another protocol number (then nothing after l4_off is set)
		  */
	__u8 family;	   /* 4 or 6 */
	__u16 flags;	   /* enum net_flag */
	__u16 payload_len; /* UDP: of the whole datagram, also in a first fragment. TCP: of this
			      segment. Until the ports are found: bytes behind l4_off */
};

static __always_inline __u16 net_u16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

/* One byte or 16 bits at a variable offset. */
static __always_inline __u8 net_at8(const __u8 *w, __u32 off)
{
	return w[off & (NET_WINDOW - 1)];
}

static __always_inline __u16 net_at16(const __u8 *w, __u32 off)
{
	return net_u16(w + (off & (NET_WINDOW - 1)));
}

/* Ethernet header with up to two VLAN tags (802.1Q, 802.1ad). *proto and *l3_off are set on 0;
 * -NET_EBADMSG when cut short. */
static __always_inline int net_link_parse(const __u8 *w, __u32 avail, __u16 *proto, __u16 *l3_off,
					  __u16 *flags)
{
	__u32 off = 14;
	__u16 p;

	if (avail < 14)
		return -NET_EBADMSG;
	p = net_u16(w + 12);
	UNROLL
	for (int i = 0; i < 2; i++) {
		if (p != NET_ETH_P_8021Q && p != NET_ETH_P_8021AD)
			break;
		if (avail < off + 4)
			return -NET_EBADMSG;
		p = net_at16(w, off + 2);
		off += 4;
		*flags |= NET_F_VLAN;
	}
	*proto = p;
	*l3_off = (__u16)off;
	return 0;
}

/*  0      4      8            16           24           31
 *  | ver  | ihl  | tos        | total length            |
 *  | identification           |flags| fragment offset   |
 *  | ttl         | protocol   | checksum                |   RFC 791 3.1
 */
static __always_inline int net_ipv4_parse(const __u8 *w, __u32 avail, struct net_brief *out)
{
	__u32 off = out->l3_off;
	__u32 ihl = (net_at8(w, off) & 0xf) * 4;
	__u32 total = net_at16(w, off + 2);
	__u16 frag = net_at16(w, off + 6);

	if (avail < off + 20 || (net_at8(w, off) >> 4) != 4 || ihl < 20 || total < ihl)
		return -NET_EBADMSG;
	out->l4 = net_at8(w, off + 9);
	out->l4_off = (__u16)(off + ihl);
	if (frag & 0x1fff)
		out->flags |= NET_F_FRAG_LATER;
	else if (frag & 0x2000)
		out->flags |= NET_F_FRAG_FIRST;
	out->payload_len = (__u16)(total - ihl);
	return 0;
}

static __always_inline int net_is_ext(__u8 next)
{
	return next == 0 || next == 43 || next == 60 || next == 51 || next == 44;
}

/* One hop-by-hop, routing, destination options, AH or fragment header (RFC 8200 4, RFC 4302 2) at
 * l4_off. */
static __always_inline int net_ext_parse(const __u8 *w, __u32 avail, struct net_brief *out)
{
	__u32 off = out->l4_off, ext = (net_at8(w, off + 1) + 1u) * 8;
	__u8 type = out->l4;

	if (off + 8 > NET_WINDOW || avail < off + 8)
		return -NET_EBADMSG;
	if (type == 51)
		ext = (net_at8(w, off + 1) + 2u) * 4;
	if (type == 44) {
		__u16 frag = net_at16(w, off + 2);

		if (out->flags & NET_F_FRAG_FIRST)
			return -NET_EBADMSG; /* a fragment of a fragment */
		if (frag & 0xfff8)
			out->flags |= NET_F_FRAG_LATER;
		else if (frag & 1)
			out->flags |= NET_F_FRAG_FIRST;
		ext = 8;
	}
	if (ext > out->payload_len)
		return -NET_EBADMSG;
	out->l4 = net_at8(w, off);
	out->l4_off = (__u16)(off + ext);
	out->payload_len = (__u16)(out->payload_len - ext);
	return 0;
}

/* Fixed header (RFC 8200 3), then extension headers up to the first that says "later fragment". */
static __always_inline int net_ipv6_parse(const __u8 *w, __u32 avail, struct net_brief *out)
{
	__u32 off = out->l3_off;

	if (avail < off + 40 || (net_at8(w, off) >> 4) != 6)
		return -NET_EBADMSG;
	out->l4 = net_at8(w, off + 6);
	out->l4_off = (__u16)(off + 40);
	out->payload_len = net_at16(w, off + 4);
	UNROLL
	for (int i = 0; i < NET_EXT_MAX; i++) {
		NET_STEP();
		if (!net_is_ext(out->l4) || (out->flags & NET_F_FRAG_LATER))
			break;
		if (net_ext_parse(w, avail, out))
			return -NET_EBADMSG;
	}
	NET_STEP();
	return out->l4_off > NET_WINDOW ? -NET_EBADMSG : 0;
}

static __always_inline int net_udp_parse(const __u8 *w, __u32 avail, struct net_brief *out)
{
	__u32 off = out->l4_off;
	__u32 len = net_at16(w, off + 4);

	if (off > NET_WINDOW - 8 || avail < off + 8 || len < 8)
		return -NET_EBADMSG;
	if (!(out->flags & NET_F_FRAG_FIRST) && len > out->payload_len)
		return -NET_EBADMSG;
	out->sport = net_at16(w, off);
	out->dport = net_at16(w, off + 2);
	out->payload_off = (__u16)(off + 8);
	out->payload_len = (__u16)(len - 8);
	return 0;
}

static __always_inline int net_tcp_parse(const __u8 *w, __u32 avail, struct net_brief *out)
{
	__u32 off = out->l4_off;
	__u32 hlen = (net_at8(w, off + 12) >> 4) * 4;

	if (off > NET_WINDOW - 20 || avail < off + 20 || hlen < 20 || hlen > out->payload_len)
		return -NET_EBADMSG;
	out->sport = net_at16(w, off);
	out->dport = net_at16(w, off + 2);
	out->payload_off = (__u16)(off + hlen);
	out->payload_len = (__u16)(out->payload_len - hlen);
	return 0;
}

/* Parses from the network header at l3_off. proto: ethertype, host order; VLAN tags that are still
 * in the bytes (the tag control field is at l3_off then) are skipped. 0, or -NET_EBADMSG for what
 * is not IP or contradicts itself; a later fragment and other transport protocols are 0 with flags
 * and l4 telling. */
static __always_inline int net_parse(const __u8 *w, __u32 avail, __u16 proto, __u16 l3_off,
				     struct net_brief *out)
{
	out->l3_off = l3_off;
	out->sport = 0;
	out->dport = 0;
	out->payload_off = 0;
	out->payload_len = 0;
	UNROLL
	for (int i = 0; i < 2; i++) {
		NET_STEP();
		if (proto != NET_ETH_P_8021Q && proto != NET_ETH_P_8021AD)
			break;
		if (avail < out->l3_off + 4u)
			return -NET_EBADMSG;
		proto = net_at16(w, out->l3_off + 2u);
		out->l3_off += 4;
		out->flags |= NET_F_VLAN;
	}
	NET_STEP();
	out->family = proto == NET_ETH_P_IP ? 4 : proto == NET_ETH_P_IPV6 ? 6 : 0;
	if (!out->family ||
	    (out->family == 4 ? net_ipv4_parse(w, avail, out) : net_ipv6_parse(w, avail, out)))
		return -NET_EBADMSG;
	NET_STEP();
	if (!(out->flags & NET_F_FRAG_LATER) && out->l4 == NET_UDP)
		return net_udp_parse(w, avail, out);
	if (!(out->flags & NET_F_FRAG_LATER) && out->l4 == NET_TCP)
		return net_tcp_parse(w, avail, out);
	out->payload_len = 0;
	return 0;
}

#endif

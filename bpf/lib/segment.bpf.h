/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* TCP segments with data, SYN, FIN or RST on signaling ports: their early stamps, and their records
 * in parts of up to REC_SNAP_MAX bytes.
 *
 * A stamp goes by connection and end (sequence number behind the last byte): what the kernel merges
 * on the way (GRO) takes the stamps of the last segment in it. */
#ifndef SIGPATH_SEGMENT_BPF_H
#define SIGPATH_SEGMENT_BPF_H

#include "emit.bpf.h"
#include "flight.bpf.h"
#include "sight.bpf.h"

#define SEGMENT_PARTS 16 /* records of one segment: what a packet of 64 KiB takes */

#define TCP_FIN 1
#define TCP_SYN 2
#define TCP_RST 4

/* Headers were parsed into the scratch. big_len: bytes of a packet that is too long for its own
 * header to say so, else 0. 0: nothing to report. Fills s->seg but for what the hook knows:
 * hdr.ts_ns, stamps, sk, skb, ifindex, netns, task. */
int segment_look(__u32 scratch_idx, __u32 big_len, __u32 flags);

/* One part of the segment that s->seg describes, bytes by either helper. run: scratch_own(), 0 for
 * contexts that nobody interrupts. 0: there is more. */
int segment_part_skb(struct __sk_buff *ctx, __u32 scratch_idx, __u64 run);
int segment_part_xdp(struct xdp_md *ctx, __u32 scratch_idx, __u64 run);

static __always_inline __u64 segment_mix4(__u32 saddr, __u32 daddr)
{
	return print_mix((__u64)saddr << 32 | daddr, 0x9e3779b97f4a7c15ull);
}

static __always_inline __u64 segment_mix6(const __u64 *saddr, const __u64 *daddr)
{
	return print_mix(print_mix(print_mix(saddr[0], saddr[1]), daddr[0]), daddr[1]);
}

/* Of a record's flow. */
static __always_inline __u64 segment_mix(const struct scratch *s, const struct rec_flow *f)
{
	if (s->net.family == 4)
		return segment_mix4(*(const __u32 *)(f->saddr + 12),
				    *(const __u32 *)(f->daddr + 12));
	return segment_mix6((const __u64 *)f->saddr, (const __u64 *)f->daddr);
}

static __always_inline __u64 segment_hash(__u64 ends, __u32 sport, __u32 dport, __u32 end_seq)
{
	return print_mix(ends, (__u64)(sport << 16 | dport) << 32 | end_seq) | 1;
}

/* l4: TCP header behind an IP header that leaves `len` bytes to it. 0: not to be stamped. */
static __always_inline __u64 segment_print_l4(const __u8 *l4, __u32 len, __u64 ends)
{
	__u32 hlen = (l4[12] >> 4) * 4, flags = l4[13];
	__u32 sport = load_be16(l4), dport = load_be16(l4 + 2);

	if (len < hlen || (len == hlen && !(flags & (TCP_FIN | TCP_SYN | TCP_RST))))
		return 0;
	return segment_hash(ends, sport, dport, load_be32(l4 + 4) + len - hlen);
}

static __always_inline bool segment_is_wanted(const __u8 *l4)
{
	return (port_kind(load_be16(l4)) | port_kind(load_be16(l4 + 2))) & PORT_OF_TCP;
}

/* From constant offsets: p is 8-byte aligned memory or a packet, with MAYBE4_LEN or MAYBE6_LEN
 * bytes. 0: no segment of ours, or none that is plain. */
static __always_inline __u64 segment_print4(const __u8 *p)
{
	__u32 total = load_be16(p + 2);

	if (p[0] != 0x45 || p[9] != NET_TCP || !segment_is_wanted(p + 20) ||
	    (load_be16(p + 6) & 0x3fff) || total < 20)
		return 0;
	return segment_print_l4(p + 20, total - 20,
				segment_mix4(*(const __u32 *)(p + 12), *(const __u32 *)(p + 16)));
}

static __always_inline __u64 segment_print6(const __u8 *p)
{
	if (p[6] != NET_TCP || !segment_is_wanted(p + 40))
		return 0;
	return segment_print_l4(p + 40, load_be16(p + 4),
				segment_mix6((const __u64 *)(p + 8), (const __u64 *)(p + 24)));
}

/* Kernel memory, as copied to head by maybe_signaling(). */
static __always_inline __u64 segment_print_head(const __u8 *head, __u32 avail, __u16 proto)
{
	if (proto == NET_ETH_P_IP)
		return avail < MAYBE4_LEN ? 0 : segment_print4(head);
	return proto == NET_ETH_P_IPV6 && avail >= MAYBE6_LEN ? segment_print6(head) : 0;
}

/* Packet memory. */
static __always_inline __u64 segment_print_direct(const __u8 *l3, const void *end, __u16 proto)
{
	if (proto == NET_ETH_P_IP)
		return (const void *)(l3 + MAYBE4_LEN) > end ? 0 : segment_print4(l3);
	if (proto == NET_ETH_P_IPV6)
		return (const void *)(l3 + MAYBE6_LEN) > end ? 0 : segment_print6(l3);
	return 0;
}

/* Nothing but an acknowledgement. total 0: more than 64 KiB (BIG TCP). */
static __always_inline bool segment_is_empty(const __u8 *l4, __u32 len, bool is_big)
{
	return !is_big && len <= (l4[12] >> 4) * 4u && !(l4[13] & (TCP_FIN | TCP_SYN | TCP_RST));
}

/* Is it worth a parse? What is not plain or lies in pages is. */
static __always_inline bool segment_maybe(const __u8 *l3, const void *end, __u16 proto)
{
	if (proto == NET_ETH_P_IP) {
		if ((const void *)(l3 + MAYBE4_LEN) > end || l3[0] != 0x45)
			return true;
		return l3[9] == NET_TCP && segment_is_wanted(l3 + 20) &&
		       !segment_is_empty(l3 + 20, load_be16(l3 + 2) - 20, !load_be16(l3 + 2));
	}
	if (proto == NET_ETH_P_IPV6) {
		if ((const void *)(l3 + MAYBE6_LEN) > end)
			return true;
		if (l3[6] == NET_TCP)
			return segment_is_wanted(l3 + 40) &&
			       !segment_is_empty(l3 + 40, load_be16(l3 + 4), !load_be16(l3 + 4));
		return l3[6] == 0 || l3[6] == 43 || l3[6] == 60 || l3[6] == 51;
	}
	return is_vlan(proto);
}

/* What segment_print4() made of it. */
static __always_inline __u64 segment_print(const struct scratch *s)
{
	const struct rec_flow *f = &s->seg.flow;
	__u64 ends = segment_mix(s, f);
	__u32 syn = f->flags & REC_F_SYN ? 1 : 0;

	return segment_hash(ends, f->sport, f->dport, s->seg.seq - syn + s->seg.seg_len);
}

/* Reports the part that s->seg and s->part_off tell; n bytes of it are in s->payload. 1: that was
 * the last one. */
static __always_inline int segment_emit(struct scratch *s, __u32 n, __u64 run)
{
	__u32 seg_len = s->seg.seg_len;
	bool is_last = n >= seg_len;
	__u32 len = sizeof(s->seg);

	if (n)
		len += ((n - 1) & (REC_SNAP_MAX - 1)) + 1;
	s->seg.snap_len = n;
	s->seg.hdr.kind = REC_SEG;
	s->seg.hdr.len = (__u16)len;
	s->seg.hdr.cpu = bpf_get_smp_processor_id();
	s->part_left--;
	if (!is_last)
		s->seg.flow.flags |= REC_F_SHORT;
	if (is_last || !s->part_left)
		s->seg.flow.flags |= s->part_flags;
	if (run && !scratch_is_own(s, run))
		return 1;
	emit(&s->seg, len);
	if (is_last)
		return 1;
	s->seg.flow.flags &= ~(REC_F_SYN | REC_F_SHORT);
	s->seg.seq += n;
	s->seg.seg_len = seg_len - n;
	s->part_off += n;
	return 0;
}

#endif

// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Taps: the first sight of a packet. With stage probes behind it XDP only stamps; a plan without
 * them makes each tap report what it sees, in both directions. A tap never changes the fate of a
 * packet. */
#include "emit.bpf.h"
#include "flight.bpf.h"
#include "media.bpf.h"
#include "segment.bpf.h"
#include "sight.bpf.h"

#define LINK_LEN   14 /* Ethernet header */
#define TC_PASS_ON -1 /* TC_ACT_UNSPEC and TCX_NEXT: as if we were not there */

static __always_inline void tap_report(struct scratch *s, const struct sight *look, __u32 ifindex,
				       bool egress)
{
	__u32 snap = sight_snap(look);
	__u32 len = sizeof(s->tap) + snap;

	emit_header(&s->tap.hdr, REC_TAP, len, bpf_ktime_get_ns());
	sight_flow(s, look, &s->tap.flow);
	s->tap.flow.flags |= egress ? REC_F_EGRESS : 0;
	sight_print(s, snap, &s->tap.print);
	s->tap.ifindex = ifindex;
	s->tap.pad = 0;
	media_handshake(s, &s->tap.flow, egress);
	emit(&s->tap, len);
}

/* Without CAP_PERFMON one pointer may not be taken from another: the helper came with the one that
 * loads bytes. */
static __always_inline __u32 xdp_avail(struct xdp_md *ctx, enum bytes_how how)
{
	if (how == BYTES_XDP)
		return bpf_xdp_get_buff_len(ctx);
	return ctx->data_end - ctx->data;
}

/* Only a stamp: the socket's hook decides what it was. */
static __always_inline bool xdp_look(struct xdp_md *ctx, struct scratch *s, enum bytes_how how,
				     __u32 plain)
{
	struct bytes b = {.how = how, .ctx = ctx, .avail = xdp_avail(ctx, how)};
	struct sight look;

	if (sight_plain(s, SCRATCH_XDP, &b, LINK_LEN, plain))
		return true;
	return sight_look(s, SCRATCH_XDP, &b, true, 0, REC_HASH_LEN, COUNT_NOTHING, &look);
}

static __always_inline int xdp_stamp(struct xdp_md *ctx, enum bytes_how how)
{
	const __u8 *l3 = (void *)(long)ctx->data + LINK_LEN;
	const void *end = (void *)(long)ctx->data_end;
	__u32 plain = 0;
	struct scratch *s;
	__u16 proto;
	__u64 hash;

	if ((const void *)l3 > end)
		return XDP_PASS;
	proto = load_be16(l3 - 2);
	if (!maybe_direct(l3, end, proto)) {
		hash = segment_print_direct(l3, end, proto);
		if (hash)
			flight_mark_nic(hash, bpf_ktime_get_ns(), ctx->ingress_ifindex);
		return XDP_PASS;
	}
	if (proto == NET_ETH_P_IP && (const void *)(l3 + MAYBE4_LEN) <= end)
		plain = plain_len(l3);
	s = scratch_get(SCRATCH_XDP);
	if (s && xdp_look(ctx, s, how, plain))
		flight_mark_nic(s->hash, bpf_ktime_get_ns(), ctx->ingress_ifindex);
	return XDP_PASS;
}

SEC("?xdp")
int tap_xdp(struct xdp_md *ctx)
{
	return xdp_stamp(ctx, BYTES_XDP);
}

/* Before bpf_xdp_load_bytes (5.18): packet memory itself. */
SEC("?xdp")
int tap_xdp_direct(struct xdp_md *ctx)
{
	return xdp_stamp(ctx, BYTES_DIRECT);
}

__attribute__((noinline)) int media_look(__u32 scratch_idx, __u32 n, __u32 egress)
{
	__u32 key = scratch_idx, off;
	struct scratch *s = bpf_map_lookup_elem(&sp_scratch, &key);
	struct media m;

	if (!s || s->net.l4 != NET_UDP || s->net.flags & (NET_F_FRAG_LATER | NET_F_FRAG_FIRST) ||
	    port_kinds(&s->net) & PORT_OF_UDP || s->net.sport == PORT_DNS ||
	    s->net.dport == PORT_DNS || s->net.payload_len < RTCP_HDR_LEN)
		return 0;
	off = s->net.payload_off;
	if (off + 4 > n)
		return 0;
	m.len = s->net.payload_len;
	m.kind = media_kind_of((__u32)net_at16(s->win, off) << 16 | net_at16(s->win, off + 2),
			       m.len);
	if (m.kind == MEDIA_NONE)
		return 0;
	NET_STEP();
	__builtin_memset(&s->media, 0, sizeof(s->media));
	s->media.flow.proto = m.kind == MEDIA_RTP ? PROTO_RTP : PROTO_DTLS;
	s->media.flow.flags = egress ? REC_F_EGRESS : 0;
	s->media.msg_len = m.len;
	s->part_off = off;
	NET_STEP();
	sight_ends(s, &s->media.flow);
	NET_STEP();
	m.flow = media_hash(segment_mix(s, &s->media.flow), s->net.sport, s->net.dport, egress);
	return media_is_first(&m);
}

/* What sight_look() parsed was no datagram of ours: media? */
static __always_inline void tap_media(struct scratch *s, enum scratch_ctx idx,
				      const struct bytes *b, __u32 ifindex, bool egress)
{
	__u32 n = b->avail < SIGHT_HEADERS ? b->avail : SIGHT_HEADERS, len;

	if (!sp_knobs.first_media || !media_look(idx, n, egress))
		return;
	len = s->media.msg_len < MEDIA_FIRST ? s->media.msg_len : MEDIA_FIRST;
	bytes_load(b, s->part_off, s->media.first, ((len - 1) & (MEDIA_FIRST - 1)) + 1);
	s->media.ifindex = ifindex;
	emit_header(&s->media.hdr, REC_MEDIA, sizeof(s->media), bpf_ktime_get_ns());
	emit(&s->media, sizeof(s->media));
}

/* ... a segment? */
static __always_inline bool tap_segment(struct scratch *s, enum scratch_ctx idx, __u32 ifindex,
					bool egress)
{
	if (!segment_look(idx, 0, REC_F_TAP | (egress ? REC_F_EGRESS : 0)))
		return false;
	s->seg.hdr.ts_ns = bpf_ktime_get_ns();
	s->seg.ifindex = ifindex;
	return true;
}

static __always_inline void tap_skb(struct __sk_buff *ctx, bool egress)
{
	struct bytes b = {.how = BYTES_SKB, .ctx = ctx, .avail = ctx->len};
	struct scratch *s = scratch_get(SCRATCH_TAP);
	struct sight look;

	if (!s)
		return;
	if (sight_look(s, SCRATCH_TAP, &b, true, 0, sp_knobs.snap_len, COUNT_NET | COUNT_VERDICT,
		       &look)) {
		tap_report(s, &look, ctx->ifindex, egress);
	} else if (s->net.l4 != NET_TCP) {
		tap_media(s, SCRATCH_TAP, &b, ctx->ifindex, egress);
	} else if (tap_segment(s, SCRATCH_TAP, ctx->ifindex, egress)) {
		for (int i = 0; i < SEGMENT_PARTS; i++)
			if (segment_part_skb(ctx, SCRATCH_TAP, 0))
				return;
		count(CNT_SEGMENT_CUT);
	}
}

static __always_inline int tap_tc(struct __sk_buff *ctx, bool egress)
{
	tap_skb(ctx, egress);
	return TC_PASS_ON;
}

SEC("?tc")
int tap_tc_in(struct __sk_buff *ctx)
{
	return tap_tc(ctx, false);
}

SEC("?tc")
int tap_tc_out(struct __sk_buff *ctx)
{
	return tap_tc(ctx, true);
}

/* XDP that reports, where tc cannot be attached: ingress only. */
SEC("?xdp")
int tap_xdp_report(struct xdp_md *ctx)
{
	struct bytes b = {.how = BYTES_XDP, .ctx = ctx, .avail = xdp_avail(ctx, BYTES_XDP)};
	struct scratch *s = scratch_get(SCRATCH_XDP);
	struct sight look;

	if (!s)
		return XDP_PASS;
	if (sight_look(s, SCRATCH_XDP, &b, true, 0, sp_knobs.snap_len, COUNT_NET | COUNT_VERDICT,
		       &look)) {
		tap_report(s, &look, ctx->ingress_ifindex, false);
	} else if (s->net.l4 != NET_TCP) {
		tap_media(s, SCRATCH_XDP, &b, ctx->ingress_ifindex, false);
	} else if (tap_segment(s, SCRATCH_XDP, ctx->ingress_ifindex, false)) {
		for (int i = 0; i < SEGMENT_PARTS; i++)
			if (segment_part_xdp(ctx, SCRATCH_XDP, 0))
				return XDP_PASS;
		count(CNT_SEGMENT_CUT);
	}
	return XDP_PASS;
}

#define PACKET_OUTGOING 4 /* linux/if_packet.h */

/* AF_PACKET, SOCK_RAW: both directions of every interface of the namespace, nothing attached to a
 * device. Keeps no byte for the socket itself. */
SEC("?socket")
int tap_socket(struct __sk_buff *ctx)
{
	tap_skb(ctx, ctx->pkt_type == PACKET_OUTGOING);
	return 0;
}

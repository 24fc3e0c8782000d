/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* A TCP packet at a cgroup filter: parsed, and reported where it is received. */
#ifndef SIGPATH_FILTER_BPF_H
#define SIGPATH_FILTER_BPF_H

#include "segment.bpf.h"
#include "tables.bpf.h"

/* BIG TCP: the length field is 0 then. */
#define IP_LEN_MAX 65535

static __always_inline __u32 big_len(const struct __sk_buff *ctx)
{
	return ctx->len > IP_LEN_MAX ? ctx->len : 0;
}

/* Headers at the network layer into s->net. */
static __always_inline bool segment_parse(struct __sk_buff *ctx, struct scratch *s,
					  enum scratch_ctx idx)
{
	__u32 n = ctx->len < SIGHT_HEADERS ? ctx->len : SIGHT_HEADERS;

	if (!n || bpf_skb_load_bytes(ctx, 0, s->win, ((n - 1) & (SIGHT_HEADERS - 1)) + 1))
		return false;
	if (big_len(ctx)) {
		__u32 at = ctx->protocol == bpf_htons(NET_ETH_P_IP) ? 2 : 4;

		s->win[at] = s->win[at + 1] = 0xff;
	}
	return sight_parse(idx, n, bpf_ntohs(ctx->protocol), false) == 0;
}

static __always_inline void segment_parts(struct __sk_buff *ctx, enum scratch_ctx idx, __u64 run)
{
	for (int i = 0; i < SEGMENT_PARTS; i++)
		if (segment_part_skb(ctx, idx, run))
			return;
	count(CNT_SEGMENT_CUT);
}

/* At the filter of the socket, whose packet this is. */
static __always_inline void segment_in(struct __sk_buff *ctx, struct bpf_sock *sk)
{
	const __u8 *l3 = (void *)(long)ctx->data;
	const void *end = (void *)(long)ctx->data_end;
	__u32 ifindex;
	struct scratch *s;
	__u64 now;

	if (!segment_maybe(l3, end, bpf_ntohs(ctx->protocol)))
		return;
	s = scratch_get(SCRATCH_SEG_IN);
	if (!s || !segment_parse(ctx, s, SCRATCH_SEG_IN) ||
	    !segment_look(SCRATCH_SEG_IN, big_len(ctx), 0))
		return;
	now = bpf_ktime_get_ns();
	s->seg.hdr.ts_ns = now;
	s->seg.flow.flags |=
		flight_take(segment_print(s), now, &s->seg.nic_ns, &s->seg.stack_ns, &ifindex);
	if (!s->seg.nic_ns && !s->seg.stack_ns && !(s->seg.flow.flags & REC_F_AMBIGUOUS))
		count(CNT_FLIGHT_MISSED);
	s->seg.sk = address_of(s, sk);
	s->seg.skb = address_of(s, ctx);
	s->seg.ifindex = ifindex ? ifindex : ctx->ifindex;
	if (s->seg.seg_len)
		sock_know(s->seg.sk, s->seg.flow.dport);
	segment_parts(ctx, SCRATCH_SEG_IN, 0);
}

#endif

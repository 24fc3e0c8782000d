/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Small set-associative tables of kernel pointers: sockets that carry signaling, skbs between qdisc
 * and driver, skbs on sockets. */
#ifndef SIGPATH_TABLES_BPF_H
#define SIGPATH_TABLES_BPF_H

#include "config.bpf.h"
#include "maps.bpf.h"

/* Local ports of sockets that ever carried signaling: one warm bit sends everybody else away
 * before any table is touched. */
extern __u8 sp_port_any[8192]; /* one bit a port */

static __always_inline bool port_is_any(__u32 port)
{
	barrier_var(port);
	return sp_port_any[(port & 0xffff) >> 3] & (1 << (port & 7));
}

static __always_inline struct sock_set *sock_set_get(__u64 sk)
{
	__u32 key = spread(sk) & (SOCK_SETS - 1);

	return bpf_map_lookup_elem(&sp_socks, &key);
}

static __always_inline bool sock_is_known(__u64 sk)
{
	struct sock_set *s = sock_set_get(sk);

	return s && (s->sk[0] == sk || s->sk[1] == sk || s->sk[2] == sk || s->sk[3] == sk);
}

static __always_inline void sock_know(__u64 sk, __u16 local_port)
{
	struct sock_set *s = sock_set_get(sk);
	__u32 way;

	/* not atomic: a bit that is lost to a race is set again by the next message */
	sp_port_any[local_port >> 3] |= 1 << (local_port & 7);

	if (!s || !sk || s->sk[0] == sk || s->sk[1] == sk || s->sk[2] == sk || s->sk[3] == sk)
		return;
	for (way = 0; way < SOCK_WAYS; way++)
		if (!s->sk[way])
			break;
	if (way == SOCK_WAYS) {
		way = s->turn++ & (SOCK_WAYS - 1);
		count(CNT_SOCKS_EVICTED);
	}
	s->sk[way & (SOCK_WAYS - 1)] = sk;
}

/* An address belongs to one message at a time, the last one that was added. Not atomic: an entry
 * that is lost to a race, or gets the stamp of another, names no message any more. */
static __always_inline void skb_set_add(struct skb_set *s, __u64 skb, __u64 now,
					enum counter_id evicted)
{
	__u32 way;

	for (way = 0; way < SKB_WAYS; way++)
		if (s->skb[way] == skb)
			break;
	if (way == SKB_WAYS)
		for (way = 0; way < SKB_WAYS; way++)
			if (!s->skb[way])
				break;
	if (way == SKB_WAYS) {
		way = s->turn++ & (SKB_WAYS - 1);
		count(evicted);
	}
	s->since_ns[way & (SKB_WAYS - 1)] = now;
	s->skb[way & (SKB_WAYS - 1)] = skb;
}

/* When it was added, once; 0: it is not there. */
static __always_inline __u64 skb_set_take(struct skb_set *s, __u64 skb)
{
	for (int way = 0; way < SKB_WAYS; way++) {
		if (s->skb[way] == skb) {
			s->skb[way] = 0;
			return s->since_ns[way];
		}
	}
	return 0;
}

static __always_inline void xmit_expect(__u64 skb, __u64 now)
{
	__u32 key = spread(skb) & (XMIT_SETS - 1);
	struct skb_set *s = bpf_map_lookup_elem(&sp_xmit, &key);

	if (s)
		skb_set_add(s, skb, now, CNT_XMIT_EVICTED);
}

static __always_inline __u64 xmit_take(__u64 skb)
{
	__u32 key = spread(skb) & (XMIT_SETS - 1);
	struct skb_set *s = bpf_map_lookup_elem(&sp_xmit, &key);

	return s ? skb_set_take(s, skb) : 0;
}

static __always_inline struct cut *cut_slot(__u64 sk)
{
	__u32 key = spread(sk) & (CUT_SLOTS - 1);

	return bpf_map_lookup_elem(&sp_cuts, &key);
}

/* A device that does not segment (veth with XDP, tso off) gets others in the place of this skb
 * (net/core/dev.c, validate_xmit_skb); those keep its socket, and the last one its end. */
static __always_inline void cut_expect(__u64 sk, __u64 skb, __u32 end_seq)
{
	struct cut *c = cut_slot(sk);

	if (!c)
		return;
	c->sk = 0;
	barrier();
	c->skb = skb;
	c->end_seq = end_seq;
	barrier();
	c->sk = sk;
}

/* The skb that was cut, once, when its last part is seen; 0: none. */
static __always_inline __u64 cut_take(__u64 sk, __u32 end_seq)
{
	struct cut *c = cut_slot(sk);

	if (!c || c->sk != sk || c->end_seq != end_seq)
		return 0;
	c->sk = 0;
	return c->skb;
}

/* Only where the plan tells drops by address. */
static __always_inline void wait_add(__u64 skb, __u64 now)
{
	__u32 key = spread(skb) & (WAIT_SETS - 1);
	struct skb_set *s;

	if (!sp_knobs.drop_by_skb)
		return;
	s = bpf_map_lookup_elem(&sp_wait, &key);
	if (s)
		skb_set_add(s, skb, now, CNT_WAIT_EVICTED);
}

/* Read, or dropped. A read that does not know the packet leaves the address behind: user space
 * knows then that its message does not wait any more. */
static __always_inline __u64 wait_take(__u64 skb)
{
	__u32 key = spread(skb) & (WAIT_SETS - 1);
	struct skb_set *s;

	if (!sp_knobs.drop_by_skb)
		return 0;
	s = bpf_map_lookup_elem(&sp_wait, &key);
	return s ? skb_set_take(s, skb) : 0;
}

#endif

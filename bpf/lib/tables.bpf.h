/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Small set-associative tables of kernel pointers: sockets that carry signaling, skbs between qdisc
 * and driver. */
#ifndef SIGPATH_TABLES_BPF_H
#define SIGPATH_TABLES_BPF_H

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

static __always_inline struct xmit_set *xmit_set_get(__u64 skb)
{
	__u32 key = spread(skb) & (XMIT_SETS - 1);

	return bpf_map_lookup_elem(&sp_xmit, &key);
}

static __always_inline void xmit_expect(__u64 skb)
{
	struct xmit_set *s = xmit_set_get(skb);
	__u32 way;

	if (!s)
		return;
	for (way = 0; way < XMIT_WAYS; way++)
		if (!s->skb[way] || s->skb[way] == skb)
			break;
	if (way == XMIT_WAYS) {
		way = s->turn++ & (XMIT_WAYS - 1);
		count(CNT_XMIT_EVICTED);
	}
	s->skb[way & (XMIT_WAYS - 1)] = skb;
}

/* True once for each xmit_expect of this skb. */
static __always_inline bool xmit_take(__u64 skb)
{
	struct xmit_set *s = xmit_set_get(skb);

	if (!s)
		return false;
	for (int way = 0; way < XMIT_WAYS; way++) {
		if (s->skb[way] == skb) {
			s->skb[way] = 0;
			return true;
		}
	}
	return false;
}

#endif

/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Fields of an skb or sock by either kind of pointer: a BTF pointer (tp_btf, fentry) is read
 * directly, one from a kprobe through bpf_probe_read_kernel. `typed` is a constant at every call.
 */
#ifndef SIGPATH_SKB_BPF_H
#define SIGPATH_SKB_BPF_H

#include "sight.bpf.h"

#define FIELD(typed, ptr, member) ((typed) ? (ptr)->member : BPF_CORE_READ(ptr, member))

/* From the network header, linear part only. */
static __always_inline void skb_bytes(struct sk_buff *skb, bool typed, struct bytes *out)
{
	__u32 nh = FIELD(typed, skb, network_header);
	__u32 tail = FIELD(typed, skb, tail);

	out->how = BYTES_KERNEL;
	out->base = FIELD(typed, skb, head) + nh;
	out->avail = tail > nh ? tail - nh : 0;
}

/* From skb->data, for the receive tracepoint: the network header offset is not set there yet. */
static __always_inline void skb_bytes_data(struct sk_buff *skb, bool typed, struct bytes *out)
{
	out->how = BYTES_KERNEL;
	out->base = FIELD(typed, skb, data);
	out->avail = FIELD(typed, skb, len) - FIELD(typed, skb, data_len);
}

static __always_inline __u16 skb_ethertype(struct sk_buff *skb, bool typed)
{
	return bpf_ntohs(FIELD(typed, skb, protocol));
}

static __always_inline __u32 skb_ifindex(struct sk_buff *skb, bool typed)
{
	struct net_device *dev = FIELD(typed, skb, dev);

	if (!dev)
		return 0;
	return FIELD(typed, dev, ifindex);
}

static __always_inline __u32 sock_netns(struct sock *sk, bool typed)
{
	if (typed)
		return sk->__sk_common.skc_net.net->ns.inum;
	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

#endif

/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Early stamps on their way to the socket: a lossy table by fingerprint. Slots live for
 * microseconds; what is overwritten or not certain is withheld and counted, never guessed. */
#ifndef SIGPATH_FLIGHT_BPF_H
#define SIGPATH_FLIGHT_BPF_H

#include "maps.bpf.h"

static __always_inline struct flight *flight_slot(__u64 hash)
{
	__u32 key = spread(hash) & (FLIGHT_SLOTS - 1);

	return bpf_map_lookup_elem(&sp_flight, &key);
}

static __always_inline bool flight_is_fresh(const struct flight *f, __u64 now)
{
	__u64 since = f->nic_ns ? f->nic_ns : f->stack_ns;

	return f->hash && now - since < FRESH_NS;
}

static __always_inline void flight_start(struct flight *f, __u64 hash, __u64 now, __u32 ifindex)
{
	if (f->hash != hash && flight_is_fresh(f, now))
		count(CNT_FLIGHT_EVICTED);
	f->hash = hash;
	f->nic_ns = 0;
	f->stack_ns = 0;
	f->ifindex = ifindex;
	f->ambiguous = 0;
}

/* First sight by XDP. The same datagram on a second interface is host path: the first sight stays.
 */
static __always_inline void flight_mark_nic(__u64 hash, __u64 now, __u32 ifindex)
{
	struct flight *f = flight_slot(hash);

	if (!f)
		return;
	if (f->hash == hash && flight_is_fresh(f, now)) {
		if (f->ifindex == ifindex)
			f->ambiguous = 1;
		return;
	}
	flight_start(f, hash, now, ifindex);
	f->nic_ns = now;
}

static __always_inline void flight_mark_stack(__u64 hash, __u64 now, __u32 ifindex)
{
	struct flight *f = flight_slot(hash);

	if (!f)
		return;
	if (f->hash == hash && flight_is_fresh(f, now)) {
		if (!f->stack_ns)
			f->stack_ns = now;
		else if (f->ifindex == ifindex)
			f->ambiguous = 1;
		return;
	}
	flight_start(f, hash, now, ifindex);
	f->stack_ns = now;
}

static __always_inline struct stack_stamp *stack_slot(__u64 skb)
{
	__u32 key = spread(skb) & (STACK_SLOTS - 1);

	return bpf_map_lookup_elem(&sp_stack, &key);
}

static __always_inline void stack_mark_skb(__u64 skb, __u64 now)
{
	struct stack_stamp *f = stack_slot(skb);

	if (!f)
		return;
	f->skb = skb;
	f->stack_ns = now;
}

/* The packet passed the receive tracepoint on this CPU just now; 0 if nothing is known. */
static __always_inline __u64 stack_take(__u64 skb, __u64 now)
{
	struct stack_stamp *f = skb ? stack_slot(skb) : NULL;

	if (!f || f->skb != skb)
		return 0;
	f->skb = 0;
	return now - f->stack_ns < STACK_FRESH_NS ? f->stack_ns : 0;
}

/* Takes the stamps: the message has reached its socket (or was dropped on the way). Returns the
 * flags to record. */
static __always_inline __u16 flight_take(__u64 hash, __u64 now, __u64 *nic_ns, __u64 *stack_ns,
					 __u32 *ifindex)
{
	struct flight *f = flight_slot(hash);
	__u16 flags = 0;

	*nic_ns = 0;
	*stack_ns = 0;
	*ifindex = 0;
	if (!f || f->hash != hash || !flight_is_fresh(f, now))
		return 0;
	*ifindex = f->ifindex;
	if (f->ambiguous) {
		count(CNT_FLIGHT_AMBIGUOUS);
		flags = REC_F_AMBIGUOUS;
	} else {
		*nic_ns = f->nic_ns;
		*stack_ns = f->stack_ns;
	}
	f->hash = 0;
	return flags;
}

#endif

// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The two heavy steps of a look, each verified once. */
#include "sight.bpf.h"

/* Headers in win -> net. 0 or -NET_EBADMSG; then net.family tells whether it was IP at all. */
__attribute__((noinline)) int sight_parse(__u32 scratch_idx, __u32 avail, __u32 proto,
					  __u32 is_link)
{
	__u32 key = scratch_idx;
	struct scratch *s = bpf_map_lookup_elem(&sp_scratch, &key);
	__u16 ethertype = (__u16)proto, l3_off = 0;

	if (!s)
		return -NET_EBADMSG;
	s->net.flags = 0;
	s->net.l4 = 0;
	s->net.family = 0;
	if (is_link && net_link_parse(s->win, avail, &ethertype, &l3_off, &s->net.flags))
		return -NET_EBADMSG;
	return net_parse(s->win, avail, ethertype, l3_off, &s->net);
}

/* Payload in scratch -> hash, for hooks that only stamp. */
__attribute__((noinline)) int sight_hash(__u32 scratch_idx, __u32 len)
{
	__u32 key = scratch_idx;
	struct scratch *s = bpf_map_lookup_elem(&sp_scratch, &key);

	if (!s)
		return -NET_EBADMSG;
	s->hash = print_hash(s->payload, len);
	return 0;
}

/* Payload in scratch -> enum demux_verdict; the fingerprint goes to hash. */
__attribute__((noinline)) int sight_judge(__u32 scratch_idx, __u32 len, __u32 kinds)
{
	__u32 key = scratch_idx;
	struct scratch *s = bpf_map_lookup_elem(&sp_scratch, &key);
	enum demux_verdict v;

	if (!s)
		return DEMUX_NONE;
	v = demux_classify(s->payload, len, (__u8)kinds, sight_anywhere());
	if (demux_is_message(v))
		sight_hash(scratch_idx, len);
	return v;
}

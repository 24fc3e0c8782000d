/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Into the ring: without a wake-up, which would cost more than everything else, until the reader
 * falls behind. */
#ifndef SIGPATH_EMIT_BPF_H
#define SIGPATH_EMIT_BPF_H

#include "config.bpf.h"
#include "maps.bpf.h"

static __always_inline void emit(void *rec, __u32 len)
{
	__u64 flags = bpf_ringbuf_query(&sp_ring, BPF_RB_AVAIL_DATA) >= sp_knobs.wake_bytes
			      ? BPF_RB_FORCE_WAKEUP
			      : BPF_RB_NO_WAKEUP;

	if (bpf_ringbuf_output(&sp_ring, rec, len, flags))
		count(CNT_RING_FULL);
}

static __always_inline void emit_header(struct rec_hdr *hdr, __u16 kind, __u32 len, __u64 ts_ns)
{
	hdr->ts_ns = ts_ns;
	hdr->kind = kind;
	hdr->len = (__u16)len;
	hdr->cpu = bpf_get_smp_processor_id();
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One captured frame, judged in user space exactly as the reporting taps judge it in the kernel:
 * the same parsers, the same record, the same counters. Pure: no system calls, no memory. */
#ifndef SIGPATH_FRAME_H
#define SIGPATH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knobs.h"
#include "record.h"

/* Bytes a look needs at most for headers; behind them snap_len of payload, and at least what the
 * fingerprint covers. */
#define FRAME_HEADERS 128

/* The rows of counter.def by position, as in sp_counters. */
enum frame_count {
#define COUNTER(id, name, kind, help) FRAME_##id,
#include "counter.def"
#undef COUNTER
	FRAME_COUNTS
};

/* A TAP or SEG record with room for the longest payload: hdr.len bytes of the whole are filled. */
struct frame_record {
	union {
		struct rec_hdr hdr;
		struct {
			struct rec_tap tap;
			uint8_t payload[REC_SNAP_MAX];
		};
		struct rec_seg seg;
		uint8_t room[sizeof(struct rec_seg) + REC_SNAP_MAX];
	};
};

/* bytes: from the Ethernet header, len of them captured (a frame may have been longer: what is cut
 * off is only missed if a look needs it). True for signaling: *out is filled (hdr.kind: TAP or SEG)
 * but for hdr.ts_ns, ifindex and REC_F_EGRESS. Of a segment longer than a record only the first
 * part. Media is not reported: that needs to know what was seen before. False otherwise, with at
 * most one of count[] raised. */
bool frame__look(const struct knobs *k, const uint8_t *bytes, size_t len, struct frame_record *out,
		 uint64_t count[FRAME_COUNTS]);

#endif

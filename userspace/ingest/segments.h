/* SPDX-License-Identifier: BSD-2-Clause */
/* From records of TCP segments (and segments of captures) to whole messages with their stamps, and
 * from reads of a stream to the messages that were in them.
 *
 *   REC_SEG received ---> on_message ... REC_TAKE ---> on_read     (or on_unread)
 *   REC_SEG sent -------> on_message, sight.skb joins its XMIT
 *   REC_F_TAP, capture -> on_message, nothing more comes */
#ifndef SIGPATH_SEGMENTS_H
#define SIGPATH_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"
#include "record.h"
#include "stream.h"

/* What a message needs to be joined with what is still to come. */
struct segments_sight {
	uint64_t sk;  /* 0: a capture */
	uint64_t skb; /* of the segment that completed it; messages of one segment share it. 0
			 unknown */
	bool is_last; /* nothing more comes: a tap, a capture, or a plan that does not see reads */
};

struct segments_opts {
	struct stream_opts stream; /* but for on_message and ctx */
	unsigned int max_unread;   /* messages that wait to be read */
	uint64_t unread_ns;	   /* one that waits for so long is unread */
	bool has_take;		   /* the plan sees how far streams are read */
	/* A message is complete. Returns a handle for on_read and on_unread, 0: not wanted. Asked
	 * of received messages whose sight.is_last is false, else without meaning. */
	uint64_t (*on_message)(void *ctx, const struct message *m,
			       const struct segments_sight *sight);
	/* It was read, take->hdr.ts_ns is t_read. May come from inside segments__record. */
	void (*on_read)(void *ctx, uint64_t handle, const struct rec_take *take);
	/* It was not, or when is not known. */
	void (*on_unread)(void *ctx, uint64_t handle);
	void *ctx;
};

struct segments;

int segments__new(const struct segments_opts *opts, struct segments **ret);
void segments__free(struct segments *s);

/* 0, or -EBADMSG: its lengths contradict each other. len: of the whole record, at least sizeof(*r).
 */
int segments__record(struct segments *s, const struct rec_seg *r, uint32_t len);
void segments__take(struct segments *s, const struct rec_take *take);
/* A TCP segment of a capture. flow->flags: REC_F_SYN, _FIN, _RST; seq: of p[0], behind a SYN of
 * what follows it; len bytes at hand of seg_len. */
void segments__packet(struct segments *s, const struct rec_flow *flow, uint32_t seq,
		      const uint8_t *p, uint32_t len, uint32_t seg_len, uint64_t ts_ns);
/* Other probes report from now on: what waits is given up. */
void segments__change(struct segments *s, bool has_take);
void segments__tick(struct segments *s, uint64_t now_ns);
const struct stream_counts *segments__counts(const struct segments *s);

/* Of a message's content, all of it; never 0. */
uint64_t segments__hash(const uint8_t *p, uint32_t len);

#endif

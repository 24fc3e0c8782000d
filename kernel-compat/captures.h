/* SPDX-License-Identifier: BSD-2-Clause */
/* All captures of a process: their packets, judged, in the order of time, as the records a ring
 * buffer would have given. What the kernel programs count in sp_counters is counted here.
 *
 * Blocks of several rings are handed over at different times, so with more than one capture packets
 * are held back until no ring can have an older one: CAPTURES_HOLD_NS.
 *
 * All rings together take no more than ring_bytes: each new one gets a 32nd of what is left. 64 MiB
 * give the first interface the largest ring and 120 interfaces some. What there is no room for is
 * refused. */
#ifndef SIGPATH_CAPTURES_H
#define SIGPATH_CAPTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "knobs.h"

#define CAPTURES_HOLD_NS 20000000ull /* twice the time a block may age, and a tick */

struct captures_opts {
	const struct knobs *knobs; /* copied; ports, snap_len, stun_anywhere */
	uint64_t ring_bytes;	   /* of all rings */
	/* Takes one record of bpf/shared/record.h; as a ring buffer's callback. */
	int (*record)(void *ctx, void *data, size_t len);
	void *ctx;
};

struct capture;
struct captures;

/* NULL is a set without captures, but for open and close. */
int captures__new(const struct captures_opts *opts, struct captures **ret);
/* Those still open are closed. */
void captures__free(struct captures *s);
/* The interface is looked up in the namespace the thread is in. *ret is owned by s until closed.
 * -ENOBUFS: no room for another ring. */
int captures__open(struct captures *s, int ifindex, struct capture **ret, char *reason, size_t len);
/* Takes in nothing more. What it holds is handed over by the next calls of captures__drain, the
 * last of it CAPTURES_HOLD_NS from now; c is not to be used any more. */
void captures__close(struct captures *s, struct capture *c);
/* Some of those closed still hold packets. */
bool captures__is_closing(const struct captures *s);
/* Others took over, or handed over, at that instant: those being closed give nothing of what came
 * after it, the others nothing of what came before. */
void captures__cut(struct captures *s, uint64_t at_ns);
/* Hands over what there is up to now. */
void captures__drain(struct captures *s, uint64_t now_ns);
/* Adds what was counted since the last call to count[cnt], in the order of counter.def. */
void captures__take_counts(struct captures *s, uint64_t *count, unsigned int cnt);
/* Packets that were not used because the wall clock was set while they were stamped. */
uint64_t captures__clock_steps(const struct captures *s);

#endif

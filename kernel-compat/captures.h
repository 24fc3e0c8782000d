/* SPDX-License-Identifier: BSD-2-Clause */
/* All captures of a process: their packets, judged, in the order of time, as the records a ring
 * buffer would have given. What the kernel programs count in sp_counters is counted here.
 *
 * Blocks of several rings are handed over at different times, so with more than one capture packets
 * are held back until no ring can have an older one: CAPTURES_HOLD_NS. */
#ifndef SIGPATH_CAPTURES_H
#define SIGPATH_CAPTURES_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "knobs.h"

#define CAPTURES_HOLD_NS 20000000ull /* twice the time a block may age, and a tick */

struct captures_opts {
	const struct knobs *knobs; /* copied; ports, snap_len, stun_anywhere */
	/* Takes one record of bpf/shared/record.h; as a ring buffer's callback. */
	int (*record)(void *ctx, void *data, size_t len);
	void *ctx;
};

struct capture;
struct captures;

int captures__new(const struct captures_opts *opts, struct captures **ret);
/* Those still open are closed. Accepts NULL. */
void captures__free(struct captures *s);
/* The interface is looked up in the namespace the thread is in. *ret is owned by s until closed. */
int captures__open(struct captures *s, int ifindex, struct capture **ret, char *reason, size_t len);
/* Packets it still holds are lost. */
void captures__close(struct captures *s, struct capture *c);
/* Hands over what there is up to now. */
void captures__drain(struct captures *s, uint64_t now_ns);
/* Adds what was counted since the last call to count[cnt], in the order of counter.def. */
void captures__take_counts(struct captures *s, uint64_t *count, unsigned int cnt);
/* Packets that were not used because the wall clock was set while they were stamped. */
uint64_t captures__clock_steps(const struct captures *s);

#endif

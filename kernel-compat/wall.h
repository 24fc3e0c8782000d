/* SPDX-License-Identifier: BSD-2-Clause */
/* From the wall clock, in which packet sockets stamp, to CLOCK_MONOTONIC. The two run at the same
 * rate (both are slewed alike), so their difference only changes when somebody sets the clock. Each
 * reading brackets it; brackets are intersected, and one that does not meet the rest is a step. */
#ifndef SIGPATH_WALL_H
#define SIGPATH_WALL_H

#include <stdbool.h>
#include <stdint.h>

struct wall {
	bool is_known;
	int64_t lo_ns, hi_ns; /* CLOCK_REALTIME - CLOCK_MONOTONIC lies in here */
};

/* One reading: the wall clock said real_ns between before_ns and after_ns. True: the clock was set
 * since the last one, and what was stamped in between is not to be believed. */
bool wall__add(struct wall *w, uint64_t before_ns, uint64_t real_ns, uint64_t after_ns);
/* Reads the clocks a few times. True as above. */
bool wall__read(struct wall *w);
/* Known only after a reading. 0 for what was before the boot. */
uint64_t wall__monotonic_ns(const struct wall *w, uint64_t real_ns);

#endif

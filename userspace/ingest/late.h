/* SPDX-License-Identifier: BSD-2-Clause */
/* Drops by address that wait for a read. A read that is named by its content is reported after the
 * kernel has freed the packet: what reuses its memory may be discarded in between. The read that
 * comes then takes its message, and the drop finds none. */
#ifndef SIGPATH_LATE_H
#define SIGPATH_LATE_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

#define LATE_DROPS 64
#define LATE_NS	   2000000ull /* how long one is held */

struct late_drops {
	struct rec_drop drop[LATE_DROPS];
	unsigned int first, cnt;
};

/* Holds a copy of *r. True: *due is the oldest one, which had to make room. */
bool late_drops__add(struct late_drops *l, const struct rec_drop *r, struct rec_drop *due);
/* The oldest one, if it was held for long enough. */
bool late_drops__take(struct late_drops *l, uint64_t now_ns, struct rec_drop *due);

#endif

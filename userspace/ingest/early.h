/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads that no message is known for yet. A probe behind the socket queue (sk_data_ready) reports a
 * message after a quick reader on another CPU has taken it: the read is held for a moment until the
 * message comes. */
#ifndef SIGPATH_EARLY_H
#define SIGPATH_EARLY_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

#define EARLY_READS 64
#define EARLY_NS    50000000ull /* how long one is held */

struct early_reads {
	struct rec_read read[EARLY_READS];
	bool is_used[EARLY_READS];
	unsigned int next; /* slot that is filled next: the oldest */
	unsigned int cnt;
};

/* Holds a copy of *r. True: *given_up is the oldest one, which had to make room. */
bool early_reads__add(struct early_reads *e, const struct rec_read *r, struct rec_read *given_up);
/* The read of this message, by pointer or content; false none. */
bool early_reads__take(struct early_reads *e, const struct rec_rx *rx, struct rec_read *ret);
/* One that has been held for too long; false none. */
bool early_reads__expire(struct early_reads *e, uint64_t now_ns, struct rec_read *ret);

#endif

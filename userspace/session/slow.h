/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes why slow transactions were slow (why.h). What their application did between reading and
 * sending is only told with the next read of the same thread: until then they wait here. */
#ifndef SIGPATH_SLOW_H
#define SIGPATH_SLOW_H

#include "leg.h"
#include "txn.h"

#define SLOW_WAITS   64		    /* slow ones that wait for their threads at a time */
#define SLOW_WAIT_NS 10000000000ull /* who has not read again by then */
#define SLOW_THREADS 256	    /* whose latest history is kept, a power of two */

struct slow;

int slow__new(struct slow **ret);
void slow__free(struct slow *s);

struct slow_request {
	const struct txn *txn;
	const struct txn *down; /* NULL: it was not sent on */
	const struct path *path;
};

/* After the statistics took it. */
void slow__done(struct slow *s, const struct stats *stats, const struct slow_request *r,
		uint64_t now_ns);
void slow__history(struct slow *s, uint32_t tid, const struct rec_history *h, uint64_t ts_ns);
void slow__tick(struct slow *s, uint64_t now_ns);
uint64_t slow__given_up(const struct slow *s);

#endif

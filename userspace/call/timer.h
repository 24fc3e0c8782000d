/* SPDX-License-Identifier: BSD-2-Clause */
/* Protocol timers by name: which one a gap between two copies of a message looks like. RFC 3261 table 4
 * (T1 500 ms, Timer A..K), RFC 8489 6.2.1 (RTO), RFC 8445 14.3, RFC 6347 4.2.4 and RFC 9147 5.8 (DTLS). */
#ifndef SIGPATH_TIMER_H
#define SIGPATH_TIMER_H

#include <stdint.h>

#include "call.h"

struct timer_match {
	const char *name;    /* "Timer A", "Timer E", "Timer G", "RTO", "DTLS"; NULL: none fits */
	unsigned int nth;    /* 1: first firing */
	uint64_t nominal_ns; /* when the protocol fires it */
};

/* gap_ns: from the first copy to this one, the nth (1...) retransmission. -ENOENT: fits no timer within
 * 25 % (then ret->name is NULL). */
int timer__match(const struct call_msg *m, unsigned int nth, uint64_t gap_ns, struct timer_match *ret);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* How long to wait before a thing that somebody undoes is done again: at once the first time, then
 * 2, 4, 8 ... 64 s. Ten quiet minutes forgive. */
#ifndef SIGPATH_BACKOFF_H
#define SIGPATH_BACKOFF_H

#include <stdint.h>

#define BACKOFF_FORGIVE_NS 600000000000ull
#define BACKOFF_MAX_NS	   64000000000ull

/* Zeroed: nothing happened yet. */
struct backoff {
	unsigned int cnt; /* times it was undone, since the last quiet stretch */
	uint64_t last_ns;
};

/* It was undone again: the instant from which it may be done again. */
uint64_t backoff__next(struct backoff *b, uint64_t now_ns);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock of every record and of the daemon: CLOCK_MONOTONIC, as bpf_ktime_get_ns() reads it. */
#ifndef SIGPATH_MONO_H
#define SIGPATH_MONO_H

#include <stdint.h>
#include <time.h>

static inline uint64_t mono__now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/self/statm and getrusage. */
#include "own_cost.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

uint64_t own_cost__rss(void)
{
	unsigned long long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%llu %llu", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t to_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_usec * 1000ull;
}

uint64_t own_cost__cpu_ns(void)
{
	struct rusage use;

	if (getrusage(RUSAGE_SELF, &use))
		return 0;
	return to_ns(use.ru_utime) + to_ns(use.ru_stime);
}

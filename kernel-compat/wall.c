/* SPDX-License-Identifier: BSD-2-Clause */
/* The difference of two clocks as an interval that only gets narrower. */
#include "wall.h"

#include <time.h>

#define READINGS 3
/* Clocks of different CPUs may be read this far apart. */
#define SLACK_NS 1000

static uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

bool wall__add(struct wall *w, uint64_t before_ns, uint64_t real_ns, uint64_t after_ns)
{
	int64_t lo = (int64_t)(real_ns - after_ns), hi = (int64_t)(real_ns - before_ns);

	if (w->is_known && (lo > w->hi_ns + SLACK_NS || hi < w->lo_ns - SLACK_NS)) {
		*w = (struct wall){.is_known = true, .lo_ns = lo, .hi_ns = hi};
		return true;
	}
	if (!w->is_known || lo > w->lo_ns)
		w->lo_ns = lo;
	if (!w->is_known || hi < w->hi_ns)
		w->hi_ns = hi;
	if (w->lo_ns > w->hi_ns) /* they only just missed each other */
		w->lo_ns = w->hi_ns = lo / 2 + hi / 2;
	w->is_known = true;
	return false;
}

bool wall__read(struct wall *w)
{
	bool was_set = false;

	for (int i = 0; i < READINGS; i++) {
		uint64_t before = clock_ns(CLOCK_MONOTONIC), real = clock_ns(CLOCK_REALTIME);

		was_set |= wall__add(w, before, real, clock_ns(CLOCK_MONOTONIC));
	}
	return was_set;
}

uint64_t wall__monotonic_ns(const struct wall *w, uint64_t real_ns)
{
	int64_t ns = (int64_t)real_ns - (w->lo_ns + (w->hi_ns - w->lo_ns) / 2);

	return ns > 0 ? (uint64_t)ns : 0;
}

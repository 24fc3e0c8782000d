/* SPDX-License-Identifier: BSD-2-Clause */
/* A little ring. */
#include "late.h"

static void take_first(struct late_drops *l, struct rec_drop *due)
{
	*due = l->drop[l->first];
	l->first = (l->first + 1) % LATE_DROPS;
	l->cnt--;
}

bool late_drops__add(struct late_drops *l, const struct rec_drop *r, struct rec_drop *due)
{
	bool is_full = l->cnt == LATE_DROPS;

	if (is_full)
		take_first(l, due);
	l->drop[(l->first + l->cnt++) % LATE_DROPS] = *r;
	return is_full;
}

bool late_drops__take(struct late_drops *l, uint64_t now_ns, struct rec_drop *due)
{
	uint64_t since_ns = l->drop[l->first].hdr.ts_ns;

	if (!l->cnt || now_ns <= since_ns || now_ns - since_ns <= LATE_NS)
		return false;
	take_first(l, due);
	return true;
}

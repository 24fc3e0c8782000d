/* SPDX-License-Identifier: BSD-2-Clause */
/* Sums of some buckets over the slots of the window. */
#include "band.h"

#define MIDDLE	    0.5
#define MIDDLE_FROM 0.45
#define MIDDLE_TO   0.55

static void add_bucket(const struct stats_slot *slot, const struct stats_row *row,
		       unsigned int bucket, struct band *ret)
{
	const uint64_t *sums = sums__at(&slot->sums, bucket);

	ret->n += slot->total.bucket[bucket];
	if (!sums)
		return;
	ret->total_ns += sums[0];
	for (unsigned int i = 0; i < row->stage_cnt && i + 1 < slot->sums.width; i++)
		ret->stage_ns[i] += sums[1 + i];
}

bool band__take(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		const struct hist *window, double q, struct band *ret)
{
	unsigned int first = hist__quantile_bucket(window, q), last = HIST_BUCKETS - 1;
	uint64_t newest = now_ns / stats__slot_ns(s) + 1;

	if (!hist__is_enough(window->count, q))
		return false;
	if (q == MIDDLE) {
		first = hist__quantile_bucket(window, MIDDLE_FROM);
		last = hist__quantile_bucket(window, MIDDLE_TO);
	}
	*ret = (struct band){.lo_ns = hist__lower_ns(first), .hi_ns = hist__upper_ns(last)};
	if (ret->hi_ns > window->max_ns)
		ret->hi_ns = window->max_ns;
	for (unsigned int i = 0; i < STATS_SLOTS; i++) {
		if (!slot__is_in_window(&row->slot[i], newest))
			continue;
		for (unsigned int j = first; j <= last; j++)
			add_bucket(&row->slot[i], row, j, ret);
	}
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* A slot stays where it is until a later one needs its place: what left the window is in `past` or
 * still in the row's slots, never in both. */
#include "past.h"

#include "stats.h"

#define P99 0.99

struct past_point past__point(const struct stats_slot *slot)
{
	struct past_point ret = {.epoch = slot->epoch, .n = slot->total.count};

	ret.is_known = hist__value(&slot->total, P99, &ret.p99_ns);
	return ret;
}

uint64_t past__span(uint64_t epoch, uint64_t slot_ns)
{
	uint64_t slots = PAST_SPAN_NS / slot_ns;

	if (slots < 2 * STATS_SLOTS)
		slots = 2 * STATS_SLOTS;
	return (epoch - 1) / slots + 1;
}

void past__take(struct past *p, const struct stats_slot *slot, uint64_t slot_ns)
{
	struct past_point *point = &p->point[slot->epoch % PAST_POINTS];
	struct past_span *span;
	uint64_t idx;

	if (!slot->epoch || !slot->total.count)
		return;
	if (point->epoch < slot->epoch)
		*point = past__point(slot);
	idx = past__span(slot->epoch, slot_ns);
	span = &p->span[idx % 2];
	if (span->idx > idx)
		return;
	if (span->idx < idx) {
		span->idx = idx;
		hist__init(&span->total);
	}
	hist__merge(&span->total, &slot->total);
}

void past__history(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		   struct past_point ret[PAST_POINTS])
{
	uint64_t newest = now_ns / stats__slot_ns(s) + 1;

	for (unsigned int i = 0; i < PAST_POINTS; i++) {
		uint64_t back = PAST_POINTS - 1 - i, epoch = newest > back ? newest - back : 0;
		const struct stats_slot *slot = &row->slot[epoch % STATS_SLOTS];
		const struct past_point *point = &row->past.point[epoch % PAST_POINTS];

		ret[i] = (struct past_point){.epoch = epoch};
		if (epoch && slot->epoch == epoch)
			ret[i] = past__point(slot);
		else if (epoch && point->epoch == epoch)
			ret[i] = *point;
	}
}

void past__total(const struct stats *s, const struct stats_row *row, uint64_t now_ns, uint64_t span,
		 struct hist *ret)
{
	uint64_t slot_ns = stats__slot_ns(s), newest = now_ns / slot_ns + 1;

	hist__init(ret);
	if (row->past.span[span % 2].idx == span && span)
		hist__merge(ret, &row->past.span[span % 2].total);
	for (unsigned int i = 0; i < STATS_SLOTS; i++) {
		const struct stats_slot *slot = &row->slot[i];

		if (slot->epoch && slot->epoch <= newest && !slot__is_in_window(slot, newest) &&
		    past__span(slot->epoch, slot_ns) == span)
			hist__merge(ret, &slot->total);
	}
}

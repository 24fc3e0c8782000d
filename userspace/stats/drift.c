/* SPDX-License-Identifier: BSD-2-Clause */
/* The window against the 10 minutes before it. */
#include "drift.h"

#define P99	  0.99
#define RATIO_MIN 1.1
/* Square of the normal quantile of 99.5 %: p < 1 %, two-sided. */
#define Z2_MIN 6.634896601021213

/* First bucket above the edge that is next to a value. */
static unsigned int first_above(uint64_t ns)
{
	unsigned int bucket = hist__bucket(ns);
	uint64_t lower = hist__lower_ns(bucket), upper = hist__upper_ns(bucket);

	if (bucket == HIST_BUCKETS - 1)
		return bucket;
	return ns - lower <= upper - ns ? bucket : bucket + 1;
}

static uint64_t count_from(const struct hist *h, unsigned int first)
{
	uint64_t cnt = 0;

	for (unsigned int i = first; i < HIST_BUCKETS; i++)
		cnt += h->bucket[i];
	return cnt;
}

/* Pearson's chi square by its degrees of freedom: 1 where slots differ as chance lets them. */
static double overdispersion(const struct stats_row *row, uint64_t newest, unsigned int first,
			     double part)
{
	double sum = 0, slots = 0;

	if (!(part > 0 && part < 1))
		return 1;
	for (unsigned int i = 0; i < STATS_SLOTS; i++) {
		const struct stats_slot *slot = &row->slot[i];
		double n = (double)slot->total.count, off;

		if (!slot__is_in_window(slot, newest) || !slot->total.count)
			continue;
		off = (double)count_from(&slot->total, first) - n * part;
		sum += off * off / (n * part * (1 - part));
		slots++;
	}
	return slots > 1 && sum > slots - 1 ? sum / (slots - 1) : 1;
}

/* Is the part of the window above the edge another one than that of the reference? */
static bool is_significant(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			   const struct hist *window, const struct hist *base, unsigned int first)
{
	double n = (double)window->count, m = (double)base->count;
	double x = (double)count_from(window, first), y = (double)count_from(base, first);
	double both = (x + y) / (n + m), apart = x / n - y / m;
	double variance = both * (1 - both) * (1 / n + 1 / m);

	variance *= overdispersion(row, now_ns / stats__slot_ns(s) + 1, first, x / n);
	return variance > 0 && apart * apart > Z2_MIN * variance;
}

/* 0: nothing to divide by. */
static double ratio_of(uint64_t a_ns, uint64_t b_ns)
{
	return b_ns ? (double)a_ns / (double)b_ns : 0;
}

static void find_base(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		      struct hist *base)
{
	uint64_t slot_ns = stats__slot_ns(s), span = past__span(now_ns / slot_ns + 1, slot_ns);
	struct hist running;

	past__total(s, row, now_ns, span - 1, base);
	if (base->count >= DRIFT_N_MIN)
		return;
	past__total(s, row, now_ns, span, &running);
	if (running.count >= DRIFT_N_MIN)
		*base = running;
}

void drift__find(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		 const struct hist *window, struct drift *ret)
{
	struct hist_quantile now, before;
	struct hist base;

	find_base(s, row, now_ns, &base);
	*ret = (struct drift){.state = DRIFT_FEW, .n = window->count, .base_n = base.count};
	if (window->count < DRIFT_N_MIN || base.count < DRIFT_N_MIN)
		return;
	now = hist__quantile(window, P99);
	before = hist__quantile(&base, P99);
	ret->state = DRIFT_SAME;
	ret->ratio = ratio_of(now.value_ns, before.value_ns);
	ret->lo = ratio_of(now.lo_ns, before.hi_ns);
	ret->hi = ratio_of(now.hi_ns, before.lo_ns);
	if (!is_significant(s, row, now_ns, window, &base, first_above(before.value_ns)))
		return;
	if (ret->ratio > RATIO_MIN)
		ret->state = DRIFT_UP;
	else if (ret->ratio > 0 && ret->ratio * RATIO_MIN < 1)
		ret->state = DRIFT_DOWN;
}

const char *drift__name(enum drift_state state)
{
	static const char *const names[] = {"few", "same", "up", "down"};

	return names[state];
}

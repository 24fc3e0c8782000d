/* SPDX-License-Identifier: BSD-2-Clause */
/* When the slowest 1 % has moved, and when it has not. */
#include "drift.h"

#include <math.h>

#include "fixture_stats.h"
#include "test.h"

#define SPAN 600 /* slots of 10 minutes */
#define US   1000ull

/* per_slot requests in each slot; log-normal-like around 1 ms, times factor. */
static void add_slots(struct stats *s, struct stats_row *row, unsigned int from, unsigned int to,
		      unsigned int per_slot, double factor, uint64_t *seed)
{
	for (unsigned int i = from; i < to; i++) {
		for (unsigned int j = 0; j < per_slot; j++) {
			double u = test__random_unit(seed) + test__random_unit(seed) +
				   test__random_unit(seed) + test__random_unit(seed);

			CHECK_OK(add_app(s, row, i * SLOT, (uint64_t)(factor * 1e6 * exp(u - 2))));
		}
	}
}

static struct drift find(const struct stats *s, const struct stats_row *row, uint64_t now_ns)
{
	uint64_t stage[STATS_STAGES_MAX], span_ns;
	struct hist window;
	struct drift d;

	stats__window(s, row, now_ns, &window, stage, &span_ns);
	drift__find(s, row, now_ns, &window, &d);
	return d;
}

static void by_factor(void)
{
	static const struct {
		double factor;
		unsigned int per_slot;
		enum drift_state want;
	} rows[] = {
		{1, 200, DRIFT_SAME}, {1.04, 200, DRIFT_SAME}, /* within 10 % */
		{1.5, 200, DRIFT_UP}, {0.6, 200, DRIFT_DOWN},
		{1.5, 61, DRIFT_FEW}, {1, 62, DRIFT_SAME},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		struct stats *s = new_stats(1);
		uint64_t seed = 11;
		struct stats_row *row;
		struct drift d;

		if (!s)
			return;
		row = row_of(s, "a", 's', "INVITE");
		add_slots(s, row, SPAN, 2 * SPAN, 10, 1, &seed);
		add_slots(s, row, 2 * SPAN + 20, 2 * SPAN + 26, rows[i].per_slot, rows[i].factor,
			  &seed);
		d = find(s, row, (2 * SPAN + 26) * SLOT - 1);
		CHECK_CASE("times %g, %u a slot", rows[i].factor, rows[i].per_slot);
		CHECK_STR(drift__name(d.state), drift__name(rows[i].want));
		CHECK_UINT(d.n, 6 * rows[i].per_slot);
		CHECK_UINT(d.base_n, 10 * SPAN);
		if (rows[i].want == DRIFT_FEW) {
			CHECK(d.ratio == 0 && d.lo == 0 && d.hi == 0);
		} else {
			CHECK(d.lo <= d.ratio && d.ratio <= d.hi);
			CHECK(d.lo <= rows[i].factor && rows[i].factor <= d.hi);
		}
		stats__free(s);
	}
}

/* The reference without a complete span: the running one, without the window. */
static void running_span_as_reference(void)
{
	struct stats *s = new_stats(1);
	struct stats_row *row;
	uint64_t seed = 5;
	struct drift d;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	add_slots(s, row, SPAN + 1, SPAN + 7, 100, 1, &seed);
	d = find(s, row, (SPAN + 7) * SLOT - 1);
	CHECK_INT(d.state, DRIFT_FEW);
	CHECK_UINT(d.base_n, 0);
	add_slots(s, row, SPAN + 7, SPAN + 21, 100, 1, &seed);
	add_slots(s, row, SPAN + 21, SPAN + 27, 100, 2, &seed);
	d = find(s, row, (SPAN + 27) * SLOT - 1);
	CHECK_UINT(d.n, 600);
	CHECK_UINT(d.base_n, 2000);
	CHECK_INT(d.state, DRIFT_UP);
	/* much later nothing is left to compare */
	d = find(s, row, 9 * SPAN * SLOT);
	CHECK_INT(d.state, DRIFT_FEW);
	CHECK_UINT(d.n, 0);
	stats__free(s);
}

/* One bad slot of six: more above the edge than chance allows, but not more than slots differ. */
static void a_burst_is_no_drift(void)
{
	struct stats *s = new_stats(1);
	struct stats_row *row;
	uint64_t seed = 6;
	struct drift d;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	add_slots(s, row, SPAN, 2 * SPAN, 10, 1, &seed);
	add_slots(s, row, 2 * SPAN + 20, 2 * SPAN + 25, 200, 1, &seed);
	add_slots(s, row, 2 * SPAN + 25, 2 * SPAN + 26, 100, 3, &seed);
	d = find(s, row, (2 * SPAN + 26) * SLOT - 1);
	CHECK(d.ratio > 1.1);
	CHECK_INT(d.state, DRIFT_SAME);
	stats__free(s);
}

/* 99 windows of what has not changed: at most about 1 % are called a drift. */
static void rarely_wrong(void)
{
	struct stats *s = new_stats(1);
	struct stats_row *row;
	unsigned int wrong = 0;
	uint64_t seed = 77;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	add_slots(s, row, SPAN, 2 * SPAN, 100, 1, &seed);
	for (unsigned int i = 0; i < 99; i++) {
		unsigned int from = 2 * SPAN + 6 * i;

		add_slots(s, row, from, from + 6, 70, 1, &seed);
		wrong += find(s, row, (from + 6) * SLOT - 1).state != DRIFT_SAME;
	}
	CHECK(wrong <= 4);
	stats__free(s);
}

/* Below the first edge and above the last. */
static void at_the_ends(void)
{
	static const uint64_t total_ns[] = {0, 500, 100000000000ull};

	for (size_t i = 0; i < CNT(total_ns); i++) {
		struct stats *s = new_stats(1);
		struct stats_row *row;
		struct drift d;

		if (!s)
			return;
		row = row_of(s, "a", 's', "INVITE");
		for (unsigned int j = 0; j < 1000; j++)
			CHECK_OK(add_app(s, row, (j < 500 ? SPAN : 2 * SPAN + 9) * SLOT,
					 total_ns[i]));
		d = find(s, row, (2 * SPAN + 9) * SLOT);
		CHECK_CASE("%llu ns", (unsigned long long)total_ns[i]);
		CHECK_UINT(d.base_n, 500);
		CHECK_INT(d.state, DRIFT_SAME);
		stats__free(s);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"by_factor", by_factor, TEST_PLAIN},
		{"running_span_as_reference", running_span_as_reference, TEST_PLAIN},
		{"a_burst_is_no_drift", a_burst_is_no_drift, TEST_PLAIN},
		{"rarely_wrong", rarely_wrong, TEST_PLAIN},
		{"at_the_ends", at_the_ends, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

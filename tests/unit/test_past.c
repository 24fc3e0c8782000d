/* SPDX-License-Identifier: BSD-2-Clause */
/* What a row remembers of slots that left its window. */
#include "past.h"

#include "fixture_stats.h"
#include "test.h"

#define SPAN 600 /* slots of 10 minutes */
#define US   1000ull

static void history_slides(void)
{
	struct past_point point[PAST_POINTS];
	struct stats *s = new_stats(1);
	struct stats_row *row;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	past__history(s, row, 3 * SLOT, point);
	CHECK_UINT(point[PAST_POINTS - 1].n, 0);
	CHECK_UINT(point[0].epoch, 0);
	/* slot i: 400 requests of i * 100 us, but none in the 50th and 3 only in the 60th */
	for (unsigned int i = 10; i < 70; i++) {
		unsigned int n = i == 50 ? 0 : i == 60 ? 3 : 400;

		for (unsigned int j = 0; j < n; j++)
			CHECK_OK(add_app(s, row, i * SLOT, i * 100 * US));
	}
	past__history(s, row, 69 * SLOT + 5, point);
	for (unsigned int i = 0; i < PAST_POINTS; i++) {
		unsigned int slot = 40 + i;

		CHECK_CASE("slot %u", slot);
		CHECK_UINT(point[i].n, slot == 50 ? 0 : slot == 60 ? 3 : 400);
		CHECK_INT(point[i].is_known, slot != 50 && slot != 60);
		if (point[i].is_known)
			CHECK_UINT(point[i].p99_ns, slot * 100 * US);
	}
	/* nothing more came: the same slots, further to the left */
	past__history(s, row, 79 * SLOT, point);
	CHECK_UINT(point[19].n, 400);
	CHECK_UINT(point[19].p99_ns, 6900 * US);
	CHECK_UINT(point[20].n, 0);
	past__history(s, row, 999 * SLOT, point);
	for (unsigned int i = 0; i < PAST_POINTS; i++)
		CHECK_UINT(point[i].n, 0);
	stats__free(s);
}

/* Every request is in the window or in one span, never in both. */
static void spans_and_window_partition(void)
{
	uint64_t stage[STATS_STAGES_MAX], span_ns;
	struct stats *s = new_stats(1);
	struct hist window, before, running;
	struct stats_row *row;
	uint64_t added = 0;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	for (unsigned int i = SPAN; i < 3 * SPAN; i++) {
		CHECK_OK(add_app(s, row, i * SLOT, 100 * US));
		added++;
		if (i % 97)
			continue;
		stats__window(s, row, i * SLOT, &window, stage, &span_ns);
		past__total(s, row, i * SLOT, past__span(SPAN + 1, SLOT), &before);
		past__total(s, row, i * SLOT, past__span(2 * SPAN + 1, SLOT), &running);
		CHECK_CASE("slot %u", i);
		CHECK_UINT(window.count + before.count + running.count, added);
		CHECK(before.count <= SPAN);
	}
	/* the window moves on though nothing comes */
	past__total(s, row, (3 * SPAN + 2) * SLOT, past__span(3 * SPAN, SLOT), &running);
	CHECK_UINT(running.count, SPAN - 3);
	past__total(s, row, (3 * SPAN + 9) * SLOT, past__span(3 * SPAN, SLOT), &running);
	CHECK_UINT(running.count, SPAN);
	stats__free(s);
}

static void spans_are_never_shorter_than_two_windows(void)
{
	CHECK_UINT(past__span(1, SLOT), 1);
	CHECK_UINT(past__span(SPAN, SLOT), 1);
	CHECK_UINT(past__span(SPAN + 1, SLOT), 2);
	CHECK_UINT(past__span(2 * STATS_SLOTS, 3600 * SLOT), 1);
	CHECK_UINT(past__span(2 * STATS_SLOTS + 1, 3600 * SLOT), 2);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"history_slides", history_slides, TEST_PLAIN},
		{"spans_and_window_partition", spans_and_window_partition, TEST_PLAIN},
		{"spans_are_never_shorter_than_two_windows",
		 spans_are_never_shorter_than_two_windows, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Brackets of a clock difference: they narrow, a step is told from noise, stamps are converted. */
#include "wall.h"

#include "test.h"

#define OFFSET 1700000000000000000ull

static void narrows(void)
{
	struct wall w = {0};

	CHECK(!wall__add(&w, 1000, OFFSET + 5000, 9000));
	CHECK_NEAR((double)wall__monotonic_ns(&w, OFFSET + 5000), 5000, 4000);
	CHECK(!wall__add(&w, 10000, OFFSET + 10030, 10040));
	CHECK_NEAR((double)wall__monotonic_ns(&w, OFFSET + 20000), 20000, 40);
	/* a wide one, as when the thread lost the CPU, tells nothing and spoils nothing */
	CHECK(!wall__add(&w, 20000, OFFSET + 900000, 5000000));
	CHECK_NEAR((double)wall__monotonic_ns(&w, OFFSET + 20000), 20000, 40);
	CHECK_UINT(wall__monotonic_ns(&w, 5), 0);
}

static void tells_steps(void)
{
	static const struct {
		const char *name;
		int64_t by_ns;
		bool is_step;
	} rows[] = {
		{"none", 0, false},
		{"clocks of two CPUs", 300, false},
		{"and the other way", -300, false},
		{"five microseconds", 5000, true},
		{"five microseconds back", -5000, true},
		{"an hour", 3600000000000, true},
		{"an hour back", -3600000000000, true},
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t offset = OFFSET + (uint64_t)rows[i].by_ns;
		struct wall w = {0};

		CHECK_CASE("%s", rows[i].name);
		wall__add(&w, 1000, OFFSET + 1020, 1040);
		CHECK_INT(wall__add(&w, 2000, offset + 2020, 2040), rows[i].is_step);
		/* told once, then the new difference holds */
		CHECK(!wall__add(&w, 3000, offset + 3020, 3040));
		CHECK_NEAR((double)wall__monotonic_ns(&w, offset + 50000), 50000, 400);
	}
}

static void reads_clocks(void)
{
	struct wall w = {0};

	for (int i = 0; i < 1000; i++)
		CHECK(!wall__read(&w));
	CHECK(w.is_known && w.lo_ns <= w.hi_ns);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"narrows", narrows, TEST_PLAIN},
		{"tells_steps", tells_steps, TEST_PLAIN},
		{"reads_clocks", reads_clocks, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

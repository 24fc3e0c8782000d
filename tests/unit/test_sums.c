/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of sums: kept while the block grows in both directions. */
#include "sums.h"

#include <string.h>

#include "test.h"

static void lines_stay_while_it_grows(void)
{
	struct sums s = {0};

	CHECK(!sums__at(&s, 3));
	for (unsigned int i = 0; i < 40; i++) {
		uint64_t *line;

		/* more stages as it goes, the highest bucket first */
		if (!CHECK_OK(sums__reserve(&s, HIST_BUCKETS - 1 - i, 1 + i / 4)))
			break;
		line = sums__at(&s, HIST_BUCKETS - 1 - i);
		CHECK_UINT(line[0], 0);
		CHECK(s.width >= 2 + i / 4);
		line[0] = 100 + i;
		line[1 + i / 4] = i;
	}
	for (unsigned int i = 0; i < s.cnt; i++) {
		const uint64_t *line = sums__at(&s, HIST_BUCKETS - 1 - i);

		CHECK_CASE("line %u", i);
		CHECK_UINT(line[0], 100 + i);
		CHECK_UINT(line[1 + i / 4], i);
	}
	CHECK(s.cnt == 40 || test__injected());
	sums__done(&s);
}

static void emptied_is_zero(void)
{
	struct sums s = {0};
	const uint64_t *block;

	for (unsigned int i = 0; i < 10; i++) {
		CHECK_OK(sums__reserve(&s, i, 2));
		sums__at(&s, i)[2] = 7;
	}
	block = s.ns;
	sums__empty(&s);
	CHECK(s.ns == block);
	CHECK(!sums__at(&s, 5));
	CHECK_OK(sums__reserve(&s, 5, 2));
	CHECK_UINT(sums__at(&s, 5)[2], 0);
	/* mostly unused: given back */
	sums__empty(&s);
	CHECK(!s.ns);
	sums__done(&s);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"lines_stay_while_it_grows", lines_stay_while_it_grows, TEST_WALK},
		{"emptied_is_zero", emptied_is_zero, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* own_cost: of this process. */
#include "own_cost.h"

#include "test.h"

static void is_known_and_grows(void)
{
	uint64_t before_ns = own_cost__cpu_ns(), state = 1;

	CHECK(own_cost__rss() > 65536);
	for (unsigned int i = 0; i < 100000000 && own_cost__cpu_ns() == before_ns; i++)
		test__random(&state);
	CHECK(own_cost__cpu_ns() > before_ns);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"is_known_and_grows", is_known_and_grows, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

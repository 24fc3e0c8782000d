/* SPDX-License-Identifier: BSD-2-Clause */
/* Pauses: none at first, doubling, bounded, forgiven. */
#include "backoff.h"

#include "test.h"

#define SEC 1000000000ull

static void pauses_grow(void)
{
	static const uint64_t want_s[] = {0, 2, 4, 8, 16, 32, 64, 64, 64};
	struct backoff b = {0};
	uint64_t now = 5 * SEC;

	for (size_t i = 0; i < sizeof(want_s) / sizeof(want_s[0]); i++) {
		uint64_t next = backoff__next(&b, now);

		CHECK_CASE("time %zu", i);
		CHECK_UINT((next - now) / SEC, want_s[i]);
		now = next + SEC;
	}
}

static void quiet_forgives(void)
{
	struct backoff b = {0};

	backoff__next(&b, SEC);
	CHECK_UINT(backoff__next(&b, SEC + BACKOFF_FORGIVE_NS), 3 * SEC + BACKOFF_FORGIVE_NS);
	CHECK_UINT(backoff__next(&b, 2 * SEC + 2 * BACKOFF_FORGIVE_NS),
		   2 * SEC + 2 * BACKOFF_FORGIVE_NS);
	CHECK_UINT(b.cnt, 1);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"pauses_grow", pauses_grow, TEST_PLAIN},
		{"quiet_forgives", quiet_forgives, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

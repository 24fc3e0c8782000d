/* SPDX-License-Identifier: BSD-2-Clause */
/* A histogram in chunks is the same as one in a piece. */
#include "sparse.h"

#include "test.h"

static void same_as_whole(void)
{
	struct hist want, got;
	struct sparse s;
	uint64_t seed = 3;

	sparse__init(&s);
	hist__init(&want);
	hist__init(&got);
	sparse__merge(&got, &s);
	CHECK_MEM(&got, &want, sizeof(got));
	for (unsigned int i = 0; i < 500; i++) {
		uint64_t ns = test__random(&seed) >> (test__random(&seed) % 64);

		if (!CHECK_OK(sparse__reserve(&s, hist__bucket(ns))))
			continue;
		sparse__add(&s, hist__bucket(ns), ns);
		hist__add(&want, ns);
	}
	sparse__merge(&got, &s);
	CHECK_MEM(&got, &want, sizeof(got));
	sparse__done(&s);
}

static void emptied_keeps_what_was_in_use(void)
{
	struct hist want, got;
	struct sparse s;

	sparse__init(&s);
	hist__init(&want);
	hist__init(&got);
	CHECK_OK(sparse__reserve(&s, hist__bucket(5000)));
	sparse__add(&s, hist__bucket(5000), 5000);
	sparse__empty(&s);
	CHECK(s.chunk[hist__bucket(5000) / SPARSE_CHUNK] != NULL);
	sparse__merge(&got, &s);
	CHECK_MEM(&got, &want, sizeof(got));
	sparse__empty(&s);
	CHECK(!s.chunk[hist__bucket(5000) / SPARSE_CHUNK]);
	sparse__done(&s);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"same_as_whole", same_as_whole, TEST_WALK},
		{"emptied_keeps_what_was_in_use", emptied_keeps_what_was_in_use, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

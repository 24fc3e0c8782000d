/* SPDX-License-Identifier: BSD-2-Clause */
/* The loss ledger: rows of both tables in order, names that are usable as labels, the sum of
 * losses. */
#include "ledger.h"

#include <stdbool.h>
#include <string.h>

#include "test.h"

static void rows_are_the_daemons_then_the_kernels(void)
{
	struct ledger l = {0};

	for (unsigned int i = 0; i < LEDGER_CNT; i++)
		l.count[i] = 1000 + i;
	for (unsigned int i = 0; i < KCOUNTER_CNT; i++)
		l.kernel[i] = 2000 + i;
	CHECK_UINT(ledger__row_cnt(), LEDGER_CNT + KCOUNTER_CNT);
	for (unsigned int i = 0; i < ledger__row_cnt(); i++) {
		CHECK_CASE("row %u", i);
		CHECK_UINT(ledger__row(&l, i).count,
			   i < LEDGER_CNT ? 1000 + i : 2000 + i - LEDGER_CNT);
	}
	CHECK_STR(ledger__row(&l, LEDGER_UNREAD).name, "unread");
	CHECK_INT(ledger__row(&l, LEDGER_UNREAD).kind, 'L');
	CHECK_STR(ledger__row(&l, LEDGER_CNT + KCOUNTER_RING_FULL).name, "ring_full");
	CHECK_UINT(ledger__row(&l, LEDGER_CNT + KCOUNTER_RING_FULL).count, 2000);
}

static bool is_label(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

/* A name is a Prometheus label and a JSON key: two rows of one name would be one series. */
static void names_are_unique_labels(void)
{
	static const struct ledger l;

	for (unsigned int i = 0; i < ledger__row_cnt(); i++) {
		struct ledger_row row = ledger__row(&l, i);

		CHECK_CASE("%s", row.name);
		CHECK(is_label(row.name));
		CHECK(strchr("LDI", row.kind) && row.kind);
		CHECK(row.help[0] != '\0');
		for (unsigned int j = 0; j < i; j++)
			CHECK(strcmp(row.name, ledger__row(&l, j).name) != 0);
	}
}

static void lost_is_the_sum_of_losses(void)
{
	struct ledger l = {0};
	uint64_t want = 0;

	CHECK_UINT(ledger__lost(&l), 0);
	for (unsigned int i = 0; i < ledger__row_cnt(); i++) {
		uint64_t *count = i < LEDGER_CNT ? &l.count[i] : &l.kernel[i - LEDGER_CNT];

		*count = 1ull << (i % 60);
		if (ledger__row(&l, i).kind == 'L')
			want += *count;
		CHECK_CASE("up to %s", ledger__row(&l, i).name);
		CHECK_UINT(ledger__lost(&l), want);
	}
	CHECK(want > 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"rows_are_the_daemons_then_the_kernels", rows_are_the_daemons_then_the_kernels,
		 TEST_PLAIN},
		{"names_are_unique_labels", names_are_unique_labels, TEST_PLAIN},
		{"lost_is_the_sum_of_losses", lost_is_the_sum_of_losses, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

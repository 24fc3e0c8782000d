/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorting shares into stages: what is refused, what is summed, what is folded when a row is full.
 */
#include "split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define CNT(a) (sizeof(a) / sizeof((a)[0]))

/* A row needs no table around it here. Returns owned. */
static struct stats_row *new_row(void)
{
	return calloc(1, sizeof(struct stats_row));
}

static void free_row(struct stats_row *row)
{
	for (unsigned int i = 0; row && i < row->stage_cnt; i++)
		free(row->stage[i]);
	free(row);
}

static void only_partitions(void)
{
	static const struct {
		const char *what;
		uint64_t total_ns;
		struct stage_share share[3];
		unsigned int cnt;
		int want;
	} rows[] = {
		{"nothing", 0, {}, 0, 0},
		{"time without a stage", 1, {}, 0, -EINVAL},
		{"two stages", 30, {{STAGE_APP, 10}, {STAGE_TX, 20}}, 2, 0},
		{"one ns short", 31, {{STAGE_APP, 10}, {STAGE_TX, 20}}, 2, -EINVAL},
		{"one ns over", 29, {{STAGE_APP, 10}, {STAGE_TX, 20}}, 2, -EINVAL},
		{"a stage of 0 ns", 10, {{STAGE_APP, 10}, {STAGE_TX, 0}}, 2, 0},
		{"no stage", 10, {{0, 10}}, 1, -EINVAL},
		{"no stage, no time", 10, {{STAGE_APP, 10}, {0, 0}}, 2, -EINVAL},
		{"unknown stage", 10, {{STAGE_APP | 1 << STAGE_BITS, 10}}, 1, -EINVAL},
		{"sum wraps", 9, {{STAGE_APP, UINT64_MAX}, {STAGE_TX, 10}}, 2, -EINVAL},
		{"all there is", UINT64_MAX, {{STAGE_APP, UINT64_MAX}, {STAGE_TX, 0}}, 2, 0},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		struct stats_row *row = new_row();
		struct split split;

		CHECK_CASE("%s", rows[i].what);
		if (!CHECK(row != NULL))
			return;
		CHECK_INT(split__init(&split, row, rows[i].total_ns, rows[i].share, rows[i].cnt),
			  rows[i].want);
		CHECK_UINT(row->stage_cnt, rows[i].want ? 0 : rows[i].cnt);
		free_row(row);
	}
}

static void sums_by_stage(void)
{
	static const struct stage_share first[] = {{STAGE_APP, 5}, {STAGE_TX, 0}, {STAGE_APP, 7}};
	static const struct stage_share second[] = {{STAGE_TX, 1}, {STAGE_PEER, 2}, {STAGE_APP, 3}};
	struct stats_row *row = new_row();
	struct split split;

	if (!row || !CHECK_OK(split__init(&split, row, 12, first, 3)))
		goto out;
	CHECK_UINT(row->stage_cnt, 2);
	CHECK_UINT(row->stage[0]->mask, STAGE_APP);
	CHECK_UINT(row->stage[1]->mask, STAGE_TX);
	CHECK_UINT(split.ns[0], 12);
	CHECK_UINT(split.ns[1], 0);
	CHECK_UINT(split.present, 3);
	if (!CHECK_OK(split__init(&split, row, 6, second, 3)))
		goto out;
	CHECK_UINT(row->stage_cnt, 3);
	CHECK_UINT(row->stage[2]->mask, STAGE_PEER);
	CHECK_UINT(split.ns[0], 3);
	CHECK_UINT(split.ns[1], 1);
	CHECK_UINT(split.ns[2], 2);
	CHECK_UINT(split.present, 7);
	CHECK_UINT(split.folded, 0);
out:
	free_row(row);
}

/* The last place belongs to UNATTRIBUTED, whether it comes early, late or never by itself. */
static void folds_what_has_no_place(void)
{
	for (int early = 0; early <= 1; early++) {
		struct stage_share share = {STAGE_UNATTRIBUTED, 1};
		unsigned int folded = 0;
		struct stats_row *row = new_row();
		struct split split;

		CHECK_CASE("UNATTRIBUTED %s", early ? "first" : "last");
		if (!CHECK(row != NULL))
			return;
		if (early)
			CHECK_OK(split__init(&split, row, 1, &share, 1));
		for (stage_mask_t mask = 1; mask <= 40; mask++) {
			share.mask = mask;
			CHECK_OK(split__init(&split, row, 1, &share, 1));
			folded += split.folded;
		}
		CHECK_UINT(row->stage_cnt, STATS_STAGES_MAX);
		CHECK_UINT(folded, 40 - (STATS_STAGES_MAX - 1));
		CHECK_UINT(row->stage[early ? 0 : STATS_STAGES_MAX - 1]->mask, STAGE_UNATTRIBUTED);
		CHECK_UINT(split.ns[early ? 0 : STATS_STAGES_MAX - 1], 1);
		/* those that have a place keep it */
		share.mask = 7;
		CHECK_OK(split__init(&split, row, 1, &share, 1));
		CHECK_UINT(split.folded, 0);
		CHECK_UINT(split.ns[early ? 7 : 6], 1);
		free_row(row);
	}
}

static void leaves_the_row_without_memory(void)
{
	static const struct stage_share known[] = {{STAGE_APP, 5}};
	static const struct stage_share more[] = {
		{STAGE_TX, 1}, {STAGE_APP, 1}, {STAGE_PEER, 1}, {STAGE_QDISC, 1}};
	struct stats_row *row = new_row();
	struct split split;

	if (!row || !CHECK_OK(split__init(&split, row, 5, known, 1)))
		goto out;
	if (CHECK_OK(split__init(&split, row, 4, more, 4))) {
		CHECK_UINT(row->stage_cnt, 4);
		goto out;
	}
	CHECK_UINT(row->stage_cnt, 1);
	for (unsigned int i = 1; i < STATS_STAGES_MAX; i++)
		CHECK(row->stage[i] == NULL);
out:
	free_row(row);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"only_partitions", only_partitions, TEST_PLAIN},
		{"sums_by_stage", sums_by_stage, TEST_WALK},
		{"folds_what_has_no_place", folds_what_has_no_place, TEST_PLAIN},
		{"leaves_the_row_without_memory", leaves_the_row_without_memory, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Cells of latency over time: sums, who was slowest, making room. */
#include "heat.h"

#include <errno.h>

#include "fixture_stats.h"
#include "test.h"

#define US 1000ull

static const stage_mask_t masks[] = {STAGE_APP, STAGE_RUNQ};

/* Half of it each in the two stages; the session's id is noted where that is asked for. */
static void add(struct stats *s, struct heat *h, struct stats_row *row, uint64_t now_ns,
		uint64_t total_ns, uint64_t id)
{
	const struct stage_share share[] = {{masks[0], total_ns / 2},
					    {masks[1], total_ns - total_ns / 2}};
	uint64_t *session;

	if (!CHECK_OK(stats__add(s, row, now_ns, total_ns, share, 2)))
		return;
	session = heat__add(h, row, now_ns, total_ns, share, 2);
	if (session)
		*session = id;
}

static void options(void)
{
	struct heat *h = NULL;

	CHECK_INT(heat__new(0, &h), -EINVAL);
	CHECK_INT(heat__new((1u << 20) + 1, &h), -EINVAL);
	CHECK(!h);
	if (CHECK_OK(heat__new(HEAT_CELLS, &h)))
		CHECK(HEAT_CELLS * sizeof(struct heat_cell) + 16384 * 4 <= 4u << 20);
	heat__free(h);
	heat__free(NULL);
}

static void edges_are_half_octaves(void)
{
	for (unsigned int i = 0; i + 1 < HEAT_BUCKETS; i++) {
		uint64_t upper = heat__upper_ns(i);

		CHECK_CASE("bucket %u", i);
		CHECK_UINT(heat__bucket(upper), i);
		CHECK_UINT(heat__bucket(upper + 1), i + 1);
		if (i > 1)
			CHECK_NEAR((double)upper / (double)heat__upper_ns(i - 2), 2, 0.01);
	}
	CHECK_UINT(heat__bucket(0), 0);
	CHECK_UINT(heat__bucket(UINT64_MAX), HEAT_BUCKETS - 1);
	CHECK_UINT(heat__upper_ns(HEAT_BUCKETS - 1), UINT64_MAX);
}

static void sums_and_slowest(void)
{
	static const uint64_t total_us[] = {1100, 1200, 1150, 1300, 1250, 1120, 1120};
	static const uint64_t want[] = {4, 5, 2, 3}; /* ids, slowest first */
	struct stats *s = new_stats(2);
	const struct heat_cell *cell;
	struct heat *h = NULL;
	struct stats_row *row;

	if (!s || !CHECK_OK(heat__new(64, &h)))
		goto out;
	row = row_of(s, "a", 's', "INVITE");
	for (size_t i = 0; i < CNT(total_us); i++)
		add(s, h, row, 3 * HEAT_SLOT_NS, total_us[i] * US, i + 1);
	add(s, h, row, 4 * HEAT_SLOT_NS, 1100 * US, 9);
	add(s, h, row_of(s, "b", 's', "INVITE"), 3 * HEAT_SLOT_NS, 1100 * US, 9);
	cell = heat__find(h, row, 3, heat__bucket(1100 * US));
	/* what the statistics could not take is not here either */
	if (test__injected() || !CHECK(cell))
		goto out;
	CHECK_UINT(cell->n, 7);
	CHECK_UINT(cell->total_ns, 8240 * US);
	CHECK_UINT(cell->stage_ns[0] + cell->stage_ns[1], cell->total_ns);
	CHECK_UINT(cell->min_ns, 1100 * US);
	CHECK_UINT(cell->max_ns, 1300 * US);
	for (unsigned int i = 0; i < HEAT_SESSIONS; i++)
		CHECK_UINT(cell->session[i].id, want[i]);
	CHECK(!heat__find(h, row, 3, 0));
	CHECK(!heat__find(h, row, 2, heat__bucket(1100 * US)));
	CHECK_UINT(heat__evicted(h), 0);
out:
	heat__free(h);
	stats__free(s);
}

static void refuses_what_the_row_does_not_have(void)
{
	const struct stage_share tx = {STAGE_TX, 5000}, app = {STAGE_APP, 4000};
	struct stats *s = new_stats(1);
	struct heat *h = NULL;
	struct stats_row *row;

	if (!s || !CHECK_OK(heat__new(4, &h)))
		goto out;
	row = row_of(s, "a", 's', "INVITE");
	CHECK_OK(add_app(s, row, SLOT, 5000));
	CHECK(!heat__add(h, row, SLOT, 5000, &tx, 1));
	CHECK(!heat__add(h, row, SLOT, 5000, &app, 1));
	CHECK(!heat__find(h, row, 0, heat__bucket(5000)));
	/* a stage that was folded */
	CHECK_OK(
		stats__add(s, row, SLOT, 5000, &(struct stage_share){STAGE_UNATTRIBUTED, 5000}, 1));
	CHECK(heat__add(h, row, SLOT, 5000, &tx, 1));
	CHECK_UINT(heat__find(h, row, 0, heat__bucket(5000))->stage_ns[1], 5000);
out:
	heat__free(h);
	stats__free(s);
}

static void oldest_makes_room(void)
{
	struct stats *s = new_stats(1);
	struct heat *h = NULL;
	struct stats_row *row;

	if (!s || !CHECK_OK(heat__new(8, &h)))
		goto out;
	row = row_of(s, "a", 's', "INVITE");
	for (unsigned int i = 0; i < 1000; i++) {
		unsigned int slot = i / 2;

		add(s, h, row, slot * HEAT_SLOT_NS, (i % 2 ? 100 : 9000) * US, i);
		CHECK_UINT(heat__evicted(h), i < 8 ? 0 : i - 7);
		CHECK(heat__find(h, row, slot, heat__bucket(i % 2 ? 100 * US : 9000 * US)));
	}
	CHECK(heat__find(h, row, 496, heat__bucket(9000 * US)));
	CHECK(!heat__find(h, row, 495, heat__bucket(100 * US)));
	/* what could not be shown any more is no loss */
	for (unsigned int i = 0; i < 8; i++)
		add(s, h, row, (10000 + i) * HEAT_SLOT_NS, 100 * US, i);
	CHECK_UINT(heat__evicted(h), 992);
out:
	heat__free(h);
	stats__free(s);
}

static void quantiles_from_cells(void)
{
	static const struct {
		double q;
		unsigned int n;
		bool known;
	} rows[] = {{0.5, 5, false},	 {0.5, 6, true},       {0.99, 367, false},
		    {0.99, 368, true},	 {0.999, 3687, false}, {0.999, 3688, true},
		    {0.99, 20000, true}, {0.5, 20000, true}};

	for (size_t i = 0; i < CNT(rows); i++) {
		const struct heat_cell *cell[HEAT_BUCKETS];
		struct stats *s = new_stats(1);
		struct heat *h = NULL;
		struct stats_row *row;
		uint64_t got = 0;

		if (!s || !CHECK_OK(heat__new(64, &h)))
			return;
		row = row_of(s, "a", 's', "INVITE");
		/* 1 to 4 ms, evenly */
		for (unsigned int j = 0; j < rows[i].n; j++)
			add(s, h, row, 0, 1000 * US + j * 3000 * US / rows[i].n, 0);
		for (unsigned int j = 0; j < HEAT_BUCKETS; j++)
			cell[j] = heat__find(h, row, 0, j);
		CHECK_CASE("%g of %u", rows[i].q, rows[i].n);
		CHECK_INT(heat__quantile(cell, rows[i].q, &got), rows[i].known);
		if (rows[i].known && rows[i].n > 6)
			CHECK_NEAR((double)got, 1e6 + rows[i].q * 3e6, 2e4);
		heat__free(h);
		stats__free(s);
	}
}

static void quantile_of_nothing(void)
{
	const struct heat_cell *cell[HEAT_BUCKETS] = {NULL};
	uint64_t ns;

	CHECK(!heat__quantile(cell, 0.5, &ns));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"options", options, TEST_WALK},
		{"edges_are_half_octaves", edges_are_half_octaves, TEST_PLAIN},
		{"sums_and_slowest", sums_and_slowest, TEST_WALK},
		{"refuses_what_the_row_does_not_have", refuses_what_the_row_does_not_have,
		 TEST_PLAIN},
		{"oldest_makes_room", oldest_makes_room, TEST_PLAIN},
		{"quantiles_from_cells", quantiles_from_cells, TEST_PLAIN},
		{"quantile_of_nothing", quantile_of_nothing, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

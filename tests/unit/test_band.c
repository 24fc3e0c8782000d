/* SPDX-License-Identifier: BSD-2-Clause */
/* Bands and stage percentiles of the window against brute force; memory running out. */
#include "band.h"

#include <errno.h>
#include <string.h>

#include "fixture_stats.h"
#include "test.h"

#define US 1000ull

struct sample {
	uint64_t now_ns, total_ns, app_ns;
};

static int add(struct stats *s, struct stats_row *row, const struct sample *x)
{
	const struct stage_share share[] = {{STAGE_APP, x->app_ns},
					    {STAGE_RUNQ, x->total_ns - x->app_ns}};

	return stats__add(s, row, x->now_ns, x->total_ns, share, 2);
}

static bool is_seen(const struct sample *x, uint64_t now_ns)
{
	return x->now_ns / SLOT + STATS_SLOTS > now_ns / SLOT;
}

static void check_band(const struct stats *s, const struct stats_row *row,
		       const struct sample *sample, unsigned int cnt, uint64_t now_ns, double q)
{
	uint64_t stage_ns[STATS_STAGES_MAX], span_ns, n = 0, total = 0, app = 0;
	struct hist window;
	struct band b;

	stats__window(s, row, now_ns, &window, stage_ns, &span_ns);
	CHECK_CASE("%g at %llu", q, (unsigned long long)now_ns);
	CHECK_INT(band__take(s, row, now_ns, &window, q, &b), hist__quantile(&window, q).known);
	if (!hist__quantile(&window, q).known)
		return;
	for (unsigned int i = 0; i < cnt; i++) {
		bool is_in = sample[i].total_ns > b.lo_ns && sample[i].total_ns <= b.hi_ns;

		if (!is_in || !is_seen(&sample[i], now_ns))
			continue;
		n++;
		total += sample[i].total_ns;
		app += sample[i].app_ns;
	}
	CHECK_UINT(b.n, n);
	CHECK(b.n > 0);
	CHECK_UINT(b.total_ns, total);
	CHECK_UINT(b.stage_ns[0], app);
	CHECK_UINT(b.stage_ns[0] + b.stage_ns[1], b.total_ns);
	if (q == 0.5)
		CHECK(b.n >= window.count / 10 && b.hi_ns < window.max_ns);
	else
		CHECK_UINT(b.hi_ns, window.max_ns);
}

static void check_stage(const struct stats *s, const struct stats_row *row,
			const struct sample *sample, unsigned int cnt, uint64_t now_ns)
{
	struct hist want, got;

	hist__init(&want);
	for (unsigned int i = 0; i < cnt; i++) {
		if (is_seen(&sample[i], now_ns))
			hist__add(&want, sample[i].app_ns);
	}
	stats__window_stage(s, row, now_ns, 0, &got);
	CHECK_CASE("stage at %llu", (unsigned long long)now_ns);
	CHECK_MEM(&got, &want, sizeof(got));
}

static void sums_by_brute_force(void)
{
	static const double q[] = {0.5, 0.99, 0.999};
	static struct sample sample[8000];
	struct stats *s = new_stats(2);
	struct stats_row *row;
	uint64_t seed = 9;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	for (unsigned int i = 0; i < CNT(sample); i++) {
		struct sample *x = &sample[i];

		/* 12 windows: every slot is used again */
		x->now_ns = SLOT + i * 72 * SLOT / CNT(sample);
		x->total_ns = 50 * US + (test__random(&seed) % (2000 * US));
		x->app_ns = test__random(&seed) % x->total_ns;
		CHECK_OK(add(s, row, x));
		if (i % 400)
			continue;
		for (size_t j = 0; j < CNT(q); j++)
			check_band(s, row, sample, i + 1, x->now_ns, q[j]);
		check_stage(s, row, sample, i + 1, x->now_ns);
		check_stage(s, row, sample, i + 1, x->now_ns + 3 * SLOT);
	}
	check_sums(row);
	stats__free(s);
}

static void nothing_is_half_added(void)
{
	struct stats *s = new_stats(2);
	uint64_t stage_ns[STATS_STAGES_MAX], span_ns, added = 0;
	struct stats_row *row;
	struct hist window, stage;
	struct band b;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	for (unsigned int i = 0; i < 40; i++) {
		struct sample x = {SLOT + i * SLOT / 5, (20 + 7 * i) * US, (3 + 5 * i) * US};
		int rc = add(s, row, &x);

		CHECK(!rc || rc == -ENOMEM);
		added += CHECK_OK(rc);
	}
	CHECK_UINT(row->total.count, added);
	CHECK_UINT(stats__lost(s).no_memory, test__injected());
	stats__window(s, row, 6 * SLOT, &window, stage_ns, &span_ns);
	if (row->stage_cnt == 2 && CHECK(band__take(s, row, 6 * SLOT, &window, 0.5, &b)))
		CHECK_UINT(b.stage_ns[0] + b.stage_ns[1], b.total_ns);
	stats__window_stage(s, row, 6 * SLOT, 0, &stage);
	CHECK_UINT(stage.count, window.count);
	CHECK_UINT(stage.sum_ns, stage_ns[0]);
	check_sums(row);
	stats__free(s);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"sums_by_brute_force", sums_by_brute_force, TEST_PLAIN},
		{"nothing_is_half_added", nothing_is_half_added, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows, sums and tails of statistics rows against brute force over all that was added. */
#include <math.h>
#include <string.h>

#include "fixture_stats.h"
#include "stats.h"
#include "test.h"

static const stage_mask_t masks[] = {
	STAGE_DRIVER,		STAGE_STACK,	    STAGE_SOCKQ, STAGE_APP,
	STAGE_TX | STAGE_QDISC, STAGE_UNATTRIBUTED,
};

struct sample {
	uint64_t now_ns;
	uint64_t total_ns;
	uint64_t stage_ns[CNT(masks)];
};

/* A transaction with a random subset of the stages, in random order, some of them twice. */
static void add_random(struct stats *s, struct stats_row *row, uint64_t *seed,
		       struct sample *sample)
{
	struct stage_share share[STAGE_SHARES_MAX];
	unsigned int cnt = 1 + test__random(seed) % 8;

	sample->total_ns = 0;
	memset(sample->stage_ns, 0, sizeof(sample->stage_ns));
	for (unsigned int i = 0; i < cnt; i++) {
		unsigned int which = test__random(seed) % CNT(masks);

		share[i].mask = masks[which];
		share[i].ns = (uint64_t)exp(4 + 15 * test__random_unit(seed));
		sample->stage_ns[which] += share[i].ns;
		sample->total_ns += share[i].ns;
	}
	CHECK_OK(stats__add(s, row, sample->now_ns, sample->total_ns, share, cnt));
}

static uint64_t stage_of(const struct stats_row *row, const uint64_t *stage_ns, stage_mask_t mask)
{
	for (unsigned int i = 0; i < row->stage_cnt; i++) {
		if (row->stage[i]->mask == mask)
			return stage_ns[i];
	}
	return 0;
}

static void check_tail(const struct stats_row *row, const struct sample *sample, unsigned int cnt,
		       double q)
{
	uint64_t want_stage[CNT(masks)] = {0}, want_total = 0, want_cnt = 0;
	uint64_t edge, total, stage[STATS_STAGES_MAX], got;
	unsigned int first = hist__quantile_bucket(&row->total, q);

	for (unsigned int i = 0; i < cnt; i++) {
		if (hist__bucket(sample[i].total_ns) < first)
			continue;
		want_cnt++;
		want_total += sample[i].total_ns;
		for (size_t j = 0; j < CNT(masks); j++)
			want_stage[j] += sample[i].stage_ns[j];
	}
	got = stats__tail(row, q, &edge, &total, stage);
	CHECK_CASE("tail at %g", q);
	CHECK_UINT(got, want_cnt);
	CHECK(got >= (uint64_t)floor((1 - q) * cnt));
	CHECK_UINT(total, want_total);
	CHECK_UINT(edge, hist__lower_ns(first));
	for (size_t j = 0; j < CNT(masks); j++)
		CHECK_UINT(stage_of(row, stage, masks[j]), want_stage[j]);
}

static void check_window(const struct stats *s, const struct stats_row *row,
			 const struct sample *sample, unsigned int cnt, uint64_t now_ns)
{
	uint64_t want_stage[CNT(masks)] = {0}, stage[STATS_STAGES_MAX], span;
	struct hist want, got;

	hist__init(&want);
	for (unsigned int i = 0; i < cnt; i++) {
		if (sample[i].now_ns / SLOT + STATS_SLOTS <= now_ns / SLOT)
			continue;
		hist__add(&want, sample[i].total_ns);
		for (size_t j = 0; j < CNT(masks); j++)
			want_stage[j] += sample[i].stage_ns[j];
	}
	stats__window(s, row, now_ns, &got, stage, &span);
	CHECK_CASE("window at %llu", (unsigned long long)now_ns);
	CHECK_MEM(&got, &want, sizeof(got));
	for (size_t j = 0; j < CNT(masks); j++)
		CHECK_UINT(stage_of(row, stage, masks[j]), want_stage[j]);
	CHECK(span <= STATS_SLOTS * SLOT);
}

static void sums_tails_and_windows_by_brute_force(void)
{
	static const double q[] = {0.0001, 0.5, 0.9, 0.99, 0.999};
	static struct sample sample[2000];
	struct stats *s = new_stats(4);
	uint64_t seed = 5, now_ns = 1;
	struct stats_row *row;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	for (unsigned int i = 0; i < CNT(sample); i++) {
		/* mostly a few ms apart, now and then a pause of up to two windows */
		now_ns += test__random(&seed) % (test__random(&seed) % 100 ? SLOT / 50 : 12 * SLOT);
		sample[i].now_ns = now_ns;
		add_random(s, row, &seed, &sample[i]);
		if (i % 20 == 0)
			check_window(s, row, sample, i + 1, now_ns);
		if (i % 20 == 10)
			check_window(s, row, sample, i + 1,
				     now_ns + test__random(&seed) % (8 * SLOT));
	}
	check_sums(row);
	for (size_t i = 0; i < CNT(q); i++)
		check_tail(row, sample, CNT(sample), q[i]);
	stats__free(s);
}

static void tail_of_nothing(void)
{
	uint64_t edge = 1, total = 1, stage[STATS_STAGES_MAX] = {1};
	struct stats *s = new_stats(1);

	if (!s)
		return;
	CHECK_UINT(stats__tail(row_of(s, "a", 's', "INVITE"), 0.99, &edge, &total, stage), 0);
	CHECK_UINT(edge, 0);
	CHECK_UINT(total, 0);
	CHECK_UINT(stage[0], 0);
	stats__free(s);
}

/* --- windows --- */

static void window_slides_and_forgets(void)
{
	static const struct {
		uint64_t now_ns, count, errors, timeouts, span_ns;
	} rows[] = {
		{100 * SLOT + 5, 1, 1, 1, 5},
		{101 * SLOT + 5, 2, 1, 2, SLOT + 5},
		{105 * SLOT, 2, 1, 2, 5 * SLOT},
		{105 * SLOT + SLOT - 1, 2, 1, 2, 6 * SLOT - 1},
		{106 * SLOT, 1, 0, 1, 5 * SLOT},
		{106 * SLOT + 7, 1, 0, 1, 5 * SLOT + 7},
		{107 * SLOT, 0, 0, 0, 5 * SLOT},
		{9999 * SLOT, 0, 0, 0, 5 * SLOT},
		/* a reader behind the newest slot does not see it */
		{100 * SLOT + 6, 1, 1, 1, 6},
		{99 * SLOT, 0, 0, 0, 0},
	};
	struct stats *s = new_stats(1);
	struct stats_row *row;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	CHECK_OK(add_app(s, row, 100 * SLOT, 5000));
	stats__add_error(s, row, 100 * SLOT);
	stats__add_timeout(s, row, 100 * SLOT);
	CHECK_OK(add_app(s, row, 101 * SLOT, 6000));
	stats__add_timeout(s, row, 101 * SLOT);
	for (size_t i = 0; i < CNT(rows); i++) {
		uint64_t stage[STATS_STAGES_MAX], span, errors, timeouts;
		struct hist h;

		CHECK_CASE("at %llu", (unsigned long long)rows[i].now_ns);
		stats__window(s, row, rows[i].now_ns, &h, stage, &span);
		stats__window_errors(s, row, rows[i].now_ns, &errors, &timeouts);
		CHECK_UINT(h.count, rows[i].count);
		CHECK_UINT(stage[0], h.sum_ns);
		CHECK_UINT(span, rows[i].span_ns);
		CHECK_UINT(errors, rows[i].errors);
		CHECK_UINT(timeouts, rows[i].timeouts);
	}
	CHECK_UINT(row->errors, 1);
	CHECK_UINT(row->timeouts, 2);
	stats__free(s);
}

static void late_adds_and_early_clocks(void)
{
	uint64_t stage[STATS_STAGES_MAX], span;
	struct stats *s = new_stats(1);
	struct stats_row *row;
	struct hist h;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	/* the first slot of a clock that starts at 0 */
	CHECK_OK(add_app(s, row, 1, 5000));
	stats__window(s, row, 2, &h, stage, &span);
	CHECK_UINT(h.count, 1);
	CHECK_UINT(span, 1);
	/* out of order inside the window: into its own slot */
	CHECK_OK(add_app(s, row, 20 * SLOT, 5000));
	CHECK_OK(add_app(s, row, 17 * SLOT, 5000));
	stats__window(s, row, 22 * SLOT, &h, stage, &span);
	CHECK_UINT(h.count, 2);
	stats__window(s, row, 23 * SLOT, &h, stage, &span);
	CHECK_UINT(h.count, 1);
	/* behind the window: since start only */
	CHECK_OK(add_app(s, row, 14 * SLOT, 5000));
	stats__add_error(s, row, 14 * SLOT);
	stats__window(s, row, 20 * SLOT, &h, stage, &span);
	CHECK_UINT(h.count, 2);
	CHECK_UINT(row->total.count, 4);
	CHECK_UINT(row->errors, 1);
	stats__free(s);
}

static void span_from_a_given_start(void)
{
	struct stats_opts opts = {.max_rows = 1, .slot_ns = SLOT, .start_ns = 100 * SLOT};
	uint64_t stage[STATS_STAGES_MAX], span;
	struct stats *s = NULL;
	struct stats_row *row;
	struct hist h;

	if (!CHECK_OK(stats__new(&opts, &s)))
		return;
	row = row_of(s, "a", 's', "INVITE");
	stats__window(s, row, 102 * SLOT, &h, stage, &span);
	CHECK_UINT(span, 2 * SLOT);
	CHECK_OK(add_app(s, row, 102 * SLOT + 1, 5000));
	stats__window(s, row, 103 * SLOT, &h, stage, &span);
	CHECK_UINT(span, 3 * SLOT);
	stats__free(s);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"sums_tails_and_windows_by_brute_force", sums_tails_and_windows_by_brute_force,
		 TEST_PLAIN},
		{"tail_of_nothing", tail_of_nothing, TEST_PLAIN},
		{"window_slides_and_forgets", window_slides_and_forgets, TEST_PLAIN},
		{"late_adds_and_early_clocks", late_adds_and_early_clocks, TEST_PLAIN},
		{"span_from_a_given_start", span_from_a_given_start, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

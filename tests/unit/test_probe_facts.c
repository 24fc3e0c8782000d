/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_facts: sentences, with all figures and with none. */
#include "probe_facts.h"

#include "figure.h"
#include "test.h"

static void says_what_is_known(void)
{
	const struct model_probes m = {.ring_size = 16 << 20,
				       .ring_used = 200000,
				       .ring_peak = 8 << 20,
				       .ring_lost = 3,
				       .map_cnt = 41,
				       .map_bytes = 1 << 30,
				       .rss = 999,
				       .daemon_cpu = 0.021,
				       .programs_cpu = 1.5};
	char text[PROBE_FACT_LEN];

	probe_facts__ring(&m, text);
	CHECK_STR(text, "ring 16.0MiB used 1% peak 50% lost 3 records; maps 41, 1.00GiB");
	probe_facts__daemon(&m, text);
	CHECK_STR(text, "daemon memory 999B cpu 2.10%; programs cpu 150%, both of one CPU");
}

static void says_what_is_not_known(void)
{
	const struct model_probes m = {.ring_size = 4096,
				       .ring_used = MODEL_NONE,
				       .ring_peak = MODEL_NONE,
				       .ring_lost = MODEL_NONE,
				       .map_cnt = MODEL_NONE,
				       .map_bytes = MODEL_NONE,
				       .rss = MODEL_NONE,
				       .daemon_cpu = -1,
				       .programs_cpu = -1};
	char text[PROBE_FACT_LEN];

	probe_facts__ring(&m, text);
	CHECK_STR(text, "ring 4.00KiB used -- peak -- lost -- records; maps --, --; how full the "
			"ring is cannot be read here");
	probe_facts__daemon(&m, text);
	CHECK_STR(text, "daemon memory -- cpu --; programs cpu --, both of one CPU");
}

static void prints_bytes_and_shares(void)
{
	static const struct {
		uint64_t bytes;
		double share;
		const char *as_bytes, *as_cpu;
	} rows[] = {
		{0, 0, "0B", "0.00%"},
		{1023, 0.00001, "1.00KiB", "<0.01%"},
		{1048000, 0.0999, "1.00MiB", "9.99%"},
		{16 << 20, 0.9999, "16.0MiB", "100%"},
		{UINT64_MAX, -1, "--", "--"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[FIGURE_LEN];

		CHECK_CASE("%zu", i);
		CHECK_STR(figure__bytes(text, rows[i].bytes), rows[i].as_bytes);
		CHECK_STR(figure__cpu(text, rows[i].share), rows[i].as_cpu);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"says_what_is_known", says_what_is_known, TEST_PLAIN},
		{"says_what_is_not_known", says_what_is_not_known, TEST_PLAIN},
		{"prints_bytes_and_shares", prints_bytes_and_shares, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

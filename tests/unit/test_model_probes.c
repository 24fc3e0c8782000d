/* SPDX-License-Identifier: BSD-2-Clause */
/* model_probes and probe_rows: the reply as structs, rates of two replies, the table of plan and
 * programs. */
#include "model_probes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe_rows.h"
#include "test.h"

#define SEC 1000000000ull

/* One program's runs at a time. */
static struct model_probes *parse_at(uint64_t mono_ns, const char *runs, const char *run_ns,
				     bool stats_on)
{
	char line[1024], err[MODEL_ERROR_LEN];
	struct model_probes *m = NULL;

	snprintf(line, sizeof(line),
		 "{\"type\":\"probes\",\"mono_ns\":%llu,\"stats\":{\"on\":%s,\"why\":"
		 "\"may\\u001bnot\"},\"programs\":[{"
		 "\"name\":\"a\",\"instant\":\"t_wake+t_run\",\"mechanism\":\"tp_btf\",\"state\":"
		 "\"attached\",\"runs\":%s,"
		 "\"run_ns\":%s,\"misses\":2},{\"name\":\"b\\u001b[2J\",\"state\":\"loaded\"}],"
		 "\"ring\":{\"size\":4096,\"used\":null,\"peak\":7,\"lost\":1},\"maps\":{\"count\":"
		 "3,\"bytes\":null},"
		 "\"daemon\":{\"rss\":65536,\"cpu_ns\":%llu}}",
		 (unsigned long long)mono_ns, stats_on ? "true" : "false", runs, run_ns,
		 (unsigned long long)mono_ns / 4);
	CHECK_OK(model_probes__parse(line, &m, err));
	return m;
}

static void reads_the_reply(void)
{
	struct model_probes *m = parse_at(8 * SEC, "10", "990", false);

	if (!m)
		return;
	CHECK(!m->stats_on);
	CHECK_STR(m->stats_why, "may?not");
	if (CHECK_UINT(m->cnt, 2)) {
		CHECK_STR(m->program[0].instant, "t_wake+t_run");
		CHECK_UINT(m->program[0].runs, 10);
		CHECK_UINT(m->program[0].misses, 2);
		CHECK(m->program[0].runs_per_s < 0);
		CHECK_STR(m->program[1].name, "b?[2J");
		CHECK_UINT(m->program[1].runs, MODEL_NONE);
		CHECK_UINT(m->program[1].misses, MODEL_NONE);
	}
	CHECK_UINT(m->ring_used, MODEL_NONE);
	CHECK_UINT(m->ring_peak, 7);
	CHECK_UINT(m->map_bytes, MODEL_NONE);
	CHECK_UINT(m->rss, 65536);
	model_probes__free(m);
}

static void works_out_rates(void)
{
	static const struct {
		uint64_t ns;
		const char *runs, *run_ns;
		bool was_on, is_on;
		double per_s, ns_per_run, cpu, daemon;
	} rows[] = {
		{2 * SEC, "210", "40990", true, true, 100, 200, 2e-5, 0.25},
		{2 * SEC, "10", "990", true, true, 0, -1, 0, 0.25}, /* it did not run */
		{4 * SEC, "210", "40990", true, true, -1, -1, -1,
		 -1}, /* statistics were off meanwhile */
		{2 * SEC, "210", "40990", false, true, -1, -1, -1, 0.25},
		{2 * SEC, "210", "40990", true, false, -1, -1, -1, 0.25},
		{2 * SEC, "null", "null", true, true, -1, -1, -1, 0.25},
		{2 * SEC, "9", "980", true, true, -1, -1, -1,
		 0.25}, /* another program of that name */
		{0, "210", "40990", true, true, -1, -1, -1, -1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct model_probes *was = parse_at(8 * SEC, "10", "990", rows[i].was_on);
		struct model_probes *m =
			parse_at(8 * SEC + rows[i].ns, rows[i].runs, rows[i].run_ns, rows[i].is_on);

		CHECK_CASE("%zu", i);
		if (was && m) {
			model_probes__compare(m, NULL);
			CHECK(m->daemon_cpu < 0);
			model_probes__compare(m, was);
			CHECK_NEAR(m->program[0].runs_per_s, rows[i].per_s, 1e-6);
			CHECK_NEAR(m->program[0].ns_per_run, rows[i].ns_per_run, 1e-6);
			CHECK_NEAR(m->program[0].cpu, rows[i].cpu, 1e-9);
			CHECK_NEAR(m->programs_cpu, rows[i].cpu, 1e-9);
			CHECK_NEAR(m->daemon_cpu, rows[i].daemon, 1e-9);
			CHECK(m->program[1].runs_per_s < 0);
		}
		model_probes__free(was);
		model_probes__free(m);
	}
}

static void refuses_other_replies(void)
{
	static const struct {
		const char *line;
		int want;
	} rows[] = {{"{", -EBADMSG},
		    {"{\"type\":\"beats\"}", -EBADMSG},
		    {"{\"type\":\"error\",\"error\":\"no\"}", -EREMOTEIO}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct model_probes *m = NULL;
		char err[MODEL_ERROR_LEN];

		CHECK_CASE("%s", rows[i].line);
		CHECK_INT(model_probes__parse(rows[i].line, &m, err), rows[i].want);
		CHECK(!m && err[0]);
	}
}

static void takes_fields_of_the_wrong_type(void)
{
	static const char *const lines[] = {
		"{\"type\":\"probes\"}",
		"{\"type\":\"probes\",\"mono_ns\":-1,\"stats\":[],\"programs\":{},\"ring\":7,"
		"\"maps\":null,\"daemon\":\"x\"}",
		"{\"type\":\"probes\",\"programs\":[1,null,{\"name\":5,\"runs\":\"x\"}]}",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct model_probes *m = NULL;
		struct probe_rows rows = {0};
		char err[MODEL_ERROR_LEN];

		CHECK_CASE("%s", lines[i]);
		if (CHECK_OK(model_probes__parse(lines[i], &m, err)) &&
		    CHECK_OK(probe_rows__make(&rows, NULL, m)))
			CHECK_UINT(rows.cnt, m->cnt);
		probe_rows__done(&rows);
		model_probes__free(m);
	}
}

static struct model_choice choices[] = {
	{.instant = "t_nic", .candidate = "tap_xdp", .mechanism = "xdp", .state = "active"},
	{.instant = "t_wake", .candidate = "a", .mechanism = "tp_btf", .state = "active"},
	{.instant = "t_run", .candidate = "a", .mechanism = "tp_btf", .state = "active"},
	{.instant = "t_send", .state = "merged", .merged_as = "app+tx"},
};
static struct model_tap taps[] = {{"eth0", "in", "tap_xdp", "native", ""},
				  {"lo", "in", "", "off", "no Ethernet"}};

static void check_row(const struct probe_row *row, const char *instant, const char *program,
		      const char *mechanism, const char *state)
{
	CHECK_STR(row->instant, instant);
	CHECK_STR(row->program, program);
	CHECK_STR(row->mechanism, mechanism);
	CHECK_STR(row->state, state);
	CHECK_INT(probe_row__is_alert(row), strchr(state, '!') != NULL);
}

static void joins_plan_programs_and_taps(void)
{
	const struct model m = {.choice_cnt = 4, .choice = choices, .tap_cnt = 2, .tap = taps};
	struct model_probes *p = parse_at(8 * SEC, "10", "990", true);
	struct probe_rows r = {0};

	if (p && CHECK_OK(probe_rows__make(&r, &m, NULL)))
		CHECK_UINT(r.cnt, 6); /* before the first reply: what the plan says */
	if (p && CHECK_OK(probe_rows__make(&r, &m, p)) && CHECK_UINT(r.cnt, 6)) {
		check_row(&r.row[0], "t_nic", "tap_xdp", "xdp", "active");
		check_row(&r.row[1], "t_wake+t_run", "a", "tp_btf",
			  "ok"); /* once, of two instants */
		CHECK_UINT(r.row[1].choice, 1);
		CHECK(probe_row__has_instant(&r.row[1], "t_wake"));
		CHECK(probe_row__has_instant(&r.row[1], "t_run"));
		CHECK(!probe_row__has_instant(&r.row[1], "t_ru"));
		CHECK(!probe_row__has_instant(&r.row[1], "run"));
		check_row(&r.row[2], "t_send", "--", "--", "merged!");
		check_row(&r.row[3], "--", "b?[2J", "--", "loaded!");
		CHECK_UINT(r.row[3].choice, PROBE_ROW_NONE);
		check_row(&r.row[4], "tap", "tap_xdp", "eth0 in", "native");
		check_row(&r.row[5], "tap", "--", "lo in", "off!");
		CHECK_UINT(r.row[5].tap, 1);
		CHECK_UINT(r.row[5].order, 6);
	}
	probe_rows__done(&r);
	model_probes__free(p);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"reads_the_reply", reads_the_reply, TEST_WALK},
		{"works_out_rates", works_out_rates, TEST_PLAIN},
		{"refuses_other_replies", refuses_other_replies, TEST_PLAIN},
		{"takes_fields_of_the_wrong_type", takes_fields_of_the_wrong_type, TEST_WALK},
		{"joins_plan_programs_and_taps", joins_plan_programs_and_taps, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

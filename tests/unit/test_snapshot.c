/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies for a small made-up state, read back with jansson. */
#include "snapshot.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

#define MS     1000000ull
#define SECOND 1000000000ull

static bool is_replying;

/* jansson allocates through these, so that its allocations fail in the walk as well; but only while
 * a reply is built: reading it back is the test's own business. */
static void *take_memory(size_t size)
{
	return is_replying ? malloc(size) : aligned_alloc(16, (size + 15) / 16 * 16);
}

static void give_memory(void *p)
{
	free(p);
}

struct state {
	struct stats *stats;
	struct ledger ledger;
	struct plan plan;
	struct tap_view tap;
	struct snapshot_src src;
};

static uint64_t seven_ms(void *ctx, const struct stats_row *row)
{
	(void)row;
	return *(const bool *)ctx ? 7 * MS : 0;
}

static bool oldest_known;

static void fill_plan(struct plan *p)
{
	*p = (struct plan){.choice_cnt = 2};
	p->choice[0] = (struct plan_choice){
		.instant = "t_nic",
		.help = "first sight",
		.candidate = "tap_xdp",
		.mechanism = "xdp",
		.why = "earliest",
		.lost = "",
		.skip_cnt = 1,
		.skip = {{.candidate = "tap_hw", .mechanism = "xdp", .reason = "no stamp"}}};
	p->choice[1] = (struct plan_choice){
		.instant = "t_stack", .help = "enters the stack", .merged_as = "driver+stack"};
}

/* n requests of 1 ms, each 0.4 ms app and 0.6 ms socket queue. */
static int add_requests(struct stats *s, struct stats_row *row, uint64_t now_ns, unsigned int n)
{
	const struct stage_share share[] = {{STAGE_APP, 4 * MS / 10}, {STAGE_SOCKQ, 6 * MS / 10}};
	int rc = 0;

	for (unsigned int i = 0; i < n && !rc; i++)
		rc = stats__add(s, row, now_ns, MS, share, 2);
	return rc;
}

static int fill(struct state *st, unsigned int requests)
{
	const struct stats_opts opts = {.max_rows = 4, .slot_ns = 10 * SECOND};
	struct stats_key key = {.service = "sip 10.77.0.2:5060", .side = 's', .method = "INVITE"};
	struct stats_row *row;
	int rc;

	*st = (struct state){0};
	rc = stats__new(&opts, &st->stats);
	if (rc)
		return rc;
	row = stats__row(st->stats, &key);
	strcpy(row->comm, "kamailio");
	row->netns = 4026531840u;
	row->in_flight = 2;
	row->retransmits = 3;
	fill_plan(&st->plan);
	st->ledger.count[LEDGER_UNREAD] = 5;
	st->tap = (struct tap_view){2, "eth0", 4026531840u, "in", "tap_xdp", "native", NULL};
	st->src = (struct snapshot_src){.stats = st->stats,
					.ledger = &st->ledger,
					.plan = &st->plan,
					.tap = &st->tap,
					.tap_cnt = 1,
					.totals = {.messages = 9, .messages_per_s = 12.5},
					.host = "n1",
					.kernel = "6.18.44",
					.version = "0.1.0",
					.seq = 7,
					.now_ns = 1000 * SECOND,
					.start_ns = 900 * SECOND,
					.time = 1795561200,
					.window_ns = 60 * SECOND,
					.row_oldest = seven_ms,
					.ctx = &oldest_known};
	rc = add_requests(st->stats, row, 999 * SECOND, requests);
	if (!rc)
		stats__add_error(st->stats, row, 999 * SECOND);
	return rc;
}

/* The reply as a value; type must be as said. Owned by the caller. */
static json_t *ask(const struct state *st, const char *request, const char *type)
{
	json_t *reply;
	char *line;

	is_replying = true;
	line = snapshot__reply(&st->src, request, strlen(request));
	is_replying = false;
	if (!line) {
		CHECK_OK(-ENOMEM);
		return NULL;
	}
	CHECK(!strchr(line, '\n'));
	reply = json_loads(line, 0, NULL);
	give_memory(line);
	/* jansson does not tell a request it could not hold from a bad one. */
	if (test__injected())
		return reply;
	if (CHECK(reply))
		CHECK_STR(json_string_value(json_object_get(reply, "type")), type);
	return reply;
}

/* Follows "a.b.0.c"; borrowed. */
static json_t *at(json_t *v, const char *path)
{
	char copy[128], *rest = copy, *name;

	strncpy(copy, path, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	while ((name = strsep(&rest, "."))) {
		if (json_is_array(v))
			v = json_array_get(v, (size_t)atoi(name));
		else
			v = json_object_get(v, name);
	}
	return v;
}

/* Every field that README.md promises, with its value as compact JSON. */
static void builds_what_is_documented(void)
{
	static const struct {
		const char *path;
		const char *want;
	} rows[] = {
		{"protocol", "1"},
		{"seq", "7"},
		{"mono_ns", "1000000000000"},
		{"time", "\"2026-11-24T23:00:00Z\""},
		{"host", "\"n1\""},
		{"kernel", "\"6.18.44\""},
		{"uptime_ns", "100000000000"},
		{"window_ns", "60000000000"},
		{"totals.messages", "9"},
		{"totals.messages_per_s", "12.5"},
		{"totals.transactions", "0"},
		{"totals.joined", "0"},
		{"totals.unjoined", "0"},
		{"totals.in_flight", "0"},
		{"totals.oldest_ns", "null"},
		{"totals.timeouts", "0"},
		{"totals.errors", "0"},
		{"totals.lost", "5"},
		{"rows.0.service", "\"sip 10.77.0.2:5060\""},
		{"rows.0.side", "\"server\""},
		{"rows.0.method", "\"INVITE\""},
		{"rows.0.comm", "\"kamailio\""},
		{"rows.0.netns", "4026531840"},
		{"rows.0.cgroup", "0"},
		{"rows.0.n", "400"},
		{"rows.0.n_total", "400"},
		{"rows.0.p50.ns", "1000000"},
		{"rows.0.p99.ns", "1000000"},
		{"rows.0.p99.lo_ns", "1000000"},
		{"rows.0.p999", "null"},
		{"rows.0.min_ns", "1000000"},
		{"rows.0.max_ns", "1000000"},
		{"rows.0.mean_ns", "1000000"},
		{"rows.0.errors", "1"},
		{"rows.0.errors_window", "1"},
		{"rows.0.timeouts", "0"},
		{"rows.0.retransmits", "3"},
		{"rows.0.in_flight", "2"},
		{"rows.0.oldest_ns", "7000000"},
		{"rows.0.stages.0.name", "\"sockq\""},
		{"rows.0.stages.0.sum_ns", "240000000"},
		{"rows.0.stages.0.n", "400"},
		{"rows.0.stages.1.name", "\"app\""},
		{"rows.0.stages.1.letter", "\"a\""},
		{"rows.0.stages.1.max_ns", "400000"},
		{"rows.0.tail.q", "0.99"},
		{"rows.0.tail.n", "400"},
		{"rows.0.tail.total_ns", "400000000"},
		{"rows.0.tail.stages.1.name", "\"app\""},
		{"rows.0.tail.stages.1.sum_ns", "160000000"},
		{"ledger.5.name", "\"unread\""},
		{"ledger.5.count", "5"},
		{"ledger.5.kind", "\"loss\""},
		{"plan.0.instant", "\"t_nic\""},
		{"plan.0.candidate", "\"tap_xdp\""},
		{"plan.0.mechanism", "\"xdp\""},
		{"plan.0.state", "\"active\""},
		{"plan.0.why", "\"earliest\""},
		{"plan.0.skipped.0.candidate", "\"tap_hw\""},
		{"plan.0.skipped.0.reason", "\"no stamp\""},
		{"plan.1.state", "\"merged\""},
		{"plan.1.candidate", "\"\""},
		{"plan.1.merged_as", "\"driver+stack\""},
		{"taps.0.ifindex", "2"},
		{"taps.0.ifname", "\"eth0\""},
		{"taps.0.netns", "4026531840"},
		{"taps.0.direction", "\"in\""},
		{"taps.0.candidate", "\"tap_xdp\""},
		{"taps.0.state", "\"native\""},
		{"taps.0.reason", "\"\""},
	};
	json_t *reply = NULL;
	struct state st;

	oldest_known = true;
	if (CHECK_OK(fill(&st, 400)))
		reply = ask(&st, "{\"cmd\":\"snapshot\"}", "snapshot");
	for (size_t i = 0; reply && i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *got = json_dumps(at(reply, rows[i].path),
				       JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));

		CHECK_CASE("%s", rows[i].path);
		CHECK_STR(got, rows[i].want);
		give_memory(got);
	}
	CHECK_CASE("%s", "cells");
	CHECK(!at(reply, "rows.0.cells"));
	json_decref(reply);
	stats__free(st.stats);
}

static void says_null_for_too_few_samples(void)
{
	struct state st;
	json_t *reply;

	oldest_known = false;
	if (CHECK_OK(fill(&st, 0))) {
		reply = ask(&st, "{\"cmd\":\"snapshot\",\"view\":\"top\"}", "snapshot");
		CHECK(json_is_null(at(reply, "rows.0.p50")));
		CHECK(json_is_null(at(reply, "rows.0.min_ns")));
		CHECK(json_is_null(at(reply, "rows.0.mean_ns")));
		CHECK(json_is_null(at(reply, "rows.0.oldest_ns")));
		CHECK(json_is_null(at(reply, "rows.0.tail")));
		json_decref(reply);
	}
	stats__free(st.stats);
}

static void adds_cells_for_exports(void)
{
	json_t *reply = NULL;
	struct state st;
	size_t idx;
	json_t *cell;
	int64_t n = 0;

	if (CHECK_OK(fill(&st, 10)))
		reply = ask(&st, "{\"cmd\":\"snapshot\",\"view\":\"stages\"}", "snapshot");
	json_array_foreach (at(reply, "rows.0.cells"), idx, cell) {
		n += json_integer_value(at(cell, "n"));
		CHECK(json_integer_value(at(cell, "upper_ns")) >= (int64_t)MS);
		CHECK_INT(json_integer_value(at(cell, "total_ns")), 10 * MS);
		CHECK_INT(json_integer_value(at(cell, "stages.app")), 4 * MS);
		CHECK_INT(json_integer_value(at(cell, "stages.sockq")), 6 * MS);
	}
	if (reply)
		CHECK_INT(n, 10);
	json_decref(reply);
	stats__free(st.stats);
}

static void answers_hello_and_plan(void)
{
	struct state st;
	json_t *reply;

	if (!CHECK_OK(fill(&st, 0))) {
		stats__free(st.stats);
		return;
	}
	reply = ask(&st, "{\"cmd\":\"hello\"}", "hello");
	CHECK_STR(json_string_value(at(reply, "version")), "0.1.0");
	CHECK_INT(json_integer_value(at(reply, "protocol")), 1);
	CHECK_INT(json_integer_value(at(reply, "pid")), getpid());
	CHECK_INT(json_integer_value(at(reply, "uptime_ns")), 100 * SECOND);
	json_decref(reply);
	reply = ask(&st, "{\"cmd\":\"plan\"}", "plan");
	CHECK_STR(json_string_value(at(reply, "kernel")), "6.18.44");
	CHECK_INT((int64_t)json_array_size(at(reply, "plan")), 2);
	json_decref(reply);
	stats__free(st.stats);
}

static bool wanted_stats;

static void fake_programs(void *ctx, bool wants_stats, struct programs_view *ret)
{
	(void)ctx;
	wanted_stats = wants_stats;
	ret->stats_on = wants_stats;
	ret->stats_why = wants_stats ? "" : "nobody asked";
	ret->program_cnt = 1;
	ret->program[0] = (struct program_view){.name = "sock_cg",
						.instant = "t_sock",
						.mechanism = "cgroup_skb",
						.state = "attached",
						.runs = 10,
						.run_ns = 990,
						.misses = 1};
	ret->ring_size = 4096;
	ret->is_level_known = wants_stats;
	ret->ring_used = 24;
	ret->ring_peak = 1024;
	ret->ring_lost = 2;
	ret->map_cnt = 7;
	ret->rss = 65536;
	ret->cpu_ns = SECOND;
}

static void answers_what_runs_in_the_kernel(void)
{
	static const struct {
		const char *request, *type, *path, *want;
	} rows[] = {
		{"{\"cmd\":\"probes\",\"stats\":true}", "probes", "mono_ns", "1000000000000"},
		{"{\"cmd\":\"probes\",\"stats\":true}", "probes", "stats",
		 "{\"on\":true,\"why\":\"\"}"},
		{"{\"cmd\":\"probes\",\"stats\":true}", "probes", "programs",
		 "[{\"name\":\"sock_cg\",\"instant\":\"t_sock\",\"mechanism\":\"cgroup_skb\","
		 "\"state\":\"attached\","
		 "\"runs\":10,\"run_ns\":990,\"misses\":1}]"},
		{"{\"cmd\":\"probes\",\"stats\":true}", "probes", "ring",
		 "{\"size\":4096,\"used\":24,\"peak\":1024,\"lost\":2}"},
		{"{\"cmd\":\"probes\",\"stats\":true}", "probes", "maps",
		 "{\"count\":7,\"bytes\":null}"},
		{"{\"cmd\":\"probes\",\"stats\":true}", "probes", "daemon",
		 "{\"rss\":65536,\"cpu_ns\":1000000000}"},
		{"{\"cmd\":\"probes\"}", "probes", "stats",
		 "{\"on\":false,\"why\":\"nobody asked\"}"},
		{"{\"cmd\":\"probes\"}", "probes", "programs.0.run_ns", "null"},
		{"{\"cmd\":\"probes\"}", "probes", "ring.peak", "null"},
		{"{\"cmd\":\"probes\",\"stats\":7}", "probes", "stats.on", "false"},
		{"{\"cmd\":\"fastpath\"}", "fastpath", "mode", "\"none\""},
		{"{\"cmd\":\"fastpath\"}", "fastpath", "verdicts", "[]"},
		{"{\"cmd\":\"fastpath\"}", "fastpath", "hooks", "[]"},
	};
	struct state st;

	if (!CHECK_OK(fill(&st, 0))) {
		stats__free(st.stats);
		return;
	}
	st.src.programs = fake_programs;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *reply = ask(&st, rows[i].request, rows[i].type);
		char *got = NULL;

		CHECK_CASE("%s %s", rows[i].request, rows[i].path);
		if (reply && !test__injected())
			got = json_dumps(at(reply, rows[i].path), JSON_ENCODE_ANY | JSON_COMPACT);
		if (got)
			CHECK_STR(got, rows[i].want);
		give_memory(got);
		json_decref(reply);
	}
	stats__free(st.stats);
}

static void says_that_no_programs_are_known(void)
{
	struct state st;

	if (CHECK_OK(fill(&st, 0)))
		json_decref(ask(&st, "{\"cmd\":\"probes\"}", "error"));
	stats__free(st.stats);
}

static void check_banner(struct state *st, const char *want)
{
	json_t *reply = ask(st, "{\"cmd\":\"snapshot\"}", "snapshot");

	if (reply && !test__injected())
		CHECK_STR(json_string_value(at(reply, "banner")), want);
	json_decref(reply);
}

static void tells_that_there_are_only_totals(void)
{
	struct state st;

	if (CHECK_OK(fill(&st, 0))) {
		check_banner(&st, "");
		st.plan.taps_only = true;
		strcpy(st.plan.taps_why, "no t_sock: refused");
		check_banner(&st, "TAPS ONLY: no t_sock: refused; totals only, no stages");
	}
	stats__free(st.stats);
}

static void tells_of_new_plans(void)
{
	struct state st;
	json_t *reply;

	if (CHECK_OK(fill(&st, 0))) {
		reply = ask(&st, "{\"cmd\":\"snapshot\"}", "snapshot");
		CHECK_INT(json_integer_value(at(reply, "replan.count")), 0);
		CHECK(json_is_null(at(reply, "replan.mono_ns")));
		CHECK(json_is_null(at(reply, "replan.time")));
		CHECK(json_is_null(at(reply, "replan.reason")));
		CHECK(json_is_null(at(reply, "replan.due")));
		json_decref(reply);
		st.src.replan = (struct snapshot_replan){.cnt = 2,
							 .mono_ns = 990 * SECOND,
							 .time = 1795561190,
							 .reason = "SIGHUP",
							 .due_reason = "lost\x1b"};
		reply = ask(&st, "{\"cmd\":\"plan\"}", "plan");
		CHECK_INT(json_integer_value(at(reply, "replan.count")), 2);
		CHECK_INT(json_integer_value(at(reply, "replan.mono_ns")), 990 * SECOND);
		CHECK_STR(json_string_value(at(reply, "replan.time")), "2026-11-24T22:59:50Z");
		CHECK_STR(json_string_value(at(reply, "replan.reason")), "SIGHUP");
		CHECK(json_is_string(at(reply, "replan.due")));
		json_decref(reply);
	}
	stats__free(st.stats);
}

static void answers_health(void)
{
	struct state st;
	json_t *reply;

	if (CHECK_OK(fill(&st, 0))) {
		st.src.observes = "stages";
		st.src.tick_ns = st.src.now_ns - 7;
		reply = ask(&st, "{\"cmd\":\"health\"}", "health");
		CHECK_INT(json_integer_value(at(reply, "tick_age_ns")), 7);
		CHECK_STR(json_string_value(at(reply, "observes")), "stages");
		CHECK_INT(json_integer_value(at(reply, "instants")), 2);
		CHECK_INT(json_integer_value(at(reply, "measured")), 1);
		json_decref(reply);
		st.src.tick_ns = st.src.now_ns + 7; /* the loop ran meanwhile */
		reply = ask(&st, "{\"cmd\":\"health\"}", "health");
		CHECK_INT(json_integer_value(at(reply, "tick_age_ns")), 0);
		json_decref(reply);
	}
	stats__free(st.stats);
}

static void explains_bad_requests(void)
{
	static const struct {
		const char *request;
		const char *error;
		const char *hint;
	} rows[] = {
		{"", "not a JSON object", "one JSON object per line"},
		{"{\"cmd\":", "not a JSON object", "one JSON object per line"},
		{"hello\xff\x01", "not a JSON object", "one JSON object per line"},
		{"{\"cmd\":\"hello\"} x", "not a JSON object", "one JSON object per line"},
		{"[]", "no \"cmd\"", "commands: hello"},
		{"{}", "no \"cmd\"", "commands: hello"},
		{"{\"cmd\":5}", "no \"cmd\"", "commands: hello"},
		{"{\"cmd\":\"reboot\"}", "unknown command 'reboot'", "commands: hello"},
		{"{\"cmd\":\"snapshot\",\"view\":\"x\"}", "unknown view", "views: top"},
		{"{\"cmd\":\"snapshot\",\"view\":1}", "unknown view", "views: top"},
	};
	struct state st;

	if (CHECK_OK(fill(&st, 0))) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			json_t *reply;
			const char *error, *hint;

			CHECK_CASE("%s", rows[i].request);
			reply = ask(&st, rows[i].request, "error");
			error = json_string_value(at(reply, "error"));
			hint = json_string_value(at(reply, "hint"));
			CHECK(error && strstr(error, rows[i].error));
			CHECK(hint && strstr(hint, rows[i].hint));
			json_decref(reply);
		}
	}
	stats__free(st.stats);
}

/* comm fills its array without a terminator; method is full of rubbish. */
static void reads_fixed_arrays_to_their_end_only(void)
{
	struct stats_row *row;
	struct stats_key key = {.service = "x", .side = 'c'};
	struct state st;
	json_t *reply;

	if (CHECK_OK(fill(&st, 0))) {
		memset(key.method, 0xfe, sizeof(key.method) - 1);
		row = stats__row(st.stats, &key);
		memset(row->comm, 'c', sizeof(row->comm));
		reply = ask(&st, "{\"cmd\":\"snapshot\"}", "snapshot");
		CHECK_STR(json_string_value(at(reply, "rows.1.comm")), "cccccccccccccccc");
		CHECK_STR(json_string_value(at(reply, "rows.1.method")), "???????????????????????");
		CHECK_STR(json_string_value(at(reply, "rows.1.side")), "client");
		json_decref(reply);
	}
	stats__free(st.stats);
}

static void runs_out_of_memory_cleanly(void)
{
	struct state st;

	if (CHECK_OK(fill(&st, 1)))
		json_decref(ask(&st, "{\"cmd\":\"snapshot\",\"view\":\"stages\"}", "snapshot"));
	stats__free(st.stats);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"builds_what_is_documented", builds_what_is_documented, TEST_PLAIN},
		{"says_null_for_too_few_samples", says_null_for_too_few_samples, TEST_PLAIN},
		{"adds_cells_for_exports", adds_cells_for_exports, TEST_PLAIN},
		{"answers_hello_and_plan", answers_hello_and_plan, TEST_PLAIN},
		{"answers_what_runs_in_the_kernel", answers_what_runs_in_the_kernel, TEST_WALK},
		{"says_that_no_programs_are_known", says_that_no_programs_are_known, TEST_PLAIN},
		{"tells_that_there_are_only_totals", tells_that_there_are_only_totals, TEST_PLAIN},
		{"tells_of_new_plans", tells_of_new_plans, TEST_PLAIN},
		{"answers_health", answers_health, TEST_PLAIN},
		{"explains_bad_requests", explains_bad_requests, TEST_PLAIN},
		{"reads_fixed_arrays_to_their_end_only", reads_fixed_arrays_to_their_end_only,
		 TEST_PLAIN},
		{"runs_out_of_memory_cleanly", runs_out_of_memory_cleanly, TEST_WALK},
		{},
	};

	json_set_alloc_funcs(take_memory, give_memory);
	return test__run(tests, argc, argv);
}

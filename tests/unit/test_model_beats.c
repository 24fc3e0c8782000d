/* SPDX-License-Identifier: BSD-2-Clause */
/* model_beats: peers as structs, and how risky each is. */
#include "model_beats.h"

#include <errno.h>
#include <stdio.h>

#include "test.h"

static void rates_the_risk(void)
{
	/* By a clock of 1000 ns; NULL as "null". */
	static const struct {
		const char *fields;
		enum model_risk want;
		uint64_t age_ns;
	} rows[] = {
		{"\"seen_ns\":990,\"beats\":100,\"interval_ns\":30,\"jitter_ns\":1", MODEL_RISK_LOW,
		 10},
		{"\"seen_ns\":990,\"beats\":3,\"interval_ns\":null", MODEL_RISK_UNKNOWN, 10},
		{"\"seen_ns\":990,\"beats\":3,\"interval_ns\":0", MODEL_RISK_UNKNOWN, 10},
		{"\"seen_ns\":990,\"beats\":3,\"changes\":1", MODEL_RISK_HIGH, 10},
		{"\"seen_ns\":990,\"beats\":95,\"misses\":5,\"interval_ns\":30", MODEL_RISK_HIGH,
		 10},
		{"\"seen_ns\":990,\"beats\":38,\"misses\":1,\"interval_ns\":30", MODEL_RISK_MEDIUM,
		 10},
		{"\"seen_ns\":990,\"beats\":19,\"misses\":1,\"interval_ns\":30", MODEL_RISK_HIGH,
		 10},
		{"\"seen_ns\":990,\"beats\":196,\"misses\":4,\"interval_ns\":30", MODEL_RISK_MEDIUM,
		 10},
		{"\"seen_ns\":990,\"beats\":0,\"misses\":1", MODEL_RISK_HIGH, 10},
		{"\"seen_ns\":990,\"beats\":9,\"interval_ns\":30,\"jitter_ns\":8",
		 MODEL_RISK_MEDIUM, 10},
		{"\"seen_ns\":900,\"beats\":9,\"interval_ns\":30,\"jitter_ns\":1", MODEL_RISK_HIGH,
		 100},
		{"\"seen_ns\":940,\"beats\":9,\"interval_ns\":30,\"jitter_ns\":1", MODEL_RISK_LOW,
		 60},
		{"\"seen_ns\":2000,\"beats\":9,\"interval_ns\":30", MODEL_RISK_LOW, 0},
		{"\"seen_ns\":null,\"beats\":9,\"interval_ns\":30", MODEL_RISK_LOW, MODEL_NONE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[256], err[MODEL_ERROR_LEN];
		struct model_beats *m = NULL;

		CHECK_CASE("%s", rows[i].fields);
		snprintf(line, sizeof(line),
			 "{\"type\":\"beats\",\"mono_ns\":1000,\"peers\":[{%s}]}", rows[i].fields);
		if (CHECK_OK(model_beats__parse(line, &m, err)) && CHECK_UINT(m->cnt, 1)) {
			CHECK_INT(m->peer[0].risk, rows[i].want);
			CHECK_UINT(m->peer[0].age_ns, rows[i].age_ns);
		}
		model_beats__free(m);
	}
}

static void orders_by_risk_then_by_what_makes_it(void)
{
	static const struct model_beat rising[] = {
		{.risk = MODEL_RISK_UNKNOWN, .beats = 9},
		{.risk = MODEL_RISK_LOW},
		{.risk = MODEL_RISK_MEDIUM, .misses = 1},
		{.risk = MODEL_RISK_MEDIUM, .misses = 1000000},
		{.risk = MODEL_RISK_HIGH, .misses = 1},
		{.risk = MODEL_RISK_HIGH, .changes = 1},
		{.risk = MODEL_RISK_HIGH, .changes = 2},
	};

	CHECK(model_beats__risk_order(&rising[0]) < 0);
	for (size_t i = 1; i < sizeof(rising) / sizeof(rising[0]); i++) {
		CHECK_CASE("%zu", i);
		CHECK(model_beats__risk_order(&rising[i]) >
		      model_beats__risk_order(&rising[i - 1]));
	}
}

static void cleans_and_bounds(void)
{
	static const char line[] = "{\"type\":\"beats\",\"peers\":[{\"id\":2,\"service\":\"[2001:"
				   "db8::1]:5061\",\"addr\":\"a\\u001b]0;x\\u0007\","
				   "\"old_addr\":null,\"changes\":0,\"beats\":3,\"echoes\":1,"
				   "\"echo_mean_ns\":7},5,null]}";
	struct model_beats *m = NULL;
	char err[MODEL_ERROR_LEN];

	if (CHECK_OK(model_beats__parse(line, &m, err)) && CHECK_UINT(m->cnt, 3)) {
		CHECK_STR(m->peer[0].addr, "a?]0;x?");
		CHECK_STR(m->peer[0].old_addr, "");
		CHECK_UINT(m->peer[0].age_ns, MODEL_NONE); /* the daemon did not tell the time */
		CHECK_UINT(m->peer[0].echo_mean_ns, 7);
		CHECK_UINT(m->peer[0].echo_min_ns, MODEL_NONE);
		CHECK_STR(model_beats__risk_name(m->peer[1].risk), "--");
	}
	model_beats__free(m);
	m = NULL;
	CHECK_INT(
		model_beats__parse("{\"type\":\"error\",\"error\":\"no heartbeats are kept here\"}",
				   &m, err),
		-EREMOTEIO);
	CHECK_INT(model_beats__parse("[]", &m, err), -EBADMSG);
	CHECK(!m);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"rates_the_risk", rates_the_risk, TEST_PLAIN},
		{"orders_by_risk_then_by_what_makes_it", orders_by_risk_then_by_what_makes_it,
		 TEST_PLAIN},
		{"cleans_and_bounds", cleans_and_bounds, TEST_PLAIN},
		{"rates_the_risk_with_little_memory", rates_the_risk, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* model_fastpath: the reply as one table, and what is counted a second. */
#include "model_fastpath.h"

#include <errno.h>
#include <string.h>

#include "test.h"

#define SEC 1000000000ull

static const char full[] =
	"{\"type\":\"fastpath\",\"mode\":\"enforce\",\"why\":\"w\",\"hooks\":[{\"ifname\":\"eth0\","
	"\"mechanism\":\"xdp\","
	"\"state\":\"native\",\"reason\":\"r\\u001b\"}],\"services\":[{\"address\":\"10.0.0.1:"
	"3478\",\"kind\":\"stun\","
	"\"mode\":\"enforce\",\"lease_ns\":5}],\"verdicts\":[{\"name\":\"answered\",\"kind\":"
	"\"tx\",\"count\":100,\"help\":\"h\"}],"
	"\"rules\":[{\"name\":\"answered\",\"hits\":7,\"p50_ns\":210,\"p99_ns\":null}]}";
static const char later[] =
	"{\"type\":\"fastpath\",\"mode\":\"enforce\",\"verdicts\":[{\"name\":\"answered\",\"kind\":"
	"\"tx\",\"count\":150},"
	"{\"name\":\"new\",\"count\":9}],\"rules\":[{\"name\":\"answered\",\"hits\":3}]}";

static void makes_one_table(void)
{
	static const struct {
		const char *kind, *name, *state, *text;
		uint64_t count, p50_ns, lease_ns;
	} rows[] = {
		{"service", "stun 10.0.0.1:3478", "enforce", "", MODEL_NONE, MODEL_NONE, 5},
		{"verdict", "answered", "tx", "h", 100, MODEL_NONE, MODEL_NONE},
		{"rule", "answered", "", "", 7, 210, MODEL_NONE},
		{"hook", "xdp eth0", "native", "r?", MODEL_NONE, MODEL_NONE, MODEL_NONE},
	};
	struct model_fastpath *m = NULL;
	char err[MODEL_ERROR_LEN];

	if (!CHECK_OK(model_fastpath__parse(full, &m, err)))
		return;
	CHECK(!model_fastpath__is_none(m));
	CHECK_STR(m->why, "w");
	for (size_t i = 0; CHECK_UINT(m->cnt, 4) && i < m->cnt; i++) {
		CHECK_CASE("%zu", i);
		CHECK_STR(m->row[i].kind, rows[i].kind);
		CHECK_STR(m->row[i].name, rows[i].name);
		CHECK_STR(m->row[i].state, rows[i].state);
		CHECK_STR(m->row[i].text, rows[i].text);
		CHECK_UINT(m->row[i].count, rows[i].count);
		CHECK_UINT(m->row[i].p50_ns, rows[i].p50_ns);
		CHECK_UINT(m->row[i].p99_ns, MODEL_NONE);
		CHECK_UINT(m->row[i].lease_ns, rows[i].lease_ns);
		CHECK(m->row[i].per_s < 0);
		CHECK_UINT(m->row[i].order, i + 1);
	}
	model_fastpath__free(m);
}

static void works_out_rates(void)
{
	struct model_fastpath *was = NULL, *m = NULL;
	char err[MODEL_ERROR_LEN];

	if (CHECK_OK(model_fastpath__parse(full, &was, err)) &&
	    CHECK_OK(model_fastpath__parse(later, &m, err))) {
		model_fastpath__compare(m, NULL);
		model_fastpath__compare(m, was); /* at the same time: no rate */
		CHECK(m->row[0].per_s < 0);
		was->received_ns = 3 * SEC;
		m->received_ns = 5 * SEC;
		model_fastpath__compare(m, was);
		CHECK_NEAR(m->row[0].per_s, 25, 1e-9);
		CHECK(m->row[1].per_s < 0); /* was not there */
		CHECK(m->row[2].per_s < 0); /* began anew */
	}
	model_fastpath__free(was);
	model_fastpath__free(m);
}

static void takes_what_comes(void)
{
	static const struct {
		const char *line;
		int want;
		bool is_none;
	} rows[] = {
		{"{\"type\":\"fastpath\",\"mode\":\"none\",\"why\":\"no\",\"services\":[],"
		 "\"verdicts\":[],\"rules\":[],\"hooks\":[]}",
		 0, true},
		{"{\"type\":\"fastpath\",\"mode\":7,\"services\":{},\"verdicts\":[1,null,{}],"
		 "\"rules\":\"x\"}",
		 0, false},
		{"{\"type\":\"probes\"}", -EBADMSG, false},
		{"x", -EBADMSG, false},
		{"{\"type\":\"error\",\"error\":\"unknown command\"}", -EREMOTEIO, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct model_fastpath *m = NULL;
		char err[MODEL_ERROR_LEN];
		int rc = model_fastpath__parse(rows[i].line, &m, err);

		CHECK_CASE("%s", rows[i].line);
		CHECK_INT(rc, rows[i].want);
		if (m)
			CHECK_INT(model_fastpath__is_none(m), rows[i].is_none);
		model_fastpath__free(m);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"makes_one_table", makes_one_table, TEST_WALK},
		{"works_out_rates", works_out_rates, TEST_WALK},
		{"takes_what_comes", takes_what_comes, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

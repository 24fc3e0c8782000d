/* SPDX-License-Identifier: BSD-2-Clause */
/* model_stages: one row by stages as a struct. */
#include "model_stages.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_reply.h"

static struct model_stages *read_fixture(const char *name)
{
	static char text[FIXTURE_REPLY_LEN];
	char err[MODEL_ERROR_LEN];
	struct model_stages *m = NULL;

	if (!fixture_reply__read(name, text) || !CHECK_OK(model_stages__parse(text, &m, err)))
		return NULL;
	return m;
}

static void parses_a_row(void)
{
	struct model_stages *m = read_fixture("stages.json");
	struct breakdown bar;

	if (!m)
		return;
	CHECK(m->is_known);
	CHECK_STR(m->service, "sip 10.77.0.2:5060");
	CHECK_UINT(m->n, 4872);
	CHECK_UINT(m->p99.lo_ns, 8557692);
	CHECK_UINT(m->line_cnt, 8);
	CHECK_STR(m->line[3].name, "runq");
	CHECK_UINT(m->line[3].n, 4869);
	CHECK_UINT(m->line[3].all_ns, 58464000);
	CHECK(m->band[STAGES_P50].is_known && m->band[STAGES_P99].is_known);
	model_stages__bar(m, STAGES_P99, &bar);
	CHECK_UINT(bar.all_ns, m->band[STAGES_P99].total_ns);
	CHECK_UINT(bar.all_n, 44);
	CHECK(bar.part[3].all_ns * 2 > bar.all_ns);
	model_stages__bar(m, STAGES_BAND_CNT, &bar);
	CHECK_UINT(bar.all_ns, m->all_ns);
	CHECK_UINT(m->cause_cnt, 4);
	CHECK_STR(m->cause[0].who, "hog:1234");
	CHECK_INT(m->cause[0].letter, 'r');
	CHECK_UINT(m->exemplar_cnt, 4);
	CHECK_UINT(m->exemplar[0].session, 7);
	CHECK_STR(m->exemplar[0].largest, "runq");
	CHECK_UINT(m->exemplar[2].session, MODEL_NONE);
	CHECK_UINT(m->exemplar[2].code, MODEL_NONE);
	CHECK(m->exemplar[2].is_error);
	CHECK_UINT(m->left_out, 0);
	model_stages__free(m);
}

static void a_hostile_row_is_clean(void)
{
	struct model_stages *m = read_fixture("hostile_stages.json");

	if (!m)
		return;
	CHECK(!strpbrk(m->service, "\033\a"));
	CHECK(!strpbrk(m->line[0].name, "\033\a"));
	CHECK_INT(m->line[0].letter, '?');
	CHECK_UINT(m->line[0].p50_ns, MODEL_NONE);
	CHECK_UINT(m->line[0].max_ns, MODEL_NONE);
	for (unsigned int i = 0; i < m->line_cnt; i++) {
		for (unsigned int k = 0; k < i; k++)
			CHECK(m->line[i].letter != m->line[k].letter);
	}
	CHECK_UINT(m->window_ns, MODEL_NONE);
	CHECK(m->band[STAGES_P50].is_known);
	CHECK(!m->band[STAGES_P999].is_known);
	CHECK_UINT(m->cause_cnt, 3);
	CHECK(!strpbrk(m->cause[0].text, "\033\a"));
	CHECK_UINT(m->exemplar[0].total_ns, MODEL_NONE);
	CHECK_UINT(m->exemplar[0].session, MODEL_NONE);
	CHECK(!m->exemplar[0].is_error);
	model_stages__free(m);
}

static void takes_what_is_missing_or_of_another_type(void)
{
	static const char *const lines[] = {
		"{\"type\":\"stages\"}",
		"{\"type\":\"stages\",\"row\":null,\"stages\":null,\"why\":null,\"exemplars\":"
		"null}",
		"{\"type\":\"stages\",\"row\":[],\"stages\":{},\"why\":7,\"exemplars\":\"x\"}",
		"{\"type\":\"stages\",\"row\":{\"stages\":7,\"bands\":{}},\"why\":{\"causes\":{}}}",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char err[MODEL_ERROR_LEN];
		struct model_stages *m = NULL;

		CHECK_CASE("%s", lines[i]);
		if (!CHECK_OK(model_stages__parse(lines[i], &m, err)))
			continue;
		CHECK_UINT(m->line_cnt + m->cause_cnt + m->exemplar_cnt, 0);
		CHECK_UINT(m->p99.ns, MODEL_NONE);
		model_stages__free(m);
	}
}

static void refuses_another_reply(void)
{
	static const struct {
		const char *line;
		int want;
	} rows[] = {
		{"", -EBADMSG},
		{"[]", -EBADMSG},
		{"{\"type\":\"heat\"}", -EBADMSG},
		{"{\"type\":\"error\",\"error\":\"no\"}", -EREMOTEIO},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char err[MODEL_ERROR_LEN];
		struct model_stages *m = NULL;

		CHECK_CASE("%s", rows[i].line);
		CHECK_INT(model_stages__parse(rows[i].line, &m, err), rows[i].want);
		CHECK(!m && err[0]);
	}
}

static void lists_are_bounded(void)
{
	enum { MANY = 500, EACH = 96 };
	char *text = malloc(4096 + 3 * MANY * EACH), err[MODEL_ERROR_LEN];
	struct model_stages *m = NULL;
	size_t len;

	if (!CHECK_OK(text ? 0 : -ENOMEM))
		return;
	len = (size_t)sprintf(text, "{\"type\":\"stages\",\"row\":{},\"stages\":[");
	for (unsigned int i = 0; i < MANY; i++)
		len += (size_t)sprintf(text + len, "%s{\"name\":\"s%u\",\"letter\":\"s\"}",
				       i ? "," : "", i);
	len += (size_t)sprintf(text + len, "],\"why\":{\"causes\":[");
	for (unsigned int i = 0; i < MANY; i++)
		len += (size_t)sprintf(text + len, "%s{\"ns\":%u}", i ? "," : "", i);
	len += (size_t)sprintf(text + len, "]},\"exemplars\":[");
	for (unsigned int i = 0; i < MANY; i++)
		len += (size_t)sprintf(text + len, "%s{\"total_ns\":%u}", i ? "," : "", i);
	strcpy(text + len, "]}");
	if (CHECK_OK(model_stages__parse(text, &m, err))) {
		CHECK_UINT(m->line_cnt, STAGES_MAX);
		CHECK_UINT(m->cause_cnt, STAGES_CAUSES_MAX);
		CHECK_UINT(m->exemplar_cnt, STAGES_EXEMPLARS_MAX);
		CHECK_UINT(m->left_out,
			   3 * MANY - STAGES_MAX - STAGES_CAUSES_MAX - STAGES_EXEMPLARS_MAX);
		model_stages__free(m);
	}
	free(text);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"parses_a_row", parses_a_row, TEST_WALK},
		{"a_hostile_row_is_clean", a_hostile_row_is_clean, TEST_WALK},
		{"takes_what_is_missing_or_of_another_type",
		 takes_what_is_missing_or_of_another_type, TEST_WALK},
		{"refuses_another_reply", refuses_another_reply, TEST_PLAIN},
		{"lists_are_bounded", lists_are_bounded, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

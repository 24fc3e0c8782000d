/* SPDX-License-Identifier: BSD-2-Clause */
/* model_heat: latency over time as a struct. */
#include "model_heat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_reply.h"

static struct model_heat *read_fixture(const char *name)
{
	static char text[FIXTURE_REPLY_LEN];
	char err[MODEL_ERROR_LEN];
	struct model_heat *m = NULL;

	if (!fixture_reply__read(name, text) || !CHECK_OK(model_heat__parse(text, &m, err)))
		return NULL;
	return m;
}

static void parses_slots_and_cells(void)
{
	struct model_heat *m = read_fixture("heat.json");
	uint64_t n = 0, slots_n = 0;

	if (!m)
		return;
	CHECK_UINT(m->slot_ns, 5000000000);
	CHECK_UINT(m->slot_cnt, 36);
	CHECK_UINT(m->stage_cnt, 3);
	CHECK_UINT(m->left_out, 0);
	for (unsigned int s = 0; s < m->slot_cnt; s++) {
		slots_n += m->slot[s].n;
		for (unsigned int b = 0; b < HEAT_BUCKETS_MAX; b++) {
			const struct heat_cell *cell = model_heat__cell(m, s, b);

			n += cell ? cell->n : 0;
		}
	}
	CHECK_UINT(n, slots_n);
	CHECK_INT(model_heat__slot_ns(m, m->first_slot + 36), 95000000000);
	CHECK_INT(model_heat__slot_ns(m, m->first_slot), 95000000000 - 36 * 5000000000);
	CHECK_UINT(model_heat__bucket(m, 0), 0);
	CHECK_UINT(model_heat__bucket(m, m->edge_ns[3]), 3);
	CHECK_UINT(model_heat__bucket(m, m->edge_ns[3] + 1), 4);
	CHECK_UINT(model_heat__bucket(m, UINT64_MAX - 1), m->edge_cnt);
	CHECK(!model_heat__cell(m, 36, 0));
	CHECK(!model_heat__cell(m, 0, HEAT_BUCKETS_MAX));
	model_heat__free(m);
}

static void a_hostile_reply_is_clean(void)
{
	struct model_heat *m = read_fixture("hostile_heat.json");

	if (!m)
		return;
	CHECK(m->slot_ns > 0);
	CHECK_UINT(m->edge_cnt, 3); /* 1000, 2000 and the largest */
	CHECK_UINT(m->slot_cnt, 4);
	CHECK_UINT(m->cell_cnt, 2);
	CHECK(!strpbrk(m->stage[0].name, "\033\a"));
	CHECK_INT(m->stage[0].letter, '?');
	CHECK_UINT(m->cell[0].session_cnt, 2); /* what is no id is no session */
	CHECK(model_heat__cell(m, 3, 3) == &m->cell[1]);
	CHECK(m->left_out > 0);
	model_heat__free(m);
}

static void takes_what_is_missing_or_of_another_type(void)
{
	static const char *const lines[] = {
		"{\"type\":\"heat\"}",
		"{\"type\":\"heat\",\"slots\":null,\"cells\":null,\"edges_ns\":null}",
		"{\"type\":\"heat\",\"slots\":{},\"cells\":7,\"edges_ns\":\"x\",\"slot_ns\":\"x\"}",
		"{\"type\":\"heat\",\"slots\":[],\"cells\":[{\"slot\":0,\"bucket\":0}]}",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char err[MODEL_ERROR_LEN];
		struct model_heat *m = NULL;

		CHECK_CASE("%s", lines[i]);
		if (!CHECK_OK(model_heat__parse(lines[i], &m, err)))
			continue;
		CHECK_UINT(m->slot_cnt + m->cell_cnt, 0);
		CHECK(m->slot_ns > 0);
		model_heat__free(m);
	}
}

static void refuses_another_reply(void)
{
	char err[MODEL_ERROR_LEN];
	struct model_heat *m = NULL;

	CHECK_INT(model_heat__parse("{\"type\":\"stages\"}", &m, err), -EBADMSG);
	CHECK_INT(model_heat__parse("{", &m, err), -EBADMSG);
	CHECK_INT(model_heat__parse("{\"type\":\"error\",\"error\":\"no\"}", &m, err), -EREMOTEIO);
	CHECK(!m);
}

/* More of everything than there is room for: the newest slots stay, with their cells. */
static void lists_are_bounded(void)
{
	enum { MANY = 300, EACH = 128 };
	char *text = malloc(4096 + 3 * MANY * EACH), err[MODEL_ERROR_LEN];
	struct model_heat *m = NULL;
	size_t len;

	if (!CHECK_OK(text ? 0 : -ENOMEM))
		return;
	len = (size_t)sprintf(
		text, "{\"type\":\"heat\",\"slot_ns\":1000,\"end_ns\":300000,\"edges_ns\":[");
	for (unsigned int i = 0; i < MANY; i++)
		len += (size_t)sprintf(text + len, "%s%u", i ? "," : "", i + 1);
	len += (size_t)sprintf(text + len, "],\"slots\":[");
	for (unsigned int i = 0; i < MANY; i++)
		len += (size_t)sprintf(text + len, "%s{\"n\":%u}", i ? "," : "", i);
	len += (size_t)sprintf(text + len, "],\"cells\":[");
	for (unsigned int i = 0; i < MANY; i++)
		len += (size_t)sprintf(
			text + len,
			"%s{\"slot\":%u,\"bucket\":1,\"n\":%u,\"stages\":[{\"name\":\"s%u\","
			"\"letter\":\"s\",\"sum_ns\":1}],\"sessions\":[1,2,3,4,5,6,7,8,9,10]}",
			i ? "," : "", i, i, i);
	strcpy(text + len, "]}");
	if (CHECK_OK(model_heat__parse(text, &m, err))) {
		CHECK_UINT(m->edge_cnt, HEAT_EDGES_MAX);
		CHECK_UINT(m->slot_cnt, HEAT_SLOTS_MAX);
		CHECK_UINT(m->stage_cnt, HEAT_STAGES_MAX);
		CHECK_UINT(m->slot[HEAT_SLOTS_MAX - 1].n, MANY - 1);
		CHECK_UINT(m->cell_cnt, HEAT_SLOTS_MAX);
		CHECK_UINT(m->cell[0].n, MANY - HEAT_SLOTS_MAX);
		CHECK_UINT(m->cell[0].session_cnt, HEAT_SESSIONS_MAX);
		CHECK_INT(model_heat__slot_ns(m, m->first_slot), 180000);
		model_heat__free(m);
	}
	free(text);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"parses_slots_and_cells", parses_slots_and_cells, TEST_PLAIN},
		{"a_hostile_reply_is_clean", a_hostile_reply_is_clean, TEST_WALK},
		{"takes_what_is_missing_or_of_another_type",
		 takes_what_is_missing_or_of_another_type, TEST_WALK},
		{"refuses_another_reply", refuses_another_reply, TEST_PLAIN},
		{"lists_are_bounded", lists_are_bounded, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* program_list: programs of a made-up plan, named after the real catalogue. */
#include "program_list.h"

#include "test.h"

static const struct plan plan = {
	.choice_cnt = 4,
	.choice = {{.instant = "t_wake", .candidate = "run_info_btf"},
		   {.instant = "t_run", .candidate = "run_info_btf"},
		   {.instant = "t_send", .candidate = "send_fe"},
		   {.instant = "t_sock"}},
};

static void names_instants_and_mechanisms(void)
{
	static const struct {
		const char *prog, *instant, *mechanism;
	} rows[] = {
		{"run_info_btf", "t_wake+t_run", "tp_btf"},
		{"send6_fe", "t_send", "fentry"}, /* one of two */
		{"sock_fe", "t_sock", "fentry"},  /* not chosen */
		{"send", "", ""},		  /* a part of a name is none */
		{"of_another_time", "", ""},
	};
	struct programs_view view = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct object_prog prog = {
			.name = rows[i].prog, .runs = i, .run_ns = 100 * i, .misses = 3};

		CHECK_CASE("%s", rows[i].prog);
		program_list__add(&view, &plan, &prog, i != 2);
		if (!CHECK_UINT(view.program_cnt, i + 1))
			return;
		CHECK_STR(view.program[i].instant, rows[i].instant);
		CHECK_STR(view.program[i].mechanism, rows[i].mechanism);
		CHECK_STR(view.program[i].state, i != 2 ? "attached" : "loaded");
		CHECK_UINT(view.program[i].run_ns, 100 * i);
		CHECK_UINT(view.program[i].misses, 3);
	}
}

static void holds_no_more_than_it_can(void)
{
	struct object_prog prog = {.name = "sock_fe"};
	struct programs_view view = {0};

	for (unsigned int i = 0; i < PROGRAMS_MAX + 3; i++)
		program_list__add(&view, &plan, &prog, true);
	CHECK_UINT(view.program_cnt, PROGRAMS_MAX);
}

static void is_empty_without_an_object(void)
{
	struct programs_view view = {0};
	struct probes p = {0};

	program_list__fill(&view, &p);
	CHECK_UINT(view.program_cnt, 0);
	CHECK_UINT(view.ring_size, 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"names_instants_and_mechanisms", names_instants_and_mechanisms, TEST_PLAIN},
		{"holds_no_more_than_it_can", holds_no_more_than_it_can, TEST_PLAIN},
		{"is_empty_without_an_object", is_empty_without_an_object, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

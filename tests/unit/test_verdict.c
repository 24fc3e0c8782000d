/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict by name and in words; which remedy belongs to it is test_remedy.c's. */
#include "fixture_host.h"
#include "test.h"
#include "verdict.h"

#include <stdio.h>

#define TEXT_LEN 1024

static void verdicts_in_words(void)
{
	static const struct {
		void (*make)(struct host_case *h);
		const char *error, *text;
	} rows[] = {
		{integrity, "", "full"},
		{no_fentry, "", "full, 1 of 4 instants by a lesser probe (see lost)"},
		{old_kernel, "", "stages merged: starts at t_stack"},
		{no_perfmon, "", "taps only: totals, no stages"},
		{no_caps, "", "cannot observe: Operation not permitted"},
		{no_caps, "it said no", "cannot observe: it said no"},
	};
	char text[TEXT_LEN];
	struct host_case h;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("row %zu", i);
		set_up(&h);
		rows[i].make(&h);
		verdict__describe(&h.d, rows[i].error, text, sizeof(text));
		CHECK_STR(text, rows[i].text);
	}
}

static void names_are_stable(void)
{
	CHECK_STR(verdict__name(VERDICT_FULL), "full");
	CHECK_STR(verdict__name(VERDICT_MERGED), "merged");
	CHECK_STR(verdict__name(VERDICT_TAPS_ONLY), "taps_only");
	CHECK_STR(verdict__name(VERDICT_NONE), "none");
}

static void deadly_is_only_what_kills(void)
{
	static void (*const modes[])(struct host_case * h) = {integrity, no_caps, seccomp_bpf,
							      seccomp_perf, seccomp_kills};
	struct host_case h;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		CHECK_CASE("row %zu", i);
		set_up(&h);
		modes[i](&h);
		CHECK(verdict__is_deadly(&h.facts) == (modes[i] == seccomp_kills));
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"verdicts_in_words", verdicts_in_words, TEST_PLAIN},
		{"names_are_stable", names_are_stable, TEST_PLAIN},
		{"deadly_is_only_what_kills", deadly_is_only_what_kills, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

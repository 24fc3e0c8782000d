/* SPDX-License-Identifier: BSD-2-Clause */
/* view_probes: two replies in, probes and plan, as plain lines out. */
#include "fixture_table_view.h"

static const char first[] = "{\"type\":\"probes\",\"mono_ns\":1000000000,\"stats\":{\"on\":true},"
			    "\"programs\":[{\"name\":\"a\",\"instant\":\"t_run\",\"state\":"
			    "\"attached\",\"runs\":0,\"run_ns\":0,\"misses\":0}]}";
static const char second[] = "{\"type\":\"probes\",\"mono_ns\":2000000000,\"stats\":{\"on\":true},"
			     "\"programs\":[{\"name\":\"a\",\"instant\":\"t_run\",\"state\":"
			     "\"attached\",\"runs\":100,\"run_ns\":25000,\"misses\":0}]}";

static struct model_skip skips[] = {{"send_fe", "fentry", "no BTF"}};
static struct model_choice choices[] = {
	{.instant = "t_run", .candidate = "a", .mechanism = "tp_btf", .state = "active"},
	{.instant = "t_send",
	 .state = "merged",
	 .merged_as = "app+tx",
	 .skip_cnt = 1,
	 .skip = skips},
};
static struct model snapshot = {.choice_cnt = 2, .choice = choices};

static const char *const says[] = {"instants measured 1 of 2\n",
				   "BPF statistics on\n",
				   "100/s",
				   "250ns",
				   "<0.01%",
				   "instant t_send merged into app+tx",
				   "not send_fe fentry: no BTF",
				   NULL};

static const struct table_view_shows shows[] = {
	{80, 24, "! 1 of 2 instants measured"},
	{80, 24, "BPF statistics on"},
	{80, 24, "t_run         a "},
	{80, 24, "100/s  250ns"},
	{80, 24, "ring "},
	{40, 10, "merged!"},
	{40, 10, ">t_send"},
	{120, 40, "not send_fe (fentry): no BTF"},
	{80, 24, "! t_send is merged into app+tx"},
	{0, 0, NULL},
};

static const struct table_view_case view = {
	.view = &view_probes,
	.model = &snapshot,
	.first = first,
	.second = second,
	.rows = 2,
	.says = says,
	.shows = shows,
};

static void says_what_two_replies_tell(void)
{
	table_view__check_says(&view);
}

static void asks_and_says_before_the_first_reply(void)
{
	table_view__check_asks(&view);
}

static void draws_at_every_size(void)
{
	table_view__check_draws(&view);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"says_what_two_replies_tell", says_what_two_replies_tell, TEST_WALK},
		{"asks_and_says_before_the_first_reply", asks_and_says_before_the_first_reply,
		 TEST_PLAIN},
		{"draws_at_every_size", draws_at_every_size, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

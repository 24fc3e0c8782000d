/* SPDX-License-Identifier: BSD-2-Clause */
/* view_nat: two replies in, heartbeats, as plain lines out. */
#include "fixture_table_view.h"

static const char first[] = "{\"type\":\"beats\",\"mono_ns\":9,\"peers\":[]}";
static const char second[] =
	"{\"type\":\"beats\",\"mono_ns\":30000000000,\"peers\":[{\"id\":1,\"addr\":\"10.0.0.2:1\","
	"\"seen_ns\":20000000000,\"beats\":99,\"interval_ns\":30000000000},{\"id\":2,\"addr\":\"10."
	"0.0.3:1\",\"old_addr\":\"10.0.0.3:9\",\"changes\":2,\"beats\":9}]}";

static const char *const says[] = {
	"peers 2, at high risk 1, heartbeats 108, missed 0, address changes 2\n",
	"10.0.0.3:9",
	"x2",
	"!HIGH",
	"10.0s",
	"low",
	NULL};

static const struct table_view_shows shows[] = {
	{80, 24, "! 1 at high risk"},
	{80, 24, "SERVICE"},
	{80, 24, "risk HIGH: its address changed"},
	{40, 10, "!HIGH"},
	{40, 10, "low"},
	{120, 40, "WAS"},
	{120, 40, "10.0.0.2:1 to "},
	{0, 0, NULL},
};

static const struct table_view_case view = {
	.view = &view_nat,

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

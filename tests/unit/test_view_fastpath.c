/* SPDX-License-Identifier: BSD-2-Clause */
/* view_fastpath: two replies in, the fast path, as plain lines out. */
#include "fixture_table_view.h"

static const char first[] = "{\"type\":\"fastpath\",\"mode\":\"none\",\"why\":\"not "
			    "built\",\"verdicts\":[{\"name\":\"v\",\"kind\":\"tx\",\"count\":5}]}";
static const char second[] = "{\"type\":\"fastpath\",\"mode\":\"none\",\"why\":\"not "
			     "built\",\"verdicts\":[{\"name\":\"v\",\"kind\":\"tx\",\"count\":15,"
			     "\"help\":\"answered\"}]}";

static const char *const says[] = {"fast path mode none: not built\n",
				   "every packet goes to the stack\n", "10.0/s",
				   "verdict v: answered\n", NULL};

static const struct table_view_shows shows[] = {
	{80, 24, "mode none"}, {80, 24, "Every packet goes to the stack"},
	{40, 10, "not built"}, {120, 40, "not built"},
	{0, 0, NULL},
};

static const struct table_view_case view = {
	.view = &view_fastpath,

	.first = first,
	.second = second,
	.rows = 1,
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

/* SPDX-License-Identifier: BSD-2-Clause */
/* When a new plan is due and what it leaves out. */
#include "replan.h"

#include <string.h>

#include "test.h"

#define SEC 1000000000ull

static const char *const both[] = {"sock_cg", "send_cg"};

static void the_first_loss_is_repaired_at_once(void)
{
	struct replan r = {0};

	CHECK(!replan__is_due(&r, UINT64_MAX));
	replan__lost(&r, both, 2, 7 * SEC);
	CHECK(replan__is_due(&r, 7 * SEC));
	CHECK_STR(r.due_reason, "somebody took off sock_cg, send_cg");
	CHECK_STR(r.reason, "");
	replan__done(&r, 8 * SEC, 1000);
	CHECK(!replan__is_due(&r, UINT64_MAX));
	CHECK_UINT(r.cnt, 1);
	CHECK_UINT(r.last_ns, 8 * SEC);
	CHECK_STR(r.reason, "somebody took off sock_cg, send_cg");
	CHECK_STR(r.avoid, "");
}

/* A second loss joins the first: no later, no second pause. */
static void losses_gather_until_the_plan(void)
{
	struct replan r = {0};

	replan__lost(&r, both, 1, SEC);
	replan__done(&r, SEC, 0);
	replan__lost(&r, both, 1, 2 * SEC);
	CHECK_UINT(r.due_ns, 4 * SEC);
	replan__lost(&r, both + 1, 1, 3 * SEC);
	replan__lost(&r, both + 1, 1, 3 * SEC);
	CHECK_UINT(r.due_ns, 4 * SEC);
	CHECK_UINT(r.backoff.cnt, 2);
	CHECK_STR(r.due_reason, "somebody took off sock_cg, send_cg");
}

static void again_and_again_is_left_out(void)
{
	static const uint64_t pause_s[] = {0, 2, 4, 8};
	struct replan r = {0};
	uint64_t now = SEC;

	for (int i = 1; i <= 4; i++) {
		CHECK_CASE("loss %d", i);
		replan__lost(&r, both, i < 4 ? 1 : 2, now);
		CHECK_UINT((r.due_ns - now) / SEC, pause_s[i - 1]);
		CHECK(i == 1 || !replan__is_due(&r, r.due_ns - 1));
		CHECK_STR(r.avoid, i < REPLAN_STRIKES ? "" : "sock_cg"); /* once */
		now = r.due_ns + SEC;
		replan__done(&r, now, 0);
	}
	for (int i = 0; i < 2; i++)
		replan__lost(&r, both + 1, 1, now);
	CHECK_STR(r.avoid, "sock_cg,send_cg");
	replan__ask(&r, now);
	CHECK(replan__is_due(&r, now));
	CHECK_STR(r.avoid, "");
	CHECK_STR(r.due_reason, "SIGHUP");
	replan__lost(&r, both, 1, now);
	CHECK(replan__is_due(&r, now));
	CHECK_STR(r.avoid, "");
}

static void losses_far_apart_do_not_add_up(void)
{
	struct replan r = {0};

	for (uint64_t i = 1; i <= 5; i++) {
		uint64_t now = i * 2 * BACKOFF_FORGIVE_NS;

		replan__lost(&r, both, 1, now);
		CHECK(replan__is_due(&r, now));
		replan__done(&r, now, 0);
	}
	CHECK_STR(r.avoid, "");
}

static void a_failed_plan_waits(void)
{
	struct replan r = {0};

	replan__lost(&r, NULL, 0, SEC);
	CHECK_STR(r.due_reason, "somebody took off a probe");
	replan__failed(&r, SEC);
	CHECK(!replan__is_due(&r, SEC));
	CHECK(replan__is_due(&r, 3 * SEC));
	CHECK_UINT(r.cnt, 0);
}

/* More names than fit are cut, not written past the end. */
static void names_are_bounded(void)
{
	static char name[REPLAN_CANDIDATES + 4][16];
	const char *list[REPLAN_CANDIDATES + 4];
	struct replan r = {0};

	for (unsigned int i = 0; i < REPLAN_CANDIDATES + 4; i++) {
		memset(name[i], 'a' + (int)i, 15);
		list[i] = name[i];
	}
	for (int i = 0; i < REPLAN_STRIKES; i++)
		replan__lost(&r, list, REPLAN_CANDIDATES + 4, SEC);
	CHECK_UINT(r.strike_cnt, REPLAN_CANDIDATES);
	CHECK(strlen(r.avoid) < sizeof(r.avoid));
	CHECK(strlen(r.due_reason) < sizeof(r.due_reason));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"the_first_loss_is_repaired_at_once", the_first_loss_is_repaired_at_once,
		 TEST_PLAIN},
		{"losses_gather_until_the_plan", losses_gather_until_the_plan, TEST_PLAIN},
		{"again_and_again_is_left_out", again_and_again_is_left_out, TEST_PLAIN},
		{"losses_far_apart_do_not_add_up", losses_far_apart_do_not_add_up, TEST_PLAIN},
		{"a_failed_plan_waits", a_failed_plan_waits, TEST_PLAIN},
		{"names_are_bounded", names_are_bounded, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

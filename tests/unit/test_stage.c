/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage sets: printed names and back, letters, order. */
#include "stage.h"

#include <string.h>

#include "test.h"

#define CNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	stage_mask_t mask;
	const char *name;
	char letter;
} sets[] = {
	{STAGE_DRIVER, "driver", 'd'},
	{STAGE_DRIVER | STAGE_STACK, "driver+stack", 'd'},
	{STAGE_SOCKQ, "sockq", 'w'},
	{STAGE_SOCKQ | STAGE_APP, "sockq+app", 'w'},
	{STAGE_STACK | STAGE_SOCKQ, "stack+sockq", 's'},
	{STAGE_WAKEUP | STAGE_RUNQ, "wakeup+runq", 'w'},
	{STAGE_WAKEUP | STAGE_BACKLOG, "wakeup+backlog", 'w'},
	{STAGE_RUNQ | STAGE_BACKLOG, "runq+backlog", 'r'},
	{STAGE_TX | STAGE_QDISC, "tx+qdisc", 't'},
	{STAGE_PEER, "peer", 'p'},
	{STAGE_UNATTRIBUTED, "unattributed", '?'},
	{STAGE_ALL, "driver+stack+sockq+app+tx+qdisc+peer+unattributed", 'd'},
	{0, "", '?'},
};

static void names_of_sets(void)
{
	char buf[STAGE_NAME_LEN];

	for (size_t i = 0; i < CNT(sets); i++) {
		CHECK_CASE("%s", sets[i].name);
		CHECK_INT(stage__name(sets[i].mask, buf, sizeof(buf)), (int)strlen(sets[i].name));
		CHECK_STR(buf, sets[i].name);
		CHECK_UINT(stage__find(sets[i].name), sets[i].mask);
		CHECK_INT(stage__letter(sets[i].mask), sets[i].letter);
	}
}

static void every_set_is_found_by_its_name(void)
{
	char buf[STAGE_NAME_LEN];

	for (unsigned int mask = 1; mask <= STAGE_ALL; mask++) {
		int len = stage__name((stage_mask_t)mask, buf, sizeof(buf));

		CHECK_CASE("0x%x %s", mask, buf);
		CHECK_UINT(stage__find(buf), mask);
		CHECK_INT(len, (int)strlen(buf));
		CHECK(len < STAGE_NAME_LEN - 1);
	}
}

static void names_that_are_none(void)
{
	static const char *const names[] = {
		"",   "+",   "app+",   "+app",	  "app++tx",	"appx",
		"ap", "APP", "app tx", "app+app", "sockq+runq", "other",
	};

	for (size_t i = 0; i < CNT(names); i++) {
		CHECK_CASE("\"%s\"", names[i]);
		CHECK_UINT(stage__find(names[i]), 0);
	}
	CHECK_UINT(stage__find("app+stack"), STAGE_APP | STAGE_STACK);
}

static void names_cut_short(void)
{
	char buf[8] = "#######";

	CHECK_INT(stage__name(STAGE_DRIVER | STAGE_STACK, buf, sizeof(buf)), 7);
	CHECK_STR(buf, "driver+");
	CHECK_INT(stage__name(STAGE_DRIVER, buf, 7), 6);
	CHECK_STR(buf, "driver");
	CHECK_INT(stage__name(STAGE_DRIVER, buf, 1), 0);
	CHECK_STR(buf, "");
	buf[0] = '#';
	CHECK_INT(stage__name(STAGE_DRIVER, buf, 0), 0);
	CHECK_INT(buf[0], '#');
	/* bits that are no stage are left out */
	CHECK_INT(stage__name((stage_mask_t)(STAGE_APP | 1 << STAGE_BITS), buf, sizeof(buf)), 3);
	CHECK_STR(buf, "app");
	CHECK_INT(stage__letter(1 << STAGE_BITS), '?');
}

static void order_of_display(void)
{
	static const stage_mask_t order[] = {
		STAGE_DRIVER,
		STAGE_DRIVER | STAGE_STACK,
		STAGE_STACK,
		STAGE_SOCKQ,
		STAGE_RUNQ,
		STAGE_APP,
		STAGE_APP | STAGE_TX,
		STAGE_QDISC,
		STAGE_PEER,
		STAGE_UNATTRIBUTED,
		0,
	};

	for (size_t i = 0; i < CNT(order); i++) {
		for (size_t j = 0; j < CNT(order); j++) {
			CHECK_CASE("0x%x and 0x%x", order[i], order[j]);
			CHECK_INT(stage__compare(order[i], order[j]), (i > j) - (i < j));
		}
	}
}

static void help_of_the_table(void)
{
	CHECK_STR(stage__help(STAGE_APP), "application: read to send");
	CHECK(stage__help(STAGE_SOCKQ) != NULL);
	CHECK_STR(stage__help(STAGE_APP | STAGE_TX), NULL);
	CHECK_STR(stage__help(0), NULL);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"names_of_sets", names_of_sets, TEST_PLAIN},
		{"every_set_is_found_by_its_name", every_set_is_found_by_its_name, TEST_PLAIN},
		{"names_that_are_none", names_that_are_none, TEST_PLAIN},
		{"names_cut_short", names_cut_short, TEST_PLAIN},
		{"order_of_display", order_of_display, TEST_PLAIN},
		{"help_of_the_table", help_of_the_table, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

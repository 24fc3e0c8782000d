/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps: the same end as in one run, the same place however it is reached. */
#include "replay.h"

#include <errno.h>
#include <string.h>

#include "fixture_played.h"
#include "test.h"

#define SECOND_NS 1000000000ull
#define START_NS  (PLAYED_START_S * SECOND_NS)

static int open_it(const char *path, struct replay **ret)
{
	char err[REPLAY_ERROR_LEN];
	struct replay_opts ro = {.path = path, .sip_anywhere = true};

	replay_settings__init(&ro.settings);
	return replay__new(&ro, ret, err);
}

static void check_same(const struct replay *a, const struct replay *b)
{
	CHECK_MEM(replay__counts(a), replay__counts(b), sizeof(*replay__counts(a)));
	CHECK_MEM(replay__ledger(a), replay__ledger(b), sizeof(*replay__ledger(a)));
	CHECK_UINT(replay__now_ns(a), replay__now_ns(b));
	CHECK_UINT(session__counts(replay__session(a))->transactions,
		   session__counts(replay__session(b))->transactions);
	CHECK_UINT(session__in_flight(replay__session(a)), session__in_flight(replay__session(b)));
}

static void steps_end_as_a_run(void)
{
	static const struct {
		uint64_t step_ns;
		unsigned int max;
	} row[] = {{SECOND_NS, 100}, {7 * SECOND_NS, 1}, {1000 * SECOND_NS, 3}};
	char root[32], path[TREE_PATH_LEN], err[REPLAY_ERROR_LEN];
	struct replay *whole = NULL, *r = NULL;
	int rc;

	if (!played__make(root, path, 0) || !CHECK_OK(open_it(path, &whole)))
		return;
	CHECK_INT(replay__run(whole, err), 0);
	CHECK_UINT(replay__counts(whole)->packets, PLAYED_PACKETS);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		uint64_t at = START_NS;

		CHECK_CASE("%zu", i);
		if (!CHECK_OK(open_it(path, &r)))
			break;
		while ((rc = replay__advance(r, at, row[i].max, err)) != -ENODATA &&
		       (!rc || rc == -EAGAIN))
			at += rc ? 0 : row[i].step_ns;
		CHECK_INT(rc, -ENODATA);
		CHECK_INT(replay__advance(r, 0, 1, err), -ENODATA);
		check_same(r, whole);
		replay__free(r);
	}
	replay__free(whole);
	tree_remove(root);
}

static void stops_where_told(void)
{
	char root[32], path[TREE_PATH_LEN], err[REPLAY_ERROR_LEN];
	struct replay *r = NULL;

	if (!played__make(root, path, 0) || !CHECK_OK(open_it(path, &r)))
		return;
	CHECK_INT(replay__advance(r, START_NS - 1, 100, err), 0);
	CHECK_UINT(replay__counts(r)->packets, 0);
	CHECK_INT(replay__advance(r, START_NS, 100, err), 0);
	CHECK_UINT(replay__counts(r)->packets, 1);
	CHECK_UINT(replay__now_ns(r), START_NS);
	CHECK_INT(replay__advance(r, START_NS + 15 * SECOND_NS, 2, err), -EAGAIN);
	CHECK_UINT(replay__counts(r)->packets, 3);
	CHECK_INT(replay__advance(r, START_NS + 15 * SECOND_NS, 2, err), 0);
	CHECK_UINT(replay__counts(r)->packets, 4);
	CHECK_UINT(session__in_flight(replay__session(r)), 0);
	replay__free(r);
	tree_remove(root);
}

static void keeps_what_came_before_a_defect(void)
{
	char root[32], path[TREE_PATH_LEN], err[REPLAY_ERROR_LEN];
	struct replay *r = NULL;

	if (!played__make(root, path, 1) || !CHECK_OK(open_it(path, &r)))
		return;
	for (int i = 0; i < 2; i++) {
		CHECK_INT(replay__advance(r, UINT64_MAX, 100, err), -EBADMSG);
		CHECK(strstr(err, "the file ends inside a packet"));
		CHECK_UINT(replay__counts(r)->packets, PLAYED_PACKETS - 1);
	}
	replay__free(r);
	tree_remove(root);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"steps_end_as_a_run", steps_end_as_a_run, TEST_PLAIN},
		{"stops_where_told", stops_where_told, TEST_PLAIN},
		{"keeps_what_came_before_a_defect", keeps_what_came_before_a_defect, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

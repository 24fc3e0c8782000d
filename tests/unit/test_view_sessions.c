/* SPDX-License-Identifier: BSD-2-Clause */
/* The view of sessions without a terminal: what it asks, what it takes, what keys do. */
#include "fixture_reply.h"
#include "fixture_screen.h"
#include "model_sessions.h"
#include "test.h"
#include "view.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[FIXTURE_REPLY_LEN];

static void setup(struct ui *ui)
{
	*ui = (struct ui){.paint = {.cols = 80, .lines = 24}, .view = &view_sessions};
	grid__init(&ui->page[VIEW_SESSIONS].grid, view_sessions.table);
}

static void done(struct ui *ui)
{
	grid__done(&ui->page[VIEW_SESSIONS].grid);
	view_sessions.done(&ui->page[VIEW_SESSIONS]);
	view_ladder.done(&ui->page[VIEW_LADDER]);
}

/* Takes sessions of these ids, count of them. */
static int take_ids(struct ui *ui, unsigned int first, unsigned int cnt)
{
	char line[4096], err[MODEL_ERROR_LEN];
	size_t n = (size_t)sprintf(line, "{\"type\":\"sessions\",\"sessions\":[");

	for (unsigned int i = 0; i < cnt; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s{\"id\":%u}", i ? "," : "",
				      first - i);
	snprintf(line + n, sizeof(line) - n, "]}");
	return view_sessions.take(ui, line, err);
}

static void asks_with_filter_and_order(void)
{
	static const struct {
		const char *filter, *sort;
		unsigned int column, selected;
		bool inverted, desc;
		int limit;
	} rows[] = {
		{"", "id", 6, 0, false, true, 48},
		{"setup>500ms \"x\\\"", "id", 6, 0, true, false, 48},
		{"", "age", 1, 30, false, true, 72},
		{"", "peer", 5, 499, false, false, 500},
		{"\x01\x02", "state", 0, 0, true, true, 48},
		{"", "id", 7, 0, false, true, 48}, /* the daemon does not order by OFFER */
	};
	struct ui ui;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct grid *g = &ui.page[VIEW_SESSIONS].grid;
		char line[VIEW_REQUEST_LEN];
		json_t *v;

		CHECK_CASE("row %zu", i);
		setup(&ui);
		snprintf(g->filter, sizeof(g->filter), "%s", rows[i].filter);
		g->sort = rows[i].column;
		g->is_inverted = rows[i].inverted;
		g->selected = rows[i].selected;
		g->cnt = g->selected + 1;
		if (!CHECK(view_sessions.request(&ui, line)))
			continue;
		v = json_loads(line, 0, NULL);
		CHECK_STR(json_string_value(json_object_get(v, "cmd")), "sessions");
		CHECK_STR(json_string_value(json_object_get(v, "filter")), rows[i].filter);
		CHECK_STR(json_string_value(json_object_get(v, "sort")), rows[i].sort);
		CHECK(json_is_true(json_object_get(v, "desc")) == rows[i].desc);
		CHECK_INT(json_integer_value(json_object_get(v, "limit")), rows[i].limit);
		json_decref(v);
		g->cnt = 0;
	}
}

/* The line is short: what would not fit is not asked rather than cut. */
static void asks_nothing_that_is_too_long(void)
{
	char line[VIEW_REQUEST_LEN];
	struct ui ui;
	struct grid *g = &ui.page[VIEW_SESSIONS].grid;

	setup(&ui);
	memset(g->filter, 1, sizeof(g->filter) - 1); /* six bytes each in JSON */
	CHECK(!view_sessions.request(&ui, line));
	memset(g->filter, 0xff, sizeof(g->filter) - 1);
	CHECK(!view_sessions.request(&ui, line));
}

static void selection_stays_with_its_session(void)
{
	struct ui ui;
	struct grid *g = &ui.page[VIEW_SESSIONS].grid;

	setup(&ui);
	if (!CHECK_OK(take_ids(&ui, 10, 4)))
		goto out;
	grid__move(g, view_sessions.table, 2);
	CHECK_UINT(((const struct model_call *)grid__selected(g))->id, 8);
	if (!CHECK_OK(take_ids(&ui, 13, 6)))
		goto out;
	CHECK_UINT(((const struct model_call *)grid__selected(g))->id, 8);
	CHECK_UINT(g->selected, 5);
	if (CHECK_OK(take_ids(&ui, 30, 2)))
		CHECK_UINT(((const struct model_call *)grid__selected(g))->id, 29);
out:
	done(&ui);
}

static void rows_stay_when_it_is_refused(void)
{
	char err[MODEL_ERROR_LEN];
	struct ui ui;

	setup(&ui);
	if (!CHECK_OK(take_ids(&ui, 10, 4)))
		goto out;
	if (!fixture_reply__read("session_error.json", text))
		goto out;
	CHECK_INT(view_sessions.take(&ui, text, err), -EREMOTEIO);
	CHECK(strstr(err, "at column 7: expected a duration") == err);
	CHECK_UINT(ui.page[VIEW_SESSIONS].grid.cnt, 4);
	CHECK_UINT(((struct model_sessions *)ui.page[VIEW_SESSIONS].state)->cnt, 4);
out:
	done(&ui);
}

static void ages_are_those_of_the_snapshot(void)
{
	char err[MODEL_ERROR_LEN];
	struct model m = {.mono_ns = 5000};
	const struct model_sessions *s;
	struct ui ui;

	setup(&ui);
	if (!CHECK_OK(view_sessions.take(&ui,
					 "{\"type\":\"sessions\",\"sessions\":[{\"start_ns\":2000},"
					 "{\"start_ns\":9000},{}]}",
					 err)))
		goto out;
	s = ui.page[VIEW_SESSIONS].state;
	CHECK_UINT(s->call[0].age_ns, MODEL_NONE);
	ui.model = &m;
	if (CHECK_OK(view_sessions.update(&ui))) {
		CHECK_UINT(s->call[0].age_ns, 3000);
		CHECK_UINT(s->call[1].age_ns, 0);
		CHECK_UINT(s->call[2].age_ns, MODEL_NONE);
	}
out:
	done(&ui);
}

static void keys_sort_and_open(void)
{
	struct ui ui;
	struct grid *g = &ui.page[VIEW_SESSIONS].grid;

	setup(&ui);
	CHECK(view_sessions.act(&ui, ACTION_ENTER)); /* nothing to open */
	CHECK_UINT(ui.session_id, 0);
	for (int i = 0; i < 8; i++) {
		char line[VIEW_REQUEST_LEN], want[64];
		const char *title;

		CHECK(view_sessions.act(&ui, ACTION_SORT));
		title = view_sessions.table->column[g->sort].title;
		CHECK_CASE("%s", title);
		snprintf(want, sizeof(want), "\"sort\":\"%s\"",
			 !strcmp(title, "ID")	   ? "id"
			 : !strcmp(title, "AGE")   ? "age"
			 : !strcmp(title, "PEER")  ? "peer"
			 : !strcmp(title, "SETUP") ? "setup"
			 : !strcmp(title, "STATE") ? "state"
						   : "no order");
		CHECK(view_sessions.request(&ui, line) && strstr(line, want));
	}
	CHECK(!view_sessions.act(&ui, ACTION_DOWN)); /* as in all tables */
	if (CHECK_OK(take_ids(&ui, 10, 4))) {
		view_sessions.act(&ui, ACTION_ENTER);
		CHECK_UINT(ui.session_id, 10);
	}
	done(&ui);
}

/* One line a row, nothing of it a terminal could obey. */
static void says_rows(void)
{
	char err[MODEL_ERROR_LEN], *said = NULL;
	size_t len = 0;
	struct ui ui;
	FILE *out;

	setup(&ui);
	if (!fixture_reply__read("sessions.json", text) ||
	    !CHECK_OK(view_sessions.take(&ui, text, err)))
		goto out;
	out = open_memstream(&said, &len);
	view_sessions.say(&ui, out);
	fclose(out);
	CHECK(strstr(said, "sessions 9, matched 4, listed 4\n") == said);
	CHECK(strstr(said, "session 6: INVITE was answered 486\n") != NULL);
	for (size_t i = 0; i < len; i++)
		CHECK(said[i] == '\n' || (said[i] >= ' ' && said[i] < 0x7f));
out:
	free(said);
	done(&ui);
}

static void draws_at_every_size(void)
{
	static const int sizes[][2] = {{40, 10}, {60, 14}, {80, 24}, {120, 40}, {250, 80}};
	char err[MODEL_ERROR_LEN], line[FIXTURE_SCREEN_LINE];
	struct fixture_screen screen;
	struct ui ui;

	setup(&ui);
	if (!fixture_reply__read("sessions.json", text) || !fixture_screen__start(&screen))
		return;
	if (!CHECK_OK(view_sessions.take(&ui, text, err)))
		goto out;
	grid__move(&ui.page[VIEW_SESSIONS].grid, view_sessions.table, 1);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) * 2; i++) {
		const int *size = sizes[i / 2];

		CHECK_CASE("%dx%d", size[0], size[1]);
		strcpy(ui.page[VIEW_SESSIONS].refused, i & 1 ? "at column 7: no; ask" : "");
		fixture_screen__resize(&ui, size[0], size[1], false);
		view_sessions.draw(&ui, 2, size[1] - 3);
		CHECK(fixture_screen__has(&ui, "9 sessions  4 match"));
		CHECK(fixture_screen__has(&ui, ">!failed"));
		CHECK(fixture_screen__has(&ui, "! refused at column 7: no") == (i & 1));
		CHECK(fixture_screen__has(&ui, "! INVITE was answered 486"));
		fixture_screen__read(0, line);
		CHECK_STR(line, "");
		fixture_screen__read(size[1] - 1, line);
		CHECK_STR(line, "");
	}
out:
	fixture_screen__stop(&screen);
	done(&ui);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"asks_with_filter_and_order", asks_with_filter_and_order, TEST_PLAIN},
		{"asks_nothing_that_is_too_long", asks_nothing_that_is_too_long, TEST_PLAIN},
		{"selection_stays_with_its_session", selection_stays_with_its_session, TEST_WALK},
		{"rows_stay_when_it_is_refused", rows_stay_when_it_is_refused, TEST_WALK},
		{"ages_are_those_of_the_snapshot", ages_are_those_of_the_snapshot, TEST_WALK},
		{"keys_sort_and_open", keys_sort_and_open, TEST_PLAIN},
		{"says_rows", says_rows, TEST_PLAIN},
		{"draws_at_every_size", draws_at_every_size, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

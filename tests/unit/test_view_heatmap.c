/* SPDX-License-Identifier: BSD-2-Clause */
/* view_heatmap: drawn at all sizes, said in lines, and what its keys do. */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "fixture_reply.h"
#include "fixture_screen.h"

static struct model snapshot = {.time = "2026-11-24T23:00:00Z", .mono_ns = 93000000000};

static bool start(struct ui *ui, const char *name)
{
	static char text[FIXTURE_REPLY_LEN];
	char err[MODEL_ERROR_LEN];

	ui->view = &view_heatmap;
	ui->model = &snapshot;
	ui->subject = (struct subject){"sip 10.77.0.2:5060", "server", "INVITE"};
	grid__init(&ui->page[VIEW_SESSIONS].grid, view_sessions.table);
	if (!CHECK_OK(ui->view->show(ui)))
		return false;
	if (fixture_reply__read(name, text) && CHECK_OK(ui->view->take(ui, text, err)))
		return true;
	ui->view->done(&ui->page[VIEW_HEATMAP]);
	return false;
}

static void draw(struct ui *ui, int cols, int lines, bool utf8)
{
	fixture_screen__resize(ui, cols, lines, utf8);
	ui->view->draw(ui, 3, lines - 5);
}

static void draws_at_all_sizes(void)
{
	static const int sizes[][2] = {{12, 8}, {40, 10}, {80, 24}, {120, 40}, {250, 80}};
	struct fixture_screen s;
	struct ui ui = {};

	if (!fixture_screen__start(&s))
		return;
	if (!start(&ui, "heat.json"))
		goto out;
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++)
		draw(&ui, sizes[i / 2][0], sizes[i / 2][1], i & 1);
	draw(&ui, 80, 24, false);
	CHECK(fixture_screen__has(&ui, "requests per 5s  log .:-=+*#%@ to "));
	CHECK(fixture_screen__has(&ui, " P50"));
	CHECK(fixture_screen__has(&ui, "22:57:02    22:58:02    22:59:02"));
	CHECK(fixture_screen__has(&ui, " 22:59:57 +5s  2.90ms-11.6ms  n="));
	ui.view->act(&ui, ACTION_ZOOM_OUT);
	draw(&ui, 80, 24, false);
	CHECK(fixture_screen__has(&ui, "requests per 10s"));
	ui.view->act(&ui, ACTION_MODE);
	draw(&ui, 80, 24, false);
	CHECK(fixture_screen__has(&ui, "|rrr"));
	CHECK(fixture_screen__has(&ui, "|aaaaaaaa"));
	draw(&ui, 120, 40, true);
	ui.view->done(&ui.page[VIEW_HEATMAP]);
out:
	fixture_screen__stop(&s);
}

static void a_hostile_reply_is_drawn(void)
{
	static const enum action_id keys[] = {ACTION_MODE,     ACTION_LEFT,  ACTION_UP,
					      ACTION_ZOOM_OUT, ACTION_HOME,  ACTION_PAGE_DOWN,
					      ACTION_END,      ACTION_RIGHT, ACTION_ZOOM_IN,
					      ACTION_DOWN,     ACTION_MODE};
	struct fixture_screen s;
	struct ui ui = {};

	if (!fixture_screen__start(&s))
		return;
	if (start(&ui, "hostile_heat.json")) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			draw(&ui, 80, 24, true);
			CHECK(!fixture_screen__has(&ui, "\033"));
			CHECK(ui.view->act(&ui, keys[i]));
		}
		ui.view->done(&ui.page[VIEW_HEATMAP]);
	}
	fixture_screen__stop(&s);
}

static void enter_lists_the_sessions_of_a_cell(void)
{
	struct fixture_screen s;
	struct ui ui = {};

	if (!fixture_screen__start(&s))
		return;
	if (!start(&ui, "heat.json"))
		goto out;
	draw(&ui, 80, 24, false);
	ui.view->act(&ui, ACTION_PAGE_DOWN); /* the fastest: none is kept of them */
	ui.view->act(&ui, ACTION_ENTER);
	CHECK_STR(ui.note, "no session is known of this cell");
	CHECK(ui.view == &view_heatmap);
	for (int i = 0; i < 10; i++)
		ui.view->act(&ui, ACTION_LEFT);
	ui.view->act(&ui, ACTION_PAGE_UP);
	ui.view->act(&ui, ACTION_DOWN);
	ui.view->act(&ui, ACTION_ENTER);
	CHECK(ui.view == &view_sessions);
	CHECK(!strncmp(ui.page[VIEW_SESSIONS].grid.filter, "id=", 3));
	CHECK(strchr(ui.page[VIEW_SESSIONS].grid.filter, ','));
	if (view_sessions.done)
		view_sessions.done(&ui.page[VIEW_SESSIONS]);
	grid__done(&ui.page[VIEW_SESSIONS].grid);
	view_heatmap.done(&ui.page[VIEW_HEATMAP]);
out:
	fixture_screen__stop(&s);
}

static void says_every_cell(void)
{
	struct ui ui = {};
	char *text = NULL;
	size_t len;
	FILE *out;

	if (!start(&ui, "heat.json"))
		return;
	out = open_memstream(&text, &len);
	ui.view->say(&ui, out);
	fclose(out);
	CHECK(strstr(text, "sip 10.77.0.2:5060 server INVITE: 36 columns of 5s"));
	CHECK(strstr(text, "22:59:57: n 163, P50 "));
	CHECK(strstr(text, "22:57:02, 11.6ms-16.4ms: n 3; runq 53%, backlog 33%, app 14%; sessions "
			   "known: 2\n"));
	free(text);
	ui.view->done(&ui.page[VIEW_HEATMAP]);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"draws_at_all_sizes", draws_at_all_sizes, TEST_PLAIN},
		{"a_hostile_reply_is_drawn", a_hostile_reply_is_drawn, TEST_PLAIN},
		{"enter_lists_the_sessions_of_a_cell", enter_lists_the_sessions_of_a_cell,
		 TEST_PLAIN},
		{"says_every_cell", says_every_cell, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

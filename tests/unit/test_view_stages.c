/* SPDX-License-Identifier: BSD-2-Clause */
/* view_stages: drawn at all sizes, said in lines, and what its keys do. */
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_reply.h"
#include "fixture_screen.h"

static struct model_row rows[] = {
	{.service = "sip 10.77.0.9:5060", .side = "server", .method = "BYE", .p99.ns = MODEL_NONE},
	{.service = "sip 10.77.0.2:5060", .side = "server", .method = "INVITE", .p99.ns = 8900000},
	{.service = "sip 10.77.0.2:5060", .side = "server", .method = "OPTIONS", .p99.ns = 2800000},
};
static struct model snapshot = {.row_cnt = 3, .row = rows, .time = "2026-11-24T23:00:00Z"};

/* The view with a reply; false: the test ends here. */
static bool start(struct ui *ui, const char *name)
{
	static char text[FIXTURE_REPLY_LEN];
	char err[MODEL_ERROR_LEN];

	ui->view = &view_stages;
	ui->model = &snapshot;
	if (!CHECK_OK(ui->view->show(ui)))
		return false;
	if (fixture_reply__read(name, text) && CHECK_OK(ui->view->take(ui, text, err)))
		return true;
	ui->view->done(&ui->page[VIEW_STAGES]);
	return false;
}

static void draw(struct ui *ui, int cols, int lines, bool utf8)
{
	fixture_screen__resize(ui, cols, lines, utf8);
	ui->view->draw(ui, 3, lines - 5);
}

static void asks_for_the_slowest_row(void)
{
	struct ui ui = {.view = &view_stages};
	char line[VIEW_REQUEST_LEN] = "";

	if (!CHECK_OK(ui.view->show(&ui)))
		return;
	CHECK(!ui.view->request(&ui, line)); /* no snapshot yet */
	ui.model = &snapshot;
	ui.view->update(&ui);
	if (ui.view->request(&ui, line) || !CHECK(test__injected()))
		CHECK_STR(line, "{\"cmd\":\"stages\",\"service\":\"sip "
				"10.77.0.2:5060\",\"side\":\"server\","
				"\"method\":\"INVITE\"}");
	ui.view->done(&ui.page[VIEW_STAGES]);
	CHECK(!ui.page[VIEW_STAGES].state);
}

static void draws_at_all_sizes(void)
{
	static const int sizes[][2] = {{12, 8}, {40, 10}, {80, 24}, {120, 40}, {250, 80}};
	struct fixture_screen s;
	struct ui ui = {};

	if (!fixture_screen__start(&s))
		return;
	if (!start(&ui, "stages.json"))
		goto out;
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++)
		draw(&ui, sizes[i / 2][0], sizes[i / 2][1], i & 1);
	draw(&ui, 80, 24, false);
	CHECK(fixture_screen__has(&ui, "P99 8.90ms [8.56ms,9.26ms]"));
	CHECK(fixture_screen__has(&ui, " r runq          4869 9.60us"));
	CHECK(fixture_screen__has(&ui, " P99  13.2ms srrrr"));
	CHECK(fixture_screen__has(&ui, " why   runq 53% runnable, CPU 1 was running hog:1234"));
	CHECK(fixture_screen__has(&ui, ">slow  1.82s  runq 1.61s 89%  200  session 7"));
	draw(&ui, 40, 10, false);
	CHECK(fixture_screen__has(&ui, "STAGE"));
	CHECK(!fixture_screen__has(&ui, "slow"));
	ui.view->act(&ui, ACTION_DOWN); /* the selection is brought to the screen */
	draw(&ui, 40, 10, false);
	CHECK(fixture_screen__has(&ui, ">      940ms"));
	/* Of another row: not shown for this one. */
	strcpy(ui.subject.method, "BYE");
	draw(&ui, 80, 24, false);
	CHECK(fixture_screen__has(&ui, "waiting for the daemon's reply"));
	strcpy(ui.page[VIEW_STAGES].refused, "no such row");
	draw(&ui, 80, 24, false);
	CHECK(fixture_screen__has(&ui, "! refused: no such row"));
	strcpy(ui.subject.method, "INVITE"); /* an older reply is shown all the same */
	draw(&ui, 80, 24, false);
	CHECK(fixture_screen__has(&ui, "! refused: no such row"));
	CHECK(fixture_screen__has(&ui, " why   runq 53%"));
	ui.view->done(&ui.page[VIEW_STAGES]);
out:
	fixture_screen__stop(&s);
}

static void a_hostile_row_is_drawn(void)
{
	struct fixture_screen s;
	struct ui ui = {};

	if (!fixture_screen__start(&s))
		return;
	if (start(&ui, "hostile_stages.json")) {
		draw(&ui, 80, 24, true);
		draw(&ui, 40, 10, false);
		CHECK(!fixture_screen__has(&ui, "\033"));
		ui.view->done(&ui.page[VIEW_STAGES]);
	}
	fixture_screen__stop(&s);
}

static void says_every_number(void)
{
	static const char *const says[] = {
		"sip 10.77.0.2:5060 server INVITE: n 4872 in 60s, P50 310us, P99 8.90ms "
		"[8.56ms,9.26ms]",
		"stage runq (r): n 4869,",
		"around P99: 44 requests, mean total 13.2ms\n",
		"cause: runq 53% runnable, CPU 1 was running hog:1234; 31 requests, 344ms\n",
		"slow: 870ms  runq 770ms 89%  !no answer  no session",
	};
	struct ui ui = {};
	char *text = NULL;
	size_t len;
	FILE *out;

	if (!start(&ui, "stages.json"))
		return;
	out = open_memstream(&text, &len);
	ui.view->say(&ui, out);
	fclose(out);
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		CHECK_CASE("%s", says[i]);
		CHECK(strstr(text, says[i]));
	}
	free(text);
	ui.view->done(&ui.page[VIEW_STAGES]);
}

static void enter_opens_a_known_session(void)
{
	struct ui ui = {};

	if (!start(&ui, "stages.json"))
		return;
	ui.view->act(&ui, ACTION_DOWN);
	ui.view->act(&ui, ACTION_DOWN);
	ui.view->act(&ui, ACTION_ENTER);
	CHECK_STR(ui.note, "no session is known for it");
	CHECK(ui.view == &view_stages);
	ui.view->act(&ui, ACTION_UP);
	ui.view->act(&ui, ACTION_ENTER);
	CHECK_UINT(ui.session_id, 12);
	CHECK(ui.view == &view_ladder);
	CHECK_UINT(ui.trail_cnt, 1);
	view_stages.done(&ui.page[VIEW_STAGES]);
	view_ladder.done(&ui.page[VIEW_LADDER]);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"asks_for_the_slowest_row", asks_for_the_slowest_row, TEST_WALK},
		{"draws_at_all_sizes", draws_at_all_sizes, TEST_PLAIN},
		{"a_hostile_row_is_drawn", a_hostile_row_is_drawn, TEST_PLAIN},
		{"says_every_number", says_every_number, TEST_PLAIN},
		{"enter_opens_a_known_session", enter_opens_a_known_session, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The view of one session without a terminal: what it asks, where the selection goes. */
#include "fixture_reply.h"
#include "fixture_screen.h"
#include "test.h"
#include "view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[FIXTURE_REPLY_LEN];

/* Has taken the session of the screen tests, which it shows. */
static bool setup(struct ui *ui)
{
	char err[MODEL_ERROR_LEN];

	*ui = (struct ui){.paint = {.cols = 80, .lines = 24}, .view = &view_ladder};
	if (!CHECK_OK(view_ladder.show(ui)))
		return false;
	ui->session_id = 7;
	if (fixture_reply__read("session.json", text) && CHECK_OK(view_ladder.take(ui, text, err)))
		return true;
	view_ladder.done(&ui->page[VIEW_LADDER]);
	return false;
}

/* What is said of it, returned owned; NULL without memory. */
static char *say(const struct ui *ui)
{
	char *said = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&said, &len);

	view_ladder.say(ui, out);
	fclose(out);
	return said;
}

static void asks_for_what_is_chosen(void)
{
	struct ui ui = {0};
	char line[VIEW_REQUEST_LEN], *said = say(&ui);

	CHECK(!view_ladder.request(&ui, line));
	CHECK_STR(said, "no session is chosen\n");
	free(said);
	ui.session_id = UINT64_MAX - 1;
	CHECK(view_ladder.request(&ui, line));
	CHECK_STR(line, "{\"cmd\":\"show\",\"id\":18446744073709551614}");
	view_ladder.done(&ui.page[VIEW_LADDER]);
}

static void says_its_messages(void)
{
	static const char *const want[] = {
		"session 7 call active INVITE 200  setup 842ms  12 messages",
		"message 1 at 0.000 ms: INVITE from 10.77.0.1:5062 to 10.77.0.2:5060, host wait "
		"15.1ms, app",
		"message 4 at 500.000 ms: INVITE from 10.77.0.1:5062 to 10.77.0.2:5060, host wait "
		"--; again",
		"time of host 17.0ms, 2%",
	};
	struct ui ui;
	char *said;

	if (!setup(&ui))
		return;
	said = say(&ui);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		CHECK_CASE("%s", want[i]);
		CHECK(strstr(said, want[i]) != NULL);
	}
	free(said);
	ui.session_id = 8; /* what is known is not of it */
	said = say(&ui);
	CHECK_STR(said, "");
	free(said);
	view_ladder.done(&ui.page[VIEW_LADDER]);
}

/* The state begins with the session, then the selected message. */
static unsigned int selected(const struct ui *ui)
{
	const struct {
		void *session;
		unsigned int selected;
	} *state = ui->page[VIEW_LADDER].state;

	return state->selected;
}

static void selects_messages(void)
{
	static const struct {
		enum action_id id;
		unsigned int want;
	} steps[] = {
		{ACTION_UP, 0},	      {ACTION_DOWN, 1}, {ACTION_END, 11}, {ACTION_DOWN, 11},
		{ACTION_PAGE_UP, 10}, {ACTION_HOME, 0}, {ACTION_NEXT, 2}, {ACTION_NEXT, 5},
		{ACTION_NEXT, 0},     {ACTION_PREV, 5}, {ACTION_MODE, 5}, {ACTION_TIMES, 5},
	};
	struct ui ui;

	if (!setup(&ui))
		return;
	CHECK_UINT(selected(&ui), 0); /* the one this host kept waiting longest */
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		CHECK_CASE("step %zu", i);
		CHECK(view_ladder.act(&ui, steps[i].id));
		CHECK_UINT(selected(&ui), steps[i].want);
	}
	CHECK(!view_ladder.act(&ui, ACTION_BACK)); /* as in all views */
	view_ladder.done(&ui.page[VIEW_LADDER]);
}

static void selection_stays_with_its_message(void)
{
	char err[MODEL_ERROR_LEN];
	struct ui ui;

	if (!setup(&ui))
		return;
	view_ladder.act(&ui, ACTION_END);
	/* Those in the middle are not kept any more. */
	if (!CHECK_OK(view_ladder.take(&ui,
				       "{\"type\":\"session\",\"id\":7,\"messages\":[{\"n\":1},"
				       "{\"n\":12},{\"n\":13}]}",
				       err)))
		goto out;
	CHECK_UINT(selected(&ui), 1);
	CHECK_INT(view_ladder.take(&ui, "{\"type\":\"error\",\"error\":\"no session 7\"}", err),
		  -EREMOTEIO);
	CHECK_UINT(selected(&ui), 1);
	ui.session_id = 8;
	CHECK(!view_ladder.act(&ui, ACTION_DOWN)); /* that one is not here yet */
	if (CHECK_OK(view_ladder.take(&ui, "{\"type\":\"session\",\"id\":8}", err))) {
		CHECK_UINT(selected(&ui), 0);
		CHECK(view_ladder.act(&ui, ACTION_DOWN));
		CHECK(view_ladder.act(&ui, ACTION_NEXT));
		CHECK_UINT(selected(&ui), 0); /* it has no messages */
	}
out:
	view_ladder.done(&ui.page[VIEW_LADDER]);
}

/* Only its own lines are drawn, the selected message is among them, panels are there where there is
 * room. */
static void check_screen(struct ui *ui, int cols, int lines)
{
	char line[FIXTURE_SCREEN_LINE];
	bool is_found = false;

	view_ladder.draw(ui, 2, lines - 3);
	fixture_screen__read(0, line);
	CHECK_STR(line, "");
	fixture_screen__read(lines - 1, line);
	CHECK_STR(line, "");
	for (int y = 0; y < lines; y++) {
		fixture_screen__read(y, line);
		is_found |= line[0] == '>';
	}
	CHECK(is_found);
	if (cols >= 120 && lines >= 40) {
		CHECK(fixture_screen__has(ui, "this host had it"));
		CHECK(fixture_screen__has(ui, "H this host"));
	} else if (cols >= 80 && lines >= 24) {
		CHECK(fixture_screen__has(ui, "this host had it") !=
		      fixture_screen__has(ui, "H this host"));
	}
}

static void draws_at_every_size(void)
{
	static const int sizes[][2] = {{40, 10},  {41, 11},  {60, 14},	{80, 24},
				       {119, 50}, {120, 40}, {120, 24}, {250, 80}};
	struct fixture_screen screen;
	struct ui ui;

	if (!setup(&ui))
		return;
	if (!fixture_screen__start(&screen))
		goto out;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) * 4; i++) {
		const int *size = sizes[i / 4];

		CHECK_CASE("%dx%d, %zu", size[0], size[1], i % 4);
		fixture_screen__resize(&ui, size[0], size[1], i & 1);
		check_screen(&ui, size[0], size[1]);
		view_ladder.act(&ui, i % 3 ? ACTION_DOWN : ACTION_END);
		view_ladder.act(&ui, ACTION_MODE);
		view_ladder.act(&ui, i & 2 ? ACTION_TIMES : ACTION_NEXT);
	}
	fixture_screen__stop(&screen);
out:
	view_ladder.done(&ui.page[VIEW_LADDER]);
}

static void says_what_is_missing(void)
{
	struct fixture_screen screen;
	struct ui ui = {0};

	if (!fixture_screen__start(&screen))
		return;
	fixture_screen__resize(&ui, 80, 24, false);
	view_ladder.draw(&ui, 2, 21);
	CHECK(fixture_screen__has(&ui, "No session is chosen yet."));
	ui.session_id = 9;
	fixture_screen__resize(&ui, 80, 24, false);
	view_ladder.draw(&ui, 2, 21);
	CHECK(fixture_screen__has(&ui, "session 9: asked for"));
	strcpy(ui.page[VIEW_LADDER].refused, "no session 9");
	fixture_screen__resize(&ui, 80, 24, false);
	view_ladder.draw(&ui, 2, 21);
	CHECK(fixture_screen__has(&ui, "! session 9: no session 9"));
	fixture_screen__stop(&screen);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"asks_for_what_is_chosen", asks_for_what_is_chosen, TEST_PLAIN},
		{"says_its_messages", says_its_messages, TEST_PLAIN},
		{"selects_messages", selects_messages, TEST_WALK},
		{"selection_stays_with_its_message", selection_stays_with_its_message, TEST_WALK},
		{"draws_at_every_size", draws_at_every_size, TEST_PLAIN},
		{"says_what_is_missing", says_what_is_missing, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

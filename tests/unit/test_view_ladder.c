/* SPDX-License-Identifier: BSD-2-Clause */
/* The view of one session without a terminal: what it asks, where the selection goes. */
#include "fixture_reply.h"
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

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"asks_for_what_is_chosen", asks_for_what_is_chosen, TEST_PLAIN},
		{"says_its_messages", says_its_messages, TEST_PLAIN},
		{"selects_messages", selects_messages, TEST_WALK},
		{"selection_stays_with_its_message", selection_stays_with_its_message, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

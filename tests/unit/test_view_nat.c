/* SPDX-License-Identifier: BSD-2-Clause */
/* view_nat: two replies in, heartbeats, as plain lines out. */
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_screen.h"
#include "test.h"

#define SEC 1000000000ull

static const char first[] = "{\"type\":\"beats\",\"mono_ns\":9,\"peers\":[]}";
static const char second[] =
	"{\"type\":\"beats\",\"mono_ns\":30000000000,\"peers\":[{\"id\":1,\"addr\":\"10.0.0.2:1\","
	"\"seen_ns\":20000000000,\"beats\":99,\"interval_ns\":30000000000},{\"id\":2,\"addr\":\"10."
	"0.0.3:1\",\"old_addr\":\"10.0.0.3:9\",\"changes\":2,\"beats\":9}]}";

/* The lines of say(), owned. */
static char *lines_of(const struct ui *ui)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ui->view->say(ui, out);
	fclose(out);
	return text;
}

static int feed(struct ui *ui, const char *line, uint64_t now_ns)
{
	char err[MODEL_ERROR_LEN];

	ui->now_ns = now_ns;
	return ui->view->take(ui, line, err);
}

static void says_what_two_replies_tell(void)
{
	static const char *const says[] = {
		"peers 2, at high risk 1, heartbeats 108, missed 0, address changes 2\n",
		"10.0.0.3:9",
		"x2",
		"!HIGH",
		"10.0s",
		"low"};
	struct ui ui = {.view = &view_nat};
	struct page *page = &ui.page[VIEW_NAT];
	char *text = NULL;

	grid__init(&page->grid, ui.view->table);
	if (ui.view->show && !CHECK_OK(ui.view->show(&ui)))
		return;
	if (!CHECK_OK(feed(&ui, first, SEC)) || !CHECK_OK(feed(&ui, second, 2 * SEC)))
		goto out;
	CHECK_UINT(page->grid.cnt, 2);
	CHECK_INT(feed(&ui, "{\"type\":\"hello\"}", 3 * SEC),
		  -EBADMSG); /* the state is as it was */
	text = lines_of(&ui);
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		CHECK_CASE("%s", says[i]);
		if (!CHECK(strstr(text, says[i])))
			puts(text);
	}
out:
	free(text);
	ui.view->done(page);
	CHECK(!page->state);
	grid__done(&page->grid);
}

static void asks_and_says_before_the_first_reply(void)
{
	struct ui ui = {.view = &view_nat};
	char line[VIEW_REQUEST_LEN], *text = lines_of(&ui);

	CHECK(text);
	CHECK(ui.view->request(&ui, line));
	CHECK(strstr(line, "\"cmd\""));
	CHECK_INT(ui.view->update(&ui), 0);
	ui.view->done(&ui.page[VIEW_NAT]);
	free(text);
}

/* Only its own lines are drawn, at whatever size. */
static void draws_at_every_size(void)
{
	static const struct {
		int cols, lines;
		const char *shows; /* NULL: whatever */
	} rows[] = {
		{80, 24, "! 1 at high risk"},
		{80, 24, "SERVICE"},
		{80, 24, "risk HIGH: its address changed"},
		{40, 10, "!HIGH"},
		{40, 10, "low"},
		{120, 40, "WAS"},
		{120, 40, "10.0.0.2:1 to "},
		{41, 11, NULL},
		{60, 14, NULL},
		{119, 50, NULL},
		{250, 80, NULL},
		{40, 6, NULL},
		{40, 4, NULL},
	};
	struct ui ui = {.view = &view_nat};
	struct page *page = &ui.page[VIEW_NAT];
	struct fixture_screen screen;
	char line[FIXTURE_SCREEN_LINE];

	if (!fixture_screen__start(&screen))
		return;

	grid__init(&page->grid, ui.view->table);
	if (ui.view->show)
		CHECK_OK(ui.view->show(&ui));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 4; i++) {
		bool is_told = i >= 2; /* nothing came yet */

		CHECK_CASE("%dx%d, %zu", rows[i / 4].cols, rows[i / 4].lines, i % 4);
		if (i == 2) {
			CHECK_OK(feed(&ui, first, SEC));
			CHECK_OK(feed(&ui, second, 2 * SEC));
		}
		grid__move(&page->grid, ui.view->table, 1);
		strcpy(page->refused, i % 4 == 3 ? "unknown command" : "");
		fixture_screen__resize(&ui, rows[i / 4].cols, rows[i / 4].lines, i & 1);
		ui.view->draw(&ui, 2, ui.paint.lines - 3);
		for (int y = 0; y < ui.paint.lines; y = y == 1 ? ui.paint.lines - 1 : y + 1) {
			fixture_screen__read(y, line);
			CHECK_STR(line, "");
		}
		if (is_told && i % 4 != 3 && rows[i / 4].shows &&
		    !CHECK(fixture_screen__has(&ui, rows[i / 4].shows)))
			puts(rows[i / 4].shows);
	}
	ui.view->done(page);
	grid__done(&page->grid);
	fixture_screen__stop(&screen);
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

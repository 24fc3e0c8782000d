/* SPDX-License-Identifier: BSD-2-Clause */
/* view_nat: two replies in, heartbeats, as plain lines out. */
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"says_what_two_replies_tell", says_what_two_replies_tell, TEST_WALK},
		{"asks_and_says_before_the_first_reply", asks_and_says_before_the_first_reply,
		 TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

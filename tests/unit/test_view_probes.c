/* SPDX-License-Identifier: BSD-2-Clause */
/* view_probes: two replies in, probes and plan, as plain lines out. */
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define SEC 1000000000ull

static const char first[] = "{\"type\":\"probes\",\"mono_ns\":1000000000,\"stats\":{\"on\":true},"
			    "\"programs\":[{\"name\":\"a\",\"instant\":\"t_run\",\"state\":"
			    "\"attached\",\"runs\":0,\"run_ns\":0,\"misses\":0}]}";
static const char second[] = "{\"type\":\"probes\",\"mono_ns\":2000000000,\"stats\":{\"on\":true},"
			     "\"programs\":[{\"name\":\"a\",\"instant\":\"t_run\",\"state\":"
			     "\"attached\",\"runs\":100,\"run_ns\":25000,\"misses\":0}]}";

static struct model_skip skips[] = {{"send_fe", "fentry", "no BTF"}};
static struct model_choice choices[] = {
	{.instant = "t_run", .candidate = "a", .mechanism = "tp_btf", .state = "active"},
	{.instant = "t_send",
	 .state = "merged",
	 .merged_as = "app+tx",
	 .skip_cnt = 1,
	 .skip = skips},
};
static struct model snapshot = {.choice_cnt = 2, .choice = choices};

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
	static const char *const says[] = {"instants measured 1 of 2\n",
					   "BPF statistics on\n",
					   "100/s",
					   "250ns",
					   "<0.01%",
					   "instant t_send merged into app+tx",
					   "not send_fe fentry: no BTF"};
	struct ui ui = {.view = &view_probes};
	struct page *page = &ui.page[VIEW_PROBES];
	char *text = NULL;

	ui.model = &snapshot;
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
	struct ui ui = {.view = &view_probes};
	char line[VIEW_REQUEST_LEN], *text = lines_of(&ui);

	CHECK(text);
	CHECK(ui.view->request(&ui, line));
	CHECK(strstr(line, "\"cmd\""));
	CHECK_INT(ui.view->update(&ui), 0);
	ui.view->done(&ui.page[VIEW_PROBES]);
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

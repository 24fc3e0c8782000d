/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys: the table they come from, going up and down, filter and search, and what each view draws
 * before anything is known. */
#include "action.h"
#include "keys.h"
#include "picture.h"
#include "test.h"
#include "view.h"

#include <stdlib.h>
#include <string.h>

#define KEY_ESCAPE 27

static const char snapshot[] =
	"{\"type\":\"snapshot\",\"protocol\":1,\"rows\":["
	"{\"service\":\"alpha\",\"side\":\"server\",\"method\":\"INVITE\",\"p99\":{\"ns\":30}},"
	"{\"service\":\"beta\",\"side\":\"server\",\"method\":\"BYE\",\"p99\":{\"ns\":20}},"
	"{\"service\":\"gamma\",\"side\":\"client\",\"method\":\"INVITE\",\"p99\":{\"ns\":10}}]}";

/* No key means two things in one view, and none is that of a view. */
static void keys_are_unique(void)
{
	for (unsigned int i = 0; i < ACTION_CNT; i++) {
		const struct action *a = action__at(i);

		CHECK_CASE("%s", a->help);
		CHECK(a->key[0] && a->label[0] && a->help[0] && a->in);
		for (int k = 0; k < ACTION_KEYS_MAX && a->key[k]; k++) {
			CHECK(!view__by_digit(a->key[k]));
			for (unsigned int id = 0; id < VIEW_CNT; id++) {
				unsigned int in = 1u << id & a->in;

				CHECK_INT(action__find(a->key[k], in), in ? i : ACTION_CNT);
			}
		}
	}
}

static void views_have_names_and_digits(void)
{
	for (unsigned int id = 0; id < VIEW_CNT; id++) {
		const struct view_tab *tab = view__tab((enum view_id)id);
		const struct view *view = view__at((enum view_id)id);

		CHECK_CASE("%s", tab->name);
		CHECK_INT(view->id, id);
		CHECK(view->draw && view->say);
		CHECK(view__by_name(tab->name) == view);
		CHECK(!tab->digit || view__by_digit(tab->digit) == view);
	}
	CHECK(!view__by_name("none"));
	CHECK(!view__by_digit('0'));
}

/* False: memory ran out. */
static bool start(struct ui *ui)
{
	char err[MODEL_ERROR_LEN];
	struct model *m = NULL;

	view__init(ui, &view_overview);
	if (!CHECK_OK(model__parse(snapshot, &m, err)))
		return false;
	view__take_model(ui, m);
	return ui->page[VIEW_OVERVIEW].grid.cnt == 3;
}

static void type(struct ui *ui, const char *keys)
{
	for (; *keys; keys++)
		keys__press(ui, (unsigned char)*keys, false);
}

static void the_selection_is_what_others_show(void)
{
	struct ui ui = {.paint = {.cols = 80, .lines = 24}, .height = 10};

	if (!start(&ui))
		goto out;
	CHECK_STR(ui.subject.service, "alpha");
	type(&ui, "j");
	CHECK_STR(ui.subject.service, "beta");
	type(&ui, "G");
	CHECK_STR(ui.subject.service, "gamma");
	type(&ui, "/be\r");
	CHECK_STR(ui.subject.service, "beta");
	type(&ui, "\\gam\r");
	CHECK_UINT(ui.page[VIEW_OVERVIEW].grid.cnt, 1);
	CHECK_STR(ui.subject.service, "gamma");
	keys__press(&ui, KEY_ESCAPE, false); /* clears the filter */
	CHECK_UINT(ui.page[VIEW_OVERVIEW].grid.cnt, 3);
	keys__press(&ui, KEY_ESCAPE, false); /* never quits */
	CHECK(!ui.quit && ui.view == &view_overview);
out:
	view__done(&ui);
}

static void escape_goes_up(void)
{
	struct ui ui = {.paint = {.cols = 80, .lines = 24}, .height = 10};

	if (!start(&ui))
		goto out;
	type(&ui, "9");
	CHECK(ui.view == &view_losses);
	type(&ui, "?");
	CHECK(ui.view == &view_help);
	type(&ui, "?");
	CHECK(ui.view == &view_losses);
	type(&ui, "?");
	keys__press(&ui, KEY_ESCAPE, false);
	CHECK(ui.view == &view_losses);
	keys__press(&ui, KEY_ESCAPE, false);
	CHECK(ui.view == &view_overview);
	for (unsigned int i = 0; i < VIEW_TRAIL * 2; i++)
		view__show(&ui, i & 1 ? &view_losses : &view_help, true);
	CHECK_UINT(ui.trail_cnt, VIEW_TRAIL);
	type(&ui, "q");
	CHECK(ui.quit);
out:
	view__done(&ui);
}

static void every_view_draws_at_every_size(void)
{
	static const int sizes[][2] = {{1, 1}, {39, 10}, {40, 10}, {80, 24}, {120, 40}, {250, 80}};
	struct canvas canvas = {0};
	struct ui ui = {.paint.canvas = &canvas};

	for (unsigned int round = 0; round < 2; round++) {
		if (round && !start(&ui))
			break;
		if (!round)
			view__init(&ui, &view_overview);
		for (unsigned int i = 0; i < VIEW_CNT * sizeof(sizes) / sizeof(sizes[0]); i++) {
			const int *size = sizes[i / VIEW_CNT];

			if (!CHECK_OK(canvas__resize(&canvas, size[0], size[1])))
				goto out;
			ui.paint.cols = size[0];
			ui.paint.lines = size[1];
			view__show(&ui, view__at((enum view_id)(i % VIEW_CNT)), false);
			picture__draw(&ui);
			if (size[0] >= 40)
				CHECK(canvas__at(&canvas, 0, 1)->text[0]);
		}
		view__done(&ui);
		ui = (struct ui){.paint.canvas = &canvas};
	}
out:
	view__done(&ui);
	canvas__done(&canvas);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"keys_are_unique", keys_are_unique, TEST_PLAIN},
		{"views_have_names_and_digits", views_have_names_and_digits, TEST_PLAIN},
		{"the_selection_is_what_others_show", the_selection_is_what_others_show, TEST_WALK},
		{"escape_goes_up", escape_goes_up, TEST_WALK},
		{"every_view_draws_at_every_size", every_view_draws_at_every_size, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

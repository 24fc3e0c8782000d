/* SPDX-License-Identifier: BSD-2-Clause */
/* Help: the keys of the view it covers, and how to read it. Everything about keys comes from the
 * tables of actions and views. */
#include "view.h"

static const char *const notes[] = {
	"P50..P999: latency of the replies in the window; -- means too few of them to tell. TREND: "
	"P99 "
	"of the last minutes, each row by its own scale. DRIFT: P99 against the 10 to 20 minutes "
	"before; n< too few, ~ the same.",
	"Stage bars: where the slowest 1 % of the requests spend their time.",
	"! marks what was lost, is slower, or is measured less well than it could be.",
};

static const struct view *get_under(const struct ui *ui)
{
	return ui->trail_cnt ? ui->trail[ui->trail_cnt - 1] : &view_overview;
}

static void draw(struct ui *ui, int y, int height)
{
	struct view_lines l = {.ui = ui, .y = y, .height = height};
	const struct view *under = get_under(ui);

	view__line(&l, 1, 10, PAINT_TITLE, "%s: %s", view__tab(under->id)->title,
		   view__tab(under->id)->help);
	for (unsigned int id = 0; id < ACTION_CNT; id++) {
		const struct action *action = action__at(id);

		if (action__is_told(action, under->id, view__is_played(ui)))
			view__line(&l, 1, 10, PAINT_PLAIN, "%-8s %s", action->label, action->help);
	}
	for (unsigned int id = 0; id < VIEW_CNT; id++) {
		const struct view_tab *tab = view__tab((enum view_id)id);

		if (tab->digit)
			view__line(&l, 1, 10, PAINT_PLAIN, "%c        %s: %s", tab->digit,
				   tab->title, tab->help);
	}
	view__line(&l, 1, 10, PAINT_PLAIN, " ");
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		view__line(&l, 1, 10, PAINT_PLAIN, "%s", notes[i]);
	if (view__lines_end(&l))
		draw(ui, y, height);
}

static void say(const struct ui *ui, FILE *out)
{
	const struct view *under = get_under(ui);

	for (unsigned int id = 0; id < ACTION_CNT; id++) {
		if (action__is_told(action__at(id), under->id, view__is_played(ui)))
			fprintf(out, "key %s: %s\n", action__at(id)->label, action__at(id)->help);
	}
}

static bool act(struct ui *ui, enum action_id id)
{
	if (id == ACTION_HELP)
		view__up(ui);
	return id == ACTION_HELP;
}

const struct view view_help = {.id = VIEW_HELP, .draw = draw, .say = say, .act = act};

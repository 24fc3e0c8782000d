/* SPDX-License-Identifier: BSD-2-Clause */
/* Help: the keys of the view it covers, and how to read the table. Everything about keys comes from
 * the action table. */
#include "view.h"

static const char *const notes[] = {
	"RATE and N: replies in the window. P50..P999: latency of those; -- means too few of them "
	"to tell.",
	"all: every request of the window. tail: those of the P99 bucket and slower, since start.",
	"Bars and legend: mean time per request in each stage, and its share.",
	"! marks what was lost or is measured less well than it could be.",
};

static void draw(struct ui *ui, int y, int height)
{
	struct view_lines l = {.ui = ui, .y = y, .height = height};
	const struct view *under = ui->under ? ui->under : &view_top;

	for (unsigned int id = 0; id < ACTION_CNT; id++) {
		const struct action *action = action__at(id);

		if (action->in & (unsigned int)under->in)
			view__line(&l, 1, 10, PAINT_PLAIN, "%-8s %s", action->label, action->help);
	}
	view__line(&l, 1, 10, PAINT_PLAIN, " ");
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		view__line(&l, 1, 10, PAINT_PLAIN, "%s", notes[i]);
	if (view__lines_end(&l))
		draw(ui, y, height);
}

static bool act(struct ui *ui, enum action_id id)
{
	return view__lines_act(ui, id == ACTION_HELP ? ACTION_BACK : id);
}

const struct view view_help = {.in = IN_HELP, .title = "help", .draw = draw, .act = act};

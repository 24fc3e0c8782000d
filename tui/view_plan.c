/* SPDX-License-Identifier: BSD-2-Clause */
/* The probe plan: for each instant what measures it, what that costs in precision, and why the
 * better ones are not used. */
#include "view.h"

#include <inttypes.h>
#include <string.h>

static void draw_choice(struct view_lines *l, const struct model_choice *choice)
{
	bool merged = !strcmp(choice->state, "merged");

	if (merged)
		view__line(l, 1, 14, PAINT_ALERT, "! %-8s merged%s%s: no candidate holds",
			   choice->instant, choice->merged_as[0] ? " into " : "",
			   choice->merged_as);
	else
		view__line(l, 1, 14, PAINT_TITLE, "%c %-8s %s (%s)", choice->lost[0] ? '!' : ' ',
			   choice->instant, choice->candidate, choice->mechanism);
	if (choice->why[0])
		view__line(l, 12, 14, PAINT_PLAIN, "%s", choice->why);
	if (choice->lost[0])
		view__line(l, 12, 14, PAINT_PLAIN, "lost: %s", choice->lost);
	for (unsigned int i = 0; i < choice->skip_cnt; i++)
		view__line(l, 12, 14, PAINT_PLAIN, "not %s (%s): %s", choice->skip[i].candidate,
			   choice->skip[i].mechanism, choice->skip[i].reason);
}

static void draw_replan(struct view_lines *l, const struct model_replan *r)
{
	if (r->due[0])
		view__line(l, 1, 14, PAINT_ALERT, "! a new plan is due: %s", r->due);
	if (r->cnt)
		view__line(l, 1, 14, PAINT_PLAIN, "  new plans %" PRIu64 ", the latest %s: %s",
			   r->cnt, r->time, r->reason);
}

static void draw(struct ui *ui, int y, int height)
{
	struct view_lines l = {.ui = ui, .y = y, .height = height};
	const struct model *m = ui->model;

	if (m)
		draw_replan(&l, &m->replan);
	for (unsigned int i = 0; m && i < m->choice_cnt; i++)
		draw_choice(&l, &m->choice[i]);
	if (!m || !m->choice_cnt)
		view__line(&l, 1, 14, PAINT_PLAIN, "no plan known");
	for (unsigned int i = 0; m && i < m->tap_cnt; i++) {
		const struct model_tap *tap = &m->tap[i];

		view__line(&l, 1, 14, PAINT_PLAIN, "  tap %s (%s): %s, %s%s%s", tap->ifname,
			   tap->direction, tap->candidate, tap->state, tap->reason[0] ? ": " : "",
			   tap->reason);
	}
	if (view__lines_end(&l))
		draw(ui, y, height);
}

static bool act(struct ui *ui, enum action_id id)
{
	if (id == ACTION_PLAN)
		view__show(ui, &view_top);
	return id == ACTION_PLAN || view__lines_act(ui, id);
}

const struct view view_plan = {.in = IN_PLAN, .title = "probe plan", .draw = draw, .act = act};

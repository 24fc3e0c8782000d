/* SPDX-License-Identifier: BSD-2-Clause */
/* The loss ledger: every counter of what was not measured, what was dropped, and what else is worth
 * knowing. */
#include "view.h"

#include <inttypes.h>

#define REST 40 /* where the last column starts */

static void draw(struct ui *ui, int y, int height)
{
	struct view_lines l = {.ui = ui, .y = y, .height = height};
	const struct model *m = ui->model;

	view__line(&l, 1, REST, PAINT_TITLE, "  %10s  %-4s  %-18s %s", "COUNT", "KIND", "NAME",
		   "MEANING (since start)");
	for (unsigned int i = 0; m && i < m->loss_cnt; i++) {
		const struct model_loss *loss = &m->loss[i];
		bool lost = model__is_lost(loss);

		view__line(&l, 1, REST, lost ? PAINT_ALERT : PAINT_PLAIN,
			   "%c %10" PRIu64 "  %-4s  %-18s %s", lost ? '!' : ' ', loss->count,
			   loss->kind, loss->name, loss->help);
	}
	if (view__lines_end(&l))
		draw(ui, y, height);
}

static bool act(struct ui *ui, enum action_id id)
{
	if (id == ACTION_LEDGER)
		view__show(ui, &view_top);
	return id == ACTION_LEDGER || view__lines_act(ui, id);
}

const struct view view_ledger = {.in = IN_LEDGER, .title = "loss ledger", .draw = draw, .act = act};

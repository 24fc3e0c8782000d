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

static void say(const struct ui *ui, FILE *out)
{
	const struct model *m = ui->model;

	for (unsigned int i = 0; m && i < m->loss_cnt; i++)
		fprintf(out, "%s %s %" PRIu64 " since start: %s\n", m->loss[i].kind,
			m->loss[i].name, m->loss[i].count, m->loss[i].help);
}

const struct view view_losses = {.id = VIEW_LOSSES, .draw = draw, .say = say};

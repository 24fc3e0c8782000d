/* SPDX-License-Identifier: BSD-2-Clause */
/* Header and footer of the live screen. */
#include "head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COMPACT_LINES 15 /* below: no line about instants, no rule */
#define STALE_NS      3000000000ull

/* "23:00:00" of "2026-11-24T23:00:00Z". */
static const char *get_clock(const struct model *m, char clock[9])
{
	const char *t = strchr(m->time, 'T');

	snprintf(clock, 9, "%.8s", t ? t + 1 : "");
	return clock;
}

static void draw_identity(const struct ui *ui, struct paint_strip *s)
{
	const struct model *m = ui->model;
	char window[FIGURE_LEN], clock[9];

	paint__strip(s, PAINT_TITLE, "sigpath " SIGPATH_VERSION);
	if (!m)
		return;
	paint__strip(s, PAINT_PLAIN, "%s", m->host);
	paint__strip(s, PAINT_PLAIN, "kernel %s", m->kernel);
	paint__strip(s, PAINT_PLAIN, "window %s", figure__seconds(window, m->window_ns));
	paint__strip(s, PAINT_PLAIN, "%.1f msg/s", m->totals.messages_per_s);
	paint__strip(s, PAINT_PLAIN, "%s", get_clock(m, clock));
}

static bool is_compact(const struct ui *ui)
{
	return ui->paint.lines < COMPACT_LINES;
}

static void draw_state(const struct ui *ui, struct paint_strip *s)
{
	uint64_t age_ns = ui->now_ns - ui->received_ns;
	char age[FIGURE_LEN];

	snprintf(age, sizeof(age), "%" PRIu64 "s", age_ns / 1000000000);
	if (ui->frozen_ns)
		paint__strip(s, PAINT_SELECTED, "FROZEN %s old", age);
	else if (ui->banner[0] || age_ns > STALE_NS)
		paint__strip(s, PAINT_ALERT, "! STALE %s old", age);
	else
		paint__strip(s, PAINT_PLAIN, "LIVE");
	if (ui->model && ui->model->banner[0] && is_compact(ui))
		paint__strip(s, PAINT_ALERT, "! %.*s", (int)strcspn(ui->model->banner, ":"),
			     ui->model->banner);
	if (ui->view != &view_top)
		paint__strip(s, PAINT_TITLE, "[%s]", ui->view->title);
}

static void draw_totals(const struct ui *ui, struct paint_strip *s)
{
	const struct model_totals *t = &ui->model->totals;
	char oldest[FIGURE_LEN], count[FIGURE_LEN];

	draw_state(ui, s);
	if (ui->rows.filter[0] && ui->view == &view_top)
		paint__strip(s, PAINT_TITLE, "filter: %s", ui->rows.filter);
	paint__strip(s, t->lost ? PAINT_ALERT : PAINT_PLAIN, "%slost %s", t->lost ? "! " : "",
		     figure__count(count, t->lost, 6));
	if (t->in_flight)
		paint__strip(s, PAINT_PLAIN, "in-flight %s (oldest %s)",
			     figure__count(count, t->in_flight, 6),
			     figure__ns(oldest, t->oldest_ns));
	else
		paint__strip(s, PAINT_PLAIN, "in-flight 0");
	paint__strip(s, PAINT_PLAIN, "timeouts %s", figure__count(count, t->timeouts, 6));
	paint__strip(s, PAINT_PLAIN, "errors %s", figure__count(count, t->errors, 6));
	if (ui->model->replan.due[0])
		paint__strip(s, PAINT_ALERT, "! new plan due (p)");
	else if (ui->model->replan.cnt)
		paint__strip(s, PAINT_PLAIN, "new plans %s (p)",
			     figure__count(count, ui->model->replan.cnt, 6));
}

static void draw_degraded(const struct ui *ui, struct paint_strip *s)
{
	const struct model *m = ui->model;
	unsigned int degraded = 0;

	if (m->banner[0]) {
		paint__strip(s, PAINT_ALERT, "! %s", m->banner);
		return;
	}
	for (unsigned int i = 0; i < m->choice_cnt; i++)
		degraded += model__is_degraded(&m->choice[i]);
	if (!m->choice_cnt) {
		paint__strip(s, PAINT_PLAIN, "probe plan not known");
		return;
	}
	if (!degraded) {
		paint__strip(s, PAINT_PLAIN, "probes %u/%u: every instant measured", m->choice_cnt,
			     m->choice_cnt);
		return;
	}
	paint__strip(s, PAINT_ALERT, "! probes %u/%u DEGRADED (p)", m->choice_cnt - degraded,
		     m->choice_cnt);
	for (unsigned int i = 0; i < m->choice_cnt; i++) {
		const struct model_choice *c = &m->choice[i];

		if (model__is_degraded(c))
			paint__strip(s, PAINT_PLAIN, "%s %s", c->instant,
				     c->candidate[0] && strcmp(c->state, "merged") ? c->candidate
										   : "merged");
	}
}

int head__draw(const struct ui *ui)
{
	struct paint_strip identity = {.paint = &ui->paint, .y = 0},
			   state = {.paint = &ui->paint, .y = 1},
			   degraded = {.paint = &ui->paint, .y = 2};

	draw_identity(ui, &identity);
	if (ui->banner[0])
		paint__strip(&state, PAINT_ALERT, "! %s", ui->banner);
	else if (ui->model)
		draw_totals(ui, &state);
	if (is_compact(ui))
		return 2;
	if (ui->banner[0] && ui->model)
		draw_totals(ui, &degraded);
	else if (ui->model)
		draw_degraded(ui, &degraded);
	paint__rule(&ui->paint, 3);
	return 4;
}

void head__draw_footer(const struct ui *ui)
{
	struct paint_strip s = {.paint = &ui->paint, .y = ui->paint.lines - 1};

	if (ui->editing) {
		paint__strip(&s, PAINT_TITLE, "Filter: %s_", ui->rows.filter);
		paint__strip(&s, PAINT_PLAIN, "Enter:keep Esc:clear");
		return;
	}
	for (unsigned int id = 0; id < ACTION_CNT; id++) {
		const struct action *action = action__at(id);

		if (action->hint[0] && action->in & (unsigned int)ui->view->in)
			paint__strip(&s, PAINT_PLAIN, "%s:%s", action->label, action->hint);
	}
}

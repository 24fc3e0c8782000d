/* SPDX-License-Identifier: BSD-2-Clause */
/* Header and footer of the live screen. */
#include "head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COMPACT_LINES 15 /* below: two lines, no rule */
#define TABS_COLS     76 /* all tabs with their titles */
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
	char clock[9], play[PLAY_LEN];

	paint__strip(s, PAINT_TITLE, "sigpath " SIGPATH_VERSION);
	if (!m)
		return;
	if (m->replay.is_played) {
		paint__strip(s, PAINT_PLAIN, "%s", play__text(&m->replay, ui->paint.cols, play));
		return;
	}
	paint__strip(s, PAINT_PLAIN, "%s", m->host);
	paint__strip(s, PAINT_PLAIN, "kernel %s", m->kernel);
	paint__strip(s, PAINT_PLAIN, "%.1f msg/s", m->totals.messages_per_s);
	paint__strip(s, PAINT_PLAIN, "%s", get_clock(m, clock));
}

static void draw_tabs(const struct ui *ui, struct paint_strip *s)
{
	char line[256] = "", digit[2];
	size_t len = 0;

	for (unsigned int id = 0; id < VIEW_CNT; id++) {
		const struct view_tab *tab = view__tab((enum view_id)id);
		bool shown = ui->view->id == id, is_long = shown || ui->paint.cols >= TABS_COLS;

		if (!tab->digit && !shown)
			continue;
		snprintf(digit, sizeof(digit), "%c", tab->digit);
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s%s%s%s",
					len ? " " : "", shown ? "[" : "", digit,
					shown && tab->digit ? "]" : "", is_long ? tab->title : "");
		if (shown && !tab->digit)
			len += (size_t)snprintf(line + len, sizeof(line) - len, "]");
	}
	paint__strip(s, PAINT_PLAIN, "%s", line);
	if (ui->view->table && ui->page[ui->view->id].grid.filter[0])
		paint__strip(s, PAINT_TITLE, "filter: %s", ui->page[ui->view->id].grid.filter);
}

static void draw_age(const struct ui *ui, struct paint_strip *s)
{
	uint64_t age_ns = ui->received_ns ? ui->now_ns - ui->received_ns : 0;
	char age[FIGURE_LEN];

	snprintf(age, sizeof(age), "%" PRIu64 "s", age_ns / 1000000000);
	if (ui->frozen_ns)
		paint__strip(s, PAINT_SELECTED, "FROZEN %s old", age);
	else if (ui->banner[0] || age_ns > STALE_NS)
		paint__strip(s, PAINT_ALERT, "! STALE %s old", age);
	else
		paint__strip(s, PAINT_PLAIN, "%s",
			     ui->model && ui->model->replay.is_played ? "PLAYED" : "LIVE");
}

static void draw_probes(const struct model *m, struct paint_strip *s, bool compact)
{
	unsigned int degraded = 0;

	for (unsigned int i = 0; i < m->choice_cnt; i++)
		degraded += model__is_degraded(&m->choice[i]);
	if (!m->choice_cnt)
		paint__strip(s, PAINT_PLAIN, "probes --");
	else if (m->replan.due[0])
		paint__strip(s, PAINT_ALERT, "! new plan due");
	else if (degraded)
		paint__strip(s, PAINT_ALERT, "! probes %u/%u%s", m->choice_cnt - degraded,
			     m->choice_cnt, compact ? "" : " degraded");
	else
		paint__strip(s, PAINT_PLAIN, "probes %u/%u", m->choice_cnt, m->choice_cnt);
}

static void draw_health(const struct ui *ui, struct paint_strip *s)
{
	const struct model_totals *t = &ui->model->totals;
	bool compact = ui->paint.lines < COMPACT_LINES || ui->paint.cols < TABS_COLS;
	char window[FIGURE_LEN], count[FIGURE_LEN];

	draw_age(ui, s);
	paint__strip(s, PAINT_PLAIN, "%s %s", compact ? "win" : "window",
		     figure__seconds(window, ui->model->window_ns));
	paint__strip(s, t->lost ? PAINT_ALERT : PAINT_PLAIN, "%slost %s", t->lost ? "! " : "",
		     figure__count(count, t->lost, 6));
	draw_probes(ui->model, s, compact);
}

static void draw_load(const struct ui *ui, struct paint_strip *s)
{
	const struct model_totals *t = &ui->model->totals;
	char oldest[FIGURE_LEN], count[FIGURE_LEN];

	if (t->in_flight)
		paint__strip(s, PAINT_PLAIN, "in-flight %s (oldest %s)",
			     figure__count(count, t->in_flight, 6),
			     figure__ns(oldest, t->oldest_ns));
	else
		paint__strip(s, PAINT_PLAIN, "in-flight 0");
	paint__strip(s, PAINT_PLAIN, "timeouts %s", figure__count(count, t->timeouts, 6));
	paint__strip(s, PAINT_PLAIN, "errors %s", figure__count(count, t->errors, 6));
	if (ui->model->replan.cnt)
		paint__strip(s, PAINT_PLAIN, "new plans %s",
			     figure__count(count, ui->model->replan.cnt, 6));
}

/* What must be read before any figure; "" nothing. */
static const char *get_banner(const struct ui *ui)
{
	if (ui->banner[0])
		return ui->banner;
	if (view__is_played(ui) && ui->model->replay.error[0])
		return ui->model->replay.error;
	return ui->model ? ui->model->banner : "";
}

static int draw_compact(const struct ui *ui)
{
	struct paint_strip first = {.paint = &ui->paint, .y = 0},
			   second = {.paint = &ui->paint, .y = 1};
	const char *banner = get_banner(ui);

	if (ui->model)
		draw_health(ui, &first);
	else
		paint__strip(&first, PAINT_TITLE, "sigpath " SIGPATH_VERSION);
	if (banner[0])
		paint__strip(&second, PAINT_ALERT, "! %s", banner);
	paint__strip(&second, PAINT_TITLE, "[%s]", view__tab(ui->view->id)->title);
	if (ui->model)
		draw_load(ui, &second);
	return 2;
}

int head__draw(const struct ui *ui)
{
	struct paint_strip identity = {.paint = &ui->paint, .y = 0},
			   tab = {.paint = &ui->paint, .y = 1},
			   state = {.paint = &ui->paint, .y = 2},
			   banner = {.paint = &ui->paint, .y = 3};

	if (ui->paint.lines < COMPACT_LINES)
		return draw_compact(ui);
	draw_identity(ui, &identity);
	draw_tabs(ui, &tab);
	if (ui->model) {
		draw_health(ui, &state);
		draw_load(ui, &state);
	}
	if (get_banner(ui)[0])
		paint__strip(&banner, PAINT_ALERT, "! %s", get_banner(ui));
	else
		paint__rule(&ui->paint, 3);
	return 4;
}

static bool can_go_back(const struct ui *ui)
{
	return ui->view != &view_overview || ui->page[VIEW_OVERVIEW].grid.filter[0];
}

void head__draw_footer(const struct ui *ui)
{
	struct paint_strip s = {.paint = &ui->paint, .y = ui->paint.lines - 1};

	if (ui->editing) {
		paint__strip(&s, PAINT_TITLE, "%s: %s_", ui->edits_search ? "Search" : "Filter",
			     ui->edit);
		paint__strip(&s, PAINT_PLAIN, "Enter:keep Esc:clear");
		return;
	}
	if (ui->note[0]) {
		paint__strip(&s, PAINT_TITLE, "%s", ui->note);
		return;
	}
	for (unsigned int id = 0; id < ACTION_CNT; id++) {
		const struct action *action = action__at(id);

		if (!action->hint[0] ||
		    !action__is_told(action, ui->view->id, view__is_played(ui)) ||
		    (id == ACTION_BACK && !can_go_back(ui)))
			continue;
		paint__strip(&s, PAINT_PLAIN, "%.*s:%s", (int)strcspn(action->label, " "),
			     action->label, action->hint);
	}
}

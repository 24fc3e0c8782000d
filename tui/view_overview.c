/* SPDX-License-Identifier: BSD-2-Clause */
/* The first view: services and methods, and below them where the slowest requests of the selected
 * row spend their time. */
#include "view.h"
#include "row_columns.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ALL_COLUMNS UINT32_MAX
#define PANE_FIXED  2  /* rule, title; and a line of figures on a narrow screen */
#define TABLE_LEAST 5  /* column heads and some rows */
#define NAME_COLS   16 /* of a stage */
#define WIDE_COLS   110
#define TALL_LINES  36 /* also bars at three percentiles */

static struct grid *get_grid(const struct ui *ui)
{
	return (struct grid *)&ui->page[VIEW_OVERVIEW].grid;
}

static const struct model_row *get_row(const struct ui *ui)
{
	return ui->model ? grid__selected(get_grid(ui)) : NULL;
}

static int update(struct ui *ui)
{
	const struct model *m = ui->model;

	return m ? grid__update(get_grid(ui), &row_columns__ops, m->row, sizeof(*m->row),
				m->row_cnt)
		 : 0;
}

static void select_row(struct ui *ui)
{
	const struct model_row *row = get_row(ui);

	if (!row)
		return;
	strcpy(ui->subject.service, row->service);
	strcpy(ui->subject.side, row->side);
	strcpy(ui->subject.method, row->method);
}

/* --- stage pane --- */

/* The slowest 1 % of the window where they are told, else of all times. Borrows of the row. */
static void get_parts(const struct model_row *row, struct breakdown *ret, bool *is_window)
{
	struct model_row shown = *row;

	*is_window = row->band[MODEL_BAND_P99].known;
	if (*is_window)
		shown.tail = row->band[MODEL_BAND_P99];
	breakdown__init(ret, &shown);
}

/* Stages of the row with the most: the pane must not jump while the selection moves. */
static int get_most_stages(const struct model *m)
{
	unsigned int most = 1;

	for (unsigned int i = 0; i < m->row_cnt; i++)
		most = m->row[i].stage_cnt > most ? m->row[i].stage_cnt : most;
	return (int)most;
}

static void draw_title(const struct ui *ui, int y, const struct model_row *row,
		       const struct breakdown *parts, bool is_window)
{
	struct paint_strip strip = {.paint = &ui->paint, .y = y};
	unsigned int cols = (unsigned int)ui->paint.cols;
	char title[MODEL_NAME_LEN * 2], fit[MODEL_NAME_LEN * 2];
	char p99[FIGURE_LEN], n[FIGURE_LEN], drift[GRID_TEXT_LEN];

	snprintf(title, sizeof(title), "%s %s %s", row->service, row->side, row->method);
	/* The name may be long: what follows it must still fit. */
	text__fit(fit, sizeof(fit), title, cols > 60 ? cols - 42 : cols, ui->paint.utf8);
	paint__strip(&strip, PAINT_TITLE, "%s", fit);
	paint__strip(&strip, PAINT_PLAIN, "P99 %s", figure__ns(p99, row->p99.ns));
	if (parts->tail_n)
		paint__strip(&strip, PAINT_PLAIN, "slowest 1%%: %s%s",
			     figure__count(n, parts->tail_n, 6), is_window ? "" : " since start");
	row_columns__drift_text(&row->drift, drift);
	if (drift[0])
		paint__strip(&strip, drift[0] == '!' ? PAINT_ALERT : PAINT_PLAIN, "%s", drift);
	if (row->comm[0])
		paint__strip(&strip, PAINT_PLAIN, "%s", row->comm);
}

/* On a narrow screen not all figures of a row have a column. */
static int get_figure_lines(const struct ui *ui)
{
	return ui->paint.cols < WIDE_COLS;
}

static void draw_figures(const struct ui *ui, int y, const struct model_row *row)
{
	struct paint_strip strip = {.paint = &ui->paint, .y = y};
	char figure[FIGURE_LEN];

	paint__strip(&strip, PAINT_PLAIN, "n %s", figure__count(figure, row->n, 8));
	paint__strip(&strip, PAINT_PLAIN, "P90 %s", figure__ns(figure, row->p90.ns));
	paint__strip(&strip, PAINT_PLAIN, "max %s", figure__ns(figure, row->max_ns));
	paint__strip(&strip, row->errors ? PAINT_ALERT : PAINT_PLAIN, "%serrors %s",
		     row->errors ? "! " : "", figure__count(figure, row->errors, 6));
	paint__strip(&strip, row->timeouts ? PAINT_ALERT : PAINT_PLAIN, "%stimeouts %s",
		     row->timeouts ? "! " : "", figure__count(figure, row->timeouts, 6));
	paint__strip(&strip, PAINT_PLAIN, "in flight %s", figure__count(figure, row->in_flight, 6));
}

static void draw_stage(const struct ui *ui, int y, const struct breakdown *parts, unsigned int at,
		       bool tail)
{
	const struct breakdown_part *part = &parts->part[at];
	uint64_t ns = tail ? part->tail_ns : part->all_ns,
		 sum_ns = tail ? parts->tail_ns : parts->all_ns;
	bool is_wide = ui->paint.cols >= WIDE_COLS && tail;
	int x = is_wide ? NAME_COLS + 34 : NAME_COLS + 17, room = ui->paint.cols - x - 2;
	char mean[FIGURE_LEN], share[FIGURE_LEN], text[GRID_TEXT_LEN], all[FIGURE_LEN],
		all_share[FIGURE_LEN], letter[2] = {part->letter, '\0'};

	figure__ns(mean, breakdown__mean_ns(ns, tail ? parts->tail_n : parts->all_n));
	figure__percent(share, ns, sum_ns);
	paint__text(&ui->paint, y, 1, 1, PAINT_TITLE, letter);
	paint__text(&ui->paint, y, 3, NAME_COLS, PAINT_PLAIN, part->name);
	if (is_wide)
		snprintf(text, sizeof(text), "%6s %4s  all %6s %4s", mean, share,
			 figure__ns(all, breakdown__mean_ns(part->all_ns, parts->all_n)),
			 figure__percent(all_share, part->all_ns, parts->all_ns));
	else
		snprintf(text, sizeof(text), "%6s %4s", mean, share);
	paint__text(&ui->paint, y, NAME_COLS + 4, ALL_COLUMNS, PAINT_PLAIN, text);
	if (room < 4 || !sum_ns)
		return;
	paint__text(&ui->paint, y, x - 1, 1, PAINT_DIM, "|");
	paint__letters(&ui->paint, y, x, (unsigned int)((double)ns / (double)sum_ns * room + 0.5),
		       at, part->letter);
	paint__text(&ui->paint, y, x + room, 1, PAINT_DIM, "|");
}

/* Stages in their order; where there is no room for all, the largest. */
static void draw_stages(const struct ui *ui, int y, int height, const struct breakdown *parts,
			bool tail)
{
	bool left_out[BREAKDOWN_MAX] = {0};

	for (unsigned int cnt = parts->cnt; height > 0 && cnt > (unsigned int)height; cnt--) {
		unsigned int least = BREAKDOWN_MAX;
		uint64_t least_ns = 0;

		for (unsigned int i = 0; i < parts->cnt; i++) {
			uint64_t ns = tail ? parts->part[i].tail_ns : parts->part[i].all_ns;

			if (left_out[i] || (least < BREAKDOWN_MAX && ns > least_ns))
				continue;
			least = i;
			least_ns = ns;
		}
		left_out[least] = true;
	}
	for (unsigned int i = 0; i < parts->cnt && height > 0; i++) {
		if (left_out[i])
			continue;
		draw_stage(ui, y++, parts, i, tail);
		height--;
	}
}

/* The stages at three percentiles, each bar a whole: where it shifts to is what makes the slow ones
 * slow. */
static void draw_bands(const struct ui *ui, int y, const struct model_row *row)
{
	static const char *const names[MODEL_BANDS] = {"P50", "P99", "P999"};

	for (unsigned int b = 0; b < MODEL_BANDS; b++) {
		struct model_row shown = *row;
		struct breakdown parts;
		char mean[FIGURE_LEN], text[GRID_TEXT_LEN];

		shown.tail = row->band[b];
		breakdown__init(&parts, &shown);
		figure__ns(mean, breakdown__mean_ns(parts.tail_ns, parts.tail_n));
		snprintf(text, sizeof(text), "%-4s %6s |", names[b], mean);
		paint__text(&ui->paint, y, 1, ALL_COLUMNS, PAINT_PLAIN, text);
		if (parts.tail_ns)
			paint__bar(&ui->paint, y, 14, (unsigned int)ui->paint.cols - 16, &parts,
				   true);
		else
			paint__text(&ui->paint, y, 14, ALL_COLUMNS, PAINT_PLAIN,
				    "too few requests to tell");
		paint__text(&ui->paint, y++, ui->paint.cols - 2, 1, PAINT_DIM, "|");
	}
}

static void draw_pane(const struct ui *ui, int y, int height)
{
	const struct model_row *row = get_row(ui);
	int fixed = PANE_FIXED + get_figure_lines(ui);
	struct breakdown parts;
	bool is_window;

	paint__rule(&ui->paint, y);
	if (!row)
		return;
	get_parts(row, &parts, &is_window);
	draw_title(ui, y + 1, row, &parts, is_window);
	if (fixed > PANE_FIXED)
		draw_figures(ui, y + PANE_FIXED, row);
	if (ui->paint.lines >= TALL_LINES) {
		height -= MODEL_BANDS;
		draw_bands(ui, y + height, row);
	}
	if (parts.tail_ns || height < fixed + 2) {
		draw_stages(ui, y + fixed, height - fixed, &parts, parts.tail_ns > 0);
		return;
	}
	paint__text(&ui->paint, y + fixed, 1, ALL_COLUMNS, PAINT_PLAIN,
		    !parts.all_ns ? "none in this window"
				  : "too few requests to tell of the slowest; all of the window:");
	if (parts.all_ns)
		draw_stages(ui, y + fixed + 1, height - fixed - 1, &parts, false);
}

/* --- operations --- */

static void draw(struct ui *ui, int y, int height)
{
	int pane, table;

	if (!ui->model) {
		paint__text(&ui->paint, y, 1, ALL_COLUMNS, PAINT_PLAIN,
			    "waiting for the first snapshot");
		return;
	}
	pane = PANE_FIXED + get_figure_lines(ui) + get_most_stages(ui->model);
	if (ui->paint.lines >= TALL_LINES)
		pane += MODEL_BANDS + 1;
	if (pane > height * 3 / 5)
		pane = height * 3 / 5;
	if (pane > height - TABLE_LEAST)
		pane = height - TABLE_LEAST;
	if (pane <= PANE_FIXED + get_figure_lines(ui))
		pane = 0;
	table = height - pane;
	ui->height = table > 1 ? (unsigned int)table - 1 : 1;
	grid__draw(get_grid(ui), &row_columns__ops, &ui->paint, y, table);
	if (pane)
		draw_pane(ui, y + table, pane);
}

static void say_history(const struct model_row *row, FILE *out)
{
	const struct model_history *h = &row->history;
	char ns[FIGURE_LEN];

	if (!h->cnt)
		return;
	fprintf(out, "%s %s %s P99 of each %s, oldest first:", row->service, row->side, row->method,
		figure__seconds(ns, h->slot_ns));
	for (unsigned int i = 0; i < h->cnt; i++)
		fprintf(out, " %s", figure__ns(ns, h->p99_ns[i]));
	putc('\n', out);
}

static void say(const struct ui *ui, FILE *out)
{
	const struct grid *g = get_grid(ui);

	grid__say(g, &row_columns__ops, out);
	for (unsigned int i = 0; i < g->cnt; i++) {
		const struct model_row *row = g->row[i];
		struct breakdown parts;
		bool is_window;

		say_history(row, out);
		get_parts(row, &parts, &is_window);
		for (unsigned int s = 0; parts.tail_ns && s < parts.cnt; s++) {
			char mean[FIGURE_LEN], share[FIGURE_LEN];

			fprintf(out, "%s %s %s slowest 1%%%s: stage %s mean %s share %s\n",
				row->service, row->side, row->method,
				is_window ? "" : " since start", parts.part[s].name,
				figure__ns(mean,
					   breakdown__mean_ns(parts.part[s].tail_ns, parts.tail_n)),
				figure__percent(share, parts.part[s].tail_ns, parts.tail_ns));
		}
	}
}

static bool act(struct ui *ui, enum action_id id)
{
	if (id != ACTION_ENTER)
		return false;
	if (get_row(ui)) {
		select_row(ui);
		view__show(ui, &view_stages, true);
	}
	return true;
}

const struct view view_overview = {
	.id = VIEW_OVERVIEW,
	.table = &row_columns__ops,
	.update = update,
	.draw = draw,
	.say = say,
	.act = act,
	.select = select_row,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* The main view: table of rows, and below it where the time of the selected row goes. */
#include "text.h"
#include "view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ALL_COLUMNS  UINT32_MAX
#define PANE_FIXED   4	/* rule, title, two bars */
#define TABLE_LEAST  4	/* column heads and some rows */
#define TITLE_REST   45 /* columns of the title after the name */
#define LEGEND_WIDTH 39 /* least columns of a legend entry */

/* --- table --- */

static void draw_heads(const struct ui *ui, int y, const unsigned int width[COLUMN_CNT])
{
	int x = 1;

	for (unsigned int id = 0; id < COLUMN_CNT; id++) {
		const struct column *column = column__at((enum column_id)id);
		char title[COLUMN_TEXT_LEN];

		if (!width[id])
			continue;
		snprintf(title, sizeof(title), "%s%s", column->title,
			 id != ui->rows.sort ? ""
			 : column->is_text   ? "^"
					     : "v");
		paint__cell(&ui->paint, y, x, width[id], PAINT_TITLE, !column->is_text, title);
		x += (int)width[id] + 1;
	}
}

static void draw_row(const struct ui *ui, int y, const unsigned int width[COLUMN_CNT],
		     const struct model_row *row, bool selected)
{
	enum paint_style style = selected ? PAINT_SELECTED : PAINT_PLAIN;
	int x = 1;

	paint__cell(&ui->paint, y, 0, (unsigned int)ui->paint.cols, style, false,
		    selected ? ">" : "");
	for (unsigned int id = 0; id < COLUMN_CNT; id++) {
		const struct column *column = column__at((enum column_id)id);
		char text[COLUMN_TEXT_LEN];

		if (!width[id])
			continue;
		column->print(row, text);
		paint__cell(&ui->paint, y, x, width[id], style, !column->is_text, text);
		x += (int)width[id] + 1;
	}
}

static void draw_table(struct ui *ui, int y, int height)
{
	unsigned int width[COLUMN_CNT], body = height > 1 ? (unsigned int)height - 1 : 0;
	struct rows *r = &ui->rows;

	column__choose((unsigned int)ui->paint.cols - 1, width);
	draw_heads(ui, y, width);
	rows__scroll(r, body);
	ui->page = body;
	for (unsigned int i = 0; i < body && r->top + i < r->cnt; i++)
		draw_row(ui, y + 1 + (int)i, width, &ui->model->row[r->idx[r->top + i]],
			 r->top + i == r->selected);
	if (!r->cnt && body)
		paint__text(&ui->paint, y + 1, 1, ALL_COLUMNS, PAINT_PLAIN,
			    r->filter[0] ? "no row contains the filter" : "no signaling seen yet");
}

/* --- stage pane --- */

static unsigned int get_legend_cols(const struct ui *ui)
{
	unsigned int cols = (unsigned int)ui->paint.cols / LEGEND_WIDTH;

	return cols ? cols : 1;
}

/* Lines of the legend of the row with the most stages: the pane must not jump while the selection
 * moves. */
static int get_legend_height(const struct ui *ui)
{
	unsigned int cols = get_legend_cols(ui), most = 1;

	for (unsigned int i = 0; i < ui->model->row_cnt; i++) {
		struct breakdown parts;

		breakdown__init(&parts, &ui->model->row[i]);
		most = parts.cnt > most ? parts.cnt : most;
	}
	return (int)((most + cols - 1) / cols) + 1;
}

static void draw_bar(const struct ui *ui, int y, const char *name, const struct breakdown *parts,
		     bool tail)
{
	uint64_t sum_ns = tail ? parts->tail_ns : parts->all_ns;
	char mean[FIGURE_LEN], label[COLUMN_TEXT_LEN];
	unsigned int cols = (unsigned int)ui->paint.cols;

	figure__ns(mean, breakdown__mean_ns(sum_ns, tail ? parts->tail_n : parts->all_n));
	snprintf(label, sizeof(label), "%-4s %6s |", name, mean);
	paint__text(&ui->paint, y, 1, cols, PAINT_PLAIN, label);
	if (!sum_ns) {
		paint__text(&ui->paint, y, 14, cols, PAINT_PLAIN,
			    tail ? "too few requests to tell" : "none in this window");
		return;
	}
	paint__bar(&ui->paint, y, 14, cols - 16, parts, tail);
	paint__text(&ui->paint, y, (int)cols - 2, 1, PAINT_PLAIN, "|");
}

static void draw_legend(const struct ui *ui, int y, int height, const struct breakdown *parts)
{
	unsigned int cols = get_legend_cols(ui), cell = (unsigned int)ui->paint.cols / cols;
	unsigned int name_cols = cell > 60 ? 32 : cell - LEGEND_WIDTH + 11;

	for (unsigned int i = 0; i < cols && i < parts->cnt && height > 0; i++) {
		char heads[COLUMN_TEXT_LEN];

		snprintf(heads, sizeof(heads), "  %-*s %6s %4s %6s %4s", (int)name_cols,
			 "stage, mean", "all", "", "tail", "");
		paint__text(&ui->paint, y, (int)(i * cell) + 1, cell, PAINT_DIM, heads);
	}
	for (unsigned int i = 0; i < parts->cnt && (int)(i / cols) + 1 < height; i++) {
		const struct breakdown_part *part = &parts->part[i];
		char all[FIGURE_LEN], all_share[FIGURE_LEN], tail[FIGURE_LEN],
			tail_share[FIGURE_LEN];
		char text[COLUMN_TEXT_LEN], letter[2] = {part->letter, '\0'};
		int x = (int)(i % cols * cell) + 1, line = y + 1 + (int)(i / cols);

		figure__ns(all, breakdown__mean_ns(part->all_ns, parts->all_n));
		figure__percent(all_share, part->all_ns, parts->all_ns);
		figure__ns(tail, breakdown__mean_ns(part->tail_ns, parts->tail_n));
		figure__percent(tail_share, part->tail_ns, parts->tail_ns);
		paint__text(&ui->paint, line, x, 1, PAINT_TITLE, letter);
		paint__text(&ui->paint, line, x + 2, name_cols, PAINT_PLAIN, part->name);
		snprintf(text, sizeof(text), "%6s %4s %6s %4s", all, all_share, tail, tail_share);
		paint__text(&ui->paint, line, x + 3 + (int)name_cols, cell - name_cols - 3,
			    PAINT_PLAIN, text);
	}
}

static void draw_pane(struct ui *ui, int y, int height)
{
	const struct model_row *row = rows__selected(&ui->rows, ui->model);
	char edge[FIGURE_LEN], n[FIGURE_LEN], tail_n[FIGURE_LEN];
	struct paint_strip strip = {.paint = &ui->paint, .y = y + 1};
	char title[MODEL_NAME_LEN * 2], fit[MODEL_NAME_LEN * 2];
	unsigned int cols = (unsigned int)ui->paint.cols;
	struct breakdown parts;

	paint__rule(&ui->paint, y);
	if (!row)
		return;
	breakdown__init(&parts, row);
	snprintf(title, sizeof(title), "%s %s %s", row->service, row->side, row->method);
	/* The name may be long: what follows it must still fit. */
	text__fit(fit, sizeof(fit), title, cols > TITLE_REST + 12 ? cols - TITLE_REST : 12,
		  ui->paint.utf8);
	paint__strip(&strip, PAINT_TITLE, "%s", fit);
	paint__strip(&strip, PAINT_PLAIN, "all %s", figure__count(n, parts.all_n, 6));
	if (row->tail.known)
		paint__strip(&strip, PAINT_PLAIN, "tail %s >= %s since start",
			     figure__count(tail_n, parts.tail_n, 6),
			     figure__ns(edge, row->tail.edge_ns));
	if (row->comm[0])
		paint__strip(&strip, PAINT_PLAIN, "%s", row->comm);
	draw_bar(ui, y + 2, "all", &parts, false);
	draw_bar(ui, y + 3, "tail", &parts, true);
	draw_legend(ui, y + PANE_FIXED, height - PANE_FIXED, &parts);
}

static void draw(struct ui *ui, int y, int height)
{
	int pane;

	if (!ui->model) {
		paint__text(&ui->paint, y, 1, ALL_COLUMNS, PAINT_PLAIN,
			    "waiting for the first snapshot");
		return;
	}
	pane = PANE_FIXED + get_legend_height(ui);
	if (pane > height - TABLE_LEAST)
		pane = height - TABLE_LEAST;
	if (pane < PANE_FIXED)
		pane = 0;
	draw_table(ui, y, height - pane);
	if (pane)
		draw_pane(ui, y + height - pane, pane);
}

/* --- actions --- */

/* The next column that is on the screen. */
static void sort_next(struct ui *ui)
{
	unsigned int width[COLUMN_CNT], id = ui->rows.sort;

	column__choose((unsigned int)ui->paint.cols - 1, width);
	do {
		id = (id + 1) % COLUMN_CNT;
	} while (!width[id]);
	ui->rows.sort = (enum column_id)id;
}

static bool act(struct ui *ui, enum action_id id)
{
	int page = ui->page > 1 ? (int)ui->page - 1 : 1, all = (int)ui->rows.cnt;

	if (!ui->model && id != ACTION_FILTER)
		return false;
	switch (id) {
	case ACTION_UP:
	case ACTION_DOWN:
		rows__move(&ui->rows, ui->model, id == ACTION_UP ? -1 : 1);
		return true;
	case ACTION_PAGE_UP:
	case ACTION_PAGE_DOWN:
		rows__move(&ui->rows, ui->model, id == ACTION_PAGE_UP ? -page : page);
		return true;
	case ACTION_HOME:
	case ACTION_END:
		rows__move(&ui->rows, ui->model, id == ACTION_HOME ? -all : all);
		return true;
	case ACTION_SORT:
		sort_next(ui);
		rows__update(&ui->rows, ui->model);
		return true;
	case ACTION_FILTER:
		ui->editing = true;
		return true;
	case ACTION_CLEAR:
		ui->rows.filter[0] = '\0';
		rows__update(&ui->rows, ui->model);
		return true;
	default:
		return false;
	}
}

const struct view view_top = {.in = IN_TOP, .title = "top", .draw = draw, .act = act};

/* SPDX-License-Identifier: BSD-2-Clause */
/* What is answered in the kernel: services with their leases, verdicts, rules and hooks. */
#include "figure.h"
#include "model_fastpath.h"
#include "view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DETAIL_FROM 10 /* lines a view must have to show more than one of details */
#define DETAIL_MOST 4
#define INDENT	    3

/* --- columns --- */

static const struct model_fast *row_of(const void *row)
{
	return row;
}

static double number_of(uint64_t n)
{
	return n == MODEL_NONE ? -1 : (double)n;
}

static void put_ns(char text[GRID_TEXT_LEN], uint64_t ns)
{
	char figure[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__ns(figure, ns));
}

static void print_order(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%u", row_of(row)->order);
}

/* The first is the largest. */
static double number_order(const void *row)
{
	return 1e6 - (double)row_of(row)->order;
}

static void print_kind(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", row_of(row)->kind);
}

static void print_name(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", row_of(row)->name);
}

static bool is_off(const struct model_fast *row)
{
	return !strcmp(row->state, "off") || !strcmp(row->state, "failed");
}

static void print_state(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_fast *r = row;

	snprintf(text, GRID_TEXT_LEN, "%s%s", r->state[0] ? r->state : "--", is_off(r) ? "!" : "");
}

static enum paint_style style_state(const void *row)
{
	return is_off(row) ? PAINT_ALERT : PAINT_PLAIN;
}

static void print_rate(const void *row, char text[GRID_TEXT_LEN])
{
	char rate[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__rate(rate, row_of(row)->per_s));
}

static double number_rate(const void *row)
{
	return row_of(row)->per_s;
}

static void print_count(const void *row, char text[GRID_TEXT_LEN])
{
	char count[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__count(count, row_of(row)->count, 8));
}

static double number_count(const void *row)
{
	return number_of(row_of(row)->count);
}

static void print_p50(const void *row, char text[GRID_TEXT_LEN])
{
	put_ns(text, row_of(row)->p50_ns);
}

static double number_p50(const void *row)
{
	return number_of(row_of(row)->p50_ns);
}

static void print_p99(const void *row, char text[GRID_TEXT_LEN])
{
	put_ns(text, row_of(row)->p99_ns);
}

static double number_p99(const void *row)
{
	return number_of(row_of(row)->p99_ns);
}

static void print_lease(const void *row, char text[GRID_TEXT_LEN])
{
	put_ns(text, row_of(row)->lease_ns);
}

static double number_lease(const void *row)
{
	return number_of(row_of(row)->lease_ns);
}

static const struct grid_column columns[] = {
	{"#", 2, 3, 8, false, print_order, number_order, NULL},
	{"KIND", 7, 8, 3, true, print_kind, NULL, NULL},
	{"NAME", 16, 60, 0, true, print_name, NULL, NULL},
	{"STATE", 8, 10, 1, true, print_state, NULL, style_state},
	{"HIT/s", 7, 8, 2, false, print_rate, number_rate, NULL},
	{"COUNT", 8, 9, 4, false, print_count, number_count, NULL},
	{"P50", 6, 6, 6, false, print_p50, number_p50, NULL},
	{"P99", 6, 6, 5, false, print_p99, number_p99, NULL},
	{"LEASE", 6, 6, 7, false, print_lease, number_lease, NULL},
};

static void get_key(const void *row, char key[GRID_KEY_LEN])
{
	snprintf(key, GRID_KEY_LEN, "%s %.200s", row_of(row)->kind, row_of(row)->name);
}

static const struct grid_ops ops = {
	.column = columns,
	.column_cnt = sizeof(columns) / sizeof(columns[0]),
	.sort = 0,
	.key = get_key,
	.empty = "nothing is answered in the kernel",
};

/* --- operations --- */

static void done(struct page *page)
{
	model_fastpath__free(page->state);
	page->state = NULL;
}

static bool request(const struct ui *ui, char line[VIEW_REQUEST_LEN])
{
	(void)ui;
	snprintf(line, VIEW_REQUEST_LEN, "{\"cmd\":\"fastpath\"}");
	return true;
}

static int update(struct ui *ui)
{
	struct page *page = &ui->page[VIEW_FASTPATH];
	struct model_fastpath *m = page->state;

	return m ? grid__update(&page->grid, &ops, m->row, sizeof(*m->row), m->cnt) : 0;
}

static int take(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN])
{
	struct model_fastpath *m = NULL;
	int rc = model_fastpath__parse(line, &m, err);

	if (rc)
		return rc;
	m->received_ns = ui->now_ns;
	model_fastpath__compare(m, ui->page[VIEW_FASTPATH].state);
	return view__replace(ui, &view_fastpath, m, err);
}

/* --- drawing --- */

static void draw_head(const struct ui *ui, const struct model_fastpath *m, int y)
{
	struct paint_strip s = {.paint = &ui->paint, .y = y};

	if (!m) {
		paint__strip(&s, PAINT_PLAIN, "fast path: asked for");
		return;
	}
	paint__strip(&s, PAINT_TITLE, "mode %s", m->mode[0] ? m->mode : "--");
	if (m->cnt)
		paint__strip(&s, PAINT_PLAIN, "COUNT since start, P50 and P99 in the kernel");
}

/* There is no table to show. */
static void draw_none(struct ui *ui, const struct model_fastpath *m, int y, int height)
{
	struct view_lines l = {.ui = ui, .y = y, .height = height};

	view__line(&l, 1, INDENT, PAINT_PLAIN,
		   "Every packet goes to the stack; nothing is answered or dropped in the kernel.");
	view__line(&l, 1, INDENT, PAINT_PLAIN, "Why: %s", m->why[0] ? m->why : "not told");
}

static void draw_row(struct view_lines *l, const struct model_fast *r)
{
	char lease[FIGURE_LEN];

	view__line(l, 1, INDENT, is_off(r) ? PAINT_ALERT : PAINT_PLAIN, "%s%s %s%s%s%s%s",
		   is_off(r) ? "! " : "", r->kind, r->name, r->state[0] ? ", " : "", r->state,
		   r->text[0] ? ": " : "", r->text);
	if (!strcmp(r->kind, "service"))
		view__line(l, 1, INDENT, PAINT_PLAIN, "lease %s%s", figure__ns(lease, r->lease_ns),
			   r->lease_ns == MODEL_NONE
				   ? ": none is held"
				   : " left; without renewal every packet goes to the stack");
}

static void draw(struct ui *ui, int y, int height)
{
	struct page *page = &ui->page[VIEW_FASTPATH];
	const struct model_fastpath *m = page->state;
	const struct model_fast *r = grid__selected(&page->grid);
	int detail = --height < 6 ? 0 : height < DETAIL_FROM ? 1 : DETAIL_MOST;
	struct view_lines l = {.ui = ui, .y = y + 1 + height - detail, .height = detail};

	draw_head(ui, m, y++);
	if (page->refused[0] && height > 2) {
		struct paint_strip s = {.paint = &ui->paint, .y = y++};

		paint__strip(&s, PAINT_ALERT, "! refused: %s", page->refused);
		height--;
	}
	ui->height = height - detail > 1 ? (unsigned int)(height - detail - 1) : 1;
	if (!m)
		return;
	if (model_fastpath__is_none(m)) {
		draw_none(ui, m, y, height);
		return;
	}
	grid__draw(&page->grid, &ops, &ui->paint, y, height - detail);
	if (detail > 1) {
		paint__rule(&ui->paint, l.y++);
		l.height--;
	}
	if (detail > 1 && m->why[0])
		view__line(&l, 1, INDENT, PAINT_PLAIN, "%s", m->why);
	if (r && detail)
		draw_row(&l, r);
}

static void say(const struct ui *ui, FILE *out)
{
	const struct page *page = &ui->page[VIEW_FASTPATH];
	const struct model_fastpath *m = page->state;

	if (page->refused[0])
		fprintf(out, "request refused: %s\n", page->refused);
	if (!m)
		return;
	fprintf(out, "fast path mode %s%s%s\n", m->mode[0] ? m->mode : "--", m->why[0] ? ": " : "",
		m->why);
	if (model_fastpath__is_none(m))
		fputs("every packet goes to the stack\n", out);
	grid__say(&page->grid, &ops, out);
	for (unsigned int i = 0; i < m->cnt; i++)
		if (m->row[i].text[0])
			fprintf(out, "%s %s: %s\n", m->row[i].kind, m->row[i].name, m->row[i].text);
}

const struct view view_fastpath = {
	.id = VIEW_FASTPATH,
	.table = &ops,
	.done = done,
	.request = request,
	.take = take,
	.update = update,
	.draw = draw,
	.say = say,
};

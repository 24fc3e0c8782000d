/* SPDX-License-Identifier: BSD-2-Clause */
/* Filter, order, selection and drawing of a table's rows. */
#include "grid.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The first column gets half as much again before columns of this rank or a higher one are shown.
 */
#define COMFORT_RANK 5

struct order {
	const struct grid_ops *ops;
	const struct grid *grid;
};

void grid__init(struct grid *g, const struct grid_ops *ops)
{
	*g = (struct grid){.sort = ops->sort};
}

void grid__done(struct grid *g)
{
	free(g->row);
	g->row = NULL;
	g->cnt = g->size = 0;
}

/* --- rows --- */

static int compare_numbers(double a, double b, bool inverted)
{
	if (a < 0 || b < 0)
		return a < 0 && b < 0 ? 0 : a < 0 ? 1 : -1;
	return a == b ? 0 : (a > b) != inverted ? -1 : 1;
}

static int compare_text(const struct grid_column *column, const void *a, const void *b)
{
	char x[GRID_TEXT_LEN], y[GRID_TEXT_LEN];

	column->print(a, x);
	column->print(b, y);
	return strcmp(x, y);
}

/* Ties by key: the order is total, rows do not change places without a reason. */
static int compare_rows(const void *a, const void *b, void *arg)
{
	const void *x = *(const void *const *)a, *y = *(const void *const *)b;
	const struct order *order = arg;
	const struct grid_column *column = &order->ops->column[order->grid->sort];
	char key_x[GRID_KEY_LEN], key_y[GRID_KEY_LEN];
	bool inverted = order->grid->is_inverted;
	int result;

	if (column->number)
		result = compare_numbers(column->number(x), column->number(y), inverted);
	else
		result = compare_text(column, x, y) * (inverted ? -1 : 1);
	if (result)
		return result;
	order->ops->key(x, key_x);
	order->ops->key(y, key_y);
	return strcmp(key_x, key_y);
}

static bool contains(const struct grid_ops *ops, const void *row, const char *word)
{
	for (unsigned int i = 0; i < ops->column_cnt; i++) {
		char text[GRID_TEXT_LEN] = "";

		if (!ops->column[i].is_text)
			continue;
		ops->column[i].print(row, text);
		if (strcasestr(text, word))
			return true;
	}
	return false;
}

bool grid__finds(const struct grid *g, const struct grid_ops *ops, const void *row)
{
	return g->search[0] && contains(ops, row, g->search);
}

static void keep_key(struct grid *g, const struct grid_ops *ops)
{
	const void *row = grid__selected(g);

	if (row)
		ops->key(row, g->key);
}

static bool find_key(struct grid *g, const struct grid_ops *ops)
{
	char key[GRID_KEY_LEN];

	for (unsigned int i = 0; g->key[0] && i < g->cnt; i++) {
		ops->key(g->row[i], key);
		if (strcmp(key, g->key) != 0)
			continue;
		g->selected = i;
		return true;
	}
	return false;
}

int grid__update(struct grid *g, const struct grid_ops *ops, const void *base, size_t stride,
		 unsigned int cnt)
{
	struct order order = {.ops = ops, .grid = g};
	unsigned int offset = g->selected - g->top;
	bool all = ops->is_remote || !g->filter[0];

	if (cnt > g->size) {
		const void **row = realloc(g->row, cnt * sizeof(*row));

		if (!row)
			return -ENOMEM;
		g->row = row;
		g->size = cnt;
	}
	g->cnt = 0;
	for (unsigned int i = 0; i < cnt; i++) {
		const void *row = (const char *)base + i * stride;

		if (all || contains(ops, row, g->filter))
			g->row[g->cnt++] = row;
	}
	if (g->cnt && !ops->is_remote)
		qsort_r(g->row, g->cnt, sizeof(*g->row), compare_rows, &order);
	if (ops->is_ranked && !g->is_chosen) {
		g->selected = g->top = 0;
		keep_key(g, ops);
	} else if (find_key(g, ops)) {
		g->top = g->selected > offset ? g->selected - offset : 0;
	} else { /* The row is gone, or hidden: the place stays. */
		grid__move(g, ops, 0);
	}
	return 0;
}

void grid__move(struct grid *g, const struct grid_ops *ops, long delta)
{
	long place = (long)g->selected + delta;

	if (place > (long)g->cnt - 1)
		place = (long)g->cnt - 1;
	g->selected = place < 0 ? 0 : (unsigned int)place;
	g->is_chosen |= delta != 0;
	keep_key(g, ops);
}

bool grid__find(struct grid *g, const struct grid_ops *ops, bool back)
{
	for (unsigned int i = 1; i <= g->cnt; i++) {
		unsigned int at = (g->selected + (back ? g->cnt - i : i)) % g->cnt;

		if (!grid__finds(g, ops, g->row[at]))
			continue;
		g->selected = at;
		g->is_chosen = true;
		keep_key(g, ops);
		return true;
	}
	return false;
}

void grid__sort_next(struct grid *g, const struct grid_ops *ops, const unsigned int *width,
		     bool back)
{
	unsigned int cnt = ops->column_cnt;

	for (unsigned int i = 1; i <= cnt; i++) {
		unsigned int at = (g->sort + (back ? cnt - i : i)) % cnt;

		if (width && !width[at])
			continue;
		g->sort = at;
		return;
	}
}

const void *grid__selected(const struct grid *g)
{
	return g->selected < g->cnt ? g->row[g->selected] : NULL;
}

/* --- columns --- */

static unsigned int get_comfort(const struct grid_ops *ops)
{
	for (unsigned int i = 0; i < ops->column_cnt; i++) {
		if (!ops->column[i].rank && ops->column[i].is_text)
			return ops->column[i].width / 2;
	}
	return 0;
}

/* Widens text columns to at most `most` halves of their least width, those of low rank first. */
static unsigned int widen(const struct grid_ops *ops, unsigned int room, unsigned int *width,
			  unsigned int halves)
{
	for (unsigned int rank = 0; rank < GRID_COLUMNS; rank++) {
		for (unsigned int i = 0; i < ops->column_cnt; i++) {
			const struct grid_column *c = &ops->column[i];
			unsigned int wish = c->width * halves / 2;

			if (c->rank != rank || !width[i])
				continue;
			wish = !halves || wish > c->max_width ? c->max_width : wish;
			if (wish <= width[i])
				continue;
			if (wish > width[i] + room)
				wish = width[i] + room;
			room -= wish - width[i];
			width[i] = wish;
		}
	}
	return room;
}

unsigned int grid__choose(const struct grid_ops *ops, unsigned int cols, unsigned int *width)
{
	unsigned int used = 0, comfort = get_comfort(ops);
	bool full = false;

	memset(width, 0, sizeof(*width) * ops->column_cnt);
	for (unsigned int rank = 0; rank < GRID_COLUMNS && !full; rank++) {
		for (unsigned int i = 0; i < ops->column_cnt && !full; i++) {
			unsigned int need = ops->column[i].width + (used ? 1 : 0);

			if (ops->column[i].rank != rank)
				continue;
			full = used + need + (rank >= COMFORT_RANK ? comfort : 0) > cols;
			width[i] = full ? 0 : ops->column[i].width;
			used += full ? 0 : need;
		}
	}
	return cols - widen(ops, widen(ops, cols - used, width, 3), width, 0);
}

/* --- drawing --- */

static void scroll(struct grid *g, unsigned int height)
{
	if (!height || !g->cnt) {
		g->top = 0;
		return;
	}
	if (g->selected < g->top)
		g->top = g->selected;
	if (g->selected >= g->top + height)
		g->top = g->selected - height + 1;
	if (g->top + height > g->cnt)
		g->top = g->cnt > height ? g->cnt - height : 0;
}

static void draw_heads(const struct grid *g, const struct grid_ops *ops, const struct paint *p,
		       int y, const unsigned int *width)
{
	int x = 1;

	for (unsigned int i = 0; i < ops->column_cnt; i++) {
		const struct grid_column *c = &ops->column[i];
		bool up = !c->number != g->is_inverted;
		char title[GRID_TEXT_LEN];

		if (!width[i])
			continue;
		snprintf(title, sizeof(title), "%s%s", c->title,
			 i != g->sort ? ""
			 : up	      ? "^"
				      : "v");
		paint__cell(p, y, x, width[i], PAINT_TITLE, !c->is_text, title);
		x += (int)width[i] + 1;
	}
}

static void draw_row(const struct grid *g, const struct grid_ops *ops, const struct paint *p, int y,
		     const unsigned int *width, unsigned int at)
{
	enum paint_style whole = at == g->selected		   ? PAINT_SELECTED
				 : grid__finds(g, ops, g->row[at]) ? PAINT_TITLE
								   : PAINT_PLAIN;
	int x = 1;

	paint__cell(p, y, 0, (unsigned int)p->cols, whole, false, at == g->selected ? ">" : "");
	for (unsigned int i = 0; i < ops->column_cnt; i++) {
		const struct grid_column *c = &ops->column[i];
		enum paint_style style = whole;
		char text[GRID_TEXT_LEN] = "";

		if (!width[i])
			continue;
		if (whole == PAINT_PLAIN && c->style)
			style = c->style(g->row[at]);
		c->print(g->row[at], text);
		paint__cell(p, y, x, width[i], style, !c->is_text, text);
		x += (int)width[i] + 1;
	}
}

void grid__draw(struct grid *g, const struct grid_ops *ops, const struct paint *p, int y,
		int height)
{
	unsigned int width[GRID_COLUMNS], body = height > 1 ? (unsigned int)height - 1 : 0;

	if (height < 1)
		return;
	grid__choose(ops, p->cols > 1 ? (unsigned int)p->cols - 1 : 0, width);
	draw_heads(g, ops, p, y, width);
	scroll(g, body);
	for (unsigned int i = 0; i < body && g->top + i < g->cnt; i++)
		draw_row(g, ops, p, y + 1 + (int)i, width, g->top + i);
	if (!g->cnt && body)
		paint__text(p, y + 1, 1, UINT32_MAX, PAINT_PLAIN,
			    g->filter[0] ? "no row contains the filter" : ops->empty);
}

/* A picture of numbers is for the eye: whoever draws one says its numbers too. */
static bool is_graph(const struct grid_column *c, const char *text)
{
	text += strspn(text, " ");
	return !c->is_text && ((unsigned char)*text >= 0x80 || !*text);
}

void grid__say(const struct grid *g, const struct grid_ops *ops, FILE *out)
{
	for (unsigned int at = 0; at < g->cnt; at++) {
		const char *gap = "";

		for (unsigned int i = 0; i < ops->column_cnt; i++) {
			char text[GRID_TEXT_LEN] = "";

			ops->column[i].print(g->row[at], text);
			if (!text[0] || is_graph(&ops->column[i], text))
				continue;
			fprintf(out, "%s%s %s", gap, ops->column[i].title, text);
			gap = "  ";
		}
		putc('\n', out);
	}
	if (!g->cnt)
		fprintf(out, "%s\n", g->filter[0] ? "no row contains the filter" : ops->empty);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Curses widgets. */
#include "paint.h"
#include "bar.h"
#include "text.h"

#include <ncurses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_LEN 1024

enum pair {
	PAIR_ALERT = 1,
	PAIR_STAGE, /* the first of STAGE_PAIRS */
};

/* No red beside green; each is readable on a dark and on a light ground. */
static const short stage_colors[] = {COLOR_CYAN, COLOR_YELLOW, COLOR_BLUE, COLOR_MAGENTA};

#define STAGE_PAIRS (sizeof(stage_colors) / sizeof(stage_colors[0]))

void paint__init(struct paint *p, bool utf8)
{
	const char *no_color = getenv("NO_COLOR");

	*p = (struct paint){.utf8 = utf8, .cols = COLS, .lines = LINES};
	p->color = !(no_color && *no_color) && has_colors();
	if (!p->color)
		return;
	start_color();
	use_default_colors();
	init_pair(PAIR_ALERT, COLOR_YELLOW, -1);
	for (size_t i = 0; i < STAGE_PAIRS; i++)
		init_pair((short)(PAIR_STAGE + i), stage_colors[i], -1);
}

static attr_t get_attr(const struct paint *p, enum paint_style style)
{
	switch (style) {
	case PAINT_TITLE:
		return A_BOLD;
	case PAINT_SELECTED:
		return A_REVERSE;
	case PAINT_ALERT:
		return A_BOLD | (p->color ? COLOR_PAIR(PAIR_ALERT) : 0);
	case PAINT_DIM:
		return A_DIM;
	case PAINT_PLAIN:
		break;
	}
	return A_NORMAL;
}

unsigned int paint__stage_attr(const struct paint *p, unsigned int stage_idx)
{
	return p->color ? COLOR_PAIR(PAIR_STAGE + stage_idx % STAGE_PAIRS) : A_NORMAL;
}

unsigned int paint__text(const struct paint *p, int y, int x, unsigned int cols,
			 enum paint_style style, const char *text)
{
	char fit[LINE_LEN];
	unsigned int used;

	if (y < 0 || y >= p->lines || x < 0 || x >= p->cols)
		return 0;
	if (cols > (unsigned int)(p->cols - x))
		cols = (unsigned int)(p->cols - x);
	used = text__fit(fit, sizeof(fit), text, cols, p->utf8);
	attrset(get_attr(p, style));
	mvaddstr(y, x, fit);
	attrset(A_NORMAL);
	return used;
}

void paint__cell(const struct paint *p, int y, int x, unsigned int cols, enum paint_style style,
		 bool right, const char *text)
{
	char fit[LINE_LEN];
	unsigned int used = text__fit(fit, sizeof(fit), text, cols, p->utf8), blanks = cols - used;

	if (y < 0 || y >= p->lines || x < 0 || x + (int)cols > p->cols)
		return;
	attrset(get_attr(p, style));
	mvprintw(y, x, "%*s%s%*s", right ? (int)blanks : 0, "", fit, right ? 0 : (int)blanks, "");
	attrset(A_NORMAL);
}

void paint__rule(const struct paint *p, int y)
{
	if (y < 0 || y >= p->lines)
		return;
	for (int x = 0; x < p->cols; x++)
		mvaddstr(y, x, p->utf8 ? "\u2500" : "-");
}

void paint__strip(struct paint_strip *s, enum paint_style style, const char *fmt, ...)
{
	char text[LINE_LEN], fit[LINE_LEN];
	unsigned int gap = s->used ? 2 : 1, room, used;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (s->used + gap >= (unsigned int)s->paint->cols)
		return;
	room = (unsigned int)s->paint->cols - s->used - gap;
	used = text__fit(fit, sizeof(fit), text, LINE_LEN, s->paint->utf8);
	/* The first segment is cut rather than left out. */
	if (used > room && s->used)
		return;
	s->used += gap;
	s->used += paint__text(s->paint, s->y, (int)s->used, room, style, text);
}

void paint__bar(const struct paint *p, int y, int x, unsigned int cols,
		const struct breakdown *parts, bool tail)
{
	unsigned int width[BREAKDOWN_MAX];
	uint64_t part[BREAKDOWN_MAX];

	if (y < 0 || y >= p->lines || x + (int)cols > p->cols)
		return;
	for (unsigned int i = 0; i < parts->cnt; i++)
		part[i] = tail ? parts->part[i].tail_ns : parts->part[i].all_ns;
	bar__divide(part, parts->cnt, cols, width);
	move(y, x);
	for (unsigned int i = 0; i < parts->cnt; i++) {
		attrset(paint__stage_attr(p, i) | (i & 1 ? A_BOLD : A_NORMAL));
		for (unsigned int c = 0; c < width[i]; c++)
			addch((chtype)(unsigned char)parts->part[i].letter);
	}
	attrset(A_NORMAL);
}

void paint__letters(const struct paint *p, int y, int x, unsigned int cols, unsigned int stage_idx,
		    char letter)
{
	if (y < 0 || y >= p->lines || x < 0 || x >= p->cols)
		return;
	if (cols > (unsigned int)(p->cols - x))
		cols = (unsigned int)(p->cols - x);
	attrset(paint__stage_attr(p, stage_idx) | (stage_idx & 1 ? A_BOLD : A_NORMAL));
	move(y, x);
	for (unsigned int c = 0; c < cols; c++)
		addch((chtype)(unsigned char)letter);
	attrset(A_NORMAL);
}

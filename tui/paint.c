/* SPDX-License-Identifier: BSD-2-Clause */
/* Widgets on a canvas. */
#include "paint.h"
#include "bar.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_LEN 1024

/* Bars of a sparkline for terminals without UTF-8. */
static const struct {
	const char *glyph;
	char twin;
} twins[] = {
	{"\u2581", '.'}, {"\u2582", ':'}, {"\u2583", '-'}, {"\u2584", '='},
	{"\u2585", '+'}, {"\u2586", '*'}, {"\u2587", '#'}, {"\u2588", '@'},
};

static unsigned int get_attr(const struct paint *p, enum paint_style style)
{
	switch (style) {
	case PAINT_TITLE:
		return CANVAS_BOLD;
	case PAINT_SELECTED:
		return CANVAS_REVERSE;
	case PAINT_ALERT:
		return CANVAS_BOLD | (p->color ? PAINT_COLOR_ALERT : 0);
	case PAINT_DIM:
		return CANVAS_DIM;
	case PAINT_PLAIN:
		break;
	}
	return 0;
}

unsigned int paint__stage_attr(const struct paint *p, unsigned int stage_idx)
{
	return p->color ? PAINT_COLOR_STAGE + stage_idx % PAINT_STAGE_COLORS : 0;
}

/* Cuts to cols columns; without UTF-8 glyphs become what stands for them. */
static unsigned int fit_text(const struct paint *p, char fit[LINE_LEN], const char *text,
			     unsigned int cols)
{
	char plain[LINE_LEN];
	size_t len = 0;

	if (p->utf8)
		return text__fit(fit, LINE_LEN, text, cols, true);
	while (*text && len + 1 < sizeof(plain)) {
		size_t take = 1;

		plain[len] = *text;
		for (size_t i = 0; *text == '\xe2' && i < sizeof(twins) / sizeof(twins[0]); i++) {
			if (strncmp(text, twins[i].glyph, 3) != 0)
				continue;
			plain[len] = twins[i].twin;
			take = 3;
		}
		len++;
		text += take;
	}
	plain[len] = '\0';
	return text__fit(fit, LINE_LEN, plain, cols, false);
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
	used = fit_text(p, fit, text, cols);
	canvas__put(p->canvas, y, x, get_attr(p, style), fit);
	return used;
}

void paint__cell(const struct paint *p, int y, int x, unsigned int cols, enum paint_style style,
		 bool right, const char *text)
{
	char fit[LINE_LEN], line[LINE_LEN * 2];
	unsigned int used = fit_text(p, fit, text, cols), blanks = cols - used;

	if (y < 0 || y >= p->lines || x < 0 || x + (int)cols > p->cols)
		return;
	if (blanks >= sizeof(line) - sizeof(fit))
		return;
	snprintf(line, sizeof(line), "%*s%s%*s", right ? (int)blanks : 0, "", fit,
		 right ? 0 : (int)blanks, "");
	canvas__put(p->canvas, y, x, get_attr(p, style), line);
}

void paint__rule(const struct paint *p, int y)
{
	if (y < 0 || y >= p->lines)
		return;
	for (int x = 0; x < p->cols; x++)
		canvas__put(p->canvas, y, x, 0, p->utf8 ? "\u2500" : "-");
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
	used = fit_text(s->paint, fit, text, LINE_LEN);
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
	for (unsigned int i = 0; i < parts->cnt; i++) {
		paint__letters(p, y, x, width[i], i, parts->part[i].letter);
		x += (int)width[i];
	}
}

void paint__letters(const struct paint *p, int y, int x, unsigned int cols, unsigned int stage_idx,
		    char letter)
{
	unsigned int attr = paint__stage_attr(p, stage_idx) | (stage_idx & 1 ? CANVAS_BOLD : 0);
	const char text[] = {letter, '\0'};

	if (x < 0)
		return;
	for (unsigned int c = 0; c < cols && x + (int)c < p->cols; c++)
		canvas__put(p->canvas, y, x + (int)c, attr, text);
}

void paint__put(const struct paint *p, int y, int x, unsigned int attr, const char *text)
{
	char fit[LINE_LEN];

	fit_text(p, fit, text, 2);
	canvas__put(p->canvas, y, x, attr, fit);
}

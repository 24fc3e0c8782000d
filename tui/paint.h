/* SPDX-License-Identifier: BSD-2-Clause */
/* Widgets: drawing a picture with everything cut to its columns. All text goes through
 * text__fit(). */
#ifndef SIGPATH_PAINT_H
#define SIGPATH_PAINT_H

#include <stdbool.h>

#include "breakdown.h"
#include "canvas.h"

enum paint_style {
	PAINT_PLAIN,
	PAINT_TITLE,	/* bold */
	PAINT_SELECTED, /* reverse: seen without colour too */
	PAINT_ALERT,	/* bold, coloured where possible; callers mark alerts with a '!' as well */
	PAINT_DIM,
};

struct paint {
	int cols;
	int lines;
	bool utf8;
	bool color;
	struct canvas *canvas; /* borrowed; of cols times lines */
};

/* Colours of a canvas. */
enum paint_color {
	PAINT_COLOR_NONE,
	PAINT_COLOR_ALERT,
	PAINT_COLOR_STAGE, /* the first of PAINT_STAGE_COLORS */
};
#define PAINT_STAGE_COLORS 4

/* Text at (y, x) in at most cols columns. Returns the columns used. */
unsigned int paint__text(const struct paint *p, int y, int x, unsigned int cols,
			 enum paint_style style, const char *text);
/* Text in exactly cols columns, padded with blanks, right aligned or left. */
void paint__cell(const struct paint *p, int y, int x, unsigned int cols, enum paint_style style,
		 bool right, const char *text);
/* A line across the screen. */
void paint__rule(const struct paint *p, int y);

/* A line of segments: those that do not fit any more are left out whole. */
struct paint_strip {
	const struct paint *paint;
	int y;
	unsigned int used;
};
void paint__strip(struct paint_strip *s, enum paint_style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Stacked bar of a breakdown, filled with the stages' letters; tail: of the slow requests. */
void paint__bar(const struct paint *p, int y, int x, unsigned int cols,
		const struct breakdown *parts, bool tail);
/* A letter cols times, in the colour of stage number stage_idx. */
void paint__letters(const struct paint *p, int y, int x, unsigned int cols, unsigned int stage_idx,
		    char letter);
/* One character with an attribute of canvas.h. */
void paint__put(const struct paint *p, int y, int x, unsigned int attr, const char *text);
/* Attribute a stage is drawn with. */
unsigned int paint__stage_attr(const struct paint *p, unsigned int stage_idx);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* A table on the screen, of whatever rows: columns by rank, order, filter, search, selection. The
 * selection belongs to a row and not to a place: when the order changes it moves with its row, and
 * the scroll position follows so that it stays where the eye is. */
#ifndef SIGPATH_GRID_H
#define SIGPATH_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "paint.h"

#define GRID_TEXT_LEN 256
#define GRID_KEY_LEN  288
#define GRID_WORD_LEN 96 /* filter, search */
#define GRID_COLUMNS  24

struct grid_column {
	const char *title;
	unsigned int width;	/* least columns */
	unsigned int max_width; /* most columns when there is room */
	unsigned int rank;	/* 0 is shown first when there is little room */
	bool is_text; /* left aligned, sorted upwards; else a number: right aligned, largest first
		       */
	void (*print)(const void *row, char text[GRID_TEXT_LEN]);
	double (*number)(
		const void *row); /* sort key of numbers; negative: not known, always last */
	enum paint_style (*style)(const void *row); /* NULL: plain */
};

/* What the rows of one kind of table are. */
struct grid_ops {
	const struct grid_column *column;
	unsigned int column_cnt; /* at most GRID_COLUMNS */
	unsigned int sort;	 /* column the order begins with */
	/* Identity of a row, the same in the next reply. */
	void (*key)(const void *row, char key[GRID_KEY_LEN]);
	const char *empty; /* what an empty table says */
	/* The filter is the daemon's business: rows come filtered, and in the daemon's order. */
	bool is_remote;
	/* Its order says what matters most: until the user chooses a row, the first one is
	 * selected. */
	bool is_ranked;
};

struct grid {
	const void **row; /* borrowed rows in display order */
	unsigned int cnt;
	unsigned int size;
	unsigned int selected; /* place in row[]; meaningless when cnt is 0 */
	unsigned int top;      /* place of the first row shown */
	unsigned int sort;     /* column */
	bool is_inverted;
	bool is_chosen;		    /* the user has moved the selection, or gone on from it */
	char filter[GRID_WORD_LEN]; /* any text column contains it, in whatever case; "" all */
	char search[GRID_WORD_LEN]; /* what `/` looked for last */
	char key[GRID_KEY_LEN];	    /* of the selected row, "" before there was one */
};

void grid__init(struct grid *g, const struct grid_ops *ops);
void grid__done(struct grid *g);
/* Takes over cnt rows of stride bytes at base (borrowed until the next call). -ENOMEM: nothing
 * changed. */
int grid__update(struct grid *g, const struct grid_ops *ops, const void *base, size_t stride,
		 unsigned int cnt);
/* Moves the selection by delta places, held at both ends. */
void grid__move(struct grid *g, const struct grid_ops *ops, long delta);
/* Selects the next row (the one before: back) with a text column that contains the search, round
 * the end. False: none. */
bool grid__find(struct grid *g, const struct grid_ops *ops, bool back);
/* A text column of the row contains the search; never with an empty one. */
bool grid__finds(const struct grid *g, const struct grid_ops *ops, const void *row);
/* The next column of order among those with width[] (all where NULL), or the one before. */
void grid__sort_next(struct grid *g, const struct grid_ops *ops, const unsigned int *width,
		     bool back);
/* NULL when nothing is shown. */
const void *grid__selected(const struct grid *g);
/* Chooses what fits in cols (one blank between columns), by rank, and divides the room left.
 * width[i] is 0 for a column that is left out. Returns the columns used. */
unsigned int grid__choose(const struct grid_ops *ops, unsigned int cols, unsigned int *width);
/* Head line (sort column marked v or ^) and rows into [y, y + height); the selection is marked >
 * and reversed, rows that the search finds are bold. Scrolls so that the selection is seen. */
void grid__draw(struct grid *g, const struct grid_ops *ops, const struct paint *p, int y,
		int height);
/* One line a row: "TITLE value" pairs of all columns that have text. */
void grid__say(const struct grid *g, const struct grid_ops *ops, FILE *out);

#endif

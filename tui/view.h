/* SPDX-License-Identifier: BSD-2-Clause */
/* State of the live screen, and what a view is: a const struct of operations, one file each. */
#ifndef SIGPATH_VIEW_H
#define SIGPATH_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "action.h"
#include "model.h"
#include "paint.h"
#include "rows.h"

#define VIEW_BANNER_LEN 256

struct view;

struct ui {
	struct paint paint;
	struct model *model; /* owned; NULL before the first snapshot */
	struct rows rows;
	const struct view *view;
	const struct view *under; /* what the help covers, else NULL */
	unsigned int scroll;	  /* first line of a view of lines */
	unsigned int page;	  /* rows or lines the view showed last */
	uint64_t now_ns;	  /* CLOCK_MONOTONIC */
	uint64_t received_ns;	  /* when model came */
	uint64_t frozen_ns;	  /* when the screen was frozen, 0: live */
	bool editing;		  /* keys go to the filter */
	bool quit;
	char banner[VIEW_BANNER_LEN]; /* why there is no news, "" */
};

struct view {
	enum action_in in;
	const char *title;
	/* Draws into lines [y, y + height). The model may be NULL. */
	void (*draw)(struct ui *ui, int y, int height);
	/* Does what is special to the view; false: the screen does what all views have in common.
	 */
	bool (*act)(struct ui *ui, enum action_id id);
};

extern const struct view view_top, view_plan, view_ledger, view_help;

/* Shows another view from its beginning. */
void view__show(struct ui *ui, const struct view *view);

/* A view of lines: those scrolled out are counted but not drawn. */
struct view_lines {
	struct ui *ui;
	int y;
	int height;
	unsigned int cnt;
};
/* One more line, indented by first; long text goes on in the next lines, indented by rest. */
void view__line(struct view_lines *l, unsigned int first, unsigned int rest, enum paint_style style,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* After the last line: holds ui->scroll within what there is. True when it had to be changed (draw
 * again). */
bool view__lines_end(struct view_lines *l);
/* Moving up and down in a view of lines. */
bool view__lines_act(struct ui *ui, enum action_id id);

#endif

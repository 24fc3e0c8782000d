/* SPDX-License-Identifier: BSD-2-Clause */
/* State of the live screen, and what a view is: a const struct of operations, one file each. */
#ifndef SIGPATH_VIEW_H
#define SIGPATH_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "action.h"
#include "figure.h"
#include "grid.h"
#include "model.h"
#include "paint.h"
#include "play.h"

#define VIEW_BANNER_LEN	 256
#define VIEW_REQUEST_LEN 512
#define VIEW_TRAIL	 8

struct view;

/* A view's own things. They stay while other views are shown. */
struct page {
	struct grid grid;    /* of a view with a table */
	unsigned int scroll; /* first line, of a view of lines */
	bool is_shown;	     /* its show() was called */
	void *state; /* owned by the view, freed by its done(); NULL before the first show() */
	uint64_t received_ns;	       /* when its reply came, 0 none yet */
	char asked[VIEW_REQUEST_LEN];  /* request that the state answers, "" none */
	char refused[VIEW_BANNER_LEN]; /* the daemon's error to it, "" none */
};

/* What stages and heatmap are about: the row that was selected last. */
struct subject {
	char service[MODEL_NAME_LEN]; /* "" none yet */
	char side[MODEL_WORD_LEN];
	char method[MODEL_WORD_LEN];
};

struct ui {
	struct paint paint;
	struct model *model; /* owned; NULL before the first snapshot */
	const struct view *view;
	const struct view *trail[VIEW_TRAIL]; /* where Esc leads, the latest last */
	unsigned int trail_cnt;
	struct page page[VIEW_CNT];
	struct subject subject;
	uint64_t session_id;  /* what the ladder shows; 0 none yet */
	unsigned int height;  /* rows or lines the view showed last */
	uint64_t now_ns;      /* CLOCK_MONOTONIC */
	uint64_t received_ns; /* when model came */
	uint64_t frozen_ns;   /* when the screen was frozen, 0: live */
	bool editing;	      /* keys go to edit[] */
	bool edits_search;    /* and that is the search, else the filter */
	char edit[GRID_WORD_LEN];
	bool quit;
	bool redraw;	  /* everything again, whatever the terminal should show by now */
	bool export;	  /* write the next picture to a file */
	struct play play; /* what keys change about a file that is played */
	char banner[VIEW_BANNER_LEN]; /* why there is no news, "" */
	char note[VIEW_BANNER_LEN];   /* what a key led to, in the footer until the next key; "" */
};

/* A const table of operations, one file each. Only draw is never NULL. */
struct view {
	enum view_id id;
	const struct grid_ops
		*table; /* NULL: a view of lines. What all tables do with a key is done for it. */
	/* Before it is shown; makes its state when there is none. -ENOMEM: not shown. */
	int (*show)(struct ui *ui);
	/* Frees page->state. */
	void (*done)(struct page *page);
	/* The request whose reply it shows beside the snapshot, which always comes; false: none
	 * now. Asked every second while the view is shown, and at once when it becomes another one.
	 */
	bool (*request)(const struct ui *ui, char line[VIEW_REQUEST_LEN]);
	/* Takes the reply to it. 0, or what model__parse returns, err filled: the state is as it
	 * was. */
	int (*take)(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN]);
	/* Sets the rows of its table from model and state: after take(), a new snapshot, another
	 * filter or order. */
	int (*update)(struct ui *ui);
	/* Draws into lines [y, y + height) of ui->paint. Model and state may be NULL. */
	void (*draw)(struct ui *ui, int y, int height);
	/* The same as plain lines, one fact each, every number with its name and unit: for logs and
	 * screen readers. */
	void (*say)(const struct ui *ui, FILE *out);
	/* Does what is special to the view; false: the screen does what all views have in common.
	 */
	bool (*act)(struct ui *ui, enum action_id id);
	/* The selection of its table may have moved. */
	void (*select)(struct ui *ui);
};

extern const struct view view_overview, view_stages, view_heatmap, view_sessions, view_ladder,
	view_probes, view_fastpath, view_nat, view_losses, view_help;

/* A row of view.def. */
struct view_tab {
	int digit; /* 0 none */
	const char *name;
	const char *title;
	const char *help;
};

const struct view_tab *view__tab(enum view_id id);
/* By id; never NULL for a valid one. */
const struct view *view__at(enum view_id id);
/* Shows another view; drill: Esc leads back to the one shown now. */
void view__show(struct ui *ui, const struct view *view, bool drill);

/* What a digit shows; NULL: no view. */
const struct view *view__by_digit(int key);
/* By the name of `top --view`; NULL: no view. */
const struct view *view__by_name(const char *name);
/* What Esc does once nothing is filtered: one level up, at last the overview. */
void view__up(struct ui *ui);
/* Is it a file that is played, and not a daemon? */
bool view__is_played(const struct ui *ui);
/* The page of the view shown. */
struct page *view__page(struct ui *ui);
/* Grids of all tables, and the first view. */
void view__init(struct ui *ui, const struct view *first);
void view__done(struct ui *ui);
/* Takes a new state over: the old one is freed when the view's table has the new rows. -ENOMEM: the
 * new one is freed, nothing changed, err says so. */
int view__replace(struct ui *ui, const struct view *view, void *state, char err[MODEL_ERROR_LEN]);
/* Sets the rows of a view anew; when memory runs out it has none. */
void view__update(struct ui *ui, const struct view *view);
/* Takes over a snapshot (takes m) in every view. */
void view__take_model(struct ui *ui, struct model *m);

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

/* SPDX-License-Identifier: BSD-2-Clause */
/* A heatmap laid on a grid of characters: slots merged to columns, half octaves to rows, and a
 * cursor that stays with its time and latency while columns move on. No curses. */
#ifndef SIGPATH_HEAT_GRID_H
#define SIGPATH_HEAT_GRID_H

#include "model_heat.h"

#define HEAT_ZOOM_MAX	   4 /* slots a column */
#define HEAT_GRID_SESSIONS 8

/* Columns from left (earlier) to right, rows from the top (slower) down. */
struct heat_grid {
	unsigned int cols, rows; /* 0 when there is nothing */
	unsigned int zoom;	 /* slots a column: 1, 2, 4 */
	unsigned int merge;	 /* buckets a row: 1, 2, 4, 6.. */
	uint64_t first_col; /* number of column 0: slot number / zoom, so that columns do not change
			       as time goes on */
	unsigned int low;   /* the lowest row, as bucket / merge */
};

/* Where the cursor is; all zero: at the newest column with requests, in the row of the P99. */
struct heat_cursor {
	bool is_held;
	uint64_t slot; /* number */
	unsigned int bucket;
};

/* What a cell, or any block of them, holds. */
struct heat_sum {
	uint64_t n, total_ns;
	uint64_t stage_ns[HEAT_STAGES_MAX];
	unsigned int session_cnt;
	uint64_t session[HEAT_GRID_SESSIONS];
};

/* The newest columns that fit; rows from the lowest to the highest latency seen, merged until they
 * fit. */
void heat_grid__init(struct heat_grid *g, const struct model_heat *m, unsigned int zoom,
		     unsigned int max_cols, unsigned int max_rows);
void heat_grid__sum(const struct heat_grid *g, const struct model_heat *m, unsigned int col,
		    unsigned int row, struct heat_sum *ret);
/* Requests only: what the shades are made of. */
uint64_t heat_grid__count(const struct heat_grid *g, const struct model_heat *m, unsigned int col,
			  unsigned int row);
/* Of all rows of the column. */
uint64_t heat_grid__col_count(const struct heat_grid *g, const struct model_heat *m,
			      unsigned int col);
/* Largest percentile of the column's slots: P50 (0), P99 (1), P999 (2); MODEL_NONE: not known. */
uint64_t heat_grid__quantile(const struct heat_grid *g, const struct model_heat *m,
			     unsigned int col, unsigned int which);
/* Row of a latency, held at both ends. rows must not be 0. */
unsigned int heat_grid__row(const struct heat_grid *g, const struct model_heat *m, uint64_t ns);
/* Latencies of the row: *from_ns 0 and *to_ns MODEL_NONE where there is no edge. */
void heat_grid__range(const struct heat_grid *g, const struct model_heat *m, unsigned int row,
		      uint64_t *from_ns, uint64_t *to_ns);
/* Start of a column on the daemon's monotonic clock, and how long it is. */
int64_t heat_grid__time(const struct heat_grid *g, const struct model_heat *m, unsigned int col);
uint64_t heat_grid__length(const struct heat_grid *g, const struct model_heat *m);
/* 0 of nothing, else 1..levels by the logarithm of the count; levels is that of the largest one. */
unsigned int heat_grid__level(uint64_t n, uint64_t most, unsigned int levels);
/* Stage with the most time; HEAT_STAGES_MAX: none. */
unsigned int heat_grid__top(const struct heat_sum *sum);

/* Where the cursor is on the grid. A time or latency that is not shown is held at the border. */
void heat_cursor__place(const struct heat_cursor *c, const struct heat_grid *g,
			const struct model_heat *m, unsigned int *col, unsigned int *row);
/* Moves it on the grid, held at the borders, and from then on it stays with its time. */
void heat_cursor__move(struct heat_cursor *c, const struct heat_grid *g, const struct model_heat *m,
		       long cols, long rows);

#endif

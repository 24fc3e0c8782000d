/* SPDX-License-Identifier: BSD-2-Clause */
/* A heatmap in words: what the view says of its cells, without curses. */
#ifndef SIGPATH_HEAT_TEXT_H
#define SIGPATH_HEAT_TEXT_H

#include <stdio.h>

#include "heat_grid.h"

#define HEAT_LINE_LEN  512
#define HEAT_CLOCK_LEN 16
#define HEAT_RANGE_LEN 64

/* Wall clock (UTC) of a time of the daemon's monotonic clock: the snapshot (may be NULL) has both.
 * Returns text. */
const char *heat_text__clock(char text[HEAT_CLOCK_LEN], const struct model *snapshot,
			     int64_t mono_ns);
/* "8.19ms-11.6ms". Returns text. */
const char *heat_text__range(char text[HEAT_RANGE_LEN], const struct heat_grid *g,
			     const struct model_heat *m, unsigned int row);
/* "14:02:35 +5s  8.19ms-11.6ms  n=31 (4% of 812)  P99 9.10ms" */
void heat_text__cell(char text[HEAT_LINE_LEN], const struct model *snapshot,
		     const struct heat_grid *g, const struct model_heat *m, unsigned int col,
		     unsigned int row);
/* "runq 61%, app 20%, backlog 9%; sessions known: 3", the largest stages first. */
void heat_text__stages(char text[HEAT_LINE_LEN], const struct model_heat *m,
		       const struct heat_sum *sum);
/* "id=7,9" for the list of sessions, as many as fit; nothing is written without sessions. */
void heat_text__filter(char *filter, size_t size, const struct heat_sum *sum);
/* Everything, a line a cell. */
void heat_text__say(const struct model_heat *m, const struct model *snapshot, unsigned int zoom,
		    const char *title, FILE *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* A row by stages in words: what the view draws and says, without curses. */
#ifndef SIGPATH_STAGES_TEXT_H
#define SIGPATH_STAGES_TEXT_H

#include <stdio.h>

#include "figure.h"
#include "model_stages.h"

#define STAGES_LINE_LEN	  512
#define STAGES_RANGE_LEN  80
#define STAGES_COUNT_COLS 6

enum stages_column {
	COL_N,
	COL_P50,
	COL_P90,
	COL_P99,
	COL_P999,
	COL_MAX,
	COL_ALL,
	COL_SHARE_P50, /* those of the bands in the order of enum stages_band_id */
	COL_SHARE_P99,
	COL_SHARE_P999,
	COL_CNT,
};

/* "8.90ms [8.56ms,9.26ms]", ">=" without an upper end. Returns text. */
const char *stages_text__range(char text[STAGES_RANGE_LEN], const struct model_quantile *q);
/* A number of the table. */
void stages_text__value(char text[FIGURE_LEN], const struct model_stages *m,
			const struct stages_line *l, unsigned int col);
/* "runq 53% runnable, CPU 1 was running hog:1234" */
void stages_text__cause(char text[STAGES_LINE_LEN], const struct model_stages *m,
			const struct stages_cause *c);
/* " 1.82s  runq 1.61s 89%  200  session 7  kamailio  Call-ID" */
void stages_text__exemplar(char text[STAGES_LINE_LEN], const struct stages_exemplar *e);
/* Everything, one fact a line. */
void stages_text__say(const struct model_stages *m, const char *title, FILE *out);

#endif

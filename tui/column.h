/* SPDX-License-Identifier: BSD-2-Clause */
/* Columns of the row table: one const table from which `top`, `top --once` and the sort order
 * derive. */
#ifndef SIGPATH_COLUMN_H
#define SIGPATH_COLUMN_H

#include <stdbool.h>

#include "figure.h"
#include "model.h"

#define COLUMN_TEXT_LEN MODEL_NAME_LEN

/* In the order of display. */
enum column_id {
	COLUMN_SERVICE,
	COLUMN_SIDE,
	COLUMN_METHOD,
	COLUMN_COMM,
	COLUMN_RATE,
	COLUMN_N,
	COLUMN_P50,
	COLUMN_P90,
	COLUMN_P99,
	COLUMN_P999,
	COLUMN_MAX,
	COLUMN_ERRORS,
	COLUMN_TIMEOUTS,
	COLUMN_IN_FLIGHT,
	COLUMN_CNT,
};

struct column {
	const char *title;
	unsigned int width;	/* least columns */
	unsigned int max_width; /* most columns when there is room */
	unsigned int rank;	/* 0 is shown first when there is little room */
	bool is_text; /* left aligned, sorted upwards; else a number: right aligned, largest first
		       */
	void (*print)(const struct model_row *row, char text[COLUMN_TEXT_LEN]);
	double (*number)(
		const struct model_row *row); /* sort key of numbers; negative: not known, last */
};

const struct column *column__at(enum column_id id);

/* Chooses what fits in cols (one blank between columns), by rank, and divides the room left.
 * width[id] is 0 for a column that is left out. Returns the columns used. */
unsigned int column__choose(unsigned int cols, unsigned int width[COLUMN_CNT]);

/* Order of two rows by a column; ties by slowest request, then by name, so that the order is total.
 */
int column__compare(enum column_id id, const struct model_row *a, const struct model_row *b);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Columns of the rows of a snapshot, from which the overview and `top --once` derive. */
#ifndef SIGPATH_ROW_COLUMNS_H
#define SIGPATH_ROW_COLUMNS_H

#include "grid.h"
#include "model.h"

/* In the order of display. */
enum row_column {
	ROW_SERVICE,
	ROW_SIDE,
	ROW_METHOD,
	ROW_COMM,
	ROW_RATE,
	ROW_N,
	ROW_P50,
	ROW_P90,
	ROW_P99,
	ROW_P999,
	ROW_MAX,
	ROW_ERRORS,
	ROW_TIMEOUTS,
	ROW_IN_FLIGHT,
	ROW_TREND,
	ROW_DRIFT,
	ROW_COLUMNS,
};

/* Of struct model_row. */
extern const struct grid_ops row_columns__ops;

const struct grid_column *row_columns__at(enum row_column id);
/* Names of two rows: service, method, side. */
int row_columns__compare_names(const struct model_row *a, const struct model_row *b);
/* "! P99 2.10x that of before (1.60x to 2.90x)": of the 10 to 20 minutes before; or that it is not
 * known; "" not told. */
const char *row_columns__drift_text(const struct model_drift *d, char text[GRID_TEXT_LEN]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of sessions: columns and which of them the daemon can order by. Rows are struct
 * model_call. */
#ifndef SIGPATH_SESSION_COLUMN_H
#define SIGPATH_SESSION_COLUMN_H

#include "grid.h"

extern const struct grid_ops session_column__table;
/* What the daemon calls the order by that column; NULL: it knows no such order. */
const char *session_column__order(unsigned int column);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One row of statistics as JSON. Only snapshot.c uses it. */
#ifndef SIGPATH_SNAPSHOT_ROW_H
#define SIGPATH_SNAPSHOT_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "stats.h"

/* Returns owned, NULL when out of memory. oldest_ns: 0 is not known. with_cells: adds "cells". */
json_t *snapshot_row__json(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			   uint64_t oldest_ns, bool with_cells);

#endif

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

/* "server", "client", "wire"; "" none. */
const char *snapshot_row__side(char side);
/* Printed name and letter of a stage. */
json_t *snapshot_row__stage_name(stage_mask_t mask);
json_t *snapshot_row__stage_letter(stage_mask_t mask);
/* Indices of the row's stages in the order a message meets them. */
void snapshot_row__sort(const struct stats_row *row, unsigned int idx[STATS_STAGES_MAX]);
/* [{"name","letter","sum_ns"}] in that order; ns is by row->stage. */
json_t *snapshot_row__sums(const struct stats_row *row, const unsigned int *idx,
			   const uint64_t *ns);
/* The quantile in ns; null: too few. */
json_t *snapshot_row__quantile(const struct hist *h, double q);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The replies about one row, "stages" and "heat": README.md. Only snapshot.c uses it. */
#ifndef SIGPATH_ROW_REPLY_H
#define SIGPATH_ROW_REPLY_H

#include <jansson.h>

#include "snapshot.h"

/* request: "service", "side", "method" name the row. Returns owned; NULL when out of memory. */
json_t *row_reply__stages(const struct snapshot_src *src, const json_t *request);
/* src->heat is not NULL. */
json_t *row_reply__heat(const struct snapshot_src *src, const json_t *request);

#endif

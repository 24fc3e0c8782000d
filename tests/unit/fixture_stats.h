/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the statistics share: a small table, rows by name, the sums that always hold.
 */
#ifndef SIGPATH_FIXTURE_STATS_H
#define SIGPATH_FIXTURE_STATS_H

#include <stdio.h>

#include "stats.h"
#include "test.h"

#define CNT(a) (sizeof(a) / sizeof((a)[0]))
#define SLOT   1000000000ull /* slots of the table are 1 s */

/* Returns owned, NULL without memory. */
static inline struct stats *new_stats(unsigned int max_rows)
{
	struct stats_opts opts = {.max_rows = max_rows, .slot_ns = SLOT};
	struct stats *s = NULL;

	CHECK_OK(stats__new(&opts, &s));
	return s;
}

static inline struct stats_row *row_of(struct stats *s, const char *service, char side,
				       const char *method)
{
	struct stats_key key = {.side = side};

	snprintf(key.service, sizeof(key.service), "%s", service);
	snprintf(key.method, sizeof(key.method), "%s", method);
	return stats__row(s, &key);
}

static inline int add_app(struct stats *s, struct stats_row *row, uint64_t now_ns,
			  uint64_t total_ns)
{
	struct stage_share share = {STAGE_APP, total_ns};

	return stats__add(s, row, now_ns, total_ns, &share, 1);
}

/* The stages partition every cell, the cells partition the total. */
static inline void check_sums(const struct stats_row *row)
{
	uint64_t total = 0, stage[STATS_STAGES_MAX] = {0}, stages = 0;

	for (unsigned int i = 0; i < HIST_BUCKETS; i++) {
		uint64_t in_cell = 0;

		if (!row->cell[i])
			continue;
		total += row->cell[i]->total_ns;
		for (unsigned int j = 0; j < STATS_STAGES_MAX; j++) {
			stage[j] += row->cell[i]->stage_ns[j];
			in_cell += row->cell[i]->stage_ns[j];
		}
		CHECK_UINT(in_cell, row->cell[i]->total_ns);
	}
	CHECK_UINT(total, row->total.sum_ns);
	for (unsigned int j = 0; j < row->stage_cnt; j++) {
		CHECK_UINT(row->stage[j]->hist.sum_ns, stage[j]);
		stages += stage[j];
	}
	CHECK_UINT(stages, total);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Band: the window's requests around a percentile, with where their time went. */
#ifndef SIGPATH_BAND_H
#define SIGPATH_BAND_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"

struct band {
	uint64_t lo_ns, hi_ns; /* edges of its buckets; hi no more than the longest */
	uint64_t n;
	uint64_t total_ns;
	uint64_t stage_ns[STATS_STAGES_MAX]; /* by row->stage; they add up to total_ns exactly */
};

/* q 0.5: the buckets that hold the ranks 45 to 55 %; any other q: its bucket and above. window: the
 * row's total of the window at now_ns, as from stats__window. false: too few requests for that
 * percentile. */
bool band__take(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		const struct hist *window, double q, struct band *ret);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Drift: is the slowest 1 % of the window's requests slower, or faster, than before? The reference
 * is the span of 10 minutes that is complete (it began 10 to 20 minutes ago), or the running one
 * without the window while that one has too few.
 *
 * Counted is how many requests are above the bucket edge next to the reference's P99, in both:
 * exact numbers. Two proportions, score test; requests come in bursts, so its variance is what the
 * window's slots differ among each other where that is more than chance. */
#ifndef SIGPATH_DRIFT_H
#define SIGPATH_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"

/* Requests that a P99 needs to be bounded from above: hist.h. */
#define DRIFT_N_MIN 368

enum drift_state {
	DRIFT_FEW,  /* the window or the reference has too few requests */
	DRIFT_SAME, /* nothing that chance would not do, or within 10 % */
	DRIFT_UP,   /* slower: p < 1 %, and by more than 10 % */
	DRIFT_DOWN
};

struct drift {
	enum drift_state state;
	uint64_t n, base_n;
	/* P99 of the window by that of the reference; 0: not known. lo, hi: the ends of the two
	 * intervals against each other, so wider than 95 %. */
	double ratio, lo, hi;
};

/* window: the row's total of the window at now_ns, as from stats__window. */
void drift__find(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		 const struct hist *window, struct drift *ret);
/* "few", "same", "up", "down". */
const char *drift__name(enum drift_state state);

#endif

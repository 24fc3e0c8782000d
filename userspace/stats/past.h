/* SPDX-License-Identifier: BSD-2-Clause */
/* Past: what a row remembers of slots that left its window: the P99 and the number of requests of
 * the latest 30, and the totals of the latest two spans of 10 minutes. */
#ifndef SIGPATH_PAST_H
#define SIGPATH_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "hist.h"
#include "slot.h"

#define PAST_POINTS  30
#define PAST_SPAN_NS 600000000000ull /* 10 minutes; two windows where those are longer */

struct past_point {
	uint64_t epoch; /* as in stats_slot; 0: none */
	uint64_t n;
	uint64_t p99_ns;
	bool is_known; /* enough requests for a P99 */
};

struct past_span {
	uint64_t idx; /* start / length + 1; 0: none */
	struct hist total;
};

struct past {
	struct past_point point[PAST_POINTS];
	struct past_span span[2];
};

/* What a slot says. */
struct past_point past__point(const struct stats_slot *slot);
/* A slot is about to be emptied; it is no longer in the window. */
void past__take(struct past *p, const struct stats_slot *slot, uint64_t slot_ns);
/* Span a slot belongs to. */
uint64_t past__span(uint64_t epoch, uint64_t slot_ns);

struct stats;
struct stats_row;
/* The latest 30 slots, oldest first; the last one is filling. */
void past__history(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		   struct past_point ret[PAST_POINTS]);
/* Requests of one span that are not in the window any more. */
void past__total(const struct stats *s, const struct stats_row *row, uint64_t now_ns, uint64_t span,
		 struct hist *ret);

#endif

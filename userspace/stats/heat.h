/* SPDX-License-Identifier: BSD-2-Clause */
/* Heat: the latency of each row over the last 10 minutes, in cells of 5 s by half an octave; a cell
 * knows which stages its time went to and who was slowest. One fixed pool for all rows: the oldest
 * cell makes room, which is counted when it could still have been shown. One thread owns it. */
#ifndef SIGPATH_HEAT_H
#define SIGPATH_HEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "stats.h"

#define HEAT_SLOT_NS 5000000000ull
#define HEAT_SLOTS   120
/* Cells of the daemon's pool: below 4 MiB with their index. */
#define HEAT_CELLS 12288
/* Half octaves, edges as in hist.h, with its zero and its overflow bucket. */
#define HEAT_BUCKETS  (2 * (HIST_MAX_EXP - HIST_MIN_EXP) + 2)
#define HEAT_SESSIONS 4

struct heat_session {
	uint64_t total_ns; /* 0: no request yet */
	uint64_t id;	   /* 0: of none that is known */
};

struct heat_cell {
	const struct stats_row *row; /* borrowed; NULL: free */
	uint32_t next;		     /* in its chain of the index, + 1; 0: last */
	uint32_t bucket;
	uint64_t slot; /* start / HEAT_SLOT_NS */
	uint64_t n;
	uint64_t total_ns, min_ns, max_ns;
	uint64_t stage_ns[STATS_STAGES_MAX];	    /* by row->stage; they add up to total_ns */
	struct heat_session session[HEAT_SESSIONS]; /* of its slowest requests, slowest first */
};

struct heat;

/* cells: 1..1048576, else -EINVAL. */
int heat__new(unsigned int cells, struct heat **ret);
void heat__free(struct heat *h);

/* One finished transaction, after stats__add took it: a share of a stage that the row does not have
 * is UNATTRIBUTED's. Returns where the id of its session is to be written, before the next call;
 * NULL: it is not among the slowest of its cell, or not added (shares that do not sum to total_ns,
 * stages that the row does not have). row must stay as long as h. */
uint64_t *heat__add(struct heat *h, const struct stats_row *row, uint64_t now_ns, uint64_t total_ns,
		    const struct stage_share *share, unsigned int share_cnt);

/* NULL: nothing fell into it, or it made room. Valid until the next add. */
const struct heat_cell *heat__find(const struct heat *h, const struct stats_row *row, uint64_t slot,
				   unsigned int bucket);
/* Cells that had to make room before their 10 minutes were over. */
uint64_t heat__evicted(const struct heat *h);

unsigned int heat__bucket(uint64_t ns);
/* Upper edge, inclusive; UINT64_MAX for the last. */
uint64_t heat__upper_ns(unsigned int bucket);

/* The q-quantile of one slot, from its cells (NULL: empty): interpolated inside the half octave
 * between what is known of the cell's least and largest, so it may be off by a part of that. false:
 * too few requests, as in hist.h. */
bool heat__quantile(const struct heat_cell *const cell[HEAT_BUCKETS], double q, uint64_t *ret_ns);

#endif

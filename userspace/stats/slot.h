/* SPDX-License-Identifier: BSD-2-Clause */
/* A slot of a row's sliding window: totals, stages, and the stages of each total bucket. What it
 * allocates is used again when it is emptied for a later time. */
#ifndef SIGPATH_SLOT_H
#define SIGPATH_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "hist.h"
#include "sparse.h"
#include "sums.h"

/* Different stage masks a row keeps; more fold into UNATTRIBUTED and are counted. */
#define STATS_STAGES_MAX 24
#define STATS_SLOTS	 6 /* sliding window = STATS_SLOTS * slot_ns; the newest slot is filling */

struct stats_slot {
	uint64_t epoch; /* start of the slot / slot_ns + 1; 0 = never used */
	uint64_t errors;
	uint64_t timeouts;
	struct hist total;
	uint64_t stage_ns[STATS_STAGES_MAX];
	struct sums sums;			/* of each bucket of total */
	struct sparse *stage[STATS_STAGES_MAX]; /* durations; NULL: none yet */
};

struct split;

void slot__init(struct stats_slot *slot);
void slot__done(struct stats_slot *slot);
void slot__empty(struct stats_slot *slot, uint64_t epoch);
/* Room for one transaction whose total is in this bucket, of a row with stage_cnt stages. -ENOMEM:
 * what it holds is unchanged. */
int slot__reserve(struct stats_slot *slot, unsigned int bucket, const struct split *split,
		  unsigned int stage_cnt);
/* After a reserve of the same; bucket: that of total_ns. */
void slot__add(struct stats_slot *slot, unsigned int bucket, uint64_t total_ns,
	       const struct split *split, unsigned int stage_cnt);
/* newest: epoch of the slot that is filling. */
static inline bool slot__is_in_window(const struct stats_slot *slot, uint64_t newest)
{
	return slot->epoch && slot->epoch <= newest && newest - slot->epoch < STATS_SLOTS;
}

#endif

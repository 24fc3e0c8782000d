/* SPDX-License-Identifier: BSD-2-Clause */
/* Split: the shares of one transaction, sorted into the stages of its row. */
#ifndef SIGPATH_SPLIT_H
#define SIGPATH_SPLIT_H

#include <stdint.h>

#include "stats.h"

struct split {
	uint64_t
		ns[STATS_STAGES_MAX]; /* by index into row->stage; shares of one stage are summed */
	uint16_t bucket[STATS_STAGES_MAX]; /* of ns, hist.h; of those present */
	uint32_t present;    /* bit per stage that the transaction has, even with 0 ns */
	unsigned int folded; /* shares put under UNATTRIBUTED because the row has no place */
};

/* Makes the stages that the row lacks; the last place is kept for UNATTRIBUTED. -EINVAL when a
 * share names no stage or the shares do not sum to total_ns, -ENOMEM; the row is then as it was. */
int split__init(struct split *split, struct stats_row *row, uint64_t total_ns,
		const struct stage_share *share, unsigned int share_cnt);

#endif

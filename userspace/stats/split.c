/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorts shares into a row's stages, making the stages that are new. */
#include "split.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(STATS_STAGES_MAX <= 32, "struct split has a bit for each stage");

/* Index of a stage in the row, or stage_cnt. Shares mostly come in the order the row saw first:
 * look at `likely`. */
static unsigned int find_stage(const struct stats_row *row, stage_mask_t mask, unsigned int likely)
{
	unsigned int i;

	if (likely < row->stage_cnt && row->stage[likely]->mask == mask)
		return likely;
	for (i = 0; i < row->stage_cnt && row->stage[i]->mask != mask; i++)
		;
	return i;
}

/* Finds or makes the stage; the last place is kept for UNATTRIBUTED. */
static int take_stage(struct stats_row *row, stage_mask_t mask, unsigned int likely,
		      struct split *split, unsigned int *ret)
{
	unsigned int i = find_stage(row, mask, likely);

	if (i == row->stage_cnt && mask != STAGE_UNATTRIBUTED) {
		bool is_kept = find_stage(row, STAGE_UNATTRIBUTED, 0) == row->stage_cnt;

		if (i + is_kept >= STATS_STAGES_MAX) {
			split->folded++;
			mask = STAGE_UNATTRIBUTED;
			i = find_stage(row, mask, 0);
		}
	}
	if (i == row->stage_cnt) {
		struct stats_stage *stage = calloc(1, sizeof(*stage));

		if (!stage)
			return -ENOMEM;
		stage->mask = mask;
		hist__init(&stage->hist);
		row->stage[row->stage_cnt++] = stage;
	}
	*ret = i;
	return 0;
}

static bool is_partition(uint64_t total_ns, const struct stage_share *share, unsigned int share_cnt)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < share_cnt; i++) {
		if (!share[i].mask || share[i].mask & ~STAGE_ALL)
			return false;
		if (__builtin_add_overflow(sum, share[i].ns, &sum))
			return false;
	}
	return sum == total_ns;
}

int split__init(struct split *split, struct stats_row *row, uint64_t total_ns,
		const struct stage_share *share, unsigned int share_cnt)
{
	unsigned int before = row->stage_cnt, stage = 0;

	if (!is_partition(total_ns, share, share_cnt))
		return -EINVAL;
	memset(split, 0, sizeof(*split));
	for (unsigned int i = 0; i < share_cnt; i++) {
		/* likely the stage behind that of the share before */
		if (take_stage(row, share[i].mask, i ? stage + 1 : 0, split, &stage))
			goto out;
		split->ns[stage] += share[i].ns;
		split->present |= 1u << stage;
	}
	for (unsigned int i = 0; i < row->stage_cnt; i++) {
		if (split->present & 1u << i)
			split->bucket[i] = (uint16_t)hist__bucket(split->ns[i]);
	}
	return 0;
out:
	while (row->stage_cnt > before) {
		free(row->stage[--row->stage_cnt]);
		row->stage[row->stage_cnt] = NULL;
	}
	return -ENOMEM;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Adding to a slot in two steps, so that nothing is half added. */
#include "slot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "split.h"

void slot__init(struct stats_slot *slot)
{
	*slot = (struct stats_slot){0};
	hist__init(&slot->total);
}

void slot__done(struct stats_slot *slot)
{
	sums__done(&slot->sums);
	for (unsigned int i = 0; i < STATS_STAGES_MAX; i++) {
		if (slot->stage[i])
			sparse__done(slot->stage[i]);
		free(slot->stage[i]);
	}
	slot__init(slot);
}

void slot__empty(struct stats_slot *slot, uint64_t epoch)
{
	slot->epoch = epoch;
	slot->errors = slot->timeouts = 0;
	hist__init(&slot->total);
	memset(slot->stage_ns, 0, sizeof(slot->stage_ns));
	sums__empty(&slot->sums);
	for (unsigned int i = 0; i < STATS_STAGES_MAX; i++) {
		if (slot->stage[i])
			sparse__empty(slot->stage[i]);
	}
}

static int reserve_stage(struct sparse **stage, unsigned int bucket)
{
	if (!*stage) {
		*stage = malloc(sizeof(**stage));
		if (!*stage)
			return -ENOMEM;
		sparse__init(*stage);
	}
	return sparse__reserve(*stage, bucket);
}

int slot__reserve(struct stats_slot *slot, unsigned int bucket, const struct split *split,
		  unsigned int stage_cnt)
{
	int rc = sums__reserve(&slot->sums, bucket, stage_cnt);

	for (unsigned int i = 0; i < stage_cnt && !rc; i++) {
		if (split->present & 1u << i)
			rc = reserve_stage(&slot->stage[i], split->bucket[i]);
	}
	return rc;
}

void slot__add(struct stats_slot *slot, unsigned int bucket, uint64_t total_ns,
	       const struct split *split, unsigned int stage_cnt)
{
	uint64_t *sums = sums__at(&slot->sums, bucket);

	hist__add_to(&slot->total, bucket, total_ns);
	sums[0] += total_ns;
	for (unsigned int i = 0; i < stage_cnt; i++) {
		if (!(split->present & 1u << i))
			continue;
		sparse__add(slot->stage[i], split->bucket[i], split->ns[i]);
		slot->stage_ns[i] += split->ns[i];
		sums[1 + i] += split->ns[i];
	}
}

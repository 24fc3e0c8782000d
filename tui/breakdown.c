/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage breakdown of a row. */
#include "breakdown.h"

#include <ctype.h>
#include <string.h>

static struct breakdown_part *find_part(struct breakdown *s, const struct model_stage *stage)
{
	char letter = stage->letter;

	for (unsigned int i = 0; i < s->cnt; i++) {
		if (!strcmp(s->part[i].name, stage->name))
			return &s->part[i];
	}
	if (s->cnt == BREAKDOWN_MAX)
		return NULL;
	/* A stage that only the tail has may have the letter of another. */
	for (unsigned int i = 0; i < s->cnt; i++) {
		if (s->part[i].letter == letter)
			letter = (char)toupper((unsigned char)letter);
	}
	s->part[s->cnt] = (struct breakdown_part){.name = stage->name, .letter = letter};
	return &s->part[s->cnt++];
}

void breakdown__init(struct breakdown *ret, const struct model_row *row)
{
	*ret = (struct breakdown){.all_n = row->n, .tail_n = row->tail.known ? row->tail.n : 0};
	for (unsigned int i = 0; i < row->stage_cnt; i++) {
		struct breakdown_part *part = find_part(ret, &row->stage[i]);

		if (part)
			part->all_ns += row->stage[i].sum_ns;
		ret->all_ns += row->stage[i].sum_ns;
	}
	for (unsigned int i = 0; i < row->tail.stage_cnt; i++) {
		struct breakdown_part *part = find_part(ret, &row->tail.stage[i]);

		if (part)
			part->tail_ns += row->tail.stage[i].sum_ns;
		ret->tail_ns += row->tail.stage[i].sum_ns;
	}
}

uint64_t breakdown__mean_ns(uint64_t sum_ns, uint64_t n)
{
	return n ? (sum_ns + n / 2) / n : MODEL_NONE;
}

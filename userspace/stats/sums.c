/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of sums in one block that grows. */
#include "sums.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LINES_STEP   16 /* the block is used again: it grows in the first slots only */
#define STAGES_ROUND 4	/* a row mostly meets its stages one after the other */

static int grow(struct sums *s, unsigned int cap, unsigned int width)
{
	uint64_t *ns = calloc((size_t)cap * width, sizeof(*ns));

	if (!ns)
		return -ENOMEM;
	for (unsigned int i = 0; i < s->cnt; i++)
		memcpy(ns + (size_t)i * width, s->ns + (size_t)i * s->width,
		       s->width * sizeof(*ns));
	free(s->ns);
	s->ns = ns;
	s->cap = (uint16_t)cap;
	s->width = (uint16_t)width;
	return 0;
}

int sums__reserve(struct sums *s, unsigned int bucket, unsigned int stage_cnt)
{
	unsigned int cap = s->cap, width = s->width;
	bool is_new = !s->place[bucket];
	int rc;

	if (is_new && s->cnt == cap)
		cap += LINES_STEP;
	if (width < 1 + stage_cnt)
		width = 1 + (stage_cnt + STAGES_ROUND - 1) / STAGES_ROUND * STAGES_ROUND;
	if (cap != s->cap || width != s->width) {
		rc = grow(s, cap, width);
		if (rc)
			return rc;
	}
	if (is_new)
		s->place[bucket] = ++s->cnt;
	return 0;
}

uint64_t *sums__at(const struct sums *s, unsigned int bucket)
{
	return s->place[bucket] ? s->ns + (size_t)(s->place[bucket] - 1) * s->width : NULL;
}

void sums__empty(struct sums *s)
{
	if (s->cnt < s->cap / 4) {
		sums__done(s);
		return;
	}
	memset(s->place, 0, sizeof(s->place));
	if (s->ns)
		memset(s->ns, 0, (size_t)s->cnt * s->width * sizeof(*s->ns));
	s->cnt = 0;
}

void sums__done(struct sums *s)
{
	free(s->ns);
	*s = (struct sums){0};
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Sums: per bucket of a total histogram, the summed latency and its stages, for few buckets out of
 * many. A line of sums per bucket that was met, one behind the other. Starts as zeros. */
#ifndef SIGPATH_SUMS_H
#define SIGPATH_SUMS_H

#include <stdint.h>

#include "hist.h"

struct sums {
	uint16_t place[HIST_BUCKETS]; /* line + 1; 0: none */
	uint16_t cnt, cap;	      /* lines */
	uint16_t width;		      /* of a line: the total, then the stages */
	uint64_t *ns;		      /* owned: cap * width */
};

/* Makes the line of a bucket, with room for this many stages in all lines. -ENOMEM: as before. */
int sums__reserve(struct sums *s, unsigned int bucket, unsigned int stage_cnt);
/* The line: [0] total, [1 + i] stage i, up to [s->width - 1]; NULL: no such. Valid until the next
 * reserve. */
uint64_t *sums__at(const struct sums *s, unsigned int bucket);
/* No lines; the memory is kept for the next ones if most of it was in use. */
void sums__empty(struct sums *s);
void sums__done(struct sums *s);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Sparse: the histogram of hist.h in chunks that are made when they are first needed. For the many
 * short-lived ones: a stage in a slot of a window is a few hundred bytes instead of 7 KB. */
#ifndef SIGPATH_SPARSE_H
#define SIGPATH_SPARSE_H

#include <stdint.h>

#include "hist.h"

#define SPARSE_CHUNK  32 /* buckets; an octave */
#define SPARSE_CHUNKS ((HIST_BUCKETS + SPARSE_CHUNK - 1) / SPARSE_CHUNK)

struct sparse {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t min_ns; /* UINT64_MAX when empty */
	uint64_t max_ns;
	uint32_t *chunk[SPARSE_CHUNKS]; /* owned; NULL: zeros */
};

void sparse__init(struct sparse *s);
void sparse__done(struct sparse *s);
/* Room for one more in a bucket. -ENOMEM: as before. */
int sparse__reserve(struct sparse *s, unsigned int bucket);
/* After a reserve of the bucket that ns is in. */
void sparse__add(struct sparse *s, unsigned int bucket, uint64_t ns);
/* Adds what is in it to a histogram. */
void sparse__merge(struct hist *into, const struct sparse *from);
/* Nothing in it; chunks that were in use stay for the next round. */
void sparse__empty(struct sparse *s);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Base-2 exponential histogram of durations, scale 5: a bucket is a Prometheus native and an OTLP exponential bucket
 * unchanged. Values are ns; edges are powers of 2^(1/32) of a second, computed in ticks of 2^-30 s.
 *
 *   zero bucket   below 1 us (2^-20 s): counted, position unknown inside
 *   bucket i      (2^((i-1)/32), 2^(i/32)] seconds in Prometheus' numbering
 *   overflow      above 64 s
 *
 * Exact min, max, sum and count are kept beside. Merging is adding. Not thread-safe. */
#ifndef SIGPATH_HIST_H
#define SIGPATH_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HIST_SCALE 5
#define HIST_MIN_EXP (-20) /* 2^-20 s, about 0.95 us */
#define HIST_MAX_EXP 6     /* 64 s */
#define HIST_BUCKETS ((HIST_MAX_EXP - HIST_MIN_EXP) * (1 << HIST_SCALE) + 2) /* + zero + overflow */

struct hist {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t min_ns; /* UINT64_MAX when empty */
	uint64_t max_ns;
	uint32_t bucket[HIST_BUCKETS]; /* [0] zero bucket, [HIST_BUCKETS-1] overflow */
};

/* A quantile with its distribution-free 95 % order-statistic interval (bucket edges, clamped to [min, max]). */
struct hist_quantile {
	uint64_t value_ns;
	uint64_t lo_ns;
	uint64_t hi_ns;
	bool known;    /* enough samples for value_ns at all: n >= ln(0.025)/ln(q); 368 for P99, 3688 for P999 */
	bool hi_known; /* false: the upper end is unbounded, print "--" */
};

void hist__init(struct hist *h);
void hist__add(struct hist *h, uint64_t ns);
void hist__merge(struct hist *into, const struct hist *from);
/* Index of the bucket that holds ns, 0..HIST_BUCKETS-1. */
unsigned int hist__bucket(uint64_t ns);
/* Upper (inclusive) edge of a bucket in ns, rounded down; the overflow bucket has UINT64_MAX. */
uint64_t hist__upper_ns(unsigned int bucket);
/* Prometheus index of a bucket (upper edge 2^(i/32) s); defined for 1..HIST_BUCKETS-2. */
int hist__prometheus_idx(unsigned int bucket);
/* q in (0, 1). Linear interpolation inside the bucket, clamped to [min, max]. */
struct hist_quantile hist__quantile(const struct hist *h, double q);
/* Bucket that holds the q-quantile's rank (ceil(q * count)); 0 when empty. */
unsigned int hist__quantile_bucket(const struct hist *h, double q);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Base-2 exponential histogram of durations, scale 5: a bucket is a Prometheus native and an OTLP
 * exponential bucket unchanged. Values are ns; edges are powers of 2^(1/32) of a second, computed
 * in ticks of 2^-30 s.
 *
 *   zero bucket   up to 2^-20 s (953 ns): counted, position unknown inside
 *   bucket i      (2^((i-1)/32), 2^(i/32)] seconds in Prometheus' numbering
 *   overflow      above 64 s
 *
 * Exact min, max, sum and count are kept beside. Merging is adding. Not thread-safe. */
#ifndef SIGPATH_HIST_H
#define SIGPATH_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HIST_SCALE   5
#define HIST_MIN_EXP (-20) /* 2^-20 s, about 0.95 us */
#define HIST_MAX_EXP 6	   /* 64 s */
/* With the zero and the overflow bucket. */
#define HIST_BUCKETS ((HIST_MAX_EXP - HIST_MIN_EXP) * (1 << HIST_SCALE) + 2)

struct hist {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t min_ns; /* UINT64_MAX when empty */
	uint64_t max_ns;
	/* [0] zero bucket, [HIST_BUCKETS-1] overflow. 64 bits: at 50,000 a second 32 are full
	 * within a day. */
	uint64_t bucket[HIST_BUCKETS];
};

/* A quantile with its distribution-free 95 % order-statistic interval (bucket edges, clamped to
 * [min, max]). */
struct hist_quantile {
	uint64_t value_ns;
	uint64_t lo_ns; /* 0 when unbounded below, which happens for q < 0.5 only */
	uint64_t hi_ns; /* max_ns when unbounded above */
	/* Enough samples for value_ns at all: n >= ln(0.025)/ln(q); 6 for P50, 36 for P90, 368 for
	 * P99, 3688 for P999. */
	bool known;
	bool hi_known; /* false: the upper end is unbounded, print "--" */
};

void hist__init(struct hist *h);
void hist__add(struct hist *h, uint64_t ns);
/* The same for a caller that knows the bucket of ns. */
void hist__add_to(struct hist *h, unsigned int bucket, uint64_t ns);
void hist__merge(struct hist *into, const struct hist *from);
/* Index of the bucket that holds ns, 0..HIST_BUCKETS-1. */
unsigned int hist__bucket(uint64_t ns);
/* Upper (inclusive) edge of a bucket in ns, rounded down; the overflow bucket has UINT64_MAX. A
 * value is in the bucket exactly when hist__lower_ns < ns <= hist__upper_ns (the zero bucket holds
 * 0, too). */
uint64_t hist__upper_ns(unsigned int bucket);
/* Lower (exclusive) edge in ns; 0 for the zero bucket. */
uint64_t hist__lower_ns(unsigned int bucket);
/* Prometheus index of a bucket (upper edge 2^(i/32) s); defined for 1..HIST_BUCKETS-2. */
int hist__prometheus_idx(unsigned int bucket);
/* q in (0, 1), else nothing is known. Linear interpolation inside the bucket, clamped to [min,
 * max]: at most one bucket (2.2 %) from the sample of that rank, half of it for a lone sample. */
struct hist_quantile hist__quantile(const struct hist *h, double q);
/* Its value alone, at a small part of the cost of the interval. false: not known. */
bool hist__value(const struct hist *h, double q, uint64_t *ret_ns);
/* Are n samples enough for the q-quantile to be known? */
bool hist__is_enough(uint64_t n, double q);
/* Ranks (1..n) of the samples that enclose the q-quantile with at least 95 %, whatever the
 * distribution, 2.5 % at most beyond either: the largest *lo with P(Bin(n, q) < *lo) <= 2.5 %, the
 * smallest *hi with P(Bin(n, q) >= *hi) <= 2.5 %. 0: unbounded on that side. n=1000, q=0.99: 983,
 * 997. Exact where n q (1-q) is up to 1000, else within one rank. */
void hist__ranks(uint64_t n, double q, uint64_t *lo, uint64_t *hi);
/* Bucket that holds the q-quantile's rank (ceil(q * count)); 0 when empty. */
unsigned int hist__quantile_bucket(const struct hist *h, double q);

#endif

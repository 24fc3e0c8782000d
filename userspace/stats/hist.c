/* SPDX-License-Identifier: BSD-2-Clause */
/* Base-2 exponential histogram: exact bucketing in integers, quantiles with order-statistic
 * intervals. */
#include "hist.h"

#include <string.h>

#define STEPS	 (1 << HIST_SCALE) /* buckets per octave */
#define OVERFLOW (HIST_BUCKETS - 1)
#define ZERO_NS	 953	     /* 2^-20 s, rounded down */
#define LAST_NS	 64000000000 /* 2^6 s */
#define SEC_NS	 1000000000

/* Ticks of 2^-30 s per ns, times 2^63, rounded down. A value that is an edge (2^-k s, a whole
 * number of ns) comes out a hair below its edge, so it stays in the bucket that the edge closes;
 * all other values are further from an edge than the error of 2^-62. */
#define TICKS_Q63 9903520314283042199ull

/* 2^(i/32) times 2^63, rounded down. */
static const uint64_t step_q63[STEPS] = {
	0x8000000000000000, 0x82cd8698ac2ba1d7, 0x85aac367cc487b14, 0x88980e8092da8527,
	0x8b95c1e3ea8bd6e6, 0x8ea4398b45cd53c0, 0x91c3d373ab11c336, 0x94f4efa8fef70961,
	0x9837f0518db8a96f, 0x9b8d39b9d54e5538, 0x9ef5326091a111ad, 0xa27043030c496818,
	0xa5fed6a9b15138ea, 0xa9a15ab4ea7c0ef8, 0xad583eea42a14ac6, 0xb123f581d2ac258f,
	0xb504f333f9de6484, 0xb8fbaf4762fb9ee9, 0xbd08a39f580c36be, 0xc12c4cca66709456,
	0xc5672a115506dadd, 0xc9b9bd866e2f27a2, 0xce248c151f8480e3, 0xd2a81d91f12ae45a,
	0xd744fccad69d6af4, 0xdbfbb797daf23755, 0xe0ccdeec2a94e111, 0xe5b906e77c8348a8,
	0xeac0c6e7dd24392e, 0xefe4b99bdcdaf5cb, 0xf5257d152486cc2c, 0xfa83b2db722a033a,
};

void hist__init(struct hist *h)
{
	memset(h, 0, sizeof(*h));
	h->min_ns = UINT64_MAX;
}

/* Octave and mantissa of the ticks, then five halvings without a branch: the path of every message.
 */
unsigned int hist__bucket(uint64_t ns)
{
	unsigned __int128 ticks_q63;
	unsigned int octave, step = 0;
	uint64_t mantissa;

	if (ns <= ZERO_NS)
		return 0;
	if (ns > LAST_NS)
		return OVERFLOW;
	ticks_q63 = (unsigned __int128)ns * TICKS_Q63;
	octave = 63 - (unsigned int)__builtin_clzll((uint64_t)(ticks_q63 >> 63));
	mantissa = (uint64_t)(ticks_q63 >> octave);
	/* step: the last edge of the octave that is below the mantissa */
	for (unsigned int half = STEPS / 2; half; half /= 2)
		step += step_q63[step + half] < mantissa ? half : 0;
	return (octave - (30 + HIST_MIN_EXP)) * STEPS + step + 1;
}

void hist__add(struct hist *h, uint64_t ns)
{
	hist__add_to(h, hist__bucket(ns), ns);
}

void hist__add_to(struct hist *h, unsigned int bucket, uint64_t ns)
{
	h->count++;
	h->sum_ns += ns;
	if (ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->bucket[bucket]++;
}

void hist__merge(struct hist *into, const struct hist *from)
{
	if (!from->count)
		return;
	into->count += from->count;
	into->sum_ns += from->sum_ns;
	if (from->min_ns < into->min_ns)
		into->min_ns = from->min_ns;
	if (from->max_ns > into->max_ns)
		into->max_ns = from->max_ns;
	for (unsigned int i = 0; i < HIST_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
}

int hist__prometheus_idx(unsigned int bucket)
{
	return (int)bucket + HIST_MIN_EXP * STEPS;
}

uint64_t hist__upper_ns(unsigned int bucket)
{
	unsigned __int128 edge;

	if (bucket >= OVERFLOW)
		return UINT64_MAX;
	edge = (unsigned __int128)step_q63[bucket % STEPS] * SEC_NS;
	/* 2^63 of the constant; an octave up or down is one bit more or less */
	return (uint64_t)(edge >> (63 - HIST_MIN_EXP - (int)(bucket / STEPS)));
}

uint64_t hist__lower_ns(unsigned int bucket)
{
	return bucket ? hist__upper_ns(bucket - 1) : 0;
}

/* --- ranks --- */

/* Probability left out at each end of the interval: (1 - 95 %) / 2. */
#define TAIL 0.025
/* Normal quantile of 1 - TAIL. */
#define TAIL_Z 1.959963984540054
/* Variance above which the normal approximation, corrected for skew, is as good as whole ranks. */
#define EXACT_VARIANCE_MAX 1000.0
/* Terms below this part of the largest one add nothing. */
#define TERM_MIN 1e-18

/* Rank of the q-quantile, 1..n: ceil(q * n), but 0.07 * 100 is 7 and not 8. */
static uint64_t quantile_rank(uint64_t n, double q)
{
	double exact = q * (double)n;
	uint64_t rank = (uint64_t)exact;

	if (exact - (double)rank > exact * 1e-12)
		rank++;
	if (rank > n)
		rank = n;
	return rank ? rank : 1;
}

/* Newton's method: libm is not linked here. v >= 1. */
static double square_root(double v)
{
	double root = v;

	for (double next = (v + 1) / 2; next < root; next = (root + v / root) / 2)
		root = next;
	return root;
}

/* Binomial probabilities relative to that of the mode, by recurrence outward from it: no
 * logarithms, no underflow. */
struct binomial {
	double n;
	double odds; /* q / (1 - q) */
};

static double term_above(const struct binomial *b, double k, double term)
{
	return term * (b->n - k) / (k + 1) * b->odds;
}

static double term_below(const struct binomial *b, double k, double term)
{
	return term * k / (b->n - k + 1) / b->odds;
}

static void exact_ranks(uint64_t n, double q, uint64_t *lo, uint64_t *hi)
{
	struct binomial b = {.n = (double)n, .odds = q / (1 - q)};
	double mode = (double)(uint64_t)((b.n + 1) * q), first = mode, last = mode;
	double sum = 1, low = 1, high = 1, limit, part;

	if (mode > b.n) /* q next to 1, rounded */
		mode = first = last = b.n;
	while (first > 0 && low > TERM_MIN) {
		low = term_below(&b, first--, low);
		sum += low;
	}
	while (last < b.n && high > TERM_MIN) {
		high = term_above(&b, last++, high);
		sum += high;
	}
	limit = sum * TAIL;
	/* lo: the largest rank with P(X < lo) <= TAIL */
	for (part = low; part <= limit; part += low)
		low = term_above(&b, first++, low);
	/* hi: the smallest rank with P(X >= hi) <= TAIL */
	for (part = high; part <= limit; part += high)
		high = term_below(&b, last--, high);
	*lo = (uint64_t)first;
	*hi = (uint64_t)last + 1;
}

static void normal_ranks(uint64_t n, double q, double variance, uint64_t *lo, uint64_t *hi)
{
	double mean = (double)n * q;
	/* Cornish and Fisher's first term: the binomial leans to one side unless q is 1/2. */
	double skew = (TAIL_Z * TAIL_Z - 1) * (1 - 2 * q) / 6;
	double reach = TAIL_Z * square_root(variance);

	/* Outward to whole ranks, with the half that a discrete distribution is wider. */
	*lo = (uint64_t)(mean + skew - reach);
	*hi = (uint64_t)(mean + skew + reach) + 2;
}

void hist__ranks(uint64_t n, double q, uint64_t *lo, uint64_t *hi)
{
	double variance = (double)n * q * (1 - q);

	if (variance > EXACT_VARIANCE_MAX)
		normal_ranks(n, q, variance, lo, hi);
	else
		exact_ranks(n, q, lo, hi);
	if (*hi > n)
		*hi = 0;
}

/* --- quantiles --- */

/* Bucket that holds the sample of a rank; *before is the number of samples in the buckets below. */
static unsigned int rank_bucket(const struct hist *h, uint64_t rank, uint64_t *before)
{
	unsigned int i;

	*before = 0;
	for (i = 0; i < OVERFLOW; i++) {
		if (*before + h->bucket[i] >= rank)
			break;
		*before += h->bucket[i];
	}
	return i;
}

static uint64_t clamp(const struct hist *h, uint64_t ns)
{
	if (ns < h->min_ns)
		return h->min_ns;
	return ns > h->max_ns ? h->max_ns : ns;
}

static uint64_t rank_value(const struct hist *h, uint64_t rank)
{
	uint64_t before, lower, upper;
	unsigned int bucket = rank_bucket(h, rank, &before);
	double part;

	lower = clamp(h, hist__lower_ns(bucket));
	upper = clamp(h, hist__upper_ns(bucket));
	/* Samples sit in the middle of their share of the bucket: a lone one is off by half a
	 * bucket. */
	part = ((double)(rank - before) - 0.5) / (double)h->bucket[bucket];
	return lower + (uint64_t)((double)(upper - lower) * part);
}

struct hist_quantile hist__quantile(const struct hist *h, double q)
{
	struct hist_quantile ret = {0};
	uint64_t lo, hi, before;

	if (!h->count || !(q > 0 && q < 1))
		return ret;
	hist__ranks(h->count, q, &lo, &hi);
	ret.value_ns = rank_value(h, quantile_rank(h->count, q));
	ret.known = ret.hi_known = hi != 0;
	if (lo)
		ret.lo_ns = clamp(h, hist__lower_ns(rank_bucket(h, lo, &before)));
	ret.hi_ns = hi ? clamp(h, hist__upper_ns(rank_bucket(h, hi, &before))) : h->max_ns;
	return ret;
}

/* The largest of n samples is above the quantile unless all are below it: q^n. */
bool hist__is_enough(uint64_t n, double q)
{
	double none = 1;

	if (!n || !(q > 0 && q < 1))
		return false;
	for (double power = q; n && none > 0; n /= 2, power *= power)
		none *= n % 2 ? power : 1;
	return none <= TAIL;
}

bool hist__value(const struct hist *h, double q, uint64_t *ret_ns)
{
	if (!hist__is_enough(h->count, q))
		return false;
	*ret_ns = rank_value(h, quantile_rank(h->count, q));
	return true;
}

unsigned int hist__quantile_bucket(const struct hist *h, double q)
{
	uint64_t before;

	return h->count ? rank_bucket(h, quantile_rank(h->count, q), &before) : 0;
}

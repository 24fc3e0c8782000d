/* SPDX-License-Identifier: BSD-2-Clause */
/* Histogram: edges against libm, quantiles and their intervals against brute force. */
#include "hist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define CNT(a) (sizeof(a) / sizeof((a)[0]))

/* The definition: smallest i with ns <= 2^(i/32) s, in 64-bit mantissas. */
static unsigned int bucket_by_libm(uint64_t ns)
{
	long double sec = (long double)ns / 1e9L;

	if (sec <= 0x1p-20L)
		return 0;
	if (sec > 64)
		return HIST_BUCKETS - 1;
	return (unsigned int)(ceill(32 * log2l(sec)) + 640);
}

static void buckets_at_the_ends(void)
{
	static const struct {
		uint64_t ns;
		unsigned int want;
	} rows[] = {
		{0, 0},
		{1, 0},
		{953, 0},
		{954, 1},
		{1000, 3},
		{1953125, 352}, /* 2^-9 s is an edge and a whole number of ns */
		{1953126, 353},
		{500000000, 608},
		{500000001, 609},
		{1000000000, 640},
		{1000000001, 641},
		{64000000000, HIST_BUCKETS - 2},
		{64000000001, HIST_BUCKETS - 1},
		{1ull << 37, HIST_BUCKETS - 1},
		{UINT64_MAX, HIST_BUCKETS - 1},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		CHECK_CASE("%llu ns", (unsigned long long)rows[i].ns);
		CHECK_UINT(hist__bucket(rows[i].ns), rows[i].want);
	}
}

static void buckets_as_libm_has_them(void)
{
	uint64_t seed = 1;

	for (int i = 0; i < 1000000; i++) {
		/* every octave from 0.5 us to 128 s alike */
		uint64_t ns = (uint64_t)(500 * exp2(28 * test__random_unit(&seed)));
		unsigned int want = bucket_by_libm(ns);

		if (hist__bucket(ns) == want)
			continue;
		CHECK_CASE("%llu ns", (unsigned long long)ns);
		CHECK_UINT(hist__bucket(ns), want);
	}
}

static void edges_close_their_buckets(void)
{
	for (unsigned int i = 0; i < HIST_BUCKETS - 1; i++) {
		uint64_t upper = hist__upper_ns(i);

		CHECK_CASE("bucket %u", i);
		CHECK_UINT(upper, (uint64_t)floorl(1e9L * powl(2, ((int)i - 640) / 32.0L)));
		CHECK_UINT(hist__bucket(upper), i);
		CHECK_UINT(hist__bucket(upper + 1), i + 1);
		CHECK_UINT(hist__lower_ns(i + 1), upper);
		if (i)
			CHECK_NEAR(exp2(hist__prometheus_idx(i) / 32.0) * 1e9, (double)upper, 1);
	}
	CHECK_UINT(hist__lower_ns(0), 0);
	CHECK_UINT(hist__upper_ns(HIST_BUCKETS - 1), UINT64_MAX);
	CHECK_INT(hist__prometheus_idx(HIST_BUCKETS - 2), 192);
}

static void merging_is_concatenating(void)
{
	uint64_t seed = 2;
	struct hist part[3], all, merged, empty;

	hist__init(&all);
	hist__init(&merged);
	hist__init(&empty);
	for (int i = 0; i < 3; i++)
		hist__init(&part[i]);
	for (int i = 0; i < 3000; i++) {
		uint64_t ns = test__random(&seed) >> (20 + test__random(&seed) % 44);

		hist__add(&all, ns);
		hist__add(&part[test__random(&seed) % 3], ns);
	}
	for (int i = 0; i < 3; i++)
		hist__merge(&merged, &part[i]);
	CHECK_MEM(&merged, &all, sizeof(all));
	hist__merge(&merged, &empty);
	CHECK_MEM(&merged, &all, sizeof(all));
	hist__merge(&empty, &all);
	CHECK_MEM(&empty, &all, sizeof(all));
}

static void ranks_of_the_interval(void)
{
	static const struct {
		uint64_t n;
		double q;
		uint64_t lo, hi; /* 0: unbounded */
	} rows[] = {
		{1000, 0.99, 983, 997},
		{10000, 0.99, 9880, 9920},
		{10000, 0.999, 9983, 9997},
		{1000, 0.999, 997, 0},
		{367, 0.99, 359, 0},
		{368, 0.99, 360, 368},
		{3687, 0.999, 3679, 0},
		{3688, 0.999, 3680, 3688},
		{36886, 0.9999, 36878, 0},
		{36887, 0.9999, 36879, 36887},
		{5, 0.5, 0, 0},
		{6, 0.5, 1, 6},
		{8, 0.5, 1, 8},
		{9, 0.5, 2, 8},
		{100, 0.5, 40, 61},
		{35, 0.9, 28, 0},
		{36, 0.9, 29, 36},
		{10, 0.1, 0, 4},
		{1, 0.99, 1, 0},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		uint64_t lo = 99, hi = 99;

		CHECK_CASE("n=%llu q=%g", (unsigned long long)rows[i].n, rows[i].q);
		hist__ranks(rows[i].n, rows[i].q, &lo, &hi);
		CHECK_UINT(lo, rows[i].lo);
		CHECK_UINT(hi, rows[i].hi);
	}
}

static double binomial_term(double n, double k, double q)
{
	return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(q) +
		   (n - k) * log1p(-q));
}

/* P(X < lo) and P(X >= hi) by summing the binomial; both at most 2.5 %, and one rank further in
 * they are more. */
static void ranks_by_summing(void)
{
	static const struct {
		double n, q;
	} rows[] = {
		{40, 0.3},	  {500, 0.5},	  {3000, 0.9},	  {3999, 0.5},	   {100000, 0.99},
		{4100, 0.5},	  {20000, 0.9},	  {101500, 0.99}, {1000000, 0.5},  {1000000, 0.999},
		{1100000, 0.999}, {1000000, 0.9}, {20000, 0.1},	  {1000000, 0.99}, {9e6, 0.9999},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		double n = rows[i].n, q = rows[i].q, below = 0, above = 0, k;
		double reach = 12 * sqrt(n * q * (1 - q)) + 20;
		bool is_exact = n * q * (1 - q) <= 1000;
		double slack = is_exact ? 0 : 1;
		uint64_t lo, hi;

		CHECK_CASE("n=%.0f q=%g", n, q);
		hist__ranks((uint64_t)n, q, &lo, &hi);
		for (k = fmax(0, floor(n * q - reach)); k < (double)lo; k++)
			below += binomial_term(n, k, q);
		for (k = fmin(n, ceil(n * q + reach)); k >= (double)hi; k--)
			above += binomial_term(n, k, q);
		CHECK(below <= 0.025);
		CHECK(above <= 0.025);
		for (k = 0; k <= slack; k++) {
			below += binomial_term(n, (double)lo + k, q);
			above += binomial_term(n, (double)hi - 1 - k, q);
		}
		CHECK(below > 0.025);
		CHECK(above > 0.025);
	}
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void check_quantile(const struct hist *h, const uint64_t *sorted, uint64_t n, double q)
{
	struct hist_quantile got = hist__quantile(h, q);
	uint64_t rank = (uint64_t)ceil(q * (double)n - 1e-9), lo, hi, value_ns = 0;
	unsigned int bucket = hist__bucket(sorted[rank - 1]);

	CHECK_CASE("n=%llu q=%g", (unsigned long long)n, q);
	CHECK_UINT(hist__quantile_bucket(h, q), bucket);
	CHECK(got.value_ns >= hist__lower_ns(bucket) && got.value_ns <= hist__upper_ns(bucket));
	CHECK(got.value_ns >= sorted[0] && got.value_ns <= sorted[n - 1]);
	CHECK(got.lo_ns <= got.value_ns && got.value_ns <= got.hi_ns);
	CHECK(got.known == ((double)n >= log(0.025) / log(q)));
	CHECK(got.hi_known == got.known);
	CHECK(hist__is_enough(n, q) == got.known);
	CHECK(hist__value(h, q, &value_ns) == got.known);
	if (got.known)
		CHECK_UINT(value_ns, got.value_ns);
	hist__ranks(n, q, &lo, &hi);
	CHECK(got.lo_ns <= (lo ? sorted[lo - 1] : 0));
	CHECK(got.hi_ns >= sorted[hi ? hi - 1 : n - 1]);
	if (hi)
		CHECK(hist__bucket(got.hi_ns) <= hist__bucket(sorted[hi - 1]));
}

static void quantiles_as_in_the_sorted_values(void)
{
	static const uint64_t sizes[] = {1, 2, 5, 6, 7, 35, 36, 100, 367, 368, 1000, 3688, 5000};
	static const double q[] = {0.01, 0.07, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999};
	static uint64_t value[5000];
	uint64_t seed = 3;
	struct hist h;

	for (size_t i = 0; i < CNT(sizes); i++) {
		hist__init(&h);
		for (uint64_t j = 0; j < sizes[i]; j++) {
			/* 60 ns to 160 s: the zero and the overflow bucket take part */
			value[j] = (uint64_t)exp(4 + 22 * test__random_unit(&seed));
			hist__add(&h, value[j]);
		}
		qsort(value, sizes[i], sizeof(value[0]), compare_u64);
		for (size_t j = 0; j < CNT(q); j++)
			check_quantile(&h, value, sizes[i], q[j]);
	}
}

static void quantiles_without_samples(void)
{
	struct hist_quantile got;
	struct hist h;

	hist__init(&h);
	got = hist__quantile(&h, 0.99);
	CHECK(!got.known && !got.hi_known);
	CHECK_UINT(got.value_ns, 0);
	CHECK_UINT(hist__quantile_bucket(&h, 0.99), 0);
	hist__add(&h, 1500);
	CHECK_UINT(hist__quantile(&h, 0.99).value_ns, 1500);
	CHECK_UINT(hist__quantile(&h, 0.99).hi_ns, 1500);
	CHECK(!hist__quantile(&h, 0.99).known);
	CHECK(!hist__quantile(&h, 0).known);
	CHECK_UINT(hist__quantile(&h, 1).value_ns, 0);
}

static void quantiles_interpolate(void)
{
	double width = 1e9 - 1e9 * exp2(-1 / 32.0);
	struct hist h;

	/* 10 values in one bucket, one below, one above: value k of the 10 is at (k - 1/2) tenths
	 */
	hist__init(&h);
	hist__add(&h, 1000);
	for (int i = 0; i < 10; i++)
		hist__add(&h, 1000000000);
	hist__add(&h, 2000000000);
	CHECK_NEAR((double)hist__quantile(&h, 0.5).value_ns, 1e9 - 0.55 * width, 2);
	CHECK_NEAR((double)hist__quantile(&h, 11 / 12.0).value_ns, 1e9 - 0.05 * width, 2);
	CHECK_NEAR((double)hist__quantile(&h, 0.01).value_ns, 1000, 0.011 * 1000);
	CHECK_NEAR((double)hist__quantile(&h, 0.9999).value_ns, 2e9, 0.011 * 2e9);
}

/* One value in each of 100 buckets: the quantile's bucket is its rank. */
static void ranks_are_not_rounded_by_floats(void)
{
	struct hist h;

	hist__init(&h);
	for (unsigned int i = 1; i <= 100; i++)
		hist__add(&h, hist__upper_ns(i));
	for (unsigned int i = 1; i < 100; i++) {
		CHECK_CASE("%u %%", i);
		CHECK_UINT(hist__quantile_bucket(&h, i / 100.0), i);
		CHECK_UINT(hist__quantile_bucket(&h, i * 0.01), i); /* 0.07 * 100 > 7 */
	}
	CHECK_UINT(hist__quantile_bucket(&h, 0.001), 1);
	CHECK_UINT(hist__quantile_bucket(&h, 0.991), 100);
}

static void saturates_nothing(void)
{
	struct hist h;

	hist__init(&h);
	h.bucket[hist__bucket(5000)] = h.count = UINT32_MAX;
	hist__add(&h, 5000);
	CHECK_UINT(h.bucket[hist__bucket(5000)], 1ull << 32);
	CHECK_UINT(hist__quantile_bucket(&h, 0.99), hist__bucket(5000));
}

/* The interval must hold the true quantile in 95 of 100 windows, whatever the distribution. */
static void intervals_cover_the_truth(void)
{
	static const double q[] = {0.5, 0.9, 0.99};
	unsigned int held[CNT(q)] = {0}, trials = 800;
	uint64_t seed = 4;
	struct hist h;

	for (unsigned int t = 0; t < trials; t++) {
		hist__init(&h);
		for (int i = 0; i < 600; i++)
			hist__add(&h, (uint64_t)(-300e3 * log1p(-test__random_unit(&seed))));
		for (size_t i = 0; i < CNT(q); i++) {
			struct hist_quantile got = hist__quantile(&h, q[i]);
			double truth = -300e3 * log1p(-q[i]);

			held[i] += (double)got.lo_ns <= truth && truth <= (double)got.hi_ns;
		}
	}
	for (size_t i = 0; i < CNT(q); i++) {
		CHECK_CASE("q=%g: %u of %u", q[i], held[i], trials);
		CHECK(held[i] >= 0.95 * trials);
		CHECK(held[i] < trials); /* nor so wide that it says nothing */
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"buckets_at_the_ends", buckets_at_the_ends, TEST_PLAIN},
		{"buckets_as_libm_has_them", buckets_as_libm_has_them, TEST_PLAIN},
		{"edges_close_their_buckets", edges_close_their_buckets, TEST_PLAIN},
		{"merging_is_concatenating", merging_is_concatenating, TEST_PLAIN},
		{"ranks_of_the_interval", ranks_of_the_interval, TEST_PLAIN},
		{"ranks_by_summing", ranks_by_summing, TEST_PLAIN},
		{"quantiles_as_in_the_sorted_values", quantiles_as_in_the_sorted_values,
		 TEST_PLAIN},
		{"quantiles_without_samples", quantiles_without_samples, TEST_PLAIN},
		{"quantiles_interpolate", quantiles_interpolate, TEST_PLAIN},
		{"ranks_are_not_rounded_by_floats", ranks_are_not_rounded_by_floats, TEST_PLAIN},
		{"saturates_nothing", saturates_nothing, TEST_PLAIN},
		{"intervals_cover_the_truth", intervals_cover_the_truth, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

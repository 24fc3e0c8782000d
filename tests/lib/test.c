/* SPDX-License-Identifier: BSD-2-Clause */
/* The unit test harness: runner, checks, and the wrapped allocation functions that can be told to
 * fail. */
#include "test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALK_MAX       100000 /* a test with more allocations than this does not end */
#define FAILURES_SHOWN 20     /* per test; the rest is counted */

/* One state per process: the wrapped allocation functions have no argument to carry it. */
static struct {
	unsigned int failures; /* of the test that runs */
	const char *skip;
	char row[128];
	bool leaked; /* LeakSanitizer reports a leak again each time it is asked: blame one test */
	bool armed;
	bool injected;
	unsigned int allocs;  /* since armed */
	unsigned int fail_at; /* which of them fails */
} state;

/* --- allocation functions, put in place by the linker (--wrap) --- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t cnt, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t cnt, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);

static bool is_failing(void)
{
	if (!state.armed || state.allocs++ != state.fail_at)
		return false;
	state.injected = true;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return is_failing() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t cnt, size_t size)
{
	return is_failing() ? NULL : __real_calloc(cnt, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return is_failing() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *s)
{
	return is_failing() ? NULL : __real_strdup(s);
}

/* --- checks --- */

static bool fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	if (++state.failures > FAILURES_SHOWN)
		return false;
	printf("#   %s:%d: ", file, line);
	if (state.row[0])
		printf("[%s] ", state.row);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	return false;
}

bool test__check(const char *file, int line, const char *expr, bool held)
{
	return held || fail(file, line, "%s does not hold", expr);
}

bool test__check_int(const char *file, int line, const char *expr, int64_t got, int64_t want)
{
	return got == want ||
	       fail(file, line, "%s is %" PRId64 ", expected %" PRId64, expr, got, want);
}

bool test__check_uint(const char *file, int line, const char *expr, uint64_t got, uint64_t want)
{
	return got == want ||
	       fail(file, line,
		    "%s is %" PRIu64 " (0x%" PRIx64 "), expected %" PRIu64 " (0x%" PRIx64 ")", expr,
		    got, got, want, want);
}

bool test__check_near(const char *file, int line, const char *expr, double got, double want,
		      double by)
{
	double off = got > want ? got - want : want - got;

	/* Not `off > by`: a NaN must fail. */
	return off <= by ||
	       fail(file, line, "%s is %.10g, expected %.10g within %.3g", expr, got, want, by);
}

bool test__check_str(const char *file, int line, const char *expr, const char *got,
		     const char *want)
{
	if (!got || !want)
		return got == want ||
		       fail(file, line, "%s is %s%s%s, expected %s%s%s", expr, got ? "\"" : "",
			    got ? got : "NULL", got ? "\"" : "", want ? "\"" : "",
			    want ? want : "NULL", want ? "\"" : "");
	return !strcmp(got, want) ||
	       fail(file, line, "%s is \"%s\", expected \"%s\"", expr, got, want);
}

bool test__check_mem(const char *file, int line, const char *expr, const void *got,
		     const void *want, size_t len)
{
	const unsigned char *g = got, *w = want;

	for (size_t i = 0; i < len; i++) {
		if (g[i] != w[i])
			return fail(file, line,
				    "%s differs at byte %zu of %zu: 0x%02x, expected 0x%02x", expr,
				    i, len, g[i], w[i]);
	}
	return true;
}

bool test__check_ok(const char *file, int line, const char *expr, int rc)
{
	if (rc == -ENOMEM && state.injected)
		return false;
	return rc == 0 || fail(file, line, "%s is %d (%s)", expr, rc, strerror(abs(rc)));
}

void test__case(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(state.row, sizeof(state.row), fmt, ap);
	va_end(ap);
}

void test__skip(const char *reason)
{
	state.skip = reason;
}

bool test__injected(void)
{
	return state.injected;
}

uint64_t test__random(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

double test__random_unit(uint64_t *seed)
{
	return (double)(test__random(seed) >> 11) * 0x1p-53;
}

/* --- runner --- */

struct tally {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
};

/* LeakSanitizer, where the build has it: non-zero when something is unreachable now. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static void run_once(const struct test *t)
{
	state.failures = 0;
	state.skip = NULL;
	state.row[0] = '\0';
	state.injected = false;
	state.allocs = 0;
	t->fn();
	state.armed = false;
	if (state.failures > FAILURES_SHOWN)
		printf("#   and %u more\n", state.failures - FAILURES_SHOWN);
}

static void tell(struct tally *tally, const char *name, const char *suffix)
{
	if (state.failures) {
		printf("not ok %s%s\n", name, suffix);
		tally->failed++;
	} else if (state.skip) {
		printf("skip %s%s %s\n", name, suffix, state.skip);
		tally->skipped++;
	} else {
		printf("ok %s%s\n", name, suffix);
		tally->passed++;
	}
}

static void check_leaks(void)
{
	if (!__lsan_do_recoverable_leak_check || state.leaked)
		return;
	if (__lsan_do_recoverable_leak_check()) {
		state.leaked = true;
		fail(__FILE__, __LINE__, "memory leaked");
	}
}

static void walk(const struct test *t)
{
	for (unsigned int n = 0; n < WALK_MAX; n++) {
		state.fail_at = n;
		state.armed = true;
		run_once(t);
		if (state.failures) {
			printf("#   with allocation %u failing\n", n);
			return;
		}
		if (!state.injected)
			break;
	}
	if (state.injected)
		fail(__FILE__, __LINE__, "more than %d allocations", WALK_MAX);
	check_leaks();
}

static bool is_wanted(const struct test *t, int argc, char **argv)
{
	bool named = false;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			continue;
		if (!strcmp(argv[i], t->name))
			return true;
		named = true;
	}
	return !named;
}

static bool has_flag(int argc, char **argv, const char *flag)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], flag))
			return true;
	}
	return false;
}

int test__run(const struct test *table, int argc, char **argv)
{
	bool plain = has_flag(argc, argv, "--plain"), only_walk = has_flag(argc, argv, "--walk");
	bool list = has_flag(argc, argv, "--list");
	struct tally tally = {0};

	setvbuf(stdout, NULL, _IOLBF, 0); /* a crash must not take the lines before it along */
	for (const struct test *t = table; t->name; t++) {
		if (!is_wanted(t, argc, argv) || (only_walk && t->kind != TEST_WALK))
			continue;
		if (list) {
			printf("%s%s\n", t->name, t->kind == TEST_WALK ? " walk" : "");
			continue;
		}
		run_once(t);
		check_leaks();
		tell(&tally, t->name, "");
		/* A test that fails or skips by itself says nothing about failing allocations. */
		if (t->kind != TEST_WALK || plain || state.failures || state.skip)
			continue;
		walk(t);
		tell(&tally, t->name, "+alloc");
	}
	if (list)
		return 0;
	printf("# %u passed, %u failed, %u skipped\n", tally.passed, tally.failed, tally.skipped);
	if (!tally.passed && !tally.failed && !tally.skipped) {
		printf("# no such test\n");
		return 1;
	}
	return tally.failed ? 1 : 0;
}

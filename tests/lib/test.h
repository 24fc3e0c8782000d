/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit test harness: a table of named functions, checks that print where and what, and a walk that
 * makes each allocation of a test fail in turn. Manual: tests/unit/README.md. */
#ifndef SIGPATH_TEST_H
#define SIGPATH_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum test_kind {
	TEST_PLAIN, /* runs once */
	TEST_WALK, /* runs once, then again with allocation 0, 1, 2... failing until none is left to
		      fail */
};

struct test {
	const char *name; /* NULL ends the table */
	void (*fn)(void);
	enum test_kind kind;
};

/* Runs the table; returns main's exit status. Arguments: --list, --plain (no walk), --walk (only
 * tests that walk), and names of tests to run (all without). Output on stdout: `ok NAME`, `not ok
 * NAME`, `skip NAME reason` (the walk of a test is NAME+alloc), details as `#   file:line: ...`,
 * last `# N passed, N failed, N skipped`. */
int test__run(const struct test *table, int argc, char **argv);

/* Ends up as `skip NAME reason`; return from the test right after. Borrows reason until the test
 * returned. */
void test__skip(const char *reason);

/* True when the walk made an allocation of this run fail. A failure that the tested code absorbs
 * (and counts) is told from a plain run with this. */
bool test__injected(void);

/* Pseudorandom numbers that are the same in every run (splitmix64). Start with any *state. */
uint64_t test__random(uint64_t *state);
/* In [0, 1). */
double test__random_unit(uint64_t *state);

/* Every check evaluates its arguments once, records a failure and returns whether it held, so that
 * a test can write `if (!CHECK(p)) goto out;`. They go on after a failure. */
#define CHECK(cond)		  test__check(__FILE__, __LINE__, #cond, (cond))
#define CHECK_INT(got, want)	  test__check_int(__FILE__, __LINE__, #got, (got), (want))
#define CHECK_UINT(got, want)	  test__check_uint(__FILE__, __LINE__, #got, (got), (want))
#define CHECK_NEAR(got, want, by) test__check_near(__FILE__, __LINE__, #got, (got), (want), (by))
/* Either may be NULL. */
#define CHECK_STR(got, want)	  test__check_str(__FILE__, __LINE__, #got, (got), (want))
#define CHECK_MEM(got, want, len) test__check_mem(__FILE__, __LINE__, #got, (got), (want), (len))
/* rc is 0. -ENOMEM from an injected failure is false but no failure: clean up and return. */
#define CHECK_OK(rc) test__check_ok(__FILE__, __LINE__, #rc, (rc))
/* Names the table row that the following checks are about; shown with their failures. printf-like.
 */
#define CHECK_CASE(...) test__case(__VA_ARGS__)

bool test__check(const char *file, int line, const char *expr, bool held);
bool test__check_int(const char *file, int line, const char *expr, int64_t got, int64_t want);
bool test__check_uint(const char *file, int line, const char *expr, uint64_t got, uint64_t want);
bool test__check_near(const char *file, int line, const char *expr, double got, double want,
		      double by);
bool test__check_str(const char *file, int line, const char *expr, const char *got,
		     const char *want);
bool test__check_mem(const char *file, int line, const char *expr, const void *got,
		     const void *want, size_t len);
bool test__check_ok(const char *file, int line, const char *expr, int rc);
void test__case(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One line per test on stdout, counted by run.sh: "ok NAME", "not ok NAME: why", "skip NAME: why".
 */
#ifndef SIGPATH_REPORT_H
#define SIGPATH_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include <bpf/libbpf.h>

static int report_failures;

/* Returns false, so that a check can end with it. */
__attribute__((format(printf, 2, 3), unused)) static bool report__bad(const char *name,
								      const char *fmt, ...)
{
	va_list ap;

	report_failures++;
	printf("not ok %s: ", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	return false;
}

__attribute__((format(printf, 1, 2), unused)) static void report__ok(const char *fmt, ...)
{
	va_list ap;

	printf("ok ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

__attribute__((unused)) static void report__skip(const char *name, const char *why)
{
	printf("skip %s: %s\n", name, why);
}

static int report_mute(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

/* Refusals are looked at by the tests themselves. */
static inline void report__start(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(report_mute);
}

static inline int report__status(void)
{
	return report_failures != 0;
}

#endif

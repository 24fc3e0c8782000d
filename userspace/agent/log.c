/* SPDX-License-Identifier: BSD-2-Clause */
/* One write(2) per line, so that lines of different processes do not mix. */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN 1100
#define TEXT_MAX_LEN 1000

static enum log_level max_level = LOG_LEVEL_INFO;

static const char *const names[] = {
#define X(id, name) name,
	LOG_LEVELS(X)
#undef X
};

/* systemd says in JOURNAL_STREAM ("dev:inode") which stream leads to the journal. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

static size_t print_time(char *buf, size_t len)
{
	struct timespec ts;
	struct tm tm;
	size_t n;

	if (isatty(STDERR_FILENO) || is_journal())
		return 0;
	clock_gettime(CLOCK_REALTIME, &ts);
	if (!gmtime_r(&ts.tv_sec, &tm))
		return 0;
	n = strftime(buf, len, "%Y-%m-%dT%H:%M:%S", &tm);
	return n + (size_t)snprintf(buf + n, len - n, ".%03ldZ ", ts.tv_nsec / 1000000);
}

void log__set_level(enum log_level level)
{
	max_level = level;
}

void log__write(enum log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_LEN];
	int saved = errno;
	size_t start, len;
	va_list ap;
	int n;

	if (level > max_level)
		return;
	len = print_time(line, sizeof(line));
	len += (size_t)snprintf(line + len, sizeof(line) - len, "%s: ", names[level]);
	start = len;
	errno = saved; /* for %m */
	va_start(ap, fmt);
	n = vsnprintf(line + len, TEXT_MAX_LEN + 1, fmt, ap);
	va_end(ap);
	if (n > 0)
		len += n > TEXT_MAX_LEN ? TEXT_MAX_LEN : (size_t)n;
	for (size_t i = start; i < len; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = ' ';
	}
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0) {
		/* Nowhere left to say so. */
	}
	errno = saved;
}

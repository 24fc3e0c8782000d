/* SPDX-License-Identifier: BSD-2-Clause */
/* What arrives on standard error. */
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture_stderr.h"
#include "test.h"

/* What was written; the timestamp is cut off when there is one and it looks right. */
static const char *hear_line(void)
{
	int year, month, day, hour, minute, end = 0;
	double second;

	hear();
	if (sscanf(text, "%d-%d-%dT%d:%d:%lfZ %n", &year, &month, &day, &hour, &minute, &second,
		   &end) == 6 &&
	    end == 25)
		return text + end;
	return text;
}

static void writes_one_line_with_its_level(void)
{
	const char *line;

	listen_to_stderr();
	log_warn("ring %s is %d %% full", "a", 90);
	line = hear_line();
	CHECK_STR(line, "warn: ring a is 90 % full\n");
	CHECK(line != text); /* a pipe gets a timestamp */
}

static void keeps_to_its_level(void)
{
	static const struct {
		enum log_level level;
		const char *want;
	} rows[] = {
		{LOG_LEVEL_ERROR, "error"},
		{LOG_LEVEL_WARN, "warn"},
		{LOG_LEVEL_INFO, "info"},
		{LOG_LEVEL_DEBUG, "debug"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char want[32];

		CHECK_CASE("%s", rows[i].want);
		log__set_level(rows[i].level);
		listen_to_stderr();
		/* The least severe that still passes; what comes before it must not. */
		for (int level = LOG_LEVEL_DEBUG; level >= (int)rows[i].level; level--)
			log__write((enum log_level)level, "x");
		snprintf(want, sizeof(want), "%s: x\n", rows[i].want);
		CHECK_STR(hear_line(), want);
	}
	log__set_level(LOG_LEVEL_INFO);
}

static void stays_on_one_line(void)
{
	char longer[3000];
	const char *line;

	listen_to_stderr();
	log_error("a\nb\tc\x1b[31m");
	CHECK_STR(hear_line(), "error: a b c [31m\n");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	listen_to_stderr();
	log_error("%s", longer);
	line = hear_line();
	CHECK_UINT(strlen(line), strlen("error: ") + 1000 + 1);
	CHECK(line[strlen(line) - 1] == '\n');
}

static void keeps_errno(void)
{
	listen_to_stderr();
	errno = ENOSPC;
	log_error("write: %m");
	CHECK_INT(errno, ENOSPC);
	CHECK_STR(hear_line(), "error: write: No space left on device\n");
}

static void leaves_time_to_the_journal(void)
{
	char stream[64];
	struct stat st;
	const char *line;

	listen_to_stderr();
	CHECK_INT(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_info("started");
	line = hear_line();
	CHECK_STR(line, "info: started\n");
	CHECK(line == text);
	/* Redirected away from the journal: the variable is still there. */
	setenv("JOURNAL_STREAM", "1:1", 1);
	listen_to_stderr();
	log_info("started");
	line = hear_line();
	CHECK(line != text);
	unsetenv("JOURNAL_STREAM");
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"writes_one_line_with_its_level", writes_one_line_with_its_level, TEST_PLAIN},
		{"keeps_to_its_level", keeps_to_its_level, TEST_PLAIN},
		{"stays_on_one_line", stays_on_one_line, TEST_PLAIN},
		{"keeps_errno", keeps_errno, TEST_PLAIN},
		{"leaves_time_to_the_journal", leaves_time_to_the_journal, TEST_PLAIN},
		{},
	};

	unsetenv("JOURNAL_STREAM");
	return test__run(tests, argc, argv);
}

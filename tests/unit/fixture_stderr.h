/* SPDX-License-Identifier: BSD-2-Clause */
/* Standard error goes to a pipe for a while, to be looked at. */
#ifndef SIGPATH_FIXTURE_STDERR_H
#define SIGPATH_FIXTURE_STDERR_H

#include <fcntl.h>
#include <unistd.h>

#include "test.h"

static char text[16384]; /* what was written, after hear() */
static int saved_stderr;
static int reader;

static void listen_to_stderr(void)
{
	int fd[2] = {-1, -1};

	CHECK_INT(pipe2(fd, O_CLOEXEC), 0);
	saved_stderr = dup(STDERR_FILENO);
	dup2(fd[1], STDERR_FILENO);
	close(fd[1]);
	reader = fd[0];
}

static void hear(void)
{
	ssize_t n;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	n = read(reader, text, sizeof(text) - 1);
	close(reader);
	text[n > 0 ? n : 0] = '\0';
}

#endif

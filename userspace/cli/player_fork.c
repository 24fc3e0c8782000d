/* SPDX-License-Identifier: BSD-2-Clause */
/* The player's own process: drawing never waits for a long seek. */
#include "player.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "conn.h"

static uint64_t mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static int answer(struct player *p, struct conn *c)
{
	const char *line;
	size_t len;
	int rc = 0;

	while (!rc && conn__find_line(c, &line, &len)) {
		char *reply = player__reply(p, line, len);

		rc = reply ? conn__send(c, reply, strlen(reply)) : -ENOMEM;
		free(reply);
		conn__take_line(c, len);
	}
	return rc;
}

/* Until the other end is closed; whoever asks sees the end of the connection. */
static void serve(struct player *p, struct conn *c)
{
	int rc = 0;

	while (!rc && !c->closing) {
		struct pollfd pfd = {.fd = c->fd};

		pfd.events = (short)(POLLIN | (conn__wants(c) & EPOLLOUT ? POLLOUT : 0));
		if (poll(&pfd, 1, player__step(p, mono_ns())) < 0 && errno != EINTR)
			return;
		if (pfd.revents & POLLOUT)
			rc = conn__flush(c);
		if (!rc && pfd.revents & ~POLLOUT)
			rc = conn__read(c);
		rc = rc ? rc : answer(p, c);
	}
}

static void run(struct player *p, int fd)
{
	static const int ignored[] = {SIGINT, SIGQUIT,
				      SIGPIPE}; /* of the terminal: the screen decides */
	struct conn *c;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	if (!conn__new(fd, &c))
		serve(p, c);
	_exit(0);
}

int player__fork(struct player *p, int *fd)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	pid = fork();
	if (!pid) {
		close(pair[0]);
		run(p, pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		int rc = -errno;

		close(pair[0]);
		return rc;
	}
	*fd = pair[0];
	return pid;
}

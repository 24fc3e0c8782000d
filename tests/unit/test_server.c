/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon's socket with well and badly behaved clients, all in one thread over a real unix
 * socket. */
#include "server.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define MIB (1 << 20)

static char dir[] = "/tmp/sigpath-test-XXXXXX";
static char path[64];

/* "big" gets 1 MiB, "null" nothing, everything else itself in brackets. */
static char *reply_to(void *ctx, const char *line, size_t len)
{
	bool big = len == 3 && memcmp(line, "big", 3) == 0;
	size_t size = big ? MIB : len + 2;
	char *reply;

	++*(unsigned int *)ctx;
	if (len == 4 && memcmp(line, "null", 4) == 0)
		return NULL;
	reply = malloc(size + 1);
	if (!reply)
		return NULL;
	memset(reply, 'x', size);
	if (!big) {
		reply[0] = '[';
		memcpy(reply + 1, line, len);
		reply[len + 1] = ']';
	}
	reply[size] = '\0';
	return reply;
}

static unsigned int asked;

static int start(const char *group, unsigned int mode, struct server **ret)
{
	const struct server_opts opts = {
		.path = path, .group = group, .mode = mode, .reply = reply_to, .ctx = &asked};

	asked = 0;
	return server__new(&opts, ret);
}

static int connect_client(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool is_ready(const struct server *s)
{
	struct pollfd pfd = {.fd = server__fd(s), .events = POLLIN};

	return poll(&pfd, 1, 0) > 0;
}

/* Lets the server work until it has nothing ready. */
static void run(struct server *s)
{
	for (int i = 0; i < 1000 && is_ready(s); i++)
		server__run(s);
}

static void say(int fd, const char *text)
{
	CHECK_INT(send(fd, text, strlen(text), MSG_NOSIGNAL), (int64_t)strlen(text));
}

/* What has arrived so far; *eof when the server closed. */
static const char *hear(int fd, bool *eof)
{
	static char buf[4096];
	ssize_t n = 0;
	size_t len = 0;

	do {
		len += (size_t)n;
		n = recv(fd, buf + len, sizeof(buf) - 1 - len, MSG_DONTWAIT);
	} while (n > 0);
	*eof = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
	buf[len] = '\0';
	return buf;
}

static void answers_each_line(void)
{
	struct server *s = NULL;
	bool eof;
	int fd;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	fd = connect_client();
	say(fd, "one\ntwo\nthr");
	run(s);
	CHECK_STR(hear(fd, &eof), "[one]\n[two]\n");
	CHECK(!eof);
	say(fd, "ee\n\n");
	run(s);
	CHECK_STR(hear(fd, &eof), "[three]\n[]\n");
	CHECK_UINT(server__counts(s).clients, 1);
	close(fd);
	run(s);
	CHECK_UINT(server__counts(s).clients, 0);
	server__free(s);
	CHECK(access(path, F_OK) != 0);
}

/* More lines at once than are answered in one run, and the writing side shut before the answers
 * came. */
static void answers_pipelined_lines_before_closing(void)
{
	struct server *s = NULL;
	bool eof;
	int fd;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	fd = connect_client();
	say(fd, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\nincomplete");
	shutdown(fd, SHUT_WR);
	run(s);
	CHECK_STR(hear(fd, &eof), "[1]\n[2]\n[3]\n[4]\n[5]\n[6]\n[7]\n[8]\n[9]\n[10]\n[11]\n");
	CHECK(eof);
	CHECK_UINT(server__counts(s).clients, 0);
	close(fd);
	server__free(s);
}

static void survives_allocation_failures(void)
{
	struct server *s = NULL;
	bool eof;
	int fd;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	fd = connect_client();
	say(fd, "one\n");
	run(s);
	hear(fd, &eof);
	close(fd);
	run(s);
	CHECK_UINT(server__counts(s).clients, 0);
	server__free(s);
}

static void says_that_memory_ran_out(void)
{
	struct server *s = NULL;
	bool eof;
	int fd;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	fd = connect_client();
	say(fd, "null\n");
	run(s);
	CHECK(strstr(hear(fd, &eof), "out of memory"));
	CHECK(!eof);
	close(fd);
	server__free(s);
}

static void drops_a_slow_client(void)
{
	struct server *s = NULL;
	int slow, good;
	bool eof;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	slow = connect_client();
	good = connect_client();
	for (int i = 0; i < 16; i++)
		say(slow, "big\n");
	run(s);
	CHECK_UINT(server__counts(s).slow, 1);
	CHECK_UINT(server__counts(s).clients, 1);
	/* 8 MiB wait, what the socket took, and the one that was too much. */
	CHECK(asked >= 8 && asked <= 10);
	say(good, "still here\n");
	run(s);
	CHECK_STR(hear(good, &eof), "[still here]\n");
	close(slow);
	close(good);
	server__free(s);
}

static void closes_on_a_long_line(void)
{
	static char line[65536];
	struct server *s = NULL;
	const char *heard;
	bool eof;
	int fd;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	fd = connect_client();
	memset(line, 'a', sizeof(line));
	CHECK_INT(send(fd, line, sizeof(line), 0), sizeof(line));
	run(s);
	heard = hear(fd, &eof);
	CHECK(strstr(heard, "longer than 64 KiB"));
	CHECK(strchr(heard, '\n') == heard + strlen(heard) - 1);
	CHECK(eof);
	CHECK_UINT(server__counts(s).oversized, 1);
	CHECK_UINT(server__counts(s).clients, 0);
	CHECK_UINT(asked, 0);
	close(fd);

	fd = connect_client();
	line[sizeof(line) - 1] = '\n';
	CHECK_INT(send(fd, line, sizeof(line), 0), sizeof(line));
	run(s);
	CHECK_UINT(asked, 1);
	CHECK_UINT(server__counts(s).oversized, 1);
	close(fd);
	server__free(s);
}

static void a_killed_client_does_no_harm(void)
{
	struct server *s = NULL;
	int status;
	bool eof;
	pid_t pid;
	int fd;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	pid = fork();
	if (pid == 0) {
		fd = connect_client();
		if (send(fd, "big\nbig\n", 8, 0) == 8)
			raise(SIGKILL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status));
	run(s);
	CHECK_UINT(server__counts(s).clients, 0);
	fd = connect_client();
	say(fd, "ok\n");
	run(s);
	CHECK_STR(hear(fd, &eof), "[ok]\n");
	close(fd);
	server__free(s);
}

static void turns_away_beyond_the_limit(void)
{
	int fd[SERVER_CLIENTS_MAX + 1];
	struct server *s = NULL;
	bool eof;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	for (int i = 0; i <= SERVER_CLIENTS_MAX; i++) {
		fd[i] = connect_client();
		run(s);
	}
	CHECK_UINT(server__counts(s).clients, SERVER_CLIENTS_MAX);
	CHECK_UINT(server__counts(s).full, 1);
	CHECK(strstr(hear(fd[SERVER_CLIENTS_MAX], &eof), "too many clients"));
	CHECK(eof);
	close(fd[0]);
	close(fd[SERVER_CLIENTS_MAX]);
	run(s);
	fd[0] = connect_client();
	say(fd[0], "again\n");
	run(s);
	CHECK_STR(hear(fd[0], &eof), "[again]\n");
	for (int i = 0; i < SERVER_CLIENTS_MAX; i++)
		close(fd[i]);
	server__free(s);
}

/* Every descriptor is in use: the client is turned away, and the server is not ready for ever. */
static void turns_away_without_descriptors(void)
{
	const struct rlimit few = {.rlim_cur = 64, .rlim_max = 64};
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct server *s = NULL;
	int status;
	pid_t pid;

	if (!CHECK_OK(start(NULL, 0660, &s)))
		return;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	pid = fork();
	if (pid == 0) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		bool eof;

		if (setrlimit(RLIMIT_NOFILE, &few) ||
		    connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
			_exit(1);
		while (dup(fd) >= 0)
			;
		run(s);
		hear(fd, &eof);
		_exit(eof && server__counts(s).full == 1 && !is_ready(s) ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	server__free(s);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"answers_each_line", answers_each_line, TEST_PLAIN},
		{"answers_pipelined_lines_before_closing", answers_pipelined_lines_before_closing,
		 TEST_PLAIN},
		{"survives_allocation_failures", survives_allocation_failures, TEST_WALK},
		{"says_that_memory_ran_out", says_that_memory_ran_out, TEST_PLAIN},
		{"drops_a_slow_client", drops_a_slow_client, TEST_PLAIN},
		{"closes_on_a_long_line", closes_on_a_long_line, TEST_PLAIN},
		{"a_killed_client_does_no_harm", a_killed_client_does_no_harm, TEST_PLAIN},
		{"turns_away_beyond_the_limit", turns_away_beyond_the_limit, TEST_PLAIN},
		{"turns_away_without_descriptors", turns_away_without_descriptors, TEST_PLAIN},
		{},
	};
	int rc;

	if (!mkdtemp(dir) || chmod(dir, 0755))
		return 1;
	snprintf(path, sizeof(path), "%s/s", dir);
	rc = test__run(tests, argc, argv);
	rmdir(dir);
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The server's socket file: made, taken over, left alone, removed. */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "test.h"

static char dir[] = "/tmp/sigpath-test-XXXXXX";
static char path[64];

static char *no_reply(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
	return NULL;
}

static int start(struct server **ret)
{
	const struct server_opts opts = {.path = path, .mode = 0660, .reply = no_reply};

	return server__new(&opts, ret);
}

static void sets_mode_whatever_the_umask(void)
{
	mode_t old = umask(0077);
	struct server *s = NULL;
	struct stat st;

	if (CHECK_OK(start(&s))) {
		CHECK_INT(stat(path, &st), 0);
		CHECK_UINT(st.st_mode & 07777, 0660);
	}
	CHECK_UINT(umask(old), 0077);
	server__free(s);
}

static void takes_over_only_a_stale_socket(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct server *first = NULL;
	struct server *second = NULL;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	CHECK_INT(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	if (!CHECK_OK(start(&first)))
		return;
	CHECK_INT(start(&second), -EADDRINUSE);
	server__run(first);
	CHECK(access(path, F_OK) == 0);
	server__free(first);
	CHECK(access(path, F_OK) != 0);
}

static void leaves_a_file_alone(void)
{
	struct server *s = NULL;
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	close(fd);
	CHECK_INT(start(&s), -EEXIST);
	CHECK_INT(unlink(path), 0);
}

static void refuses_bad_paths(void)
{
	char longer[200];
	struct server_opts opts = {.path = longer, .mode = 0660, .reply = no_reply};
	struct server *s = NULL;

	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	CHECK_INT(server__new(&opts, &s), -ENAMETOOLONG);
	opts.path = "/nonexistent/sigpath.sock";
	CHECK_INT(server__new(&opts, &s), -ENOENT);
	CHECK(!s);
	server__free(NULL);
}

/* A socket file put in place by someone else meanwhile is not removed. */
static void removes_only_its_own_file(void)
{
	struct server *s = NULL;
	int fd;

	if (!CHECK_OK(start(&s)))
		return;
	CHECK_INT(unlink(path), 0);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(fd);
	server__free(s);
	CHECK_INT(unlink(path), 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"sets_mode_whatever_the_umask", sets_mode_whatever_the_umask, TEST_PLAIN},
		{"takes_over_only_a_stale_socket", takes_over_only_a_stale_socket, TEST_PLAIN},
		{"leaves_a_file_alone", leaves_a_file_alone, TEST_PLAIN},
		{"refuses_bad_paths", refuses_bad_paths, TEST_PLAIN},
		{"removes_only_its_own_file", removes_only_its_own_file, TEST_PLAIN},
		{},
	};
	int rc;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/s", dir);
	rc = test__run(tests, argc, argv);
	rmdir(dir);
	return rc;
}

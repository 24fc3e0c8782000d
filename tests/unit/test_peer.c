/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may read from the daemon, asked of a real server by real processes of other users. */
#include "peer.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server.h"
#include "test.h"

static char dir[] = "/tmp/sigpath-test-XXXXXX";
static struct sockaddr_un addr = {.sun_family = AF_UNIX};

static char *say_hi(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
	return strdup("[hi]");
}

static int start(const char *group, struct server **ret)
{
	const struct server_opts opts = {
		.path = addr.sun_path, .group = group, .mode = 0666, .reply = say_hi};

	return server__new(&opts, ret);
}

/* Lets the server work until it has nothing ready. */
static void run(struct server *s)
{
	struct pollfd pfd = {.fd = server__fd(s), .events = POLLIN};

	for (int i = 0; i < 1000 && poll(&pfd, 1, 0) > 0; i++)
		server__run(s);
}

/* Connects as another user with these groups and reports what the server says. */
static void ask_as(struct server *s, uid_t uid, gid_t gid, gid_t extra, const char *want)
{
	int result[2];
	char buf[512] = "";
	pid_t pid;

	if (!CHECK_INT(pipe2(result, O_CLOEXEC), 0))
		return;
	pid = fork();
	if (pid == 0) {
		int fd;

		if (setgroups(extra ? 1 : 0, &extra) || setresgid(gid, gid, gid) ||
		    setresuid(uid, uid, uid))
			_exit(1);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) ||
		    send(fd, "hi\n", 3, 0) != 3)
			_exit(2);
		if (write(result[1], "", 1) != 1)
			_exit(3);
		for (ssize_t n; (n = read(fd, buf, sizeof(buf) - 1)) > 0;) {
			if (write(result[1], buf, (size_t)n) != n || memchr(buf, '\n', (size_t)n))
				break;
		}
		_exit(0);
	}
	close(result[1]);
	/* One byte says that the request is under way. */
	if (CHECK_INT(read(result[0], buf, 1), 1)) {
		run(s);
		CHECK(read(result[0], buf, sizeof(buf) - 1) > 0);
	}
	CHECK(strstr(buf, want));
	close(result[0]);
	waitpid(pid, NULL, 0);
	run(s);
}

static void checks_credentials(void)
{
	const struct group *gr = getgrnam("daemon");
	struct server *s = NULL;

	if (geteuid() != 0 || !gr) {
		test__skip("needs root and a group 'daemon', to connect as other users");
		return;
	}
	if (!CHECK_OK(start("daemon", &s)))
		return;
	CHECK(server__has_group(s));
	CHECK_CASE("a stranger");
	ask_as(s, 65534, 65534, 0, "user id 65534 may not read");
	CHECK_UINT(server__counts(s).refused, 1);
	CHECK_CASE("primary group");
	ask_as(s, 65534, gr->gr_gid, 0, "[hi]");
	CHECK_CASE("supplementary group");
	ask_as(s, 65534, 65534, gr->gr_gid, "[hi]");
	CHECK_UINT(server__counts(s).refused, 1);
	CHECK_UINT(server__counts(s).clients, 0);
	server__free(s);
}

static void lives_without_its_group(void)
{
	struct server *s = NULL;

	if (!CHECK_OK(start("no-such-group-here", &s)))
		return;
	CHECK(!server__has_group(s));
	if (geteuid() == 0)
		ask_as(s, 65534, 65534, 0, "which must exist before sigpathd starts");
	server__free(s);
}

static void finds_groups(void)
{
	static const struct {
		const char *name;
		bool wanted;
		bool known;
	} rows[] = {{NULL, false, false},
		    {"", false, false},
		    {"root", true, true},
		    {"no-such", true, false}};
	struct peer_group g;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].name ? rows[i].name : "NULL");
		peer__find_group(&g, rows[i].name);
		CHECK_INT(g.wanted, rows[i].wanted);
		CHECK_INT(g.known, rows[i].known);
	}
}

static void the_own_user_may(void)
{
	struct peer_group none = {0};
	int pair[2];
	uid_t uid;

	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	CHECK(peer__is_allowed(pair[0], &none, &uid));
	CHECK_UINT(uid, geteuid());
	close(pair[0]);
	close(pair[1]);
	CHECK(!peer__is_allowed(-1, &none, &uid));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"finds_groups", finds_groups, TEST_PLAIN},
		{"the_own_user_may", the_own_user_may, TEST_PLAIN},
		{"checks_credentials", checks_credentials, TEST_PLAIN},
		{"lives_without_its_group", lives_without_its_group, TEST_PLAIN},
		{},
	};
	int rc;

	if (!mkdtemp(dir) || chmod(dir, 0755))
		return 1;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/s", dir);
	rc = test__run(tests, argc, argv);
	rmdir(dir);
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The lock file with a second process that wants it, holds it, or was killed with it. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static char dir[] = "/tmp/sigpath-test-XXXXXX";
static char sub[64];
static char path[80];
static char err[256];

static long pid_in_file(void)
{
	char buf[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, buf, sizeof(buf) - 1) < 0)
		strcpy(buf, "-1");
	close(fd);
	return strtol(buf, NULL, 10);
}

/* A child that holds the lock until it is killed. Returns when it has it. */
static pid_t start_holder(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (!CHECK_INT(pipe2(ready, O_CLOEXEC), 0))
		return -1;
	pid = fork();
	if (pid == 0) {
		struct lock l;

		if (lock__take(&l, path, err, sizeof(err)) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	CHECK_INT(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void makes_its_directory_and_holds_the_pid(void)
{
	mode_t old = umask(0077);
	struct lock l = LOCK_NONE;
	struct stat st;

	if (CHECK_OK(lock__take(&l, path, err, sizeof(err)))) {
		CHECK_INT(pid_in_file(), getpid());
		CHECK_INT(stat(sub, &st), 0);
		CHECK_UINT(st.st_mode & 07777, 0755);
	}
	umask(old);
	lock__done(&l);
	lock__done(&l);
	CHECK_INT(pid_in_file(), 0);
	CHECK_OK(lock__take(&l, path, err, sizeof(err)));
	lock__done(&l);
}

static void refuses_while_another_holds_it(void)
{
	pid_t pid = start_holder();
	struct lock l;
	char want[200];

	snprintf(want, sizeof(want), "already running, pid %ld (lock %s)", (long)pid, path);
	CHECK_INT(lock__take(&l, path, err, sizeof(err)), -EBUSY);
	CHECK_STR(err, want);
	CHECK_INT(l.fd, -1);
	CHECK_INT(pid_in_file(), pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* The killed one's pid is still in the file, but the lock is free. */
	CHECK_INT(pid_in_file(), pid);
	if (CHECK_OK(lock__take(&l, path, err, sizeof(err))))
		CHECK_INT(pid_in_file(), getpid());
	lock__done(&l);
}

static void says_what_failed(void)
{
	static const struct {
		const char *path;
		int rc;
		const char *err;
	} rows[] = {
		{"/nonexistent/a/b.lock", -ENOENT, "cannot make the directory of the lock file"},
		{"/dev/null/b.lock", -ENOTDIR, "cannot open the lock file"},
		{"/", -EISDIR, "cannot open the lock file"},
	};
	struct lock l;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].path);
		err[0] = '\0';
		CHECK_INT(lock__take(&l, rows[i].path, err, sizeof(err)), rows[i].rc);
		CHECK(strstr(err, rows[i].err) && strstr(err, rows[i].path));
		CHECK_INT(l.fd, -1);
	}
}

/* Who can write to the directory must not make the daemon empty another file. */
static void does_not_follow_links(void)
{
	struct lock l;
	char link[80];

	snprintf(link, sizeof(link), "%s/link", dir);
	CHECK_INT(symlink("/dev/null", link), 0);
	CHECK_INT(lock__take(&l, link, err, sizeof(err)), -ELOOP);
	unlink(link);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"makes_its_directory_and_holds_the_pid", makes_its_directory_and_holds_the_pid,
		 TEST_PLAIN},
		{"refuses_while_another_holds_it", refuses_while_another_holds_it, TEST_PLAIN},
		{"says_what_failed", says_what_failed, TEST_PLAIN},
		{"does_not_follow_links", does_not_follow_links, TEST_PLAIN},
		{},
	};
	int rc;

	if (!mkdtemp(dir))
		return 1;
	snprintf(sub, sizeof(sub), "%s/run", dir);
	snprintf(path, sizeof(path), "%s/sigpathd.lock", sub);
	rc = test__run(tests, argc, argv);
	unlink(path);
	rmdir(sub);
	rmdir(dir);
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The process cache over a made-up /proc, and over the real one for this process. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#define SECOND 1000000000ull

static char proc[] = "/tmp/sigpath-test-XXXXXX";

static void path_of(unsigned int tgid, const char *name, char *buf, size_t len)
{
	snprintf(buf, len, "%s/%u/%s", proc, tgid, name);
}

static void write_file(unsigned int tgid, const char *name, const char *text, size_t len)
{
	char path[128];
	int fd;

	path_of(tgid, name, path, sizeof(path));
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	CHECK_INT(write(fd, text, len), (int64_t)len);
	close(fd);
}

static void start_process(unsigned int tgid, const char *exe)
{
	char path[128];

	path_of(tgid, "", path, sizeof(path));
	mkdir(path, 0700);
	path_of(tgid, "exe", path, sizeof(path));
	unlink(path);
	if (exe)
		CHECK_INT(symlink(exe, path), 0);
}

static void end_process(unsigned int tgid)
{
	static const char *const names[] = {"exe", "comm", "cmdline", "cgroup", ""};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(tgid, names[i], path, sizeof(path));
		remove(path);
	}
}

static int start(unsigned int max, struct process_table **ret)
{
	const struct process_opts opts = {.max = max, .ttl_ns = 10 * SECOND, .proc = proc};

	return process__new(&opts, ret);
}

static void reads_what_a_process_is(void)
{
	static const char cmdline[] = "kamailio\0-f\0/etc/k.cfg\0-x\ny\0";
	struct process_table *t = NULL;
	const struct process *p;

	if (!CHECK_OK(start(8, &t)))
		return;
	start_process(10, "/usr/sbin/kamailio (deleted)");
	write_file(10, "cmdline", cmdline, sizeof(cmdline) - 1);
	write_file(10, "cgroup", "0::/system.slice/kamailio.service\n", 34);
	p = process__find(t, 10, SECOND);
	if (CHECK(p)) {
		CHECK_UINT(p->tgid, 10);
		CHECK_STR(p->exe, "kamailio");
		CHECK_STR(p->cmdline, "kamailio -f /etc/k.cfg -x y");
		CHECK_STR(p->cgroup, "/system.slice/kamailio.service");
	}
	end_process(10);
	process__free(t);
	process__free(NULL);
}

static void copes_with_what_is_missing(void)
{
	static const struct {
		const char *exe;
		const char *comm;
		const char *cgroup;
		const char *want_exe;
		const char *want_cgroup;
	} rows[] = {
		{NULL, "kworker/0:1\n", "0::/\n", "kworker/0:1", "/"},
		{"/bin/x", NULL, NULL, "x", ""},
		{"x", NULL, "12:cpu:/a\n1:name=systemd:/user.slice\n", "x", "/user.slice"},
		{"x", NULL, "1:name=systemd:/old\n0::/new\n", "x", "/new"},
		{"x", NULL, "rubbish\n5:cpu\n", "x", ""},
		{"x", NULL, "0::/a:b\n", "x", "/a:b"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct process_table *t = NULL;
		const struct process *p;

		CHECK_CASE("%zu", i);
		if (!CHECK_OK(start(4, &t)))
			return;
		start_process(11, rows[i].exe);
		if (rows[i].comm)
			write_file(11, "comm", rows[i].comm, strlen(rows[i].comm));
		if (rows[i].cgroup)
			write_file(11, "cgroup", rows[i].cgroup, strlen(rows[i].cgroup));
		p = process__find(t, 11, SECOND);
		if (CHECK(p)) {
			CHECK_STR(p->exe, rows[i].want_exe);
			CHECK_STR(p->cgroup, rows[i].want_cgroup);
			CHECK_STR(p->cmdline, "");
		}
		end_process(11);
		process__free(t);
	}
}

static void cuts_what_is_long(void)
{
	char longer[1000], exe[200] = "/usr/bin/";
	struct process_table *t = NULL;
	const struct process *p;

	if (!CHECK_OK(start(4, &t)))
		return;
	memset(longer, 'a', sizeof(longer));
	memcpy(longer, "0::/", 4);
	memset(exe + 9, 'b', 120);
	start_process(12, exe);
	write_file(12, "cmdline", longer, sizeof(longer));
	write_file(12, "cgroup", longer, sizeof(longer));
	p = process__find(t, 12, SECOND);
	if (CHECK(p)) {
		CHECK_UINT(strlen(p->exe), PROCESS_EXE_LEN - 1);
		CHECK_UINT(strlen(p->cmdline), PROCESS_CMDLINE_LEN - 1);
		CHECK_UINT(strlen(p->cgroup), PROCESS_CGROUP_LEN - 1);
	}
	end_process(12);
	process__free(t);
}

static void reads_again_when_old(void)
{
	struct process_table *t = NULL;
	const struct process *p;

	if (!CHECK_OK(start(4, &t)))
		return;
	start_process(13, "/bin/sh");
	process__find(t, 13, SECOND);
	start_process(13, "/bin/exec-ed");
	p = process__find(t, 13, 10 * SECOND);
	CHECK_STR(p ? p->exe : NULL, "sh");
	CHECK_UINT(process__counts(t).reads, 1);
	p = process__find(t, 13, 11 * SECOND);
	CHECK_STR(p ? p->exe : NULL, "exec-ed");
	/* It ended: what it was stays known. */
	end_process(13);
	p = process__find(t, 13, 40 * SECOND);
	CHECK_STR(p ? p->exe : NULL, "exec-ed");
	CHECK_UINT(process__counts(t).reads, 3);
	CHECK_UINT(process__counts(t).gone, 0);
	CHECK(!process__find(t, 14, 40 * SECOND));
	CHECK_UINT(process__counts(t).gone, 1);
	process__free(t);
}

/* Twenty processes in eight entries: the newest stay, nothing grows. */
static void makes_room(void)
{
	struct process_table *t = NULL;

	if (!CHECK_OK(start(8, &t)))
		return;
	for (unsigned int i = 0; i < 20; i++) {
		start_process(100 + i, "/bin/x");
		CHECK(process__find(t, 100 + i, (i + 1) * 1000));
	}
	CHECK_UINT(process__counts(t).evicted, 12);
	CHECK_UINT(process__counts(t).reads, 20);
	for (unsigned int i = 12; i < 20; i++)
		CHECK(process__find(t, 100 + i, 30000));
	CHECK_UINT(process__counts(t).reads, 20);
	for (unsigned int i = 0; i < 20; i++)
		end_process(100 + i);
	process__free(t);
}

static void knows_this_process(void)
{
	const struct process_opts opts = {.max = 0, .ttl_ns = SECOND};
	struct process_table *t = NULL;
	const struct process *p;

	if (!CHECK_OK(process__new(&opts, &t)))
		return;
	p = process__find(t, (uint32_t)getpid(), SECOND);
	if (CHECK(p)) {
		CHECK(strstr(p->exe, "test_process"));
		CHECK(strstr(p->cmdline, "test_process"));
	}
	process__free(t);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"reads_what_a_process_is", reads_what_a_process_is, TEST_WALK},
		{"copes_with_what_is_missing", copes_with_what_is_missing, TEST_PLAIN},
		{"cuts_what_is_long", cuts_what_is_long, TEST_PLAIN},
		{"reads_again_when_old", reads_again_when_old, TEST_PLAIN},
		{"makes_room", makes_room, TEST_PLAIN},
		{"knows_this_process", knows_this_process, TEST_PLAIN},
		{},
	};
	int rc;

	if (!mkdtemp(proc))
		return 1;
	rc = test__run(tests, argc, argv);
	rmdir(proc);
	return rc;
}

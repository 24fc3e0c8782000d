/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf(2) and perf_event_open(2) under real seccomp filters, which need no privilege. */
#include "refusals.h"
#include "test.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* This process and its children get `action` from the system call nr. */
static int refuse(unsigned int nr, unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) ? -errno : 0;
}

/* What refusals__ask() finds in a child under the filter. */
static bool ask_under(unsigned int nr, unsigned int action, struct refusals *ret)
{
	int ends[2], status;
	ssize_t len;
	pid_t child;

	if (pipe(ends))
		return false;
	child = fork();
	if (!child) {
		struct refusals calls = REFUSALS_UNKNOWN;

		if (action != SECCOMP_RET_ALLOW && refuse(nr, action))
			_exit(1);
		refusals__ask(&calls);
		_exit(write(ends[1], &calls, sizeof(calls)) != sizeof(calls));
	}
	close(ends[1]);
	len = read(ends[0], ret, sizeof(*ret));
	close(ends[0]);
	waitpid(child, &status, 0);
	return len == sizeof(*ret) && WIFEXITED(status) && !WEXITSTATUS(status);
}

static void tells_filters_apart(void)
{
	static const struct {
		const char *what;
		unsigned int nr, action;
		enum call_answer bpf, perf;
		int bpf_errno, perf_errno;
	} rows[] = {
		{"bpf: EPERM", SYS_bpf, SECCOMP_RET_ERRNO | EPERM, CALL_REFUSED, CALL_ANSWERED,
		 EPERM, EINVAL},
		{"bpf: ENOSYS", SYS_bpf, SECCOMP_RET_ERRNO | ENOSYS, CALL_REFUSED, CALL_ANSWERED,
		 ENOSYS, EINVAL},
		{"bpf: kill", SYS_bpf, SECCOMP_RET_KILL_PROCESS, CALL_KILLED, CALL_ANSWERED, 0,
		 EINVAL},
		{"bpf: trap", SYS_bpf, SECCOMP_RET_TRAP, CALL_KILLED, CALL_ANSWERED, 0, EINVAL},
		{"perf: EPERM", SYS_perf_event_open, SECCOMP_RET_ERRNO | EPERM, CALL_ANSWERED,
		 CALL_REFUSED, EINVAL, EPERM},
		{"perf: kill", SYS_perf_event_open, SECCOMP_RET_KILL_PROCESS, CALL_ANSWERED,
		 CALL_KILLED, EINVAL, 0},
	};
	struct refusals free_calls;

	/* an old kernel refuses bpf(2) itself to the unprivileged, a container's profile may do so
	 */
	if (!CHECK(ask_under(0, SECCOMP_RET_ALLOW, &free_calls)))
		return;
	if (free_calls.bpf != CALL_ANSWERED || free_calls.perf != CALL_ANSWERED) {
		test__skip("bpf(2) or perf_event_open(2) are refused here already");
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct refusals calls;

		CHECK_CASE("%s", rows[i].what);
		if (!CHECK(ask_under(rows[i].nr, rows[i].action, &calls)))
			continue;
		CHECK_INT(calls.bpf, rows[i].bpf);
		CHECK_INT(calls.perf, rows[i].perf);
		CHECK_INT(calls.bpf_errno, rows[i].bpf_errno);
		CHECK_INT(calls.perf_errno, rows[i].perf_errno);
		if (rows[i].nr != SYS_bpf)
			continue;
		CHECK(calls.map == rows[i].bpf);
		CHECK_INT(calls.memlock_counts, -1);
	}
}

static void answers_have_names(void)
{
	for (int a = CALL_UNKNOWN; a <= CALL_KILLED; a++) {
		CHECK(call_answer__text(a)[0]);
		CHECK(call_answer__name(a)[0]);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"tells_filters_apart", tells_filters_apart, TEST_PLAIN},
		{"answers_have_names", answers_have_names, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

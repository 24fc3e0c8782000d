/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the kernel, each from a child process. */
#include "refusals.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_SUCH_CMD   0x7ffffffe
#define NO_SUCH_FLAGS (1ul << 31)

/* Each returns 0 or an errno. */
static int ask_bpf(void)
{
	union bpf_attr attr = {0};

	return syscall(SYS_bpf, NO_SUCH_CMD, &attr, sizeof(attr)) < 0 ? errno : 0;
}

static int ask_perf(void)
{
	struct perf_event_attr attr = {.size = sizeof(attr)};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, NO_SUCH_FLAGS) < 0 ? errno : 0;
}

static int make_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)) < 0 ? errno : 0;
}

static int ask_map(void)
{
	struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};

	if (setrlimit(RLIMIT_MEMLOCK, &most) && !getrlimit(RLIMIT_MEMLOCK, &most)) {
		most.rlim_cur = most.rlim_max;
		setrlimit(RLIMIT_MEMLOCK, &most);
	}
	return make_map();
}

static int ask_map_unlocked(void)
{
	struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_MEMLOCK, &none) ? errno : make_map();
}

/* *err: what the question returned, when it came back. */
static enum call_answer ask(int (*question)(void), int *err)
{
	struct rlimit none = {0, 0};
	int status;
	pid_t child = fork();

	*err = 0;
	if (child < 0)
		return CALL_UNKNOWN;
	if (!child) {
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGSYS, SIG_DFL);
		_exit(question());
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return CALL_UNKNOWN;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? CALL_KILLED : CALL_UNKNOWN;
	*err = WEXITSTATUS(status);
	return *err == EPERM || *err == EACCES || *err == ENOSYS ? CALL_REFUSED : CALL_ANSWERED;
}

void refusals__ask(struct refusals *ret)
{
	enum call_answer unlocked;
	int err;

	*ret = REFUSALS_UNKNOWN;
	ret->bpf = ask(ask_bpf, &ret->bpf_errno);
	ret->perf = ask(ask_perf, &ret->perf_errno);
	ret->map = ask(ask_map, &err);
	if (ret->map != CALL_ANSWERED || err)
		return;
	unlocked = ask(ask_map_unlocked, &err);
	if (unlocked == CALL_REFUSED || unlocked == CALL_ANSWERED)
		ret->memlock_counts = unlocked == CALL_REFUSED;
}

const char *call_answer__text(enum call_answer a)
{
	static const char *const texts[] = {
		[CALL_UNKNOWN] = "not known",
		[CALL_ANSWERED] = "answered",
		[CALL_REFUSED] = "refused",
		[CALL_KILLED] = "kills the caller",
	};

	return texts[a];
}

const char *call_answer__name(enum call_answer a)
{
	static const char *const names[] = {
		[CALL_UNKNOWN] = "unknown",
		[CALL_ANSWERED] = "answered",
		[CALL_REFUSED] = "refused",
		[CALL_KILLED] = "killed",
	};

	return names[a];
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What this kernel answers to bpf(2) and perf_event_open(2): a seccomp profile or a security module
 * may refuse them although the capability is there, and some profiles kill who asks.
 *
 * Each question is put by a child process, so that a killing profile kills only that. Nothing is
 * left behind: invalid commands, and maps that close with the child. */
#ifndef SIGPATH_REFUSALS_H
#define SIGPATH_REFUSALS_H

enum call_answer {
	CALL_UNKNOWN,  /* could not be asked */
	CALL_ANSWERED, /* the kernel answered */
	CALL_REFUSED,  /* EPERM, EACCES or ENOSYS */
	CALL_KILLED,   /* SIGSYS */
};

struct refusals {
	/* An invalid command: EINVAL from a kernel that was reached. Kernels until 5.15 or so say
	 * EPERM first to who lacks CAP_BPF where unprivileged_bpf_disabled is set. */
	enum call_answer bpf;
	int bpf_errno; /* of a refusal */
	/* A map of one element with as high a memlock limit as may be had: passes seccomp, meets
	 * capabilities and security modules. */
	enum call_answer map;
	/* Invalid flags: EINVAL from a kernel that was reached, whatever the capabilities. */
	enum call_answer perf;
	int perf_errno;
	/* The same map with a limit of 0: 1 it is refused, so that maps count against the memlock
	 * limit; 0 it is not; -1 not known (maps are refused anyway). */
	int memlock_counts;
};

/* What was not asked. */
#define REFUSALS_UNKNOWN ((struct refusals){.memlock_counts = -1})

/* Forks: not for a process with threads that hold locks. */
void refusals__ask(struct refusals *ret);
/* "answered", "refused", "kills the caller", "not known" */
const char *call_answer__text(enum call_answer a);
/* For --json: "answered", "refused", "killed", "unknown". */
const char *call_answer__name(enum call_answer a);

#endif

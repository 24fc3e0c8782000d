/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process is, from /proc: its program, command line and cgroup. A cache of fixed size, for
 * display and logs; reads files and is not for the path of every message. */
#ifndef SIGPATH_PROCESS_H
#define SIGPATH_PROCESS_H

#include <stdint.h>

#define PROCESS_EXE_LEN	    64
#define PROCESS_CMDLINE_LEN 128
#define PROCESS_CGROUP_LEN  256

struct process_opts {
	unsigned int max; /* entries; rounded up to a multiple of 4, at least 4 */
	uint64_t ttl_ns;  /* an entry older than this is read again, for exec and reused pids */
	const char *proc; /* NULL: "/proc". Borrowed for the life of the table. */
};

/* Strings are terminated; "" is not known. */
struct process {
	uint32_t tgid;
	char exe[PROCESS_EXE_LEN]; /* basename of the program; of a kernel thread its comm */
	char cmdline[PROCESS_CMDLINE_LEN]; /* arguments with blanks between, cut */
	char cgroup[PROCESS_CGROUP_LEN];   /* path in cgroup2 (or systemd's v1 hierarchy), "/..." */
};

struct process_counts {
	uint64_t reads;	  /* of /proc */
	uint64_t gone;	  /* processes that had ended before they were first looked at */
	uint64_t evicted; /* entries that made room */
};

struct process_table;

int process__new(const struct process_opts *opts, struct process_table **ret);
void process__free(struct process_table *t);

/* NULL: there is no such process, and it was not seen before. A process that ended since keeps its
 * last entry until it is evicted. The result is valid until the next call. now_ns: CLOCK_MONOTONIC.
 */
const struct process *process__find(struct process_table *t, uint32_t tgid, uint64_t now_ns);
struct process_counts process__counts(const struct process_table *t);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel features by name: each is found by trying or reading the thing itself, once. Never by
 * version. */
#ifndef SIGPATH_FEATURE_H
#define SIGPATH_FEATURE_H

#include <stdbool.h>
#include <stddef.h>

/* id, name, what its absence means */
#define FEATURES(X)                                                                       \
	X(BTF, "btf", "the kernel has no BTF (CONFIG_DEBUG_INFO_BTF)")                    \
	X(KPROBES, "kprobes", "the kernel has no kprobes (CONFIG_KPROBE_EVENTS)")         \
	X(SCHED_INFO, "sched_info", "the kernel keeps no sched_info (CONFIG_SCHED_INFO)") \
	X(CGROUP2, "cgroup2", "no cgroup2 hierarchy is mounted")                          \
	X(XDP_LOAD_BYTES, "xdp_load_bytes", "XDP cannot copy packet bytes (before 5.18)") \
	X(TASK_REGS, "task_pt_regs", "programs cannot see system call arguments (before 5.15)")

enum feature {
#define X(id, name, absent) FEATURE_##id,
	FEATURES(X)
#undef X
		FEATURE_CNT
};

/* Probes on first use, then remembers. */
bool feature__has(enum feature f);
const char *feature__name(enum feature f);
const char *feature__absent(enum feature f);

/* Mount point of cgroup2 from /proc/self/mounts. -ENOENT if none. */
int cgroup2__find(char *buf, size_t len);

#endif

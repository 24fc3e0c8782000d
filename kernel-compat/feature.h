/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel features by name: each is found by trying or reading the thing itself, once. Never by
 * version. */
#ifndef SIGPATH_FEATURE_H
#define SIGPATH_FEATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, name, what its absence means.
 *
 * TYPES are the layouts that CO-RE needs: the kernel's own BTF, or a file given by the operator
 * (which the plan knows). KERNEL_BYTES is either of PROBE_READ and RDONLY_CAST. */
/* clang-format off */
#define FEATURES(X)                                                                               \
	X(BTF, "btf", "the kernel has no BTF of its own (CONFIG_DEBUG_INFO_BTF)")                 \
	X(TYPES, "types", "the kernel's types are not known: no BTF, and no file was given")      \
	X(KPROBES, "kprobes", "the kernel has no kprobes (CONFIG_KPROBE_EVENTS)")                 \
	X(SCHED_INFO, "sched_info", "the kernel keeps no sched_info (CONFIG_SCHED_INFO)")         \
	X(CGROUP2, "cgroup2", "no cgroup2 hierarchy is mounted")                                  \
	X(XDP_LOAD_BYTES, "xdp_load_bytes", "XDP has no helper that copies packet bytes (before 5.18)") \
	X(PROBE_READ, "probe_read_kernel", "programs may not read kernel memory (lockdown=confidentiality)") \
	X(PROBE_READ_USER, "probe_read_user", "programs may not read the application's memory (lockdown=confidentiality)") \
	X(RDONLY_CAST, "rdonly_cast", "the kernel has no bpf_rdonly_cast (before 6.2, or without BTF)") \
	X(KERNEL_BYTES, "kernel_bytes", "programs may not read packet bytes in kernel memory (lockdown=confidentiality, before 6.2)") \
	X(SCHED_FORMAT, "sched_format", "tracefs is not readable, or the records of sched_switch look different here") \
	X(TASK_REGS, "task_pt_regs", "programs cannot see system call arguments (before 5.15)")
/* clang-format on */

enum feature {
#define X(id, name, absent) FEATURE_##id,
	FEATURES(X)
#undef X
		FEATURE_CNT
};

/* The same as bits of a set. */
enum feature_needs {
	NEEDS_NOTHING = 0,
#define X(id, name, absent) NEEDS_##id = 1 << FEATURE_##id,
	FEATURES(X)
#undef X
};

/* Probes on first use, then remembers. Where the trial is refused for want of a capability nothing
 * is known of the kernel, and the feature counts as there: loading a program says what is missing.
 */
bool feature__has(enum feature f);
/* Before a new plan: each is asked again. */
void feature__forget(void);
const char *feature__name(enum feature f);
const char *feature__absent(enum feature f);
/* The first of `needs` that is not there, given those in `given`; -1 if none is missing. */
int feature__missing(uint32_t needs, uint32_t given);

/* BTF ids of the kernel function bpf_rdonly_cast and of the type the programs cast to, -ENOENT. */
int rdonly_cast__id(void);
int rdonly_cast__type(void);

/* Mount point of cgroup2 from /proc/self/mounts. -ENOENT if none. */
int cgroup2__find(char *buf, size_t len);

#endif

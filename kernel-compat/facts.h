/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts about this host that decide what can be observed. Read from /proc and /sys: nothing is
 * loaded or changed, and no privilege is needed (what may not be read is "unknown"). Only
 * facts__ask() puts questions to the kernel. */
#ifndef SIGPATH_FACTS_H
#define SIGPATH_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "refusals.h"

/* Capabilities that matter: what each is for. */
#define FACTS_CAPS(X)                                                            \
	X(CAP_BPF, "load BPF programs and maps")                                 \
	X(CAP_PERFMON, "attach tracing programs")                                \
	X(CAP_NET_ADMIN, "attach XDP, tc and cgroup programs")                   \
	X(CAP_NET_RAW, "socket filter tap, for kernels that allow nothing else") \
	X(CAP_SYS_ADMIN, "stands for BPF and PERFMON; enter network namespaces") \
	X(CAP_SYS_PTRACE, "name the processes of other users and containers")    \
	X(CAP_SYS_RESOURCE, "raise the memlock limit where maps count against it")

enum facts_cap {
#define X(name, why) FACTS_##name,
	FACTS_CAPS(X)
#undef X
		FACTS_CAP_CNT,
};

#define FACTS_WORD_LEN 64
#define FACTS_PATH_LEN 256
#define FACTS_UNKNOWN  (-1)

/* Yes and no are 1 and 0; what cannot be told is FACTS_UNKNOWN. */
struct facts {
	char release[FACTS_WORD_LEN]; /* "6.18.44", "" unknown */
	char machine[FACTS_WORD_LEN]; /* "x86_64" */
	bool has_btf;		      /* the kernel describes its own types */
	bool is_btf_hidden; /* not readable here, but the kernel may have it: masked, or no /sys */
	int has_kprobes;

	bool caps_known;
	uint64_t caps; /* effective, bits as in linux/capability.h */
	/* Namespaces: is it the one the kernel booted with? Capabilities count for bpf(2) only in
	 * that user namespace; processes and interfaces of the host are seen only in those. */
	int is_host_user_ns, is_host_pid_ns, is_host_net_ns;

	char lockdown[FACTS_WORD_LEN]; /* "none", "integrity", "confidentiality", "" unknown or not
					  built in */
	char lsm[FACTS_PATH_LEN];      /* active security modules, "" unknown */
	int seccomp;		       /* 0 none, 1 strict, 2 filter, or FACTS_UNKNOWN */
	struct refusals calls;	       /* unknown until facts__ask() */
	int unprivileged_bpf_disabled; /* sysctls: value, or FACTS_UNKNOWN */
	int kptr_restrict;
	int bpf_jit;

	char cgroup2[FACTS_PATH_LEN];	   /* mount point of the whole cgroup2 hierarchy, "" none */
	char cgroup2_part[FACTS_PATH_LEN]; /* one that holds only a part of it, "" none */
	char bpffs[FACTS_PATH_LEN];	   /* mount points, "" none */
	char tracefs[FACTS_PATH_LEN];
	int is_sys_writable;

	bool memlock_known;
	uint64_t memlock_bytes;	   /* soft limit; UINT64_MAX is unlimited */
	uint64_t memory_max_bytes; /* of the control group; UINT64_MAX unlimited or unknown */
};

#define FACTS_BTF_PATH "/sys/kernel/btf/vmlinux"

/* root is put before each path: "" for this host, a directory in tests. Never fails: what cannot be
 * read is unknown. */
void facts__read(const char *root, struct facts *ret);
/* Fills calls: asks this kernel, by child processes (refusals.h). */
void facts__ask(struct facts *f);
/* Effective; false when not known. */
bool facts__has_cap(const struct facts *f, enum facts_cap cap);
/* "CAP_BPF" */
const char *facts__cap_name(enum facts_cap cap);
const char *facts__cap_why(enum facts_cap cap);

#endif

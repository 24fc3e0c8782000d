/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdict and remedies. */
#include "verdict.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define MEMLOCK_ENOUGH (64u << 20)

static bool has_cap_or_admin(const struct facts *f, enum facts_cap cap)
{
	return facts__has_cap(f, cap) || facts__has_cap(f, FACTS_CAP_SYS_ADMIN);
}

static bool lacks_bpf(const struct diagnosis *d)
{
	return !has_cap_or_admin(d->facts, FACTS_CAP_BPF);
}

static bool lacks_perfmon(const struct diagnosis *d)
{
	return !has_cap_or_admin(d->facts, FACTS_CAP_PERFMON);
}

static bool lacks_net_admin(const struct diagnosis *d)
{
	return !facts__has_cap(d->facts, FACTS_CAP_NET_ADMIN);
}

static bool lacks_ptrace(const struct diagnosis *d)
{
	return !facts__has_cap(d->facts, FACTS_CAP_SYS_PTRACE);
}

static bool lacks_btf(const struct diagnosis *d)
{
	return !d->facts->has_btf && !d->has_btf_file;
}

static bool lacks_cgroup2(const struct diagnosis *d)
{
	return !d->facts->cgroup2[0];
}

static bool is_filtered(const struct diagnosis *d)
{
	return d->plan_rc == -EPERM && d->facts->seccomp == 2 && !lacks_bpf(d) && !lacks_perfmon(d);
}

static bool is_locked_down(const struct diagnosis *d)
{
	return !strcmp(d->facts->lockdown, "confidentiality");
}

static bool is_memlock_low(const struct diagnosis *d)
{
	return d->plan_rc && d->facts->memlock_known && d->facts->memlock_bytes < MEMLOCK_ENOUGH &&
	       !facts__has_cap(d->facts, FACTS_CAP_SYS_RESOURCE);
}

static bool is_interpreted(const struct diagnosis *d)
{
	return d->facts->bpf_jit == 0;
}

static const struct remedy remedies[] = {
	{"cap_bpf",
	 "CAP_BPF is missing (load programs): run as root, or in a container add capability BPF",
	 lacks_bpf},
	{"cap_perfmon",
	 "CAP_PERFMON is missing (attach tracing): run as root, or in a container add capability "
	 "PERFMON",
	 lacks_perfmon},
	{"cap_net_admin",
	 "CAP_NET_ADMIN is missing (attach XDP, tc, cgroup): run as root, or in a container add "
	 "capability NET_ADMIN",
	 lacks_net_admin},
	{"cap_sys_ptrace",
	 "CAP_SYS_PTRACE is missing: processes of other users and containers stay unnamed; add "
	 "capability SYS_PTRACE",
	 lacks_ptrace},
	{"seccomp",
	 "the capabilities are there, but a seccomp profile is active: it may refuse bpf(2); run "
	 "with a profile "
	 "that allows bpf and perf_event_open (in Kubernetes: seccompProfile Unconfined or "
	 "Localhost)",
	 is_filtered},
	{"btf",
	 "the kernel has no BTF: use a kernel with CONFIG_DEBUG_INFO_BTF, or give its types with "
	 "--btf FILE",
	 lacks_btf},
	{"cgroup2",
	 "no cgroup2 is mounted: mount -t cgroup2 none /sys/fs/cgroup/unified (in a container: "
	 "mount the host's "
	 "/sys/fs/cgroup)",
	 lacks_cgroup2},
	{"lockdown",
	 "kernel lockdown 'confidentiality' forbids tracing: boot with lockdown=integrity",
	 is_locked_down},
	{"memlock",
	 "the memlock limit is low and some kernels count BPF maps against it: ulimit -l "
	 "unlimited, or add "
	 "capability SYS_RESOURCE",
	 is_memlock_low},
	{"jit",
	 "the BPF JIT is off and programs run several times slower: sysctl "
	 "net.core.bpf_jit_enable=1",
	 is_interpreted},
};

bool verdict__is_merged(const struct plan_choice *choice)
{
	return !choice->candidate;
}

enum verdict verdict__make(const struct diagnosis *d)
{
	bool any = false, merged = false;

	for (unsigned int i = 0; i < d->plan->choice_cnt; i++) {
		any = any || !verdict__is_merged(&d->plan->choice[i]);
		merged = merged || verdict__is_merged(&d->plan->choice[i]);
	}
	if (d->plan_rc || !any)
		return VERDICT_NONE;
	if (d->plan->taps_only)
		return VERDICT_TAPS_ONLY;
	return merged ? VERDICT_MERGED : VERDICT_FULL;
}

const char *verdict__name(enum verdict v)
{
	static const char *const names[] = {"full", "merged", "taps_only", "none"};

	return names[v];
}

const struct remedy *verdict__remedy(const struct diagnosis *d, unsigned int idx)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		if (remedies[i].applies(d) && !idx--)
			return &remedies[i];
	}
	return NULL;
}

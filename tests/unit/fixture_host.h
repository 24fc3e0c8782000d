/* SPDX-License-Identifier: BSD-2-Clause */
/* A host that lacks nothing, and what each degraded mode does to its facts and its plan. */
#ifndef SIGPATH_FIXTURE_HOST_H
#define SIGPATH_FIXTURE_HOST_H

#include "verdict.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#define BIT(cap)    (1ull << (cap))
#define ALL_CAPS    (BIT(CAP_BPF) | BIT(CAP_PERFMON) | BIT(CAP_NET_ADMIN) | BIT(CAP_SYS_PTRACE))
#define NOT_ALLOWED "load: Operation not permitted: a policy says no"

struct host_case {
	struct facts facts;
	struct plan plan;
	struct btf_source btf;
	struct diagnosis d;
};

/* --- a host that lacks nothing --- */

static struct plan_choice *add_choice(struct plan *p, const char *instant, const char *mechanism,
				      const char *merged_as)
{
	struct plan_choice *c = &p->choice[p->choice_cnt++];

	*c = (struct plan_choice){.instant = instant,
				  .help = "",
				  .candidate = mechanism,
				  .mechanism = mechanism,
				  .why = "",
				  .lost = "",
				  .merged_as = merged_as};
	return c;
}

__attribute__((unused)) static void set_up(struct host_case *h)
{
	*h = (struct host_case){
		.facts = {.has_btf = true,
			  .has_kprobes = 1,
			  .caps_known = true,
			  .caps = ALL_CAPS,
			  .is_host_user_ns = 1,
			  .is_host_pid_ns = 1,
			  .is_host_net_ns = 1,
			  .calls = {.bpf = CALL_ANSWERED,
				    .bpf_errno = EINVAL,
				    .map = CALL_ANSWERED,
				    .perf = CALL_ANSWERED,
				    .perf_errno = EINVAL,
				    .memlock_counts = 0},
			  .unprivileged_bpf_disabled = 2,
			  .bpf_jit = 1,
			  .cgroup2 = "/sys/fs/cgroup",
			  .memlock_known = true,
			  .memlock_bytes = 8 << 20,
			  .memory_max_bytes = UINT64_MAX},
		.btf = {.origin = BTF_FROM_KERNEL},
	};
	h->d = (struct diagnosis){
		.facts = &h->facts, .plan = &h->plan, .btf = &h->btf, .maps_bytes = 11 << 20};
	add_choice(&h->plan, "t_nic", "xdp", "starts at t_stack");
	add_choice(&h->plan, "t_stack", "tp_btf", "driver+stack");
	add_choice(&h->plan, "t_sock", "fentry", "taps only");
	add_choice(&h->plan, "t_read", "fentry", "sockq+app");
}

static struct plan_choice *find(struct host_case *h, const char *instant)
{
	for (unsigned int i = 0; i < h->plan.choice_cnt; i++)
		if (!strcmp(h->plan.choice[i].instant, instant))
			return &h->plan.choice[i];
	return NULL;
}

/* --- what a mode does to it --- */

static void skip(struct host_case *h, const char *instant, const char *mechanism,
		 const char *reason)
{
	struct plan_choice *c = find(h, instant);

	c->skip[c->skip_cnt] = (struct plan_skip){.candidate = mechanism, .mechanism = mechanism};
	snprintf(c->skip[c->skip_cnt++].reason, PLAN_REASON_LEN, "%s", reason);
}

/* Something lesser than what was passed over; NULL nothing. */
static void fall_to(struct host_case *h, const char *instant, const char *mechanism)
{
	struct plan_choice *c = find(h, instant);

	c->candidate = c->mechanism = mechanism;
	c->lost = "something";
}

/* Nothing can be loaded at all. */
__attribute__((unused)) static void refuse_all(struct host_case *h)
{
	for (unsigned int i = 0; i < h->plan.choice_cnt; i++) {
		skip(h, h->plan.choice[i].instant, "fentry", NOT_ALLOWED);
		skip(h, h->plan.choice[i].instant, "kprobe", NOT_ALLOWED);
		skip(h, h->plan.choice[i].instant, "cgroup_skb", NOT_ALLOWED);
		fall_to(h, h->plan.choice[i].instant, NULL);
	}
	h->plan.taps_only = true;
	h->d.plan_rc = -EPERM;
}

__attribute__((unused)) static void no_caps(struct host_case *h)
{
	h->facts.caps = 0;
	h->facts.calls.map = CALL_REFUSED;
	h->facts.calls.memlock_counts = -1;
	h->facts.has_kprobes = 0;
	h->facts.cgroup2[0] = '\0';
	refuse_all(h);
}

__attribute__((unused)) static void no_caps_old_kernel(struct host_case *h)
{
	no_caps(h);
	h->facts.calls.bpf = CALL_REFUSED;
	h->facts.calls.bpf_errno = EPERM;
	h->facts.seccomp = 2;
}

__attribute__((unused)) static void no_bpf(struct host_case *h)
{
	h->facts.caps &= ~BIT(CAP_BPF);
	h->facts.calls.map = CALL_REFUSED;
	refuse_all(h);
}

__attribute__((unused)) static void no_perfmon(struct host_case *h)
{
	h->facts.caps &= ~BIT(CAP_PERFMON);
	for (unsigned int i = 0; i < h->plan.choice_cnt; i++) {
		skip(h, h->plan.choice[i].instant, "fentry", NOT_ALLOWED);
		skip(h, h->plan.choice[i].instant, "kprobe", NOT_ALLOWED);
		fall_to(h, h->plan.choice[i].instant, NULL);
	}
	h->plan.taps_only = true;
	add_choice(&h->plan, "tap_in", "tc", "");
}

__attribute__((unused)) static void no_net_admin(struct host_case *h)
{
	h->facts.caps &= ~BIT(CAP_NET_ADMIN);
	skip(h, "t_nic", "xdp", NOT_ALLOWED);
	fall_to(h, "t_nic", NULL);
}

__attribute__((unused)) static void no_net_admin_nor_raw(struct host_case *h)
{
	h->facts.caps &= ~(BIT(CAP_NET_ADMIN) | BIT(CAP_PERFMON));
	refuse_all(h);
}

__attribute__((unused)) static void no_ptrace(struct host_case *h)
{
	h->facts.caps &= ~BIT(CAP_SYS_PTRACE);
}

__attribute__((unused)) static void only_sys_admin(struct host_case *h)
{
	h->facts.caps = BIT(CAP_SYS_ADMIN) | BIT(CAP_NET_ADMIN) | BIT(CAP_SYS_PTRACE);
}

__attribute__((unused)) static void seccomp_bpf(struct host_case *h)
{
	h->facts.seccomp = 2;
	h->facts.calls.bpf = h->facts.calls.map = CALL_REFUSED;
	h->facts.calls.bpf_errno = EPERM;
	refuse_all(h);
}

__attribute__((unused)) static void seccomp_kills(struct host_case *h)
{
	h->facts.seccomp = 2;
	h->facts.calls.bpf = h->facts.calls.map = CALL_KILLED;
	refuse_all(h);
	h->d.plan_rc = 0;
	h->plan.no_object = true;
	add_choice(&h->plan, "tap_in", "packet_ring", "");
}

__attribute__((unused)) static void seccomp_no_caps(struct host_case *h)
{
	no_caps(h);
	h->facts.seccomp = 2;
	h->facts.calls.bpf = CALL_REFUSED;
	h->facts.calls.bpf_errno = ENOSYS;
}

__attribute__((unused)) static void no_fentry(struct host_case *h)
{
	skip(h, "t_sock", "fentry", NOT_ALLOWED);
	fall_to(h, "t_sock", "kprobe");
}

__attribute__((unused)) static void seccomp_perf(struct host_case *h)
{
	no_fentry(h);
	skip(h, "t_sock", "kprobe", "attach: Operation not permitted");
	fall_to(h, "t_sock", "cgroup_skb");
	h->facts.seccomp = 2;
	h->facts.calls.perf = CALL_REFUSED;
	h->facts.calls.perf_errno = EPERM;
}

__attribute__((unused)) static void seccomp_perf_unneeded(struct host_case *h)
{
	h->facts.seccomp = 2;
	h->facts.calls.perf = CALL_REFUSED;
	h->facts.calls.perf_errno = EPERM;
}

__attribute__((unused)) static void seccomp_harmless(struct host_case *h)
{
	h->facts.seccomp = 2;
}

__attribute__((unused)) static void user_namespace(struct host_case *h)
{
	h->facts.is_host_user_ns = 0;
	h->facts.calls.map = CALL_REFUSED;
	refuse_all(h);
}

__attribute__((unused)) static void policy(struct host_case *h)
{
	strcpy(h->facts.lsm, "lockdown,selinux,bpf");
	h->facts.calls.map = CALL_REFUSED;
	h->facts.calls.memlock_counts = -1;
	refuse_all(h);
}

__attribute__((unused)) static void policy_on_programs(struct host_case *h)
{
	refuse_all(h);
}

__attribute__((unused)) static void integrity(struct host_case *h)
{
	strcpy(h->facts.lockdown, "integrity");
}

__attribute__((unused)) static void confidentiality(struct host_case *h)
{
	strcpy(h->facts.lockdown, "confidentiality");
	skip(h, "t_read", "kprobe", "load: Invalid argument");
	fall_to(h, "t_read", NULL);
}

__attribute__((unused)) static void confidentiality_full(struct host_case *h)
{
	strcpy(h->facts.lockdown, "confidentiality");
}

__attribute__((unused)) static void no_btf(struct host_case *h)
{
	h->facts.has_btf = false;
	h->btf.origin = BTF_FROM_NONE;
	strcpy(h->btf.note, "/etc/btf: holds neither");
	for (unsigned int i = 1; i < h->plan.choice_cnt; i++) {
		skip(h, h->plan.choice[i].instant, "fentry", "the kernel has no BTF");
		fall_to(h, h->plan.choice[i].instant, NULL);
	}
	h->plan.taps_only = true;
}

__attribute__((unused)) static void btf_from_file(struct host_case *h)
{
	no_btf(h);
	h->plan.taps_only = false;
	fall_to(h, "t_stack", "raw_tp");
	fall_to(h, "t_sock", "kprobe");
	fall_to(h, "t_read", "kprobe");
	h->btf.origin = BTF_FROM_SHIPPED;
	strcpy(h->btf.path, "/usr/share/sigpath/btf/5.4.0.btf");
}

__attribute__((unused)) static void btf_hidden(struct host_case *h)
{
	no_btf(h);
	h->facts.is_btf_hidden = true;
}

__attribute__((unused)) static void btf_hidden_from_file(struct host_case *h)
{
	btf_from_file(h);
	h->facts.is_btf_hidden = true;
}

__attribute__((unused)) static void no_kprobes(struct host_case *h)
{
	h->facts.has_kprobes = 0;
	no_fentry(h);
	skip(h, "t_sock", "kprobe", "the kernel has no kprobes");
	fall_to(h, "t_sock", "cgroup_skb");
}

__attribute__((unused)) static void no_kprobes_unneeded(struct host_case *h)
{
	h->facts.has_kprobes = 0;
}

__attribute__((unused)) static void no_cgroup2(struct host_case *h)
{
	no_kprobes(h);
	h->facts.cgroup2[0] = '\0';
	skip(h, "t_sock", "cgroup_skb", "no cgroup2 hierarchy is mounted");
	fall_to(h, "t_sock", "tp_btf");
}

__attribute__((unused)) static void part_of_cgroup2(struct host_case *h)
{
	no_cgroup2(h);
	strcpy(h->facts.cgroup2_part, "/sys/fs/cgroup");
}

__attribute__((unused)) static void no_cgroup2_unneeded(struct host_case *h)
{
	h->facts.cgroup2[0] = '\0';
}

__attribute__((unused)) static void memlock(struct host_case *h)
{
	h->facts.calls.memlock_counts = 1;
	h->facts.memlock_bytes = 64 << 10;
	refuse_all(h);
}

__attribute__((unused)) static void memlock_raised(struct host_case *h)
{
	h->facts.calls.memlock_counts = 1;
	h->facts.memlock_bytes = 64 << 10;
	h->facts.caps |= BIT(CAP_SYS_RESOURCE);
}

__attribute__((unused)) static void memlock_not_counted(struct host_case *h)
{
	h->facts.memlock_bytes = 64 << 10;
}

__attribute__((unused)) static void memory_limit(struct host_case *h)
{
	h->facts.memory_max_bytes = 30 << 20;
}

__attribute__((unused)) static void memory_limit_without_maps(struct host_case *h)
{
	memory_limit(h);
	h->facts.calls.memlock_counts = 1;
	h->facts.memlock_bytes = UINT64_MAX;
}

__attribute__((unused)) static void jit_off(struct host_case *h)
{
	h->facts.bpf_jit = 0;
}

__attribute__((unused)) static void container(struct host_case *h)
{
	h->facts.is_host_pid_ns = h->facts.is_host_net_ns = 0;
}

__attribute__((unused)) static void old_kernel(struct host_case *h)
{
	skip(h, "t_nic", "xdp", "XDP cannot copy packet bytes (before 5.18)");
	fall_to(h, "t_nic", NULL);
}

__attribute__((unused)) static void forced(struct host_case *h)
{
	skip(h, "t_nic", "xdp", "another choice was forced");
	fall_to(h, "t_nic", NULL);
	skip(h, "t_sock", "fentry", "another choice was forced");
	fall_to(h, "t_sock", "kprobe");
}

__attribute__((unused)) static void nothing_known(struct host_case *h)
{
	h->facts = (struct facts){.calls = REFUSALS_UNKNOWN,
				  .has_btf = true,
				  .caps_known = true,
				  .caps = ALL_CAPS,
				  .has_kprobes = FACTS_UNKNOWN,
				  .is_host_user_ns = FACTS_UNKNOWN,
				  .is_host_pid_ns = FACTS_UNKNOWN,
				  .is_host_net_ns = FACTS_UNKNOWN,
				  .bpf_jit = FACTS_UNKNOWN,
				  .seccomp = FACTS_UNKNOWN,
				  .memory_max_bytes = UINT64_MAX};
}

#endif

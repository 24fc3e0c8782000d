/* SPDX-License-Identifier: BSD-2-Clause */
/* One probe function per feature, one table, one cache. */
#include "feature.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "facts.h"

int cgroup2__find(char *buf, size_t len)
{
	struct facts facts;

	facts__read("", &facts);
	if (!facts.cgroup2[0])
		return -ENOENT;
	return (size_t)snprintf(buf, len, "%s", facts.cgroup2) < len ? 0 : -ENAMETOOLONG;
}

static bool has_btf(void)
{
	return access(FACTS_BTF_PATH, R_OK) == 0;
}

static bool has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe/type", R_OK) == 0;
}

/* Third field: times run. It stays 0 where sched_info is compiled out or switched off. */
static bool has_sched_info(void)
{
	unsigned long long run = 0, wait = 0, times = 0;
	FILE *f = fopen("/proc/self/schedstat", "re");
	int n = f ? fscanf(f, "%llu %llu %llu", &run, &wait, &times) : 0;

	if (f)
		fclose(f);
	return n == 3 && times > 0;
}

static bool has_cgroup2(void)
{
	char path[4096];

	return cgroup2__find(path, sizeof(path)) == 0;
}

static bool has_xdp_load_bytes(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_load_bytes, NULL) == 1;
}

static bool has_task_regs(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_task_pt_regs, NULL) == 1;
}

static const struct {
	const char *name;
	const char *absent;
} names[FEATURE_CNT] = {
#define X(id, name, absent) {name, absent},
	FEATURES(X)
#undef X
};

static bool (*const probe[FEATURE_CNT])(void) = {
	[FEATURE_BTF] = has_btf,
	[FEATURE_KPROBES] = has_kprobes,
	[FEATURE_SCHED_INFO] = has_sched_info,
	[FEATURE_CGROUP2] = has_cgroup2,
	[FEATURE_XDP_LOAD_BYTES] = has_xdp_load_bytes,
	[FEATURE_TASK_REGS] = has_task_regs,
};

bool feature__has(enum feature f)
{
	static signed char cache[FEATURE_CNT]; /* 0 not asked, 1 yes, -1 no */

	if (!cache[f])
		cache[f] = probe[f]() ? 1 : -1;
	return cache[f] == 1;
}

const char *feature__name(enum feature f)
{
	return names[f].name;
}

const char *feature__absent(enum feature f)
{
	return names[f].absent;
}

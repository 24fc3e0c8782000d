/* SPDX-License-Identifier: BSD-2-Clause */
/* Host facts, read from a made-up /proc and /sys. */
#include "facts.h"
#include "fixture_tree.h"
#include "test.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_LEN 512

struct fixture {
	char root[64];
};

static void put(const struct fixture *f, const char *path, const char *text)
{
	tree_put(f->root, path, text, strlen(text));
}

static void link_to(const struct fixture *f, const char *path, const char *target)
{
	char full[PATH_LEN], parent[PATH_LEN];

	snprintf(full, sizeof(full), "%s%s", f->root, path);
	remove(full);
	snprintf(parent, sizeof(parent), "%s/x", path);
	put(f, parent, ""); /* makes the folders */
	snprintf(full, sizeof(full), "%s%s", f->root, parent);
	remove(full);
	*strrchr(full, '/') = '\0';
	remove(full);
	CHECK(!symlink(target, full));
}

static bool start(struct fixture *f)
{
	return tree_make(f->root);
}

static void stop(const struct fixture *f)
{
	tree_remove(f->root);
}

static void reads_everything(void)
{
	struct fixture f;
	struct facts facts;

	if (!start(&f))
		return;
	put(&f, "/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
	put(&f, "/proc/self/status",
	    "Name:\tx\nCapInh:\t0000000000000000\nCapEff:\t000000c000001000\nSeccomp:\t2\n");
	put(&f, "/proc/self/limits",
	    "Limit                     Soft Limit           Hard Limit           Units\n"
	    "Max locked memory         8388608              unlimited            bytes\n");
	put(&f, "/proc/self/mounts",
	    "proc /proc proc rw 0 0\nsysfs /sys sysfs ro,relatime 0 0\n"
	    "cgroup2 /sys/fs/cg\\040roup cgroup2 rw 0 0\n"
	    "bpf /sys/fs/bpf bpf rw 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0\n");
	put(&f, "/sys/fs/cg roup/cgroup.procs", "");
	put(&f, "/sys/kernel/security/lsm", "lockdown,capability,bpf\n");
	put(&f, "/sys/bus/event_source/devices/kprobe/type", "6\n");
	put(&f, "/proc/sys/net/core/netdev_budget", "300\n");
	link_to(&f, "/proc/self/ns/user", "user:[4026531837]");
	link_to(&f, "/proc/self/ns/pid", "pid:[4026531836]");
	put(&f, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	put(&f, "/sys/kernel/btf/vmlinux", "\x9f\xeb\x01");
	put(&f, "/proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
	put(&f, "/proc/sys/kernel/kptr_restrict", "0\n");
	put(&f, "/proc/sys/net/core/bpf_jit_enable", "1\n");
	facts__read(f.root, &facts);
	CHECK_STR(facts.release, "6.1.0-18-amd64");
	CHECK(facts.machine[0]);
	CHECK(facts.has_btf);
	CHECK(!facts.is_btf_hidden);
	CHECK(facts.caps_known);
	CHECK(facts__has_cap(&facts, FACTS_CAP_NET_ADMIN));
	CHECK(facts__has_cap(&facts, FACTS_CAP_PERFMON));
	CHECK(facts__has_cap(&facts, FACTS_CAP_BPF));
	CHECK(!facts__has_cap(&facts, FACTS_CAP_SYS_ADMIN));
	CHECK(!facts__has_cap(&facts, FACTS_CAP_SYS_PTRACE));
	CHECK_INT(facts.seccomp, 2);
	CHECK(facts.memlock_known);
	CHECK_UINT(facts.memlock_bytes, 8388608);
	CHECK_STR(facts.cgroup2, "/sys/fs/cg roup");
	CHECK_STR(facts.cgroup2_part, "");
	CHECK_STR(facts.bpffs, "/sys/fs/bpf");
	CHECK_STR(facts.tracefs, "/sys/kernel/tracing");
	CHECK_INT(facts.is_sys_writable, 0);
	CHECK_STR(facts.lsm, "lockdown,capability,bpf");
	CHECK_INT(facts.has_kprobes, 1);
	CHECK_INT(facts.is_host_user_ns, 1);
	CHECK_INT(facts.is_host_pid_ns, 1);
	CHECK_INT(facts.is_host_net_ns, 1);
	CHECK_UINT(facts.memory_max_bytes, UINT64_MAX);
	CHECK_INT(facts.calls.bpf, CALL_UNKNOWN);
	CHECK_STR(facts.lockdown, "integrity");
	CHECK_INT(facts.unprivileged_bpf_disabled, 2);
	CHECK_INT(facts.kptr_restrict, 0);
	CHECK_INT(facts.bpf_jit, 1);
	stop(&f);
}

static void missing_is_unknown(void)
{
	struct fixture f;
	struct facts facts;

	if (!start(&f))
		return;
	facts__read(f.root, &facts);
	CHECK_STR(facts.release, "");
	CHECK(!facts.has_btf);
	CHECK(facts.is_btf_hidden); /* no /sys at all */
	CHECK_INT(facts.has_kprobes, FACTS_UNKNOWN);
	CHECK_INT(facts.is_host_user_ns, FACTS_UNKNOWN);
	CHECK_INT(facts.is_host_pid_ns, FACTS_UNKNOWN);
	CHECK_INT(facts.is_host_net_ns, FACTS_UNKNOWN);
	CHECK_INT(facts.is_sys_writable, FACTS_UNKNOWN);
	CHECK_UINT(facts.memory_max_bytes, UINT64_MAX);
	CHECK(!facts.caps_known);
	for (unsigned int i = 0; i < FACTS_CAP_CNT; i++)
		CHECK(!facts__has_cap(&facts, i));
	CHECK_INT(facts.seccomp, FACTS_UNKNOWN);
	CHECK(!facts.memlock_known);
	CHECK_STR(facts.cgroup2, "");
	CHECK_STR(facts.lockdown, "");
	CHECK_INT(facts.unprivileged_bpf_disabled, FACTS_UNKNOWN);
	CHECK_INT(facts.kptr_restrict, FACTS_UNKNOWN);
	CHECK_INT(facts.bpf_jit, FACTS_UNKNOWN);
	stop(&f);
}

static void reads_what_is_odd(void)
{
	static const struct {
		const char *text, *want;
	} lockdowns[] = {
		{"[none] integrity confidentiality\n", "none"},
		{"none integrity [confidentiality]\n", "confidentiality"},
		{"nonsense\n", ""},
		{"[\n", ""},
		{"", ""},
	};
	struct fixture f;
	struct facts facts;

	if (!start(&f))
		return;
	put(&f, "/proc/self/limits",
	    "Max locked memory         unlimited            unlimited            bytes\n");
	put(&f, "/proc/sys/kernel/kptr_restrict", "yes\n");
	put(&f, "/proc/self/mounts", "cgroup2\nnone /a\\04 cgroup2 rw 0 0\n");
	put(&f, "/a\\04/cgroup.procs", "");
	for (size_t i = 0; i < sizeof(lockdowns) / sizeof(lockdowns[0]); i++) {
		CHECK_CASE("%s", lockdowns[i].text);
		put(&f, "/sys/kernel/security/lockdown", lockdowns[i].text);
		facts__read(f.root, &facts);
		CHECK_STR(facts.lockdown, lockdowns[i].want);
		CHECK_UINT(facts.memlock_bytes, UINT64_MAX);
		CHECK_INT(facts.kptr_restrict, FACTS_UNKNOWN);
		CHECK_STR(facts.cgroup2, "/a\\04");
	}
	stop(&f);
}

/* The whole hierarchy is told from a container's part of it, wherever either is mounted. */
static void chooses_the_whole_cgroup2(void)
{
	static const struct {
		const char *mounts, *whole, *part;
	} rows[] = {
		{"c /host cgroup2 rw 0 0\n", "/host", ""},
		{"c /own cgroup2 rw 0 0\n", "", "/own"},
		{"c /own cgroup2 rw 0 0\nc /host cgroup2 rw 0 0\n", "/host", "/own"},
		{"c /host cgroup2 rw 0 0\nc /own cgroup2 rw 0 0\n", "/host", "/own"},
		{"c /covered cgroup2 rw 0 0\nc /host cgroup2 rw 0 0\n", "/host", ""},
		{"c /host cgroup rw,cpu 0 0\n", "", ""},
	};
	struct fixture f;
	struct facts facts;

	if (!start(&f))
		return;
	put(&f, "/host/cgroup.procs", "");
	put(&f, "/own/cgroup.procs", "");
	put(&f, "/own/cgroup.type", "domain\n");
	put(&f, "/covered/something", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("row %zu", i);
		put(&f, "/proc/self/mounts", rows[i].mounts);
		facts__read(f.root, &facts);
		CHECK_STR(facts.cgroup2, rows[i].whole);
		CHECK_STR(facts.cgroup2_part, rows[i].part);
	}
	stop(&f);
}

static void reads_memory_limits(void)
{
	static const struct {
		const char *groups;
		uint64_t want;
	} rows[] = {
		{"0::/\n", 9000},		    /* the part's own */
		{"0::/a/b\n", 5000},		    /* less than its parent's */
		{"0::/a/unlimited\n", 7000},	    /* the parent's */
		{"0::/../elsewhere\n", UINT64_MAX}, /* outside what is mounted */
		{"4:memory:/v\n", 3000},
		{"4:cpu,memory:/v/none\n0::/a\n", 3000},
		{"4:cpu:/v\n", UINT64_MAX},
		{"4:memory:/\n", UINT64_MAX},
		{"nonsense\n", UINT64_MAX},
		{"", UINT64_MAX},
	};
	struct fixture f;
	struct facts facts;

	if (!start(&f))
		return;
	put(&f, "/proc/self/mounts",
	    "c /one cgroup rw,memory 0 0\nc /two cgroup2 rw 0 0\nc /part cgroup2 rw 0 0\n");
	put(&f, "/two/cgroup.procs", "");
	put(&f, "/two/a/memory.max", "7000\n");
	put(&f, "/two/a/b/memory.max", "5000\n");
	put(&f, "/two/a/unlimited/memory.max", "max\n");
	put(&f, "/part/cgroup.procs", "");
	put(&f, "/part/cgroup.type", "domain\n");
	put(&f, "/part/memory.max", "9000\n");
	put(&f, "/one/memory.limit_in_bytes", "9223372036854771712\n");
	put(&f, "/one/v/memory.limit_in_bytes", "3000\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].groups);
		put(&f, "/proc/self/cgroup", rows[i].groups);
		facts__read(f.root, &facts);
		CHECK_UINT(facts.memory_max_bytes, rows[i].want);
	}
	stop(&f);
}

static void knows_foreign_namespaces(void)
{
	struct fixture f;
	struct facts facts;

	if (!start(&f))
		return;
	link_to(&f, "/proc/self/ns/user", "user:[4026532345]");
	link_to(&f, "/proc/self/ns/pid", "pid:[4026532346]");
	put(&f, "/proc/sys/net/core/somaxconn", "4096\n");
	facts__read(f.root, &facts);
	CHECK_INT(facts.is_host_user_ns, 0);
	CHECK_INT(facts.is_host_pid_ns, 0);
	CHECK_INT(facts.is_host_net_ns, 0);
	link_to(&f, "/proc/self/ns/pid", "nonsense");
	facts__read(f.root, &facts);
	CHECK_INT(facts.is_host_pid_ns, FACTS_UNKNOWN);
	stop(&f);
}

static void tells_hidden_btf_from_none(void)
{
	struct fixture f;
	struct facts facts;

	if (!start(&f))
		return;
	put(&f, "/sys/kernel/uevent_seqnum", "1\n");
	put(&f, "/sys/bus/event_source/devices/cpu/type", "4\n");
	facts__read(f.root, &facts);
	CHECK(!facts.has_btf && !facts.is_btf_hidden);
	CHECK_INT(facts.has_kprobes, 0);
	put(&f, "/sys/kernel/btf/vmlinux", ""); /* /dev/null bound over it */
	facts__read(f.root, &facts);
	CHECK(!facts.has_btf && facts.is_btf_hidden);
	put(&f, "/sys/kernel/btf/vmlinux", "\x9f\xeb\x01");
	facts__read(f.root, &facts);
	CHECK(facts.has_btf && !facts.is_btf_hidden);
	stop(&f);
}

static void names_of_capabilities(void)
{
	CHECK_STR(facts__cap_name(FACTS_CAP_BPF), "CAP_BPF");
	CHECK_STR(facts__cap_name(FACTS_CAP_SYS_RESOURCE), "CAP_SYS_RESOURCE");
	for (unsigned int i = 0; i < FACTS_CAP_CNT; i++)
		CHECK(facts__cap_why(i)[0]);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"reads_everything", reads_everything, TEST_PLAIN},
		{"missing_is_unknown", missing_is_unknown, TEST_PLAIN},
		{"reads_what_is_odd", reads_what_is_odd, TEST_PLAIN},
		{"chooses_the_whole_cgroup2", chooses_the_whole_cgroup2, TEST_PLAIN},
		{"reads_memory_limits", reads_memory_limits, TEST_PLAIN},
		{"knows_foreign_namespaces", knows_foreign_namespaces, TEST_PLAIN},
		{"tells_hidden_btf_from_none", tells_hidden_btf_from_none, TEST_PLAIN},
		{"names_of_capabilities", names_of_capabilities, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

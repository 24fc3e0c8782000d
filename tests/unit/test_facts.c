/* SPDX-License-Identifier: BSD-2-Clause */
/* Host facts, read from a made-up /proc and /sys. */
#include "facts.h"
#include "test.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_LEN 512

struct fixture {
	char root[64];
};

/* Creates root/path with its folders. */
static void put(const struct fixture *f, const char *path, const char *text)
{
	char full[PATH_LEN];
	FILE *out;

	snprintf(full, sizeof(full), "%s%s", f->root, path);
	for (char *slash = full + strlen(f->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	out = fopen(full, "w");
	if (!CHECK(out))
		return;
	fputs(text, out);
	fclose(out);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static bool start(struct fixture *f)
{
	strcpy(f->root, "/tmp/sigpath-facts-XXXXXX");
	return CHECK(mkdtemp(f->root));
}

static void stop(const struct fixture *f)
{
	nftw(f->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
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
	    "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cg\\040roup cgroup2 rw 0 0\n");
	put(&f, "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	put(&f, "/sys/kernel/btf/vmlinux", "x");
	put(&f, "/proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
	put(&f, "/proc/sys/kernel/kptr_restrict", "0\n");
	put(&f, "/proc/sys/net/core/bpf_jit_enable", "1\n");
	facts__read(f.root, &facts);
	CHECK_STR(facts.release, "6.1.0-18-amd64");
	CHECK(facts.machine[0]);
	CHECK(facts.has_btf);
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
	put(&f, "/proc/self/mounts", "cgroup2\nnone /a\\04 cgroup2\n");
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
		{"names_of_capabilities", names_of_capabilities, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

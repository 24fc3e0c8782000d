/* SPDX-License-Identifier: BSD-2-Clause */
/* Each degraded mode is told apart from the others: facts and a plan in, verdict and remedies out.
 */
#include "fixture_host.h"
#include "remedy.h"
#include "test.h"

#define TEXT_LEN 1024

#define MODE(fn) #fn, fn

static const struct mode {
	const char *name;
	void (*make)(struct host_case *h);
	enum verdict verdict;
	const char *ids;
} modes[] = {
	{MODE(no_caps), VERDICT_NONE, "cap_bpf cap_perfmon cap_net_admin"},
	{MODE(no_caps_old_kernel), VERDICT_NONE, "cap_bpf cap_perfmon cap_net_admin"},
	{MODE(no_bpf), VERDICT_NONE, "cap_bpf"},
	{MODE(no_perfmon), VERDICT_TAPS_ONLY, "cap_perfmon"},
	{MODE(no_net_admin), VERDICT_MERGED, "cap_net_admin"},
	{MODE(no_net_admin_nor_raw), VERDICT_NONE, "cap_perfmon cap_net_admin cap_net_raw"},
	{MODE(no_ptrace), VERDICT_FULL, ""},
	{MODE(only_sys_admin), VERDICT_FULL, ""},
	{MODE(seccomp_bpf), VERDICT_NONE, "seccomp_bpf"},
	{MODE(seccomp_kills), VERDICT_TAPS_ONLY, "seccomp_bpf"},
	{MODE(seccomp_no_caps), VERDICT_NONE, "cap_bpf cap_perfmon cap_net_admin seccomp_bpf"},
	{MODE(no_fentry), VERDICT_FULL, "fentry"},
	{MODE(seccomp_perf), VERDICT_FULL, "seccomp_perf fentry"},
	{MODE(seccomp_perf_unneeded), VERDICT_FULL, ""},
	{MODE(seccomp_harmless), VERDICT_FULL, ""},
	{MODE(user_namespace), VERDICT_NONE, "user_namespace"},
	{MODE(policy), VERDICT_NONE, "policy_bpf"},
	{MODE(policy_on_programs), VERDICT_NONE, "policy_bpf"},
	{MODE(integrity), VERDICT_FULL, ""},
	{MODE(confidentiality), VERDICT_MERGED, "lockdown"},
	{MODE(confidentiality_full), VERDICT_FULL, ""},
	{MODE(no_btf), VERDICT_TAPS_ONLY, "btf"},
	{MODE(btf_from_file), VERDICT_FULL, "btf_file"},
	{MODE(btf_hidden), VERDICT_TAPS_ONLY, "btf_hidden"},
	{MODE(btf_hidden_from_file), VERDICT_FULL, "btf_hidden"},
	{MODE(no_kprobes), VERDICT_FULL, "fentry kprobes"},
	{MODE(no_kprobes_unneeded), VERDICT_FULL, ""},
	{MODE(no_cgroup2), VERDICT_FULL, "fentry kprobes cgroup2"},
	{MODE(part_of_cgroup2), VERDICT_FULL, "fentry kprobes cgroup2_part"},
	{MODE(no_cgroup2_unneeded), VERDICT_FULL, ""},
	{MODE(memlock), VERDICT_NONE, "memlock"},
	{MODE(memlock_raised), VERDICT_FULL, ""},
	{MODE(memlock_not_counted), VERDICT_FULL, ""},
	{MODE(memory_limit), VERDICT_FULL, "memory_limit"},
	{MODE(memory_limit_without_maps), VERDICT_FULL, ""},
	{MODE(jit_off), VERDICT_FULL, "jit"},
	{MODE(container), VERDICT_FULL, "net_namespace"},
	{MODE(old_kernel), VERDICT_MERGED, "old_kernel"},
	{MODE(forced), VERDICT_MERGED, ""},
	{MODE(nothing_known), VERDICT_FULL, ""},
};

#define MODE_CNT (sizeof(modes) / sizeof(modes[0]))

static void list_ids(const struct diagnosis *d, char *ids, size_t len)
{
	struct remedy r;

	ids[0] = '\0';
	for (unsigned int i = 0; remedy__find(d, i, &r); i++)
		snprintf(ids + strlen(ids), len - strlen(ids), "%s%s", *ids ? " " : "", r.id);
}

static void modes_are_told_apart(void)
{
	char ids[TEXT_LEN], text[TEXT_LEN];
	struct host_case h;

	set_up(&h);
	list_ids(&h.d, ids, sizeof(ids));
	CHECK_STR(ids, "");
	CHECK_INT(verdict__make(&h.d), VERDICT_FULL);
	for (size_t i = 0; i < MODE_CNT; i++) {
		CHECK_CASE("%s", modes[i].name);
		set_up(&h);
		modes[i].make(&h);
		list_ids(&h.d, ids, sizeof(ids));
		CHECK_STR(ids, modes[i].ids);
		CHECK_INT(verdict__make(&h.d), modes[i].verdict);
		verdict__describe(&h.d, "", text, sizeof(text));
		CHECK(text[0]);
	}
}

/* What a lack says about this very host. */
static void remedies_say_what_is_here(void)
{
	static const struct {
		void (*make)(struct host_case *h);
		const char *words;
	} rows[] = {
		{seccomp_bpf, "(Operation not permitted)"},
		{seccomp_kills, "(it kills who calls it)"},
		{seccomp_no_caps, "CAP_BPF is missing"},
		{policy, "(active: lockdown,selinux,bpf)"},
		{no_btf, "(/etc/btf: holds neither)"},
		{btf_from_file, "(offsets from /usr/share/sigpath/btf/5.4.0.btf)"},
		{memlock, "(64 KiB; the maps need about 11264 KiB)"},
		{memory_limit, "(30 MiB; maps about 11 MiB, the daemon 24 MiB)"},
		{old_kernel, "their stages are merged: starts at t_stack"},
	};
	struct host_case h;
	struct remedy r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].words);
		set_up(&h);
		rows[i].make(&h);
		if (!CHECK(remedy__find(&h.d, 0, &r)))
			continue;
		CHECK(strstr(r.what, rows[i].words));
		CHECK(strlen(r.what) < REMEDY_LEN - 1 && r.text[0]);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"modes_are_told_apart", modes_are_told_apart, TEST_PLAIN},
		{"remedies_say_what_is_here", remedies_say_what_is_here, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

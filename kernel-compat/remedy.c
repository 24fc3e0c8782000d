/* SPDX-License-Identifier: BSD-2-Clause */
/* Which row of remedy.def applies, and what it says about this host. */
#include "remedy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "phrase.h"

/* Of maps whose size is not known. */
#define MAPS_BYTES_TYPICAL (32u << 20)
/* What the daemon takes beside its maps. */
#define DAEMON_BYTES (24u << 20)

/* --- what the plan says --- */

/* A merged instant, or one with a lesser probe; also where there is no plan at all. */
static bool has_degraded(const struct diagnosis *d)
{
	for (unsigned int i = 0; i < d->plan->choice_cnt; i++)
		if (verdict__is_degraded(&d->plan->choice[i]))
			return true;
	return d->plan_rc || !d->plan->choice_cnt;
}

/* A degraded instant would be better off with this mechanism, which was passed over for a reason
 * that says `why` ("" any). Where nothing holds that is nobody's fault in particular. */
static bool misses(const struct diagnosis *d, const char *mechanism, const char *why)
{
	if (d->plan->no_object || verdict__make(d) == VERDICT_NONE)
		return false;
	for (unsigned int i = 0; i < d->plan->choice_cnt; i++) {
		const struct plan_choice *c = &d->plan->choice[i];

		for (unsigned int k = 0;
		     verdict__is_degraded(c) && k < c->skip_cnt && k < PLAN_SKIPS_MAX; k++)
			if (!strncmp(c->skip[k].mechanism, mechanism, strlen(mechanism)) &&
			    strstr(c->skip[k].reason, why) && !strstr(c->skip[k].reason, "forced"))
				return true;
	}
	return false;
}

/* --- what the facts say --- */

static bool has_cap(const struct diagnosis *d, enum facts_cap cap)
{
	return facts__has_cap(d->facts, cap) || facts__has_cap(d->facts, FACTS_CAP_SYS_ADMIN);
}

static bool lacks_user_namespace(const struct diagnosis *d)
{
	return d->facts->is_host_user_ns == 0;
}

static bool lacks_cap_bpf(const struct diagnosis *d)
{
	return !has_cap(d, FACTS_CAP_BPF);
}

static bool lacks_cap_perfmon(const struct diagnosis *d)
{
	return !has_cap(d, FACTS_CAP_PERFMON);
}

static bool lacks_cap_net_admin(const struct diagnosis *d)
{
	return !facts__has_cap(d->facts, FACTS_CAP_NET_ADMIN);
}

/* Of use only where nothing better can be had with the capabilities there are. */
static bool lacks_cap_net_raw(const struct diagnosis *d)
{
	return !facts__has_cap(d->facts, FACTS_CAP_NET_RAW) && lacks_cap_net_admin(d) &&
	       !lacks_cap_bpf(d) && verdict__make(d) == VERDICT_NONE;
}

static bool counts_for_bpf(const struct diagnosis *d)
{
	return !lacks_cap_bpf(d) && !lacks_user_namespace(d);
}

/* Without the capability an old kernel says EPERM by itself. */
static bool lacks_seccomp_bpf(const struct diagnosis *d)
{
	const struct facts *f = d->facts;

	return f->calls.bpf == CALL_KILLED || (f->calls.bpf == CALL_REFUSED && f->seccomp == 2 &&
					       (counts_for_bpf(d) || f->calls.bpf_errno == ENOSYS));
}

static bool lacks_seccomp_perf(const struct diagnosis *d)
{
	return d->facts->seccomp == 2 && has_degraded(d) && !lacks_seccomp_bpf(d) &&
	       (d->facts->calls.perf == CALL_REFUSED || d->facts->calls.perf == CALL_KILLED);
}

static bool lacks_memlock(const struct diagnosis *d)
{
	uint64_t need = d->maps_bytes ? d->maps_bytes : MAPS_BYTES_TYPICAL;

	return d->facts->calls.memlock_counts == 1 && d->facts->memlock_known &&
	       d->facts->memlock_bytes < need && !facts__has_cap(d->facts, FACTS_CAP_SYS_RESOURCE);
}

static bool lacks_policy_bpf(const struct diagnosis *d)
{
	const struct refusals *calls = &d->facts->calls;

	return counts_for_bpf(d) && !lacks_seccomp_bpf(d) &&
	       (calls->bpf == CALL_REFUSED || calls->map == CALL_REFUSED ||
		(d->plan_rc == -EPERM && !lacks_cap_perfmon(d) && !lacks_cap_net_admin(d) &&
		 !lacks_memlock(d)));
}

static bool lacks_lockdown(const struct diagnosis *d)
{
	return !strcmp(d->facts->lockdown, "confidentiality") && has_degraded(d);
}

static bool has_btf_file(const struct diagnosis *d)
{
	return d->btf && d->btf->path[0];
}

static bool lacks_btf(const struct diagnosis *d)
{
	return !d->facts->has_btf && !d->facts->is_btf_hidden && !has_btf_file(d);
}

static bool lacks_btf_hidden(const struct diagnosis *d)
{
	return d->facts->is_btf_hidden && has_degraded(d);
}

static bool lacks_btf_file(const struct diagnosis *d)
{
	return !d->facts->has_btf && !d->facts->is_btf_hidden && has_btf_file(d) && has_degraded(d);
}

static bool lacks_fentry(const struct diagnosis *d)
{
	return counts_for_bpf(d) && !lacks_cap_perfmon(d) && misses(d, "fentry", strerror(EPERM));
}

static bool lacks_kprobes(const struct diagnosis *d)
{
	return counts_for_bpf(d) && !lacks_cap_perfmon(d) && d->facts->has_kprobes == 0 &&
	       misses(d, "kprobe", "");
}

/* Its hooks are of use where fentry and kprobes fail. */
static bool needs_cgroup2(const struct diagnosis *d)
{
	return !d->facts->cgroup2[0] && counts_for_bpf(d) && !lacks_cap_net_admin(d) &&
	       misses(d, "cgroup", "");
}

static bool lacks_cgroup2(const struct diagnosis *d)
{
	return !d->facts->cgroup2_part[0] && needs_cgroup2(d);
}

static bool lacks_cgroup2_part(const struct diagnosis *d)
{
	return d->facts->cgroup2_part[0] && needs_cgroup2(d);
}

/* Maps that count against the memlock limit do not count here. */
static bool lacks_memory_limit(const struct diagnosis *d)
{
	uint64_t maps = d->facts->calls.memlock_counts == 1 ? 0 : d->maps_bytes;

	return d->facts->memory_max_bytes < DAEMON_BYTES + maps;
}

static bool lacks_jit(const struct diagnosis *d)
{
	return d->facts->bpf_jit == 0;
}

static bool lacks_net_namespace(const struct diagnosis *d)
{
	return d->facts->is_host_net_ns == 0;
}

/* Something was tried for a merged instant, and nothing but the kernel explains why it failed. */
static bool lacks_old_kernel(const struct diagnosis *d)
{
	bool merged = false;

	for (unsigned int i = 0; i < d->plan->choice_cnt; i++) {
		const struct plan_choice *c = &d->plan->choice[i];

		for (unsigned int k = 0;
		     verdict__is_merged(c) && k < c->skip_cnt && k < PLAN_SKIPS_MAX; k++)
			merged = merged || !strstr(c->skip[k].reason, "forced");
	}
	return merged && counts_for_bpf(d) && !lacks_cap_perfmon(d) && !lacks_cap_net_admin(d) &&
	       !lacks_seccomp_bpf(d) && !lacks_seccomp_perf(d) && !lacks_policy_bpf(d) &&
	       !lacks_lockdown(d) && d->facts->has_btf && !lacks_cgroup2(d) &&
	       !lacks_cgroup2_part(d) && !lacks_memlock(d) && !lacks_fentry(d) && !lacks_kprobes(d);
}

/* --- text --- */

static void no_detail(const struct diagnosis *d, char *text, size_t len)
{
	(void)d, (void)text, (void)len;
}

static void tell_call(enum call_answer answer, int err, char *text, size_t len)
{
	if (answer == CALL_KILLED)
		phrase__add(text, len, " (it kills who calls it)");
	else
		phrase__add(text, len, " (%s)", strerror(err));
}

static void tell_bpf_call(const struct diagnosis *d, char *text, size_t len)
{
	tell_call(d->facts->calls.bpf, d->facts->calls.bpf_errno, text, len);
}

static void tell_perf_call(const struct diagnosis *d, char *text, size_t len)
{
	tell_call(d->facts->calls.perf, d->facts->calls.perf_errno, text, len);
}

static void tell_lsm(const struct diagnosis *d, char *text, size_t len)
{
	if (d->facts->lsm[0])
		phrase__add(text, len, " (active: %s)", d->facts->lsm);
}

static void tell_btf_note(const struct diagnosis *d, char *text, size_t len)
{
	if (d->btf && d->btf->note[0])
		phrase__add(text, len, " (%s)", d->btf->note);
}

static void tell_btf_file(const struct diagnosis *d, char *text, size_t len)
{
	if (has_btf_file(d))
		phrase__add(text, len, " (offsets from %s)", d->btf->path);
	else
		tell_btf_note(d, text, len);
}

static void tell_cgroup2_part(const struct diagnosis *d, char *text, size_t len)
{
	phrase__add(text, len, " (%s)", d->facts->cgroup2_part);
}

static void tell_memlock(const struct diagnosis *d, char *text, size_t len)
{
	phrase__add(text, len, " (%" PRIu64 " KiB", d->facts->memlock_bytes >> 10);
	if (d->maps_bytes)
		phrase__add(text, len, "; the maps need about %" PRIu64 " KiB",
			    d->maps_bytes >> 10);
	phrase__add(text, len, ")");
}

static void tell_memory_limit(const struct diagnosis *d, char *text, size_t len)
{
	phrase__add(text, len, " (%" PRIu64 " MiB; maps about %" PRIu64 " MiB, the daemon %u MiB)",
		    d->facts->memory_max_bytes >> 20, d->maps_bytes >> 20, DAEMON_BYTES >> 20);
}

static void tell_merged(const struct diagnosis *d, char *text, size_t len)
{
	verdict__list_merged(d, text, len);
}

/* --- table --- */

static const struct row {
	const char *id;
	bool (*applies)(const struct diagnosis *d);
	void (*tell)(const struct diagnosis *d, char *text, size_t len);
	const char *what;
	const char *text;
} rows[] = {
#define REMEDY(id, detail, what, text) {#id, lacks_##id, detail, what, text},
#include "remedy.def"
#undef REMEDY
};

bool remedy__find(const struct diagnosis *d, unsigned int idx, struct remedy *ret)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].applies(d) || idx--)
			continue;
		ret->id = rows[i].id;
		ret->text = rows[i].text;
		snprintf(ret->what, sizeof(ret->what), "%s", rows[i].what);
		rows[i].tell(d, ret->what, sizeof(ret->what));
		return true;
	}
	return false;
}

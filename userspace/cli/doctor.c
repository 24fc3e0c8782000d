/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath doctor`: what this host lets sigpath observe. Facts, the probe ladder, a verdict,
 * remedies. */
#include "doctor.h"
#include "bare.h"
#include "command.h"
#include "footprint.h"
#include "page.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ERROR_LEN    256
#define VERDICT_LEN  1024
#define LABEL_INDENT 18
#define RING_BYTES   (8u << 20) /* the daemon's default */

/* --- facts --- */

static void print_fact(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void print_fact(const char *name, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	page__print(2, LABEL_INDENT, "%-15s %s", name, text);
}

/* value: 1, 0 or FACTS_UNKNOWN. */
static const char *tell(int value, const char *yes, const char *no)
{
	return value == FACTS_UNKNOWN ? "not known" : value ? yes : no;
}

static const char *or_none(const char *path)
{
	return path[0] ? path : "not mounted";
}

static void print_caps(const struct facts *f)
{
	char has[256] = "", lacks[256] = "";

	for (unsigned int i = 0; i < FACTS_CAP_CNT; i++) {
		char *list = facts__has_cap(f, i) ? has : lacks;

		strcat(strcat(list, list[0] ? " " : ""), facts__cap_name(i));
	}
	if (!f->caps_known)
		print_fact("capabilities", "not known: /proc/self/status cannot be read");
	else
		print_fact("capabilities", "%s", has[0] ? has : "none of those that matter");
	if (f->caps_known && lacks[0])
		print_fact("  missing", "%s", lacks);
}

static void print_btf(const struct facts *f, const struct btf_source *btf)
{
	print_fact("kernel BTF", "%s",
		   f->has_btf	      ? "present (" FACTS_BTF_PATH ")"
		   : f->is_btf_hidden ? "cannot be read (" FACTS_BTF_PATH ")"
				      : "absent");
	if (btf->path[0])
		print_fact("  types from", "%s (%s)", btf->path, btf_source__name(btf->origin));
	if (btf->note[0])
		print_fact("  passed over", "%s", btf->note);
}

static void print_policy(const struct facts *f)
{
	print_fact("user namespace", "%s",
		   tell(f->is_host_user_ns, "the host's", "another: capabilities do not count"));
	print_fact("pid, net", "%s, %s",
		   tell(f->is_host_pid_ns, "the host's", "another pid namespace"),
		   tell(f->is_host_net_ns, "the host's", "another network namespace"));
	print_fact("seccomp", "%s; bpf(2): %s; perf_event_open(2): %s",
		   tell(f->seccomp, "a filter is active", "none"), call_answer__text(f->calls.bpf),
		   call_answer__text(f->calls.perf));
	print_fact("lockdown", "%s%s", f->lockdown[0] ? f->lockdown : "not known or not built in",
		   strcmp(f->lockdown, "integrity") ? "" : ": nothing is lost");
	print_fact("LSMs", "%s", f->lsm[0] ? f->lsm : "not known");
	print_fact("unpriv. bpf off", "%s",
		   f->unprivileged_bpf_disabled == 2
			   ? "2"
			   : tell(f->unprivileged_bpf_disabled, "1", "0"));
}

static void print_mounts(const struct facts *f)
{
	if (f->cgroup2[0] || !f->cgroup2_part[0])
		print_fact("cgroup2", "%s", or_none(f->cgroup2));
	else
		print_fact("cgroup2", "%s: only this container's part", f->cgroup2_part);
	print_fact("bpffs", "%s", or_none(f->bpffs));
	print_fact("tracefs", "%s", or_none(f->tracefs));
	print_fact("/sys", "%s", tell(f->is_sys_writable, "writable", "read-only"));
}

static void print_memory(const struct facts *f, uint64_t maps_bytes)
{
	const char *counts = tell(f->calls.memlock_counts, "maps count against it",
				  "maps do not count against it");

	if (maps_bytes)
		print_fact("BPF maps", "about %" PRIu64 " MiB", (maps_bytes >> 20) + 1);
	if (!f->memlock_known)
		print_fact("memlock limit", "not known");
	else if (f->memlock_bytes == UINT64_MAX)
		print_fact("memlock limit", "unlimited");
	else
		print_fact("memlock limit", "%" PRIu64 " KiB; %s", f->memlock_bytes >> 10,
			   f->calls.memlock_counts < 0 ? "whether maps count is not known"
						       : counts);
	if (f->memory_max_bytes == UINT64_MAX)
		print_fact("memory limit", "none known");
	else
		print_fact("memory limit", "%" PRIu64 " MiB", f->memory_max_bytes >> 20);
}

static void print_facts(const struct diagnosis *d)
{
	const struct facts *f = d->facts;

	puts("host");
	print_fact("kernel", "%s %s", f->release[0] ? f->release : "not known", f->machine);
	print_btf(f, d->btf);
	print_fact("kprobes", "%s", tell(f->has_kprobes, "present", "absent"));
	print_fact("BPF JIT", "%s", tell(f->bpf_jit, "on", "off"));
	print_caps(f);
	print_policy(f);
	print_mounts(f);
	print_memory(f, d->maps_bytes);
}

/* --- ladder --- */

static void print_choice(const struct plan_choice *c)
{
	page__print(2, 12, "%-9s %s", c->instant, c->help ? c->help : "");
	if (c->candidate)
		page__print(12, 14, "%s (%s)%s%s", c->candidate, c->mechanism,
			    c->why && *c->why ? ": " : "", c->why ? c->why : "");
	else
		page__print(12, 14, "! merged%s%s: no candidate holds",
			    c->merged_as && *c->merged_as ? ": " : "",
			    c->merged_as ? c->merged_as : "");
	if (c->lost && *c->lost)
		page__print(12, 14, "lost: %s", c->lost);
	for (unsigned int i = 0; i < c->skip_cnt && i < PLAN_SKIPS_MAX; i++)
		page__print(12, 14, "not %s (%s): %s", c->skip[i].candidate, c->skip[i].mechanism,
			    c->skip[i].reason);
}

static void print_ladder(const struct plan *p)
{
	puts("probe ladder");
	for (unsigned int i = 0; i < p->choice_cnt; i++)
		print_choice(&p->choice[i]);
	if (!p->choice_cnt)
		puts("  nothing was tried");
}

/* --- verdict --- */

static void print_verdict(const struct diagnosis *d, const char *error)
{
	struct remedy remedy;
	char text[VERDICT_LEN];

	verdict__describe(d, error, text, sizeof(text));
	page__print(0, 2, "verdict: %s", text);
	for (unsigned int i = 0; remedy__find(d, i, &remedy); i++) {
		if (!i)
			puts("\nremedies");
		page__print(2, 4, "- %s", remedy.what);
		page__print(4, 6, "> %s", remedy.text);
	}
}

static void print_text(const struct options *o, const struct diagnosis *d, const char *error)
{
	if (!o->value[OPTION_PLAN]) {
		puts("sigpath doctor " SIGPATH_VERSION "\n");
		print_facts(d);
		putchar('\n');
	}
	print_ladder(d->plan);
	if (o->value[OPTION_PLAN])
		return;
	putchar('\n');
	print_verdict(d, error);
}

/* --- diagnosis --- */

static int make_plan(const struct options *o, struct diagnosis *d, struct plan *plan, char *error,
		     size_t len)
{
	struct plan_opts opts = {.btf_path = btf_source__path(d->btf),
				 .force = o->value[OPTION_FORCE]};
	char force[BARE_FORCE_LEN];

	if (verdict__is_deadly(d->facts))
		opts.force = bare__force(force);
	opts.cgroup2 = d->facts->cgroup2[0] ? d->facts->cgroup2 : NULL;
	return plan__make(&opts, plan, error, len);
}

static int find_btf(const struct options *o, const struct facts *f, struct btf_source *btf)
{
	struct btf_search search = {.root = "",
				    .configured = o->value[OPTION_BTF],
				    .release = f->release,
				    .kernel_has = f->has_btf};
	char error[BTF_NOTE_LEN] = "";
	int rc = btf_source__find(&search, btf, error, sizeof(error));

	if (rc)
		fprintf(stderr, "sigpath doctor: --btf: %s\n", error);
	return rc;
}

int doctor__run(const struct options *o)
{
	char error[ERROR_LEN] = "";
	struct btf_source btf;
	struct facts facts;
	struct plan plan = {0};
	struct diagnosis d = {.facts = &facts, .plan = &plan, .btf = &btf};

	libbpf_set_print(NULL); /* refusals are told in the ladder, with their reasons */
	facts__read("", &facts);
	facts__ask(&facts);
	if (find_btf(o, &facts, &btf))
		return EXIT_USAGE;
	d.plan_rc = make_plan(o, &d, &plan, error, sizeof(error));
	if (d.plan_rc == -EINVAL) {
		fprintf(stderr, "sigpath doctor: %s\n",
			error[0] ? error : "the plan's options are not valid");
		return EXIT_USAGE;
	}
	if (!plan.no_object)
		d.maps_bytes = footprint__bytes(RING_BYTES);
	if (!o->value[OPTION_JSON]) {
		print_text(o, &d, error);
	} else if (doctor_json__print(&d, error)) {
		fputs("sigpath doctor: no memory\n", stderr);
		return EXIT_FAIL;
	}
	return verdict__make(&d) == VERDICT_NONE ? EXIT_FAIL : EXIT_DONE;
}

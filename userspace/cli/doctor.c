/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath doctor`: what this host lets sigpath observe. Facts, the probe ladder, a verdict,
 * remedies. */
#include "doctor.h"
#include "command.h"
#include "page.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ERROR_LEN    256
#define VERDICT_LEN  1024
#define LABEL_INDENT 18

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

static void print_sysctl(const char *name, int value)
{
	if (value == FACTS_UNKNOWN)
		print_fact(name, "not known");
	else
		print_fact(name, "%d", value);
}

static void print_facts(const struct facts *f)
{
	puts("host");
	print_fact("kernel", "%s %s", f->release[0] ? f->release : "not known", f->machine);
	print_fact("kernel BTF", "%s", f->has_btf ? "present (" FACTS_BTF_PATH ")" : "absent");
	print_caps(f);
	print_fact("lockdown", "%s", f->lockdown[0] ? f->lockdown : "not known or not built in");
	print_fact("seccomp", "%s",
		   f->seccomp == 2   ? "a filter is active"
		   : f->seccomp == 0 ? "none"
				     : "not known");
	print_fact("cgroup2", "%s", f->cgroup2[0] ? f->cgroup2 : "not mounted");
	print_fact("BPF JIT", "%s",
		   f->bpf_jit == FACTS_UNKNOWN ? "not known"
		   : f->bpf_jit		       ? "on"
					       : "off");
	if (!f->memlock_known)
		print_fact("memlock limit", "not known");
	else if (f->memlock_bytes == UINT64_MAX)
		print_fact("memlock limit", "unlimited");
	else
		print_fact("memlock limit", "%" PRIu64 " KiB", f->memlock_bytes >> 10);
	print_sysctl("unpriv. bpf off", f->unprivileged_bpf_disabled);
	print_sysctl("kptr_restrict", f->kptr_restrict);
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

static void append(char *text, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void append(char *text, size_t len, const char *fmt, ...)
{
	size_t at = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + at, len - at, fmt, ap);
	va_end(ap);
}

void doctor__describe(const struct diagnosis *d, const char *error, char *text, size_t len)
{
	const char *gap = "";
	unsigned int lesser = 0;

	text[0] = '\0';
	switch (verdict__make(d)) {
	case VERDICT_FULL:
		append(text, len, "full");
		for (unsigned int i = 0; i < d->plan->choice_cnt; i++)
			lesser += d->plan->choice[i].lost && *d->plan->choice[i].lost;
		if (lesser)
			append(text, len, ", %u of %u instants by a lesser probe (see lost)",
			       lesser, d->plan->choice_cnt);
		break;
	case VERDICT_MERGED:
		append(text, len, "stages merged: ");
		for (unsigned int i = 0; i < d->plan->choice_cnt; i++) {
			const struct plan_choice *c = &d->plan->choice[i];

			if (!verdict__is_merged(c))
				continue;
			append(text, len, "%s%s", gap,
			       c->merged_as && *c->merged_as ? c->merged_as : c->instant);
			gap = ", ";
		}
		break;
	case VERDICT_TAPS_ONLY:
		append(text, len, "taps only");
		break;
	case VERDICT_NONE:
		append(text, len, "cannot observe: %s",
		       error[0]	    ? error
		       : d->plan_rc ? strerror(-d->plan_rc)
				    : "no candidate of any instant holds");
		break;
	}
}

static void print_verdict(const struct diagnosis *d, const char *error)
{
	const struct remedy *remedy;
	char text[VERDICT_LEN];

	doctor__describe(d, error, text, sizeof(text));
	page__print(0, 2, "verdict: %s", text);
	for (unsigned int i = 0; (remedy = verdict__remedy(d, i)); i++) {
		if (!i)
			puts("\nremedies");
		page__print(2, 4, "- %s", remedy->text);
	}
}

static void print_text(const struct options *o, const struct diagnosis *d, const char *error)
{
	if (!o->value[OPTION_PLAN]) {
		puts("sigpath doctor " SIGPATH_VERSION "\n");
		print_facts(d->facts);
		putchar('\n');
	}
	print_ladder(d->plan);
	putchar('\n');
	if (!o->value[OPTION_PLAN])
		print_verdict(d, error);
}

int doctor__run(const struct options *o)
{
	struct plan_opts opts = {.btf_path = o->value[OPTION_BTF], .force = o->value[OPTION_FORCE]};
	char error[ERROR_LEN] = "";
	struct facts facts;
	struct plan plan = {0};
	struct diagnosis d = {.facts = &facts, .plan = &plan, .has_btf_file = opts.btf_path};

	if (opts.btf_path && access(opts.btf_path, R_OK)) {
		fprintf(stderr, "sigpath doctor: --btf %s: %s\n", opts.btf_path, strerror(errno));
		return EXIT_USAGE;
	}
	libbpf_set_print(NULL); /* refusals are told in the ladder, with their reasons */
	facts__read("", &facts);
	opts.cgroup2 = facts.cgroup2[0] ? facts.cgroup2 : NULL;
	d.plan_rc = plan__make(&opts, &plan, error, sizeof(error));
	if (d.plan_rc == -EINVAL) {
		fprintf(stderr, "sigpath doctor: %s\n",
			error[0] ? error : "the plan's options are not valid");
		return EXIT_USAGE;
	}
	if (!o->value[OPTION_JSON]) {
		print_text(o, &d, error);
	} else if (doctor_json__print(&d, error)) {
		fputs("sigpath doctor: no memory\n", stderr);
		return EXIT_FAIL;
	}
	return verdict__make(&d) == VERDICT_NONE ? EXIT_FAIL : EXIT_DONE;
}

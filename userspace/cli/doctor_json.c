/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath doctor --json`. The format is described in README.md; fields are only ever added. */
#include "doctor.h"
#include "text.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LEN 1024

/* Kernel messages may carry anything; jansson takes UTF-8 only. */
static json_t *make_text(const char *s)
{
	char clean[TEXT_LEN];

	text__clean(clean, sizeof(clean), s ? s : "", s ? strlen(s) : 0);
	return json_string(clean);
}

static json_t *make_int(int value)
{
	return value == FACTS_UNKNOWN ? json_null() : json_integer(value);
}

static json_t *make_caps(const struct facts *f, bool present)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < FACTS_CAP_CNT; i++) {
		if (facts__has_cap(f, i) == present)
			json_array_append_new(list, json_string(facts__cap_name(i)));
	}
	return list;
}

static json_t *make_memlock(const struct facts *f)
{
	if (!f->memlock_known || f->memlock_bytes > INT64_MAX)
		return json_null();
	return json_integer((json_int_t)f->memlock_bytes);
}

static json_t *make_facts(const struct facts *f)
{
	return json_pack("{s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "kernel", make_text(f->release), "machine", make_text(f->machine), "btf",
			 f->has_btf, "capabilities_known", f->caps_known, "capabilities",
			 make_caps(f, true), "capabilities_missing", make_caps(f, false),
			 "lockdown", f->lockdown[0] ? make_text(f->lockdown) : json_null(),
			 "seccomp", make_int(f->seccomp), "cgroup2",
			 f->cgroup2[0] ? make_text(f->cgroup2) : json_null(), "bpf_jit",
			 make_int(f->bpf_jit), "unprivileged_bpf_disabled",
			 make_int(f->unprivileged_bpf_disabled), "kptr_restrict",
			 make_int(f->kptr_restrict), "memlock_bytes", make_memlock(f));
}

static json_t *make_choice(const struct plan_choice *c)
{
	json_t *skipped = json_array();

	for (unsigned int i = 0; i < c->skip_cnt && i < PLAN_SKIPS_MAX; i++)
		json_array_append_new(skipped,
				      json_pack("{s:o, s:o, s:o}", "candidate",
						make_text(c->skip[i].candidate), "mechanism",
						make_text(c->skip[i].mechanism), "reason",
						make_text(c->skip[i].reason)));
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "instant",
			 make_text(c->instant), "help", make_text(c->help), "candidate",
			 c->candidate ? make_text(c->candidate) : json_null(), "mechanism",
			 c->candidate ? make_text(c->mechanism) : json_null(), "state",
			 c->candidate ? "active" : "merged", "why", make_text(c->why), "lost",
			 make_text(c->lost), "merged_as",
			 c->candidate ? json_null() : make_text(c->merged_as), "skipped", skipped);
}

static json_t *make_plan(const struct plan *p)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < p->choice_cnt; i++)
		json_array_append_new(list, make_choice(&p->choice[i]));
	return list;
}

static json_t *make_remedies(const struct diagnosis *d)
{
	json_t *list = json_array();
	const struct remedy *remedy;

	for (unsigned int i = 0; (remedy = verdict__remedy(d, i)); i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "id", remedy->id, "text", remedy->text));
	return list;
}

int doctor_json__print(const struct diagnosis *d, const char *error)
{
	char text[TEXT_LEN], *line;
	json_t *root;

	doctor__describe(d, error, text, sizeof(text));
	root = json_pack("{s:s, s:s, s:o, s:o, s:b, s:s, s:o, s:o}", "type", "doctor", "version",
			 SIGPATH_VERSION, "facts", make_facts(d->facts), "plan", make_plan(d->plan),
			 "taps_only", d->plan->taps_only, "verdict",
			 verdict__name(verdict__make(d)), "verdict_text", make_text(text),
			 "remedies", make_remedies(d));
	line = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!line)
		return -ENOMEM;
	puts(line);
	free(line);
	return 0;
}

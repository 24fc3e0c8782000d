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

/* null where there is no limit, or it is not known. */
static json_t *make_bytes(uint64_t bytes)
{
	return bytes > INT64_MAX ? json_null() : json_integer((json_int_t)bytes);
}

/* null where it is not known. */
static json_t *make_bool(int value)
{
	return value == FACTS_UNKNOWN ? json_null() : json_boolean(value);
}

static json_t *make_word(const char *word)
{
	return word[0] ? make_text(word) : json_null();
}

static json_t *make_privileges(const struct facts *f)
{
	return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s}",
			 "capabilities_known", f->caps_known, "capabilities", make_caps(f, true),
			 "capabilities_missing", make_caps(f, false), "lockdown",
			 make_word(f->lockdown), "seccomp", make_int(f->seccomp),
			 "host_user_namespace", make_bool(f->is_host_user_ns), "host_pid_namespace",
			 make_bool(f->is_host_pid_ns), "host_net_namespace",
			 make_bool(f->is_host_net_ns), "bpf_call", call_answer__name(f->calls.bpf),
			 "bpf_map", call_answer__name(f->calls.map), "perf_event_call",
			 call_answer__name(f->calls.perf));
}

static json_t *make_mounts(const struct facts *f)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "cgroup2", make_word(f->cgroup2),
			 "cgroup2_part", make_word(f->cgroup2_part), "bpffs", make_word(f->bpffs),
			 "tracefs", make_word(f->tracefs), "sys_writable",
			 make_bool(f->is_sys_writable));
}

static json_t *make_kernel(const struct facts *f)
{
	return json_pack("{s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "kernel",
			 make_text(f->release), "machine", make_text(f->machine), "btf", f->has_btf,
			 "btf_hidden", f->is_btf_hidden, "kprobes", make_bool(f->has_kprobes),
			 "lsm", make_word(f->lsm), "bpf_jit", make_int(f->bpf_jit),
			 "unprivileged_bpf_disabled", make_int(f->unprivileged_bpf_disabled),
			 "kptr_restrict", make_int(f->kptr_restrict));
}

static json_t *make_memory(const struct diagnosis *d)
{
	const struct facts *f = d->facts;

	return json_pack("{s:o, s:o, s:o, s:o}", "memlock_bytes",
			 make_bytes(f->memlock_known ? f->memlock_bytes : UINT64_MAX),
			 "memlock_counts", make_bool(f->calls.memlock_counts), "memory_max_bytes",
			 make_bytes(f->memory_max_bytes), "maps_bytes",
			 make_bytes(d->maps_bytes ? d->maps_bytes : UINT64_MAX));
}

/* One flat object. */
static json_t *make_facts(const struct diagnosis *d)
{
	json_t *parts[] = {make_privileges(d->facts), make_mounts(d->facts), make_memory(d)};
	json_t *facts = make_kernel(d->facts);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		json_object_update_missing(facts, parts[i]);
		json_decref(parts[i]);
	}
	return facts;
}

static json_t *make_btf(const struct btf_source *btf)
{
	return json_pack("{s:s, s:o, s:o}", "origin", btf_source__name(btf->origin), "path",
			 make_word(btf->path), "note", make_word(btf->note));
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
	struct remedy remedy;

	for (unsigned int i = 0; remedy__find(d, i, &remedy); i++)
		json_array_append_new(list, json_pack("{s:s, s:o, s:s}", "id", remedy.id, "what",
						      make_text(remedy.what), "text", remedy.text));
	return list;
}

int doctor_json__print(const struct diagnosis *d, const char *error)
{
	char text[TEXT_LEN], *line;
	json_t *root;

	verdict__describe(d, error, text, sizeof(text));
	root = json_pack("{s:s, s:s, s:o, s:o, s:o, s:b, s:s, s:o, s:o}", "type", "doctor",
			 "version", SIGPATH_VERSION, "facts", make_facts(d), "btf",
			 make_btf(d->btf), "plan", make_plan(d->plan), "taps_only",
			 d->plan->taps_only, "verdict", verdict__name(verdict__make(d)),
			 "verdict_text", make_text(text), "remedies", make_remedies(d));
	line = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!line)
		return -ENOMEM;
	puts(line);
	free(line);
	return 0;
}

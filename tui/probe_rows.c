/* SPDX-License-Identifier: BSD-2-Clause */
/* Joins plan and programs by the instants' names. */
#include "probe_rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy(char *dst, size_t size, const char *src)
{
	snprintf(dst, size, "%s", *src ? src : "--");
}

static struct probe_row *add(struct probe_rows *r)
{
	struct probe_row *row = &r->row[r->cnt++];

	*row = (struct probe_row){.order = r->cnt,
				  .choice = PROBE_ROW_NONE,
				  .tap = PROBE_ROW_NONE,
				  .runs_per_s = -1,
				  .ns_per_run = -1,
				  .cpu = -1,
				  .misses = MODEL_NONE};
	return row;
}

/* Is instant one of "t_wake+t_run"? */
static bool is_among(const char *list, const char *instant)
{
	size_t len = strlen(instant);

	for (const char *at = list; len && at; at = strchr(at, '+')) {
		at += *at == '+';
		if (!strncmp(at, instant, len) && (!at[len] || at[len] == '+'))
			return true;
	}
	return false;
}

/* One of the instants it measures could be measured better. */
static bool is_degraded(const struct model *m, const struct model_program *p)
{
	for (unsigned int i = 0; m && i < m->choice_cnt; i++)
		if (is_among(p->instant, m->choice[i].instant) && model__is_degraded(&m->choice[i]))
			return true;
	return false;
}

static void add_program(struct probe_rows *r, const struct model *m, const struct model_program *p,
			unsigned int choice)
{
	struct probe_row *row = add(r);
	bool is_attached = !strcmp(p->state, "attached");

	row->choice = choice;
	copy(row->instant, sizeof(row->instant), p->instant);
	copy(row->program, sizeof(row->program), p->name);
	copy(row->mechanism, sizeof(row->mechanism), p->mechanism);
	if (is_attached)
		strcpy(row->state, is_degraded(m, p) ? "ok!" : "ok");
	else
		snprintf(row->state, sizeof(row->state), "%.*s!", (int)sizeof(row->state) - 2,
			 *p->state ? p->state : "off");
	row->runs_per_s = p->runs_per_s;
	row->ns_per_run = p->ns_per_run;
	row->cpu = p->cpu;
	row->misses = p->misses;
}

/* What the plan alone says of it. */
static void add_choice(struct probe_rows *r, const struct model_choice *c, unsigned int choice)
{
	struct probe_row *row = add(r);

	row->choice = choice;
	copy(row->instant, sizeof(row->instant), c->instant);
	copy(row->program, sizeof(row->program), c->candidate);
	copy(row->mechanism, sizeof(row->mechanism), c->mechanism);
	snprintf(row->state, sizeof(row->state), "%.*s%s", (int)sizeof(row->state) - 2,
		 *c->state ? c->state : "--", model__is_degraded(c) ? "!" : "");
}

static void add_plan(struct probe_rows *r, const struct model *m, const struct model_probes *p,
		     bool *is_shown)
{
	for (unsigned int i = 0; i < m->choice_cnt; i++) {
		const struct model_choice *c = &m->choice[i];
		bool has_program = false;

		for (unsigned int j = 0; p && j < p->cnt; j++) {
			if (!is_among(p->program[j].instant, c->instant))
				continue;
			has_program = true;
			if (!is_shown[j])
				add_program(r, m, &p->program[j], i);
			is_shown[j] = true;
		}
		if (!has_program)
			add_choice(r, c, i);
	}
}

static void add_tap(struct probe_rows *r, const struct model_tap *t, unsigned int tap)
{
	struct probe_row *row = add(r);
	bool is_off = !strcmp(t->state, "off") || !strcmp(t->state, "failed");

	row->tap = tap;
	strcpy(row->instant, "tap");
	copy(row->program, sizeof(row->program), t->candidate);
	snprintf(row->mechanism, sizeof(row->mechanism), "%s %s", t->ifname, t->direction);
	snprintf(row->state, sizeof(row->state), "%.*s%s", (int)sizeof(row->state) - 2,
		 *t->state ? t->state : "--", is_off ? "!" : "");
}

int probe_rows__make(struct probe_rows *ret, const struct model *m, const struct model_probes *p)
{
	unsigned int program_cnt = p ? p->cnt : 0;
	unsigned int max = program_cnt + (m ? m->choice_cnt + m->tap_cnt : 0);
	struct probe_rows r = {.row = calloc(max + 1, sizeof(*r.row))};
	bool *is_shown = calloc(program_cnt + 1, sizeof(*is_shown));

	if (!r.row || !is_shown) {
		free(r.row);
		free(is_shown);
		return -ENOMEM;
	}
	if (m)
		add_plan(&r, m, p, is_shown);
	for (unsigned int i = 0; i < program_cnt; i++)
		if (!is_shown[i])
			add_program(&r, m, &p->program[i], PROBE_ROW_NONE);
	for (unsigned int i = 0; m && i < m->tap_cnt; i++)
		add_tap(&r, &m->tap[i], i);
	free(is_shown);
	free(ret->row);
	*ret = r;
	return 0;
}

void probe_rows__done(struct probe_rows *r)
{
	free(r->row);
	*r = (struct probe_rows){0};
}

bool probe_row__has_instant(const struct probe_row *row, const char *instant)
{
	return is_among(row->instant, instant);
}

bool probe_row__is_alert(const struct probe_row *row)
{
	return strchr(row->state, '!') != NULL;
}

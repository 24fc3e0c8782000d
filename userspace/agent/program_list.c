/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs by name: the catalogue says which candidate each belongs to. */
#include "program_list.h"

#include <stdio.h>
#include <string.h>

#include "catalogue.h"

/* Is name one of "a,b"? */
static bool has_name(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(names, name); at; at = strstr(at + 1, name))
		if ((at == names || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

static const struct candidate *find_candidate(const char *prog)
{
	for (unsigned int i = 0; i < candidate_cnt; i++)
		if (has_name(candidates[i].progs, prog))
			return &candidates[i];
	return NULL;
}

/* "t_wake+t_run": instants whose choice is the candidate; none is chosen: the candidate's own, as
 * for a tap that is used where the chosen one fails. */
static void name_instants(const struct plan *plan, const struct candidate *c, char *ret)
{
	size_t used = 0;

	ret[0] = '\0';
	for (unsigned int i = 0; i < plan->choice_cnt && used < PROGRAMS_INSTANT_LEN; i++) {
		const struct plan_choice *choice = &plan->choice[i];

		if (choice->candidate && !strcmp(choice->candidate, c->name))
			used += (size_t)snprintf(ret + used, PROGRAMS_INSTANT_LEN - used, "%s%s",
						 used ? "+" : "", choice->instant);
	}
	if (!used)
		snprintf(ret, PROGRAMS_INSTANT_LEN, "%s", instants[c->instant].name);
}

void program_list__add(struct programs_view *view, const struct plan *plan,
		       const struct object_prog *prog, bool is_attached)
{
	const struct candidate *c = find_candidate(prog->name);
	struct program_view *p;

	if (view->program_cnt == PROGRAMS_MAX)
		return;
	p = &view->program[view->program_cnt++];
	*p = (struct program_view){.name = prog->name,
				   .mechanism = c ? mechanism__name(c->mech) : "",
				   .state = is_attached ? "attached" : "loaded",
				   .runs = prog->runs,
				   .run_ns = prog->run_ns,
				   .misses = prog->misses};
	if (c)
		name_instants(plan, c, p->instant);
}

static bool is_linked(const struct object *o, const char *prog)
{
	for (unsigned int i = 0; i < o->link_cnt; i++)
		if (has_name(o->link_of[i]->progs, prog))
			return true;
	return false;
}

static bool is_tapped(const struct taps *taps, const char *prog)
{
	for (unsigned int i = 0; i < taps__cnt(taps); i++) {
		const struct tap_state *t = taps__at(taps, i);

		if (strcmp(t->state, "off") && !strcmp(t->candidate, prog))
			return true;
	}
	return false;
}

void program_list__fill(struct programs_view *view, const struct probes *p)
{
	const struct object *o = probes__object(p);
	struct object_prog prog[PROGRAMS_MAX];
	unsigned int cnt = o ? object__progs(o, prog, PROGRAMS_MAX) : 0;

	for (unsigned int i = 0; i < cnt; i++)
		program_list__add(view, &p->plan, &prog[i],
				  is_linked(o, prog[i].name) || is_tapped(p->taps, prog[i].name));
	if (!o)
		return;
	view->map_cnt = object__map_cnt(o);
	view->map_bytes = object__memlock(o);
	view->ring_size = object__ring_bytes(o);
}

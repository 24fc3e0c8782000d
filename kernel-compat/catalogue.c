/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue's tables, all from catalogue.def. */
#include "catalogue.h"

#include <string.h>

#include "feature.h"

const struct instant_info instants[INSTANT_CNT] = {
#define INSTANT(id, name, help, merged, cost) {name, help, merged, cost},
#define CANDIDATE(instant, name, mech, progs, needs, why, lost)
#include "catalogue.def"
#undef INSTANT
#undef CANDIDATE
};

const struct candidate candidates[] = {
#define INSTANT(id, name, help, merged, cost)
#define CANDIDATE(instant, name, mech, progs, needs, why, lost) \
	{INSTANT_##instant, name, MECH_##mech, progs, needs, why, lost},
#include "catalogue.def"
#undef INSTANT
#undef CANDIDATE
};

const unsigned int candidate_cnt = sizeof(candidates) / sizeof(candidates[0]);

static const struct {
	const char *name;
	bool on_interface;
	const char *refusal;
} mechanisms[] = {
#define X(id, name, on_interface, refusal) {name, on_interface, refusal},
	MECHANISMS(X)
#undef X
};

const char *mechanism__name(enum mechanism mech)
{
	return mechanisms[mech].name;
}

const char *mechanism__refusal(enum mechanism mech)
{
	return mechanisms[mech].refusal;
}

bool mechanism__is_on_interface(enum mechanism mech)
{
	return mechanisms[mech].on_interface;
}

const struct candidate *candidate__find(enum instant instant, const char *name)
{
	for (unsigned int i = 0; i < candidate_cnt; i++)
		if (candidates[i].instant == instant && !strcmp(candidates[i].name, name))
			return &candidates[i];
	return NULL;
}

const struct candidate *candidate__twin(const struct candidate *c)
{
	if (mechanism__is_on_interface(c->mech))
		return NULL;
	for (unsigned int i = 0; i < candidate_cnt; i++)
		if (candidates[i].instant != c->instant && !strcmp(candidates[i].progs, c->progs))
			return &candidates[i];
	return NULL;
}

int instant__find(const char *name)
{
	for (int i = 0; i < INSTANT_CNT; i++)
		if (!strcmp(instants[i].name, name))
			return i;
	return -1;
}

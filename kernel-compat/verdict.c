/* SPDX-License-Identifier: BSD-2-Clause */
/* One verdict, by name and in words. */
#include "verdict.h"

#include <stdio.h>
#include <string.h>

#include "phrase.h"

bool verdict__is_merged(const struct plan_choice *c)
{
	return !c->candidate;
}

bool verdict__is_degraded(const struct plan_choice *c)
{
	return !c->candidate || (c->lost && *c->lost);
}

enum verdict verdict__make(const struct diagnosis *d)
{
	bool any = false, merged = false;

	for (unsigned int i = 0; i < d->plan->choice_cnt; i++) {
		any = any || !verdict__is_merged(&d->plan->choice[i]);
		merged = merged || verdict__is_merged(&d->plan->choice[i]);
	}
	if (d->plan_rc || !any)
		return VERDICT_NONE;
	if (d->plan->taps_only)
		return VERDICT_TAPS_ONLY;
	return merged ? VERDICT_MERGED : VERDICT_FULL;
}

const char *verdict__name(enum verdict v)
{
	static const char *const names[] = {"full", "merged", "taps_only", "none"};

	return names[v];
}

void verdict__list_merged(const struct diagnosis *d, char *text, size_t len)
{
	const char *gap = "";

	for (unsigned int i = 0; i < d->plan->choice_cnt; i++) {
		const struct plan_choice *c = &d->plan->choice[i];

		if (!verdict__is_merged(c))
			continue;
		phrase__add(text, len, "%s%s", *gap ? gap : ": ",
			    c->merged_as && *c->merged_as ? c->merged_as : c->instant);
		gap = ", ";
	}
}

static void tell_lesser(const struct diagnosis *d, char *text, size_t len)
{
	unsigned int lesser = 0;

	for (unsigned int i = 0; i < d->plan->choice_cnt; i++)
		lesser += verdict__is_degraded(&d->plan->choice[i]);
	if (lesser)
		phrase__add(text, len, ", %u of %u instants by a lesser probe (see lost)", lesser,
			    d->plan->choice_cnt);
}

void verdict__describe(const struct diagnosis *d, const char *error, char *text, size_t len)
{
	text[0] = '\0';
	switch (verdict__make(d)) {
	case VERDICT_FULL:
		phrase__add(text, len, "full");
		tell_lesser(d, text, len);
		break;
	case VERDICT_MERGED:
		phrase__add(text, len, "stages merged");
		verdict__list_merged(d, text, len);
		break;
	case VERDICT_TAPS_ONLY:
		phrase__add(text, len, "taps only: totals, no stages");
		if (d->plan->taps_why[0])
			phrase__add(text, len, " (%s)", d->plan->taps_why);
		break;
	case VERDICT_NONE:
		phrase__add(text, len, "cannot observe: %s",
			    error[0]	 ? error
			    : d->plan_rc ? strerror(-d->plan_rc)
					 : "no candidate of any instant holds");
		break;
	}
}

bool verdict__is_deadly(const struct facts *f)
{
	return f->calls.bpf == CALL_KILLED;
}

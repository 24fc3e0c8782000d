/* SPDX-License-Identifier: BSD-2-Clause */
/* Strikes, pauses, reasons. */
#include "replan.h"

#include <stdio.h>
#include <string.h>

#include "phrase.h"

#define LOST "somebody took off"

static struct replan_strike *find_strike(struct replan *r, const char *candidate)
{
	for (unsigned int i = 0; i < r->strike_cnt; i++)
		if (!strcmp(r->strike[i].candidate, candidate))
			return &r->strike[i];
	if (r->strike_cnt == REPLAN_CANDIDATES)
		return NULL;
	r->strike[r->strike_cnt] = (struct replan_strike){.candidate = candidate};
	return &r->strike[r->strike_cnt++];
}

/* Another strike; the last one leaves the candidate out. */
static void strike(struct replan *r, const char *candidate, uint64_t now_ns)
{
	struct replan_strike *s = find_strike(r, candidate);

	if (!s)
		return;
	backoff__next(&s->lost, now_ns);
	if (s->lost.cnt == REPLAN_STRIKES)
		phrase__add(r->avoid, sizeof(r->avoid), "%s%s", r->avoid[0] ? "," : "", candidate);
}

/* "somebody took off a, b": each name once. */
static void name_lost(struct replan *r, const char *name)
{
	if (!strstr(r->due_reason, name))
		phrase__add(r->due_reason, sizeof(r->due_reason), "%s%s",
			    strcmp(r->due_reason, LOST) ? ", " : " ", name);
}

void replan__lost(struct replan *r, const char *const *candidate, unsigned int cnt, uint64_t now_ns)
{
	if (!r->due_ns) {
		snprintf(r->due_reason, sizeof(r->due_reason), LOST);
		r->due_ns = backoff__next(&r->backoff, now_ns);
	}
	for (unsigned int i = 0; i < cnt; i++) {
		strike(r, candidate[i], now_ns);
		name_lost(r, candidate[i]);
	}
	if (!cnt)
		name_lost(r, "a probe");
}

void replan__ask(struct replan *r, uint64_t now_ns)
{
	r->strike_cnt = 0;
	r->avoid[0] = '\0';
	r->backoff = (struct backoff){0};
	snprintf(r->due_reason, sizeof(r->due_reason), "SIGHUP");
	r->due_ns = now_ns;
}

bool replan__is_due(const struct replan *r, uint64_t now_ns)
{
	return r->due_ns && now_ns >= r->due_ns;
}

void replan__done(struct replan *r, uint64_t now_ns, time_t now)
{
	r->due_ns = 0;
	r->cnt++;
	r->last_ns = now_ns;
	r->last_time = now;
	memcpy(r->reason, r->due_reason, sizeof(r->reason));
}

void replan__failed(struct replan *r, uint64_t now_ns)
{
	r->due_ns = backoff__next(&r->backoff, now_ns);
}

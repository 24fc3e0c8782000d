/* SPDX-License-Identifier: BSD-2-Clause */
/* What the doctor and the daemon conclude from facts and plan: how much can be observed. Pure. */
#ifndef SIGPATH_VERDICT_H
#define SIGPATH_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "btf.h"
#include "facts.h"
#include "plan.h"

enum verdict {
	VERDICT_FULL,	   /* every instant has a probe, maybe a lesser one */
	VERDICT_MERGED,	   /* some stages cannot be told apart */
	VERDICT_TAPS_ONLY, /* totals without stages */
	VERDICT_NONE,	   /* nothing can be observed */
};

struct diagnosis {
	const struct facts *facts;
	const struct plan *plan;      /* empty where it could not be made */
	int plan_rc;		      /* of plan__make() */
	const struct btf_source *btf; /* what the plan was made with */
	uint64_t maps_bytes;	      /* what the BPF maps need, 0 not known */
};

enum verdict verdict__make(const struct diagnosis *d);
/* "full", "merged", "taps_only", "none": stable, for --json. */
const char *verdict__name(enum verdict v);
/* "stages merged: driver+stack": one line in words. error: of plan__make(), "" none. */
void verdict__describe(const struct diagnosis *d, const char *error, char *text, size_t len);
/* ": driver+stack, sockq+app", appended. */
void verdict__list_merged(const struct diagnosis *d, char *text, size_t len);
/* Without a probe; without one, or with a lesser one. */
bool verdict__is_merged(const struct plan_choice *c);
bool verdict__is_degraded(const struct plan_choice *c);
/* bpf(2) kills who calls it: only the plan of bare.h may be tried. */
bool verdict__is_deadly(const struct facts *f);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the doctor and the daemon conclude from facts and plan: one verdict, and what would better it.
 * Pure. */
#ifndef SIGPATH_VERDICT_H
#define SIGPATH_VERDICT_H

#include <stdbool.h>

#include "facts.h"
#include "plan.h"

enum verdict {
	VERDICT_FULL,	   /* every instant has a probe */
	VERDICT_MERGED,	   /* some stages cannot be told apart */
	VERDICT_TAPS_ONLY, /* totals without stages */
	VERDICT_NONE,	   /* nothing can be observed */
};

struct diagnosis {
	const struct facts *facts;
	const struct plan *plan;
	int plan_rc;	   /* of plan__make() */
	bool has_btf_file; /* --btf was given */
};

struct remedy {
	const char *id; /* stable, for --json */
	const char *text;
	bool (*applies)(const struct diagnosis *d);
};

enum verdict verdict__make(const struct diagnosis *d);
/* "full", "merged", "taps_only", "none": stable, for --json. */
const char *verdict__name(enum verdict v);
/* The idx-th remedy that applies, NULL after the last. */
const struct remedy *verdict__remedy(const struct diagnosis *d, unsigned int idx);
/* True when the choice is part of the verdict: not for a probe that holds. */
bool verdict__is_merged(const struct plan_choice *choice);

#endif

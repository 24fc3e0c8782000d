/* SPDX-License-Identifier: BSD-2-Clause */
/* What a host lacks: for each lack what it costs and what to set, one text for the doctor and for
 * the daemon's log. The rows are in remedy.def. Pure. */
#ifndef SIGPATH_REMEDY_H
#define SIGPATH_REMEDY_H

#include <stdbool.h>

#include "verdict.h"

#define REMEDY_LEN 768

struct remedy {
	const char *id;	       /* row of remedy.def; stable, for --json */
	char what[REMEDY_LEN]; /* what is so, and what it costs */
	const char *text;      /* what to set */
};

/* The idx-th remedy that applies; false after the last. */
bool remedy__find(const struct diagnosis *d, unsigned int idx, struct remedy *ret);

#endif

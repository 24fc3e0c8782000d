/* SPDX-License-Identifier: BSD-2-Clause */
/* What is kept of what finishes, for screens that ask who was slow: heat and exemplars. */
#ifndef SIGPATH_SLOWEST_H
#define SIGPATH_SLOWEST_H

#include "calls.h"
#include "exemplar.h"
#include "heat.h"
#include "session.h"

/* All borrowed; NULL: none of it. */
struct slowest {
	struct heat *heat;
	struct exemplars *exemplars;
	const struct calls *calls;
};

/* A measured transaction, after the statistics took it. */
void slowest__done(const struct slowest *s, const struct session_done *done);
/* A setup that ended. */
void slowest__setup(const struct slowest *s, const struct call *call);

#endif

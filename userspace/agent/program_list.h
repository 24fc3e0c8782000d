/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs of the plan that runs, as readers see them: which instant each measures, whether it
 * is attached. */
#ifndef SIGPATH_PROGRAM_LIST_H
#define SIGPATH_PROGRAM_LIST_H

#include "object.h"
#include "plan.h"
#include "probes.h"
#include "programs.h"

/* One program: the instants of the plan that it measures, with their mechanism. Nothing when the
 * list is full. */
void program_list__add(struct programs_view *view, const struct plan *plan,
		       const struct object_prog *prog, bool is_attached);
/* All that p has in the kernel. Borrows it. */
void program_list__fill(struct programs_view *view, const struct probes *p);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* From a plan to running programs: one object with the plan's winners, loaded and attached. */
#ifndef SIGPATH_LOADER_H
#define SIGPATH_LOADER_H

#include <stddef.h>

#include "knobs.h"
#include "object.h"
#include "plan.h"

struct loader_opts {
	struct object_opts object;
	const struct knobs
		*knobs; /* copied; ports, snap_len, stun_anywhere, dtls_anywhere, first_media */
};

/* Opens, configures, loads and attaches everything that needs no interface. On failure err says
 * which candidate and why, and *ret holds nothing. */
int loader__start(const struct loader_opts *opts, const struct plan *plan, struct object *ret,
		  char *err, size_t err_len);

#endif

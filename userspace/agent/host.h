/* SPDX-License-Identifier: BSD-2-Clause */
/* What the daemon's host is and lacks: asked once at the start, told in the log. */
#ifndef SIGPATH_HOST_H
#define SIGPATH_HOST_H

#include <stddef.h>

#include "btf.h"
#include "config.h"
#include "facts.h"
#include "plan.h"

struct host {
	struct facts facts;
	struct btf_source btf;
};

/* Reads and asks, then puts the file that BTF comes from in place of what cfg->btf_path says.
 * Before there are threads. -errno: the daemon cannot run here, err says why. */
int host__read(struct host *h, struct config *cfg, char *err, size_t err_len);
/* One warning for each thing the host lacks: what it costs, and what to set. */
void host__log(const struct host *h, const struct config *cfg, const struct plan *plan);
/* The daemon could not start: the same, where the host is to blame, and then the one error with the
 * first remedy. */
void host__log_refusal(const struct host *h, const struct config *cfg, int rc, const char *err);

#endif

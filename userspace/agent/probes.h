/* SPDX-License-Identifier: BSD-2-Clause */
/* What the daemon has in the kernel: the plan, the loaded programs, the taps on interfaces. */
#ifndef SIGPATH_PROBES_H
#define SIGPATH_PROBES_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "object.h"
#include "plan.h"
#include "taps.h"

struct probes {
	struct plan plan;
	struct object object;
	bool has_object;
	struct taps *taps;
	char cgroup2[256];
};

/* Finds what this kernel gives; nothing is attached yet. -errno: err says why. */
int probes__plan(struct probes *p, const struct config *cfg, char *err, size_t err_len);
/* Loads and attaches the plan's programs, then the taps. Borrows cfg. -errno: err says what and
 * why. */
int probes__start(struct probes *p, const struct config *cfg, char *err, size_t err_len);
/* Detaches everything; a zeroed or half-started one is fine. */
void probes__done(struct probes *p);
/* The plan has a candidate for this instant. */
bool probes__has(const struct probes *p, const char *instant);
/* What is missing, to the log. */
void probes__log(const struct probes *p);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Which interfaces are to be tapped: those that are named, else those where packets begin and end.
 * Pure. */
#ifndef SIGPATH_SELECTION_H
#define SIGPATH_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "links.h"

#define SELECTION_PRESENT_LEN 512

struct selection_opts {
	const char *const
		*interfaces; /* names or patterns (fnmatch); cnt 0: hardware, veth and lo */
	unsigned int interface_cnt;
	const char *const *exclude; /* the same; stronger */
	unsigned int exclude_cnt;
};

struct selection {
	struct selection_opts opts;
	bool *is_found; /* by index of opts.interfaces */
	char present[SELECTION_PRESENT_LEN];
};

/* Borrows the strings of opts. */
int selection__init(struct selection *s, const struct selection_opts *opts);
/* A zeroed one is fine. */
void selection__done(struct selection *s);
/* Remembers that this interface is there. */
bool selection__wants(struct selection *s, const struct link_info *link);
/* When all interfaces were shown. -ENODEV: one that was named was not among them, err says which
 * and what there is. */
int selection__check(const struct selection *s, char *err, size_t err_len);

#endif

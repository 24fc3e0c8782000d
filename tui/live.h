/* SPDX-License-Identifier: BSD-2-Clause */
/* The live screen: one loop over keyboard, signals and the daemon's socket that never blocks on any
 * of them. */
#ifndef SIGPATH_LIVE_H
#define SIGPATH_LIVE_H

#include <stdbool.h>

struct view;

struct live_opts {
	const char *socket;	 /* borrowed while running */
	int fd;			 /* a connection to use instead, taken; 0: none */
	const struct view *view; /* shown first; NULL: the overview */
	bool ascii;		 /* no UTF-8 whatever the locale says */
};

/* Runs until the user quits (0) or a signal ends it (its number). Negative: the terminal cannot be
 * used; err says why. The terminal is left as it was found. */
int live__run(const struct live_opts *opts, char *err, unsigned long err_len);

#endif

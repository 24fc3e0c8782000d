/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon: its parts, built in order, and the one loop that feeds them. */
#ifndef SIGPATH_DAEMON_H
#define SIGPATH_DAEMON_H

#include <stddef.h>

#include "config.h"
#include "plan.h"

struct daemon;

/* Everything but the loop: plan, programs, taps, socket. err says what failed, on what, why and
 * what to try. Borrows the configuration. */
int daemon__new(const struct config *cfg, struct daemon **ret, char *err, size_t err_len);
void daemon__free(struct daemon *d);
/* Until SIGINT, SIGTERM or the configured duration. */
int daemon__run(struct daemon *d);
/* The plan it runs by now. Borrows until the next one is made. */
const struct plan *daemon__plan(const struct daemon *d);

#endif

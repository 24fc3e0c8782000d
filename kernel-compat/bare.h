/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan that calls bpf(2) nowhere, for a host whose seccomp profile kills who does: captures only.
 */
#ifndef SIGPATH_BARE_H
#define SIGPATH_BARE_H

#define BARE_FORCE_LEN 512

/* What plan_opts.force must say. Returns force. */
const char *bare__force(char force[BARE_FORCE_LEN]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the daemon itself takes. */
#ifndef SIGPATH_OWN_COST_H
#define SIGPATH_OWN_COST_H

#include <stdint.h>

/* Resident memory, bytes; 0: not known. */
uint64_t own_cost__rss(void);
/* CPU, user and system, since the process began, ns. */
uint64_t own_cost__cpu_ns(void);

#endif

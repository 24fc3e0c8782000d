/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel side costs besides its programs, in one line each: for the screen and for plain
 * lines. */
#ifndef SIGPATH_PROBE_FACTS_H
#define SIGPATH_PROBE_FACTS_H

#include "model_probes.h"

#define PROBE_FACT_LEN 320

/* "ring 16.0MiB used 1% peak 9% lost 0 records; maps 41, 41.0MiB" */
void probe_facts__ring(const struct model_probes *m, char text[PROBE_FACT_LEN]);
/* "daemon memory 88.0MiB cpu 2.10%; programs cpu 0.95%, both of one CPU" */
void probe_facts__daemon(const struct model_probes *m, char text[PROBE_FACT_LEN]);

#endif

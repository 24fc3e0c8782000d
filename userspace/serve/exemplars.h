/* SPDX-License-Identifier: BSD-2-Clause */
/* The reply to {"cmd":"exemplars"}: README.md. */
#ifndef SIGPATH_SERVE_EXEMPLARS_H
#define SIGPATH_SERVE_EXEMPLARS_H

#include <jansson.h>

#include "exemplar.h"

/* request: "service" and "method" choose rows, "payload":true adds what the messages said. Returns
 * owned; NULL when out of memory. */
json_t *exemplars__json(const struct exemplars *ex, const json_t *request);

/* Those of one row without their messages, the worst of the running window first; [] when it has
 * none. */
json_t *exemplars__brief(const struct exemplars *ex, const struct stats_key *key);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The reply to `beats`: who sends heartbeats, how regularly, what comes back, and whether an
 * address translator is likely to lose or to move them. */
#ifndef SIGPATH_MODEL_BEATS_H
#define SIGPATH_MODEL_BEATS_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

/* Of a peer; MODEL_BEATS_RULE says it in words. */
enum model_risk { MODEL_RISK_UNKNOWN, MODEL_RISK_LOW, MODEL_RISK_MEDIUM, MODEL_RISK_HIGH };

#define MODEL_BEATS_RULE                                                                          \
	"HIGH: its address changed, 1 of 20 missed, or silent for 2 intervals; med: any missed, " \
	"or "                                                                                     \
	"jitter over 1/4 interval; --: no interval yet"

struct model_beat {
	uint64_t id;
	char addr[MODEL_WORD_LEN + 24];
	char old_addr[MODEL_WORD_LEN + 24]; /* before the latest change, "" none */
	char service[MODEL_WORD_LEN + 24];
	uint64_t interval_ns, jitter_ns; /* MODEL_NONE: too few */
	uint64_t age_ns;		 /* since the latest heartbeat, MODEL_NONE not known */
	uint64_t beats, echoes, misses, changes;
	uint64_t echo_min_ns, echo_mean_ns; /* MODEL_NONE: none came back */
	enum model_risk risk;
};

struct model_beats {
	unsigned int cnt;
	struct model_beat *peer;
};

/* *ret is returned owned, written only on success; errors as of model__parse. */
int model_beats__parse(const char *line, struct model_beats **ret, char err[MODEL_ERROR_LEN]);
void model_beats__free(struct model_beats *m);
/* "HIGH", "med", "low", "--" */
const char *model_beats__risk_name(enum model_risk risk);
/* Largest first: by risk, then by what makes it; below 0: not known. */
double model_beats__risk_order(const struct model_beat *peer);

#endif

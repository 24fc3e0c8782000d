/* SPDX-License-Identifier: BSD-2-Clause */
/* When a new plan is due, why, and which candidates it leaves out. Pure: a clock comes in, a
 * decision goes out.
 *
 * A probe that was taken off makes a plan due, at once the first time, then after pauses that grow
 * (backoff.h). A candidate that is taken off a third time is left out until the operator asks for a
 * new plan: the next candidate gets its turn, or the instant is merged. */
#ifndef SIGPATH_REPLAN_H
#define SIGPATH_REPLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "backoff.h"

#define REPLAN_STRIKES	  3
#define REPLAN_CANDIDATES 16
#define REPLAN_REASON_LEN 160

struct replan_strike {
	const char *candidate; /* of the catalogue */
	struct backoff lost;
};

struct replan {
	struct replan_strike strike[REPLAN_CANDIDATES];
	unsigned int strike_cnt;
	char avoid[256]; /* "sock_cg,send_cg", for plan_opts */
	struct backoff backoff;
	uint64_t due_ns; /* 0: none is due */
	char due_reason[REPLAN_REASON_LEN];
	/* of the latest one that was made */
	uint64_t cnt;
	uint64_t last_ns; /* CLOCK_MONOTONIC */
	time_t last_time;
	char reason[REPLAN_REASON_LEN];
};

/* These candidates' probes were found detached. What is due already is not put off by that. */
void replan__lost(struct replan *r, const char *const *candidate, unsigned int cnt,
		  uint64_t now_ns);
/* The operator asks: everything gets another chance, now. */
void replan__ask(struct replan *r, uint64_t now_ns);
bool replan__is_due(const struct replan *r, uint64_t now_ns);
/* The plan is made. */
void replan__done(struct replan *r, uint64_t now_ns, time_t now);
/* No plan could be made: the old one stays, and the next try waits. */
void replan__failed(struct replan *r, uint64_t now_ns);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What `sigpath health` says about a daemon, from its reply alone. */
#ifndef SIGPATH_HEALTH_H
#define SIGPATH_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#define HEALTH_ANSWER_MS 1000	       /* a daemon that takes longer is not healthy */
#define HEALTH_TICK_NS	 2000000000ull /* nor is one whose loop has not run for so long */
#define HEALTH_TEXT_LEN	 160

struct health {
	bool is_healthy; /* it answers, and its loop runs */
	bool is_ready;	 /* and it observes at least totals; missing instants do not matter */
	bool is_known;	 /* the fields below are the daemon's */
	char observes[16];
	unsigned int instants, measured;
	uint64_t tick_age_ns;
	char why[HEALTH_TEXT_LEN]; /* why it is not healthy or not ready, else "" */
};

/* rc: of client__call on the socket at path; line: the reply when rc is 0. */
void health__judge(const char *path, int rc, const char *line, struct health *ret);

#endif

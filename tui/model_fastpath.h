/* SPDX-License-Identifier: BSD-2-Clause */
/* The reply to `fastpath`: what the kernel answers by itself, as one table of services, verdicts,
 * rules and hooks. */
#ifndef SIGPATH_MODEL_FASTPATH_H
#define SIGPATH_MODEL_FASTPATH_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

struct model_fast {
	unsigned int order; /* 1, 2, 3... */
	const char *kind;   /* "service", "verdict", "rule", "hook" */
	char name[MODEL_NAME_LEN];
	char state[MODEL_WORD_LEN]; /* mode of a service, kind of a verdict, state of a hook, "" of
				       a rule */
	char text[MODEL_TEXT_LEN];  /* what it means, or why */
	uint64_t count;		    /* since start, MODEL_NONE: does not count */
	double per_s;		    /* since the reply before, negative: not known */
	uint64_t p50_ns, p99_ns;    /* MODEL_NONE */
	uint64_t lease_ns;	    /* of a service: left, MODEL_NONE: none */
};

struct model_fastpath {
	uint64_t received_ns; /* CLOCK_MONOTONIC of this host; the caller's */
	char mode[MODEL_WORD_LEN];
	char why[MODEL_TEXT_LEN];
	unsigned int cnt;
	struct model_fast *row;
};

/* *ret is returned owned, written only on success; errors as of model__parse. */
int model_fastpath__parse(const char *line, struct model_fastpath **ret, char err[MODEL_ERROR_LEN]);
/* Works out what was counted a second since the reply `before` (NULL: none). */
void model_fastpath__compare(struct model_fastpath *m, const struct model_fastpath *before);
void model_fastpath__free(struct model_fastpath *m);
/* Nothing is answered in the kernel. */
bool model_fastpath__is_none(const struct model_fastpath *m);

#endif

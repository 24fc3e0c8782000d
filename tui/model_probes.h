/* SPDX-License-Identifier: BSD-2-Clause */
/* The reply to `probes`: programs with what they cost, ring, memory, the daemon. What they did a
 * second comes from two replies. A negative figure is not known. */
#ifndef SIGPATH_MODEL_PROBES_H
#define SIGPATH_MODEL_PROBES_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

/* Statistics stay on that long after a question; over a longer pause the difference tells nothing.
 */
#define MODEL_PROBES_PAUSE_NS 3000000000ull

struct model_program {
	char name[MODEL_WORD_LEN];
	char instant[MODEL_WORD_LEN]; /* "t_wake+t_run" */
	char mechanism[MODEL_WORD_LEN];
	char state[MODEL_WORD_LEN];
	uint64_t runs, run_ns; /* MODEL_NONE while statistics are off */
	uint64_t misses;       /* MODEL_NONE: not told */
	/* Since the reply before. */
	double runs_per_s;
	double ns_per_run;
	double cpu; /* of one CPU, 1 all of it */
};

struct model_probes {
	uint64_t mono_ns;
	bool stats_on;
	char stats_why[MODEL_TEXT_LEN]; /* why they are off */
	unsigned int cnt;
	struct model_program *program;
	uint64_t ring_size, ring_used, ring_peak; /* bytes, MODEL_NONE not known */
	uint64_t ring_lost;			  /* records */
	uint64_t map_cnt, map_bytes;		  /* MODEL_NONE not known */
	uint64_t rss, cpu_ns;			  /* MODEL_NONE not known */
	double programs_cpu; /* of one CPU, all programs, since the reply before */
	double daemon_cpu;
};

/* *ret is returned owned, written only on success; errors as of model__parse. Nothing a second is
 * known yet. */
int model_probes__parse(const char *line, struct model_probes **ret, char err[MODEL_ERROR_LEN]);
/* Works out what happened since the reply `before` (NULL: none). */
void model_probes__compare(struct model_probes *m, const struct model_probes *before);
void model_probes__free(struct model_probes *m);

#endif

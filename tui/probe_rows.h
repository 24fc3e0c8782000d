/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of probes: the plan's instants in their order, each with its programs or what is merged
 * for want of one, then programs of no instant, then taps. */
#ifndef SIGPATH_PROBE_ROWS_H
#define SIGPATH_PROBE_ROWS_H

#include "model_probes.h"

#define PROBE_ROW_NONE UINT32_MAX

struct probe_row {
	unsigned int order; /* 1, 2, 3... */
	unsigned int
		choice;	  /* place of its first one in the model's plan, PROBE_ROW_NONE: in none */
	unsigned int tap; /* its place in the model's taps */
	char instant[MODEL_WORD_LEN];
	char program[MODEL_WORD_LEN]; /* "--" none */
	char mechanism[2 * MODEL_WORD_LEN];
	char state[MODEL_WORD_LEN]; /* "ok", "ok!": costs precision, "merged!", "off!" ... */
	double runs_per_s, ns_per_run, cpu; /* negative: not known */
	uint64_t misses;		    /* MODEL_NONE */
};

struct probe_rows {
	struct probe_row *row; /* owned */
	unsigned int cnt;
};

/* Either may be NULL. -ENOMEM: ret is as it was; else what it held is freed. */
int probe_rows__make(struct probe_rows *ret, const struct model *m, const struct model_probes *p);
void probe_rows__done(struct probe_rows *r);
/* Of a row "t_wake+t_run": either. */
bool probe_row__has_instant(const struct probe_row *row, const char *instant);
/* Something is wrong or missing: its state carries a '!'. */
bool probe_row__is_alert(const struct probe_row *row);

#endif

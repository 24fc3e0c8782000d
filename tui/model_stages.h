/* SPDX-License-Identifier: BSD-2-Clause */
/* The reply to `stages` as a plain struct: one row taken apart by stages, why its slow requests
 * were slow, and who they were. All text is cleaned. Lists are bounded: what is more than fits is
 * counted in left_out. */
#ifndef SIGPATH_MODEL_STAGES_H
#define SIGPATH_MODEL_STAGES_H

#include "breakdown.h"

#define STAGES_MAX	     BREAKDOWN_MAX
#define STAGES_CAUSES_MAX    16
#define STAGES_EXEMPLARS_MAX 64

/* Requests around a percentile. */
enum stages_band_id {
	STAGES_P50,
	STAGES_P99,
	STAGES_P999,
	STAGES_BAND_CNT,
};

struct stages_line {
	char name[MODEL_NAME_LEN];
	char letter;					  /* unique among the lines */
	uint64_t n;					  /* in the window, as all of these */
	uint64_t p50_ns, p90_ns, p99_ns, p999_ns, max_ns; /* MODEL_NONE: too few */
	uint64_t all_ns;				  /* sum of all requests */
	uint64_t band_ns[STAGES_BAND_CNT];		  /* sum of the band's requests */
};

struct stages_band {
	bool is_known;
	uint64_t n;
	uint64_t total_ns; /* sum; of its stages as well */
};

struct stages_cause {
	char stage[MODEL_NAME_LEN];
	char letter; /* of its line, '?' where there is none */
	char text[MODEL_TEXT_LEN];
	char who[MODEL_NAME_LEN]; /* "" not known */
	uint64_t n, ns;
};

struct stages_exemplar {
	uint64_t total_ns, start_ns;
	uint64_t session; /* MODEL_NONE: not known */
	uint64_t code;	  /* MODEL_NONE: no answer, or not of SIP */
	bool is_error;
	char call_id[MODEL_NAME_LEN];
	char comm[MODEL_WORD_LEN];
	char largest[MODEL_NAME_LEN]; /* its largest stage, "" none */
	uint64_t largest_ns;
};

struct model_stages {
	uint64_t window_ns;
	bool is_known; /* false: there is no such row any more, nothing below is meant */
	char service[MODEL_NAME_LEN];
	char side[MODEL_WORD_LEN];
	char method[MODEL_WORD_LEN];
	uint64_t n;
	struct model_quantile p50, p99, p999;
	uint64_t max_ns;
	uint64_t all_ns; /* sum of the lines */
	unsigned int line_cnt;
	struct stages_line line[STAGES_MAX]; /* in the order a message meets them */
	struct stages_band band[STAGES_BAND_CNT];
	bool has_why;
	uint64_t why_edge_ns, why_n,
		why_total_ns; /* requests that took edge_ns or more and were looked at */
	unsigned int cause_cnt;
	struct stages_cause cause[STAGES_CAUSES_MAX]; /* most time first */
	unsigned int exemplar_cnt;
	struct stages_exemplar exemplar[STAGES_EXEMPLARS_MAX]; /* slowest first */
	unsigned int left_out; /* stages, causes and exemplars beyond the limits */
};

/* *ret is returned owned, written only on success; errors as of model__parse. */
int model_stages__parse(const char *line, struct model_stages **ret, char err[MODEL_ERROR_LEN]);
void model_stages__free(struct model_stages *m);
/* The band of that percentile, or all requests (band STAGES_BAND_CNT), for paint__bar. Borrows the
 * names. */
void model_stages__bar(const struct model_stages *m, unsigned int band, struct breakdown *ret);
/* "P50", "P99", "P999". */
const char *model_stages__band_name(unsigned int band);

#endif

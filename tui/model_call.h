/* SPDX-License-Identifier: BSD-2-Clause */
/* One session of the daemon's replies as a plain struct: what `sessions` lists and `show` begins
 * with. All text is cleaned. */
#ifndef SIGPATH_MODEL_CALL_H
#define SIGPATH_MODEL_CALL_H

#include <jansson.h>

#include "model.h"

#define MODEL_ADDR_LEN 80

enum model_phase_id {
	MODEL_PHASE_OFFER,
	MODEL_PHASE_ICE,
	MODEL_PHASE_DTLS,
	MODEL_PHASE_CNT,
};

struct model_phase {
	uint64_t ns; /* MODEL_NONE: not begun, or no end of it was seen */
	bool has_begun;
};

struct model_call {
	uint64_t id;
	char kind[MODEL_WORD_LEN];
	char state[MODEL_WORD_LEN];
	char call_id[MODEL_NAME_LEN];
	char method[MODEL_WORD_LEN];
	char service[MODEL_NAME_LEN];
	char from[MODEL_NAME_LEN];
	char to[MODEL_NAME_LEN];
	char comm[MODEL_WORD_LEN];
	char pod[MODEL_NAME_LEN];  /* "" none */
	char time[MODEL_WORD_LEN]; /* of start_ns, ISO 8601, UTC */
	char peer[MODEL_ADDR_LEN]; /* the first end that is not of this host */
	uint64_t code;		   /* MODEL_NONE: no answer */
	uint64_t start_ns, seen_ns, setup_ns;
	uint64_t age_ns; /* MODEL_NONE: whoever shows it knows the time */
	struct model_phase phase[MODEL_PHASE_CNT];
	uint64_t messages, left_out, retransmits, self_inflicted, pid;
	bool has_ice, has_handshake;
	uint64_t ice_pairs, ice_checks, ice_failed, ice_rtt_ns;
	char ice_nominated[MODEL_NAME_LEN]; /* "" no pair */
	char protocol[MODEL_WORD_LEN];	    /* of the handshake */
	uint64_t flights, flights_again;
};

/* Parses a line into *root (returned owned) if it is a reply of that type, else fills err and
 * returns what model__parse does. The error of a filter says at which of its columns. */
int model_call__open(const char *line, const char *type, json_t **root, char err[MODEL_ERROR_LEN]);
/* The members both replies have. Nothing to free. */
void model_call__init(struct model_call *c, const json_t *v);
/* failed, timeout or lost */
bool model_call__is_bad(const struct model_call *c);
/* Nothing more is expected of it. */
bool model_call__is_over(const struct model_call *c);
/* Why it failed or what it waits for, in words; "" when nothing is wrong. */
void model_call__why(const struct model_call *c, char text[MODEL_ERROR_LEN]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The reply to `show` as plain structs: a session's ends, messages and setup. */
#ifndef SIGPATH_MODEL_SESSION_H
#define SIGPATH_MODEL_SESSION_H

#include "model_call.h"

enum model_message_flag {
	MESSAGE_RETRANSMIT = 1u << 0,
	MESSAGE_SELF = 1u << 1, /* sent again while the first one waited here */
	MESSAGE_DROPPED = 1u << 2,
	MESSAGE_UNREAD = 1u << 3,
	MESSAGE_OFFER = 1u << 4,
	MESSAGE_ANSWER = 1u << 5,
	MESSAGE_CANDIDATE = 1u << 6,
	MESSAGE_NOMINATES = 1u << 7,
	MESSAGE_MEDIA = 1u << 8,
};

/* Name and time of a stage, a phase's owner and so on. */
struct model_part {
	char name[MODEL_WORD_LEN];
	char letter; /* unique within its list */
	uint64_t ns;
};

struct model_end {
	char addr[MODEL_ADDR_LEN];
	bool is_local;
};

struct model_message {
	uint64_t n;	   /* its number, from 1 */
	uint64_t ts_ns;	   /* MODEL_NONE: not known; the clock of model_call.start_ns */
	uint64_t src, dst; /* of end[]; may be none of them */
	char label[MODEL_WORD_LEN];
	char proto[MODEL_WORD_LEN];
	char transport[MODEL_WORD_LEN];
	char comm[MODEL_WORD_LEN];
	char timer[MODEL_WORD_LEN]; /* that sent it again, "" none */
	uint64_t timer_nth, code, len, pid;
	unsigned int flags;
	uint64_t host_ns; /* MODEL_NONE: not measured; else the sum of part[] */
	unsigned int part_cnt;
	struct model_part *part; /* in the order a message meets them */
};

/* A span of the setup. */
struct model_span {
	char name[MODEL_WORD_LEN];  /* phase */
	char owner[MODEL_WORD_LEN]; /* of a part of the critical path; "" of a phase */
	uint64_t from_ns, to_ns;    /* from <= to */
	uint64_t critical_ns;	    /* of a phase */
};

struct model_setup {
	bool is_known, is_complete;
	bool is_invalid; /* its instants contradict each other: nothing else is meant */
	uint64_t start_ns, end_ns, human_ns;
	unsigned int phase_cnt, part_cnt, owner_cnt, stage_cnt;
	struct model_span *phase;
	struct model_span *part;
	struct model_part *owner; /* sums to end - start */
	struct model_part *stage; /* of the owner "host" */
};

struct model_session {
	struct model_call call;
	unsigned int end_cnt, message_cnt;
	struct model_end *end;
	struct model_message *message;
	struct model_setup setup;
};

/* *ret is returned owned, written only on success; errors as of model__parse. */
int model_session__parse(const char *line, struct model_session **ret, char err[MODEL_ERROR_LEN]);
void model_session__free(struct model_session *m);
/* The largest part; NULL without. */
const struct model_part *model_session__largest(const struct model_part *part, unsigned int cnt);

#endif

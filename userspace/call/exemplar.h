/* SPDX-License-Identifier: BSD-2-Clause */
/* Exemplars: for each (service, side, method) the worst few and a few at random, whole: messages,
 * stages, payloads. Copied when it finishes, redacted then, so that nothing is left to be hidden
 * later.
 *
 *   worst      the longest of the running window and of the one before: an outlier is gone after
 * two windows reservoir  each since start with the same probability (algorithm R, Vitter 1985)
 *
 * Bounded by bytes: what is less interesting makes room (worst of the window before, then the
 * reservoir, then worst of the running one; within these the oldest), never for what is even less
 * interesting. */
#ifndef SIGPATH_EXEMPLAR_H
#define SIGPATH_EXEMPLAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calls.h"
#include "redact.h"
#include "session.h"

#define EXEMPLAR_SLOTS_MAX 16 /* worst, or reservoir, of one row */
#define EXEMPLAR_MSGS_MAX  64
#define EXEMPLAR_TEXT_MAX  32768 /* payloads of one exemplar, redacted; NULs included */

struct exemplar_opts {
	unsigned int worst, reservoir; /* 0..EXEMPLAR_SLOTS_MAX */
	unsigned int max_rows;
	size_t memory;	    /* bytes, all together */
	uint64_t window_ns; /* of the worst; 0: 60 s */
	uint64_t seed;	    /* of the reservoir; the same seed and input: the same exemplars */
	const struct calls *calls;   /* borrowed; NULL: no messages */
	const struct redact *redact; /* borrowed */
};

struct exemplar_counts {
#define EXEMPLAR_COUNT(id, name, kind, help) uint64_t id;
#include "exemplar_count.def"
#undef EXEMPLAR_COUNT
};

struct exemplar_msg {
	struct call_msg
		msg; /* src, dst: into exemplar.end; idx, next, payload_at mean nothing any more */
	uint32_t text;	   /* payload: offset into exemplar.text, NUL-terminated */
	uint32_t text_len; /* 0: it was gone, or did not fit */
};

struct exemplar {
	uint64_t total_ns;
	uint64_t start_ns; /* first instant of it */
	uint64_t call;	   /* call.id, 0 none */
	uint16_t code;
	bool is_error;
	unsigned int share_cnt;
	struct stage_share
		share[STAGE_SHARES_MAX]; /* sums to total_ns; setups: what this host had of it */
	char call_id[CALL_ID_LEN];
	char from[CALL_URI_LEN + 16], to[CALL_URI_LEN + 16]; /* redacted */
	char comm[REC_COMM_LEN];
	unsigned int end_cnt;
	struct call_end end[CALL_ENDS_MAX];
	unsigned int msg_cnt, msgs_left_out;
	const struct exemplar_msg *msg;
	const char *text;
	/* how it is kept */
	uint32_t refs;
	size_t size;
};

/* One of a list that is shown. */
struct exemplar_shown {
	const struct exemplar *exemplar;
	bool is_worst, is_random; /* or both */
};
#define EXEMPLAR_SHOWN_MAX (2 * EXEMPLAR_SLOTS_MAX)

struct exemplars;

/* -EINVAL: options out of range. */
int exemplars__new(const struct exemplar_opts *opts, struct exemplars **ret);
void exemplars__free(struct exemplars *ex);

/* A measured transaction. call: the one it belongs to, NULL: looked for by its Call-ID. Cheap
 * unless it is kept. */
void exemplars__done(struct exemplars *ex, const struct session_done *done, const struct call *call,
		     uint64_t now_ns);
/* A setup that ended, well or not; shares of it that this host had. total_ns 0: not measured,
 * nothing is kept. */
void exemplars__setup(struct exemplars *ex, const struct call *call, uint64_t total_ns,
		      const struct stage_share *share, unsigned int share_cnt, uint64_t now_ns);
/* Windows that are over. */
void exemplars__tick(struct exemplars *ex, uint64_t now_ns);

const struct exemplar_counts *exemplars__counts(const struct exemplars *ex);
size_t exemplars__memory(const struct exemplars *ex);
unsigned int exemplars__row_cnt(const struct exemplars *ex);
/* In order of appearance. Setups have the side 'S' and the kind of call as method. *seen: how many
 * there were. */
const struct stats_key *exemplars__row(const struct exemplars *ex, unsigned int row,
				       uint64_t *seen);
/* The worst, longest first, then those at random; returns how many. Valid until the next change. */
unsigned int exemplars__list(const struct exemplars *ex, unsigned int row,
			     struct exemplar_shown ret[EXEMPLAR_SHOWN_MAX]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Why the slow requests of a row were slow: of the latest of them, which cause cost what. A note is
 * one request; its causes never sum to more than the stage they are of. One thread owns it. */
#ifndef SIGPATH_WHY_H
#define SIGPATH_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hist.h"
#include "stage.h"

#define WHY_NOTES    64 /* of a row, the latest */
#define WHY_PARTS    6	/* of one message that waited to be read */
#define WHY_CAUSES   12 /* of one request */
#define WHY_SUMS     32 /* different causes of a row; what is beyond is left out */
#define WHY_THREADS  2	/* of one request: who read it, who read the reply it waited for */
#define WHY_COMM_LEN 16
#define WHY_TEXT_LEN 64

enum why_id {
#define WHY(id, stage, text) WHY_##id,
#include "why.def"
#undef WHY
	WHY_CNT
};

/* arg: a CPU (-1: which one is not known), or the number of a system call (below 0: outside of one;
 * WHY_CALL_UNKNOWN). */
#define WHY_CALL_UNKNOWN (-2147483647 - 1)

struct why_cause {
	uint64_t ns;
	int32_t arg;
	uint8_t id;  /* enum why_id */
	uint8_t who; /* of why_note.thread */
};

/* What one message waited for, collected before it is known whether its request was slow. */
struct why_parts {
	struct why_cause part[WHY_PARTS];
	unsigned int cnt;
};

/* The same cause adds up; without room it is dropped, so that parts may be missing. */
void why_parts__add(struct why_parts *p, enum why_id id, int32_t arg, uint64_t ns);

struct why_thread {
	uint32_t pid; /* 0: not known */
	char comm[WHY_COMM_LEN];
};

struct why_note {
	uint64_t now_ns, total_ns;
	uint64_t seq; /* of its ring, from 1; 0: free */
	struct why_thread thread[WHY_THREADS];
	uint64_t left_ns[STAGE_BITS]; /* of each stage, not given to a cause yet */
	unsigned int cnt;
	struct why_cause cause[WHY_CAUSES];
};

/* Starts a note: the causes of a stage may take what its share has. Merged stages have no causes.
 */
void why_note__init(struct why_note *n, uint64_t now_ns, uint64_t total_ns,
		    const struct stage_share *share, unsigned int share_cnt);
/* Takes from what is left of the stage, as much as there is. Returns what it took; 0 also without
 * room for another cause. */
uint64_t why_note__add(struct why_note *n, enum why_id id, int32_t arg, unsigned int who,
		       uint64_t ns);
/* Takes back up to ns of a cause, for others of its stage. Returns what it took back. */
uint64_t why_note__take_back(struct why_note *n, enum why_id id, unsigned int who, uint64_t ns);

/* The notes of a row. The edge moves: noted are those that may yet be slow, twice as many. */
struct why_ring {
	uint64_t seq;	   /* of the latest note */
	uint64_t slow_ns;  /* from here on a request is slow */
	uint64_t edge_ns;  /* from here on it is to be noted */
	uint64_t edge_at;  /* when they were found, 0 never; */
	uint64_t edge_seq; /* and which note was the latest then */
	struct why_note note[WHY_NOTES];
};

void why_ring__edge(struct why_ring *r, const struct hist *window, uint64_t now_ns);
/* The oldest that is not slow makes room, else the oldest. */
struct why_note *why_ring__push(struct why_ring *r, const struct why_note *n);
/* NULL: it has made room. */
struct why_note *why_ring__find(struct why_ring *r, uint64_t seq);

/* From where on a request of this window is slow: P99, P90 where there are few. */
uint64_t why__edge_ns(const struct hist *window);

struct why_sum {
	enum why_id id;
	int32_t arg;
	uint64_t n; /* requests */
	uint64_t ns;
	struct why_thread thread; /* pid 0: several of that name */
};

struct why_sums {
	uint64_t n, total_ns; /* notes looked at */
	unsigned int cnt;
	struct why_sum sum[WHY_SUMS]; /* most ns first */
};

/* Of the notes since from_ns that took edge_ns or more. */
void why_ring__sum(const struct why_ring *r, uint64_t from_ns, uint64_t edge_ns,
		   struct why_sums *ret);

stage_mask_t why__stage(enum why_id id);
/* "blocked in futex". */
void why__text(enum why_id id, int32_t arg, char text[WHY_TEXT_LEN]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Latency statistics per (service, side, method): totals, stages, the stages of each total bucket
 * (so that the slow tail can be taken apart exactly), errors, timeouts. One thread owns it. Memory
 * is bounded by max_rows. */
#ifndef SIGPATH_STATS_H
#define SIGPATH_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hist.h"
#include "past.h"
#include "slot.h"
#include "stage.h"
#include "why.h"

#define STATS_SERVICE_LEN 96
#define STATS_METHOD_LEN  24

struct stats_opts {
	/* 1..1048576. Keys beyond share the row service="other", method="other" of their side, two
	 * rows at most. */
	unsigned int max_rows;
	uint64_t slot_ns; /* 0: 10 s */
	/* When counting began, for the span of the first windows; 0: with the first add. */
	uint64_t start_ns;
};

struct stats_key {
	char service[STATS_SERVICE_LEN]; /* "sip 10.77.0.2:5060" */
	char side;			 /* 's' server, 'c' client */
	char method[STATS_METHOD_LEN];	 /* "INVITE", "Binding" */
};

/* Sums over the requests whose total fell into one bucket of the total histogram. */
struct stats_cell {
	uint64_t total_ns;
	uint64_t stage_ns[STATS_STAGES_MAX];
};

struct stats_stage {
	stage_mask_t mask;
	struct hist hist; /* durations of this stage, requests without it not counted */
};

struct stats_row {
	struct stats_key key;
	char comm[16]; /* application last seen serving it, "" unknown */
	uint32_t netns;
	uint64_t cgroup_id;
	uint64_t errors;
	uint64_t timeouts;
	uint64_t retransmits;
	uint64_t self_inflicted; /* of these: the first one, or its reply, was in our queues */
	uint64_t in_flight;	 /* kept by the caller through stats__row */
	unsigned int stage_cnt;
	struct stats_stage *stage[STATS_STAGES_MAX]; /* lazily allocated, in order of appearance */
	struct hist total;			     /* since start */
	struct stats_cell *cell[HIST_BUCKETS];	     /* lazily allocated */
	struct stats_slot slot[STATS_SLOTS];
	struct past past;     /* what is in none of them any more */
	struct why_ring *why; /* owned, the caller's to make; NULL: no slow request yet */
};

struct stats;

int stats__new(const struct stats_opts *opts, struct stats **ret);
void stats__free(struct stats *s);

/* Finds or makes a row; never NULL (falls to "other"). The pointer
 * stays valid until stats__free: callers that finish many transactions of a row may keep it. The
 * key is copied. */
struct stats_row *stats__row(struct stats *s, const struct stats_key *key);

/* One finished transaction at time now_ns. The shares must sum to total_ns, each with a set of
 * known base stages: -EINVAL otherwise and nothing is added. Shares of the same set are one stage;
 * a share of 0 ns counts as a request with that stage. -ENOMEM: counted in stats__lost, nothing is
 * added. A now_ns older than the window counts since start only. */
int stats__add(struct stats *s, struct stats_row *row, uint64_t now_ns, uint64_t total_ns,
	       const struct stage_share *share, unsigned int share_cnt);
void stats__add_error(struct stats *s, struct stats_row *row, uint64_t now_ns);
void stats__add_timeout(struct stats *s, struct stats_row *row, uint64_t now_ns);

/* Rows in order of creation. */
unsigned int stats__row_cnt(const struct stats *s);
const struct stats_row *stats__row_at(const struct stats *s, unsigned int idx);

/* Window: the slots of the last STATS_SLOTS * slot_ns before now_ns, merged into *total and
 * stage_ns[STATS_STAGES_MAX] (both overwritten; stage_ns[i] belongs to row->stage[i]). *span_ns is
 * the time the window really covers: the newest slot is filling, so between STATS_SLOTS - 1 and
 * STATS_SLOTS slots, and less after start. Divide by it for rates. */
void stats__window(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
		   struct hist *total, uint64_t *stage_ns, uint64_t *span_ns);
/* Durations of row->stage[stage] in the same window, into *ret (overwritten). */
void stats__window_stage(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			 unsigned int stage, struct hist *ret);
uint64_t stats__slot_ns(const struct stats *s);
/* Errors and timeouts of the same window. */
void stats__window_errors(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			  uint64_t *errors, uint64_t *timeouts);

/* The tail: requests in the bucket of the q-quantile and above, since start. stage_ns[i] belongs to
 * row->stage[i]; the stage sums add up to *total_ns exactly. Returns the number of requests;
 * *edge_ns is the lower edge of the first bucket taken, *total_ns their summed latency. */
uint64_t stats__tail(const struct stats_row *row, double q, uint64_t *edge_ns, uint64_t *total_ns,
		     uint64_t *stage_ns);

/* Named losses of this object: rows refused, stages folded, allocations failed. */
struct stats_lost {
	uint64_t rows_full;   /* transactions (adds, timeouts) put under "other" */
	uint64_t stages_full; /* shares folded into UNATTRIBUTED */
	uint64_t no_memory;   /* transactions not added, rows not made */
};
struct stats_lost stats__lost(const struct stats *s);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The reply to `heat` as a plain struct: a row's latency over time, as counts of time slots by half
 * octaves. All text is cleaned. Everything is bounded: what is more than fits is left out and
 * counted. */
#ifndef SIGPATH_MODEL_HEAT_H
#define SIGPATH_MODEL_HEAT_H

#include "model.h"

#define HEAT_SLOTS_MAX	  120
#define HEAT_EDGES_MAX	  63
#define HEAT_BUCKETS_MAX  (HEAT_EDGES_MAX + 1)
#define HEAT_STAGES_MAX	  32
#define HEAT_SESSIONS_MAX 8

struct heat_stage {
	char name[MODEL_NAME_LEN];
	char letter; /* unique among them */
};

struct heat_slot {
	uint64_t n;
	uint64_t p50_ns, p99_ns, p999_ns; /* MODEL_NONE: too few */
};

struct heat_cell {
	uint64_t n;
	uint64_t total_ns;
	uint64_t stage_ns[HEAT_STAGES_MAX]; /* by model_heat.stage */
	unsigned int session_cnt;
	uint64_t session[HEAT_SESSIONS_MAX]; /* ids, the slowest first */
};

struct model_heat {
	uint64_t slot_ns; /* never 0 */
	uint64_t end_ns;  /* CLOCK_MONOTONIC of the daemon; end of the last slot */
	/* Slots are numbered by time, so that a slot has the same number in the next reply. */
	uint64_t first_slot; /* number of slot[0] */
	uint64_t evicted;
	uint64_t left_out; /* cells that named no slot or bucket, stages, edges, slots beyond the
			      limits */
	unsigned int slot_cnt, edge_cnt, stage_cnt, cell_cnt;
	uint64_t edge_ns[HEAT_EDGES_MAX]; /* ascending; bucket b ends at edge_ns[b], the last one
					     nowhere */
	struct heat_slot slot[HEAT_SLOTS_MAX];
	struct heat_stage stage[HEAT_STAGES_MAX];
	struct heat_cell *cell;
	uint16_t at[HEAT_SLOTS_MAX][HEAT_BUCKETS_MAX]; /* index into cell[] + 1, 0 empty */
};

/* *ret is returned owned, written only on success; errors as of model__parse. */
int model_heat__parse(const char *line, struct model_heat **ret, char err[MODEL_ERROR_LEN]);
void model_heat__free(struct model_heat *m);
/* NULL: nothing there. */
const struct heat_cell *model_heat__cell(const struct model_heat *m, unsigned int slot,
					 unsigned int bucket);
/* Bucket of a latency. */
unsigned int model_heat__bucket(const struct model_heat *m, uint64_t ns);
/* Where the slot of that number begins, on the daemon's monotonic clock; before 0: that clock had
 * not begun. */
int64_t model_heat__slot_ns(const struct model_heat *m, uint64_t number);

#endif

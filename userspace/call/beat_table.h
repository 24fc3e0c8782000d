/* SPDX-License-Identifier: BSD-2-Clause */
/* The peers of beat.h in a table of fixed size: found by service and address, or by service and
 * name; listed by age and by id. */
#ifndef SIGPATH_BEAT_TABLE_H
#define SIGPATH_BEAT_TABLE_H

#include "beat.h"

#define BEAT_INTERVALS 16 /* recent ones, for the median */
#define BEAT_OPEN      4  /* heartbeats that may still be answered */
#define BEAT_FORMER    16 /* addresses it had */

enum beat_index { BEAT_BY_ADDRESS, BEAT_BY_NAME, BEAT_INDEXES };

struct beat_open {
	uint64_t hash, ts_ns; /* ts_ns 0: none, or answered */
};

struct beat_node {
	struct beat_peer peer;
	uint64_t key[BEAT_INDEXES]; /* 0: not in this index */
	uint32_t chain[BEAT_INDEXES];
	uint32_t older, newer;	 /* idx + 1 in the list by age */
	uint32_t before, behind; /* idx + 1 in the list by id */
	uint64_t interval[BEAT_INTERVALS];
	struct beat_open open[BEAT_OPEN];
	uint32_t former[BEAT_FORMER]; /* hashes of addresses, 0 none */
	uint64_t reply_hash;	      /* of the latest one */
	uint64_t silent_misses;	      /* already counted of the gap that is open */
	uint8_t interval_cnt, interval_at, open_at, former_at;
	uint8_t name_changes; /* in a row: other names from one address */
	uint8_t moves;	      /* heartbeats in a row, each from another IP address */
	uint8_t returns;      /* to an address it had */
	uint8_t swapped;      /* heartbeats that repeat the latest reply */
	uint8_t stays;	      /* heartbeats in a row from one address */
};

struct beat_table;

int beat_table__new(unsigned int max, struct beat_table **ret);
void beat_table__free(struct beat_table *t);
/* key: not 0. NULL none. */
struct beat_node *beat_table__find(const struct beat_table *t, enum beat_index by, uint64_t key);
/* An empty one with the next id, the youngest; *is_evicted: another had to go for it. */
struct beat_node *beat_table__add(struct beat_table *t, bool *is_evicted);
void beat_table__remove(struct beat_table *t, struct beat_node *n);
/* Moves it in an index; key 0 takes it out. Who had this key before is not found by it any more. */
void beat_table__set_key(struct beat_table *t, struct beat_node *n, enum beat_index by,
			 uint64_t key);
/* It is the youngest now. */
void beat_table__touch(struct beat_table *t, struct beat_node *n);
struct beat_node *beat_table__oldest(const struct beat_table *t);
struct beat_node *beat_table__after(const struct beat_table *t, uint64_t id);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages on their way: received and not read yet, or handed over and not with the driver yet. A
 * bounded pool, hashed by content and by skb; chains are oldest first, so that identical copies
 * pair with their reads in order. */
#ifndef SIGPATH_PENDING_H
#define SIGPATH_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "brief.h"
#include "leg.h"
#include "record.h"
#include "deliver.h"

enum pending_kind { PENDING_RX, PENDING_TX };
enum pending_chain { CHAIN_CONTENT, CHAIN_SKB, CHAIN_CNT };

/* A sent message waits for its driver stamp with all that session__sent wants. */
struct pending_sent {
	struct brief brief;
	struct rec_flow flow;
	struct rec_task task;
};

struct pending {
	uint8_t kind; /* enum pending_kind */
	uint64_t sk;
	uint64_t skb;
	uint64_t hash;
	uint32_t msg_len;
	uint64_t since_ns;
	uint64_t stamp_ns; /* hdr.ts_ns of the latest record of it */
	struct rx_leg rx;
	struct tx_leg tx;
	struct delivered at;
	struct pending_sent *sent;	       /* TX, owned */
	struct pending *chain_next[CHAIN_CNT]; /* oldest first */
	struct pending *prev, *next;	       /* by age */
};

struct pending_table;

int pending_table__new(unsigned int max, struct pending_table **ret);
void pending_table__free(struct pending_table *t);
/* Adds a copy of *p (takes p->sent). When full, the oldest is given to *evicted first (valid until
 * the next call). NULL: no memory. */
struct pending *pending_table__add(struct pending_table *t, const struct pending *p,
				   struct pending **evicted);
void pending_table__remove(struct pending_table *t, struct pending *p);

/* Oldest RX message with this socket (0: any) and content; *copies says how many there are. */
struct pending *pending_table__find_content(const struct pending_table *t, uint64_t sk,
					    uint64_t hash, uint32_t msg_len, unsigned int *copies);
/* Newest one: a drop concerns what was queued last. */
struct pending *pending_table__find_newest(const struct pending_table *t, uint64_t sk,
					   uint64_t hash, uint32_t msg_len);
/* Newest of this kind with this skb. */
struct pending *pending_table__find_skb(const struct pending_table *t, enum pending_kind kind,
					uint64_t skb);
/* The one with this skb whose latest record had that time. */
struct pending *pending_table__find_stamp(const struct pending_table *t, enum pending_kind kind,
					  uint64_t skb, uint64_t stamp_ns);
/* The RX message of a socket if there is exactly one, else NULL; *is_ambiguous when there are
 * several. For reads whose content is not known. */
struct pending *pending_table__find_only(const struct pending_table *t, uint64_t sk,
					 bool *is_ambiguous);
struct pending *pending_table__oldest(const struct pending_table *t);

#endif

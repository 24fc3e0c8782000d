/* SPDX-License-Identifier: BSD-2-Clause */
/* The transaction table: a pool with a hash on (side, key), bounded, oldest finished ones evicted
 * first. */
#ifndef SIGPATH_TXN_H
#define SIGPATH_TXN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "brief.h"
#include "leg.h"
#include "stats.h"

/* WIRE: a capture that is no end of it. */
enum txn_side { TXN_SERVER, TXN_CLIENT, TXN_WIRE };

/* A handle outlives its transaction without harm: 0 is none. */
typedef uint64_t txn_ref_t;

enum txn_state {
	TXN_FREE,
	TXN_OPEN, /* no final reply yet */
	TXN_DONE, /* kept to recognise retransmissions */
};

/* What only the transaction log prints. */
struct txn_text {
	char key[BRIEF_KEY_LEN];
	char call_id[BRIEF_CALL_LEN];
};

struct txn {
	uint32_t gen;
	uint32_t idx;	      /* in the pool */
	uint8_t state;	      /* enum txn_state */
	uint8_t side;	      /* enum txn_side */
	uint8_t proto;	      /* enum rec_proto */
	bool is_reply_seen;   /* client: final reply has arrived, not read yet */
	bool is_reply_queued; /* server: the final reply is at the qdisc, not with the driver yet */
	bool is_forward_unknown; /* server: may have been sent on, as which request is not known */
	struct txn_key key;
	const char *method;
	uint64_t opened_ns;
	uint64_t proceeding_ns; /* of the latest provisional reply to an INVITE, 0 none */
	uint64_t done_ns;
	uint32_t cseq;
	uint16_t code;
	bool is_error;
	uint32_t retransmits;
	struct rx_leg rx;     /* server: the request; client: the final reply */
	struct tx_leg tx;     /* client: the request; server: the reply */
	txn_ref_t parent;     /* client: server transaction this request was forwarded for */
	txn_ref_t forwarded;  /* server: the latest client transaction made for it */
	txn_ref_t downstream; /* server: client transaction whose reply was read last */
	struct stats_row *row;
	struct rec_flow flow; /* of the request */
	uint32_t tid, tgid, netns;
	uint32_t sent_tid;    /* thread that sent (tx), 0 not known */
	struct why_parts why; /* of rx */
	uint64_t cgroup_id;
	char comm[REC_COMM_LEN];
	struct txn_text *text; /* NULL without a transaction log */
	struct txn *hash_next;
	struct txn *prev, *next; /* in its list: open (by protocol) or done, oldest first */
};

struct txn_list {
	struct txn *head, *tail;
	size_t cnt;
};

struct txn_table;

int txn_table__new(unsigned int max, bool with_text, struct txn_table **ret);
void txn_table__free(struct txn_table *t);

/* Newest transaction of this side and key, NULL none. */
struct txn *txn_table__find(const struct txn_table *t, enum txn_side side,
			    const struct txn_key *key);
/* Same, by key.lo alone; of TXN_SERVER. *others, if not NULL: open ones beside it. */
struct txn *txn_table__find_lo(const struct txn_table *t, enum txn_side side, uint64_t lo,
			       unsigned int *others);
/* Of all open ones with this key.lo it is not known which one was sent on. */
void txn_table__doubt_lo(struct txn_table *t, enum txn_side side, uint64_t lo);
/* A new open transaction. When the table is full the oldest finished one makes room, else the
 * oldest open one: then *evicted_open is true and that one is lost. NULL: no memory. */
struct txn *txn_table__add(struct txn_table *t, enum txn_side side, const struct brief *b,
			   uint64_t now_ns, bool *evicted_open);
/* An INVITE got a provisional reply: it stays open, but other timers run (RFC 3261 17.1.1.2, 16.6
 * item 11). */
void txn_table__proceed(struct txn_table *t, struct txn *txn, uint64_t now_ns);
/* From open to done. */
void txn_table__finish(struct txn_table *t, struct txn *txn, uint64_t now_ns);
void txn_table__remove(struct txn_table *t, struct txn *txn);

txn_ref_t txn_table__ref(const struct txn_table *t, const struct txn *txn);
struct txn *txn_table__get(const struct txn_table *t, txn_ref_t ref);

/* The lists of open transactions: one a protocol, oldest first, and in place of none
 * TXN_PROCEEDING, by latest provisional reply. */
#define TXN_PROCEEDING PROTO_NONE
#define TXN_LISTS      PROTO_CNT
const struct txn_list *txn_table__open(const struct txn_table *t, int list);
const struct txn_list *txn_table__done(const struct txn_table *t);

#endif

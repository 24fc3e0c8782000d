/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the session share. */
#ifndef SIGPATH_SESSION_IMPL_H
#define SIGPATH_SESSION_IMPL_H

#include "offers.h"
#include "session.h"
#include "slow.h"

#define SESSION_ROWS \
	256 /* found lately, a power of two: naming a row costs more than a transaction */

struct session_row {
	struct stats_row *row; /* NULL free */
	const char *method;
	uint8_t addr[16];
	uint16_t port;
	uint8_t proto, side;
};

struct session {
	struct session_opts opts;
	struct session_counts counts;
	struct txn_table *table;
	struct offers *offers;
	struct slow *slow;
	struct session_row row[SESSION_ROWS];
	uint64_t doubt_ns; /* what was opened before may have ended unseen */
};

/* NULL: no memory. */
struct txn *session__open(struct session *s, enum txn_side side, const struct brief *b,
			  const struct rec_flow *flow, uint64_t now_ns);
void session__note_task(struct txn *x, const struct rec_task *task);
/* A phone may ring for minutes. */
void session__note_provisional(struct session *s, struct txn *x, uint64_t now_ns);
void session__note_retransmit(struct session *s, struct txn *x, bool is_self_inflicted);
/* Its last message is known: to the statistics and to who listens. x may be gone then. */
void session__finish(struct session *s, struct txn *x, uint64_t now_ns);

#endif

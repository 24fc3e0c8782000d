/* SPDX-License-Identifier: BSD-2-Clause */
/* Where messages go: taken apart once, then to the transactions, the calls and the heartbeats. */
#ifndef SIGPATH_DELIVER_H
#define SIGPATH_DELIVER_H

#include "beat.h"
#include "calls.h"
#include "ledger.h"
#include "session.h"

struct deliver {
	struct session *session; /* all borrowed */
	struct calls *calls;	 /* NULL: none are kept */
	struct beats *beats;	 /* NULL */
	struct ledger *ledger;
	struct facts facts; /* of the message at hand */
	char offer_buf[OFFER_BUF];
};

/* What a message left behind there, for what is known of it later. */
struct delivered {
	struct session_part part;
	call_msg_ref_t call;
};

/* A message is on its way to local software. */
struct delivered deliver__arrive(struct deliver *d, const struct message *m, uint64_t now_ns);
/* ... and was read (leg complete), or nobody sees reads (task NULL). */
void deliver__read(struct deliver *d, const struct delivered *at, const struct rx_leg *leg,
		   const struct rec_task *task, uint64_t now_ns);
/* ... or was not. */
void deliver__lose(struct deliver *d, const struct delivered *at, enum call_fate fate);

/* A message is at the qdisc. False: not one that can be used, counted; nothing more is to be told of
 * it. *brief, where it is not NULL, is what deliver__sent wants then. */
bool deliver__queued(struct deliver *d, const struct message *m, struct delivered *at,
		     struct brief *brief);
/* ... and was sent (leg complete). */
void deliver__sent(struct deliver *d, const struct delivered *at, const struct brief *brief,
		   const struct rec_flow *flow, const struct tx_leg *leg,
		   const struct rec_task *task, uint64_t now_ns);

/* A message of a capture. */
void deliver__wire(struct deliver *d, const struct message *m);

#endif

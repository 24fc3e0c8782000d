/* SPDX-License-Identifier: BSD-2-Clause */
/* Legs: the instants of one message on one host, and how the legs of a transaction become stages.
 *
 *   rx_leg   nic -> stack -> sock -> read      a message received
 *   tx_leg   send -> queue -> xmit             a message sent
 *
 * 0 = the instant is not known. */
#ifndef SIGPATH_LEG_H
#define SIGPATH_LEG_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "stage.h"
#include "why.h"

/* [sock, read) by what the reading thread did; the five sum to read_ns - sock_ns. */
struct sockq_split {
	uint64_t wakeup_ns;
	uint64_t runq_ns;
	uint64_t wakeup_runq_ns; /* blocked or runnable: the switch did not tell since when runnable
				  */
	uint64_t backlog_ns;
	uint64_t undivided_ns; /* before the oldest interval the kernel remembered */
};

struct rx_leg {
	uint64_t nic_ns;
	uint64_t stack_ns;
	uint64_t sock_ns;
	uint64_t read_ns;
	struct sockq_split sockq; /* valid with sock_ns and read_ns */
};

struct tx_leg {
	uint64_t send_ns;
	uint64_t queue_ns;
	uint64_t xmit_ns;
};

/* Divides [sock_ns, read_ns) of the leg with the off-CPU history of its reader, who read it on
 * `cpu`. why: what runq and backlog of that were spent on; NULL: not asked. */
void rx_leg__split(struct rx_leg *leg, const struct rec_history *reader, uint32_t cpu,
		   struct why_parts *why);

/* Earliest known instant, 0 none. */
uint64_t rx_leg__start_ns(const struct rx_leg *leg);
uint64_t tx_leg__start_ns(const struct tx_leg *leg);
/* Latest known instant, 0 none. */
uint64_t tx_leg__end_ns(const struct tx_leg *leg);

/* A path under construction: stages between the instants it has walked. */
struct path {
	struct stage_share share[STAGE_SHARES_MAX];
	unsigned int share_cnt;
	uint64_t start_ns;
	uint64_t last_ns;
	stage_mask_t pending; /* stages since last_ns whose end is not known yet */
	bool invalid;	      /* an instant lies before its predecessor, or too many stages */
};

/* Received message: from the wire to the application. `before` is the stage that ends at its first
 * instant (0 at the start of a path, STAGE_PEER in the middle). */
void path__rx(struct path *p, stage_mask_t before, const struct rx_leg *leg);
/* Sent message; `before` is STAGE_APP behind a received one, 0 at the start. */
void path__tx(struct path *p, stage_mask_t before, const struct tx_leg *leg);
/* From one sight of a capture to another. */
void path__wire(struct path *p, uint64_t from_ns, uint64_t to_ns);
/* Total; the shares sum to it. 0 when there is nothing to measure. */
uint64_t path__total_ns(const struct path *p);

#endif

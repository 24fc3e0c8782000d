/* SPDX-License-Identifier: BSD-2-Clause */
/* Stages: the parts a message's time is divided into. A stage is a set of base stages, so that an
 * instant the kernel cannot deliver merges its two neighbours ("driver+stack") and nothing has to
 * be guessed. */
#ifndef SIGPATH_STAGE_H
#define SIGPATH_STAGE_H

#include <stddef.h>
#include <stdint.h>

/* bit, name, from..to, letter that fills its bar, what it says. In the order a message meets them.
 */
#define STAGES(X)                                                                             \
	X(0, DRIVER, "driver", 'd', "first sight (XDP) to the network stack")                 \
	X(1, STACK, "stack", 's', "network stack to the socket queue")                        \
	X(2, WAKEUP, "wakeup", 'w', "queued until the waiting thread is runnable")            \
	X(3, RUNQ, "runq", 'r', "thread runnable, waiting for a CPU")                         \
	X(4, BACKLOG, "backlog", 'b', "queued while the thread was busy with something else") \
	X(5, APP, "app", 'a', "application: read to send")                                    \
	X(6, TX, "tx", 't', "send call to the qdisc")                                         \
	X(7, QDISC, "qdisc", 'q', "qdisc to the driver")                                      \
	X(8, PEER, "peer", 'p', "waiting for the peer: request out to reply in")              \
	X(9, UNATTRIBUTED, "unattributed", '?', "belongs to no stage")

enum stage_bit {
#define X(bit, id, name, letter, help) STAGE_##id = 1 << bit,
	STAGES(X)
#undef X
};

#define STAGE_BITS 10
#define STAGE_ALL  ((1 << STAGE_BITS) - 1)
/* Time on the socket queue, undivided. */
#define STAGE_SOCKQ (STAGE_WAKEUP | STAGE_RUNQ | STAGE_BACKLOG)

/* A set of enum stage_bit. */
typedef uint16_t stage_mask_t;

struct stage_share {
	stage_mask_t mask;
	uint64_t ns;
};

/* Most different stages one transaction can have. */
#define STAGE_SHARES_MAX 16

/* Room for any printed name and its NUL. */
#define STAGE_NAME_LEN 80

/* Writes the printed name ("driver+stack", "sockq", "sockq+app") into buf, always terminated;
 * returns the length written. An empty set has an empty name. */
int stage__name(stage_mask_t mask, char *buf, size_t len);
/* Set for a printed name, 0 if it is none. The parts may come in any order, but only once. */
stage_mask_t stage__find(const char *name);
/* Letter that fills the bar of a stage: that of its first base stage; '?' for an empty set. */
char stage__letter(stage_mask_t mask);
/* What a base stage or the socket queue says, from the table; NULL for other sets. Never freed. */
const char *stage__help(stage_mask_t mask);
/* Order for display: by first base stage, then the smaller set; below 0, 0, above 0. An empty set
 * comes last. */
int stage__compare(stage_mask_t a, stage_mask_t b);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests of STUN and TURN that wait, or waited, for their response: one table for ice.c and
 * turn.c. */
#ifndef SIGPATH_ICE_CHECK_H
#define SIGPATH_ICE_CHECK_H

#include "ice.h"

#define ICE_CHECKS_NS 40000000000ull /* RFC 8445 14.3, RFC 8489 6.2.1: 39.5 s */

struct ice_check {
	uint64_t hash; /* 0 free */
	uint64_t call_id;
	uint64_t first_ns, last_ns;
	uint32_t call; /* idx + 1 */
	uint16_t copies;
	uint8_t pair;			   /* index + 1, 0 none */
	uint8_t asked_dirs, answered_dirs; /* 1 << enum message_dir */
	bool is_nominating;
};

/* Names a transaction: its id and both addresses, whichever way. Never 0. */
uint64_t ice_check__hash(const struct message *m, const struct stun_head *s);
/* NULL: none. */
struct ice_check *ice_check__find(const struct calls *c, uint64_t hash);
/* The oldest of its set makes room. */
struct ice_check *ice_check__add(struct calls *c, struct call *call, const struct message *m,
				 uint64_t hash);
/* NULL: forgotten meanwhile. */
struct call *ice_check__call(const struct calls *c, const struct ice_check *k);
/* Another sight of a request: true if it is the same copy at its other end on this host. */
bool ice_check__is_other_end(struct ice_check *k, const struct message *m);
/* The allocation, or the call, of a 5-tuple that is not over. NULL: none. */
struct call *ice__find_flow(const struct calls *c, const struct rec_flow *flow, bool is_turn);

#endif

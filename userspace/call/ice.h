/* SPDX-License-Identifier: BSD-2-Clause */
/* Connectivity checks of a call (RFC 8445, RFC 7675) and TURN allocations (RFC 8656). A check is a
 * Binding request with USERNAME "A:B" and its response; both ends may check the same pair of
 * addresses. What is not on a checklist is not known here: a pair is one that was checked. */
#ifndef SIGPATH_ICE_H
#define SIGPATH_ICE_H

#include "calls_impl.h"

#define ICE_PAIRS_MAX  16	      /* more are counted */
#define ICE_UFRAGS_MAX 8	      /* of descriptions and checks */
#define ICE_CONSENT_NS 30000000000ull /* RFC 7675 5.1 */

enum ice_pair_state { ICE_PAIR_CHECKED, ICE_PAIR_VALID, ICE_PAIR_NOMINATED, ICE_PAIR_FAILED };

struct ice_pair {
	uint8_t a[16], b[16]; /* a sent the first check */
	uint16_t a_port, b_port;
	uint8_t state;	      /* enum ice_pair_state */
	bool is_asked;	      /* a check of it nominates (USE-CANDIDATE) */
	bool is_consent_lost; /* and not heard of since */
	uint16_t code;	      /* of the latest error response, 0 none */
	uint32_t checks, answered, failed, retransmits; /* of both ends; copies are no checks */
	uint32_t consent_lost;
	uint64_t first_ns, valid_ns, nominated_ns; /* 0: not */
	uint64_t success_ns;			   /* latest success response */
	uint64_t rtt_min_ns;  /* check to success, of checks sent from here (or seen by a capture)
			       * that were  not retransmitted; 0 none */
	uint64_t rto_wait_ns; /* first copy to the one that was answered: what retransmissions cost
			       */
};

struct call_ice {
	uint8_t pair_cnt, ufrag_cnt;
	bool is_offered, is_answered; /* the offer, the answer named ufrags */
	uint32_t pairs_left_out;
	uint64_t ufrag[ICE_UFRAGS_MAX]; /* hashes */
	uint8_t controlling[16];	/* where the latest check with ICE-CONTROLLING came from */
	uint16_t controlling_port;
	bool has_controlling, is_controlling_local; /* ... and it is an address of this host */
	uint8_t nominated; /* index of the latest nominated pair + 1, 0 none */
	uint32_t checks, answered, failed, retransmits, conflicts; /* conflicts: 487 */
	uint64_t rto_wait_ns;
	uint32_t lifetime_s; /* TURN: of the allocation; 0 none */
	uint8_t relayed[16]; /* TURN: address of the allocation */
	uint16_t relayed_port;
	uint8_t pair_room;
	struct ice_pair *pair; /* pair_cnt of them, made as they come; owned */
};

/* The ICE state of a call, made at first; NULL: no memory (counted). calls__forget frees it with
 * free(). */
struct call_ice *ice__of(struct calls *c, struct call *call);
/* Its descriptions or checks named this ufrag. */
bool ice__has_ufrag(const struct call *call, uint64_t hash);
void ice__add_ufrag(struct calls *c, struct call *call, const uint8_t *p, uint32_t len);
uint64_t ice__hash_ufrag(const uint8_t *p, uint32_t len);
void ice__free(struct call_ice *ice);
/* A STUN or TURN message. *is_mine: it belongs to a call. */
call_msg_ref_t ice__add(struct calls *c, const struct message *m, const struct facts *f,
			const struct call_verdict *v, bool *is_mine);
/* Shortest round trip seen to this address, 0 not known. */
uint64_t ice__rtt_ns(const struct call *call, const uint8_t addr[16], uint16_t port);

/* The pair of a flow, either way; NULL: none. `ice` may be NULL. */
struct ice_pair *ice__find_pair(struct call_ice *ice, const struct rec_flow *flow);
/* The same, made; NULL: too many. */
struct ice_pair *ice__pair(struct call_ice *ice, const struct message *m);

/* Checks that wait for their response; in struct calls. Bounded: the oldest of its set makes room.
 */
struct ice_table;
int ice_table__new(unsigned int max_calls, struct ice_table **ret);
void ice_table__free(struct ice_table *t);

#endif

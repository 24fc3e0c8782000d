/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the time of a setup went: its phases, its critical path, and who held it at each moment.
 *
 *   offer ----------- answer                          signaling
 *           trying - ringing
 *                    check ---- nominated              ice
 *                                 hello -- handshake   dtls
 *                                              - media first media
 *   |---- critical path: the phase that ended last before the next could begin ----|
 *
 * The critical path is a partition of [start, end): its segments sum to the total, to the
 * nanosecond, and so do the owners of its time. Where phases overlap the earlier one has it until
 * it ends; time between two phases belongs to the one that it delays. TRYING and RINGING lie inside
 * of SIGNALING: their critical_ns is what they share with the path, on top of its parts.
 *
 * Media ends it, early media before the answer too. A telephone that rings waits for a human:
 * between the first 180 and the final answer, time that ends with a response to the INVITE is
 * nobody's (UNATTRIBUTED), never the application's, and its sum is human_ns; forwarding that
 * response, ICE and DTLS meanwhile are judged as always. An operator gets: human_ns, and of the
 * rest who held it; total - human_ns is what statistics of whole setups count. */
#ifndef SIGPATH_WATERFALL_H
#define SIGPATH_WATERFALL_H

#include "calls.h"

/* id, name, from instant, to instant, what it is */
#define WATERFALL_PHASES(X)                                                             \
	X(SIGNALING, "signaling", OFFER, ANSWER,                                        \
	  "offer to answer (setups without: start to final answer)")                    \
	X(TRYING, "trying", START, TRYING, "request to the first 100")                  \
	X(RINGING, "ringing", START, RINGING, "request to the first 180: RFC 6076 SRD") \
	X(GATHER, "gather", ANSWER, CHECK, "answer to the first connectivity check")    \
	X(ICE, "ice", CHECK, NOMINATED, "first check to the nominated pair")            \
	X(DTLS, "dtls", HELLO, HANDSHAKE, "ClientHello to the end of the handshake")    \
	X(MEDIA, "media", HANDSHAKE, MEDIA, "to the first media packet")

enum waterfall_phase_id {
#define X(id, name, from, to, help) WATERFALL_##id,
	WATERFALL_PHASES(X)
#undef X
		WATERFALL_PHASE_CNT
};

enum waterfall_owner {
	OWNER_HOST,	    /* a message was in this host's stages, or its application had it */
	OWNER_PEER_NETWORK, /* sent, not answered yet: peer and network cannot be told apart */
	OWNER_PEER,	    /* the same, less the shortest round trip seen to that address */
	OWNER_NETWORK,	    /* that round trip; between two local sockets: measured */
	OWNER_UNATTRIBUTED, /* nothing is known: a capture, or nobody waits for a message */
	OWNER_CNT
};

struct waterfall_phase {
	bool is_known;
	uint64_t from_ns, to_ns;
	uint64_t critical_ns;	      /* of it on the critical path */
	uint64_t owner_ns[OWNER_CNT]; /* of critical_ns, sums to it */
};

/* A stretch of the critical path with one owner. */
struct waterfall_part {
	uint64_t from_ns, to_ns;
	uint8_t owner;
	uint8_t phase;	    /* enum waterfall_phase_id */
	stage_mask_t stage; /* of OWNER_HOST; 0 else */
	uint32_t msg;	    /* idx + 1 of the message it belongs to, 0 none */
};

#define WATERFALL_PARTS_MAX  256
#define WATERFALL_STAGES_MAX STAGE_SHARES_MAX

struct waterfall {
	uint64_t start_ns,
		end_ns;	  /* of the setup: first message to media (or the last phase known) */
	bool is_complete; /* the first media packet was seen */
	bool is_invalid;  /* instants contradict each other: no numbers, the call is there */
	struct waterfall_phase phase[WATERFALL_PHASE_CNT];
	unsigned int part_cnt;
	struct waterfall_part
		part[WATERFALL_PARTS_MAX]; /* in order; more are merged into UNATTRIBUTED */
	uint64_t owner_ns[OWNER_CNT];	   /* sums to end_ns - start_ns */
	uint64_t human_ns;		   /* of owner_ns[OWNER_UNATTRIBUTED]: it rang */
	unsigned int stage_cnt;
	struct stage_share stage[WATERFALL_STAGES_MAX]; /* of owner_ns[OWNER_HOST], sums to it */
};

/* 0; -ENODATA: the call has no setup that could be measured (yet). */
int waterfall__build(const struct calls *c, const struct call *call, struct waterfall *ret);
/* Time this host had a message before it came out again, for the ladder: IN: first sight to read;
 * OUT: from the read of the message it answers (or forwards) to the driver. Shares sum to the
 * result; 0 not known. */
uint64_t waterfall__host_wait(const struct calls *c, const struct call *call,
			      const struct call_msg *m, struct path *ret);
/* Start and end of what would be measured, without measuring it; false: nothing (yet), or a contradiction. */
bool waterfall__span(const struct call *call, uint64_t *start_ns, uint64_t *end_ns);
const char *waterfall_phase__name(enum waterfall_phase_id id);
const char *waterfall_owner__name(enum waterfall_owner owner);

#endif

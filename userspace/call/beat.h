/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP heartbeats: who sends them how regularly, what comes back, and whether a NAT gave the peer
 * another address. A peer is a service (where heartbeats go) and a sender: the bytes of the payload
 * that name it, or its address where they do not.
 *
 * What can be wrong:
 * - Whoever sends first is taken for the peer. First seen at an echo, the roles are swapped; that
 * is noticed where echoes repeat their heartbeat, else not: the echo time is then the rest of the
 *   interval. A service that sends heartbeats of its own looks like one that answers.
 * - Equal payloads do not tell an echo that comes later than the next heartbeat: it counts for the
 *   latest one.
 * - Senders that share a name look like one whose address changes. Once addresses come back, or
 * many different ones follow each other, the name is given up (is_by_address, ids_shared) and these
 *   changes are taken back; senders behind one address translator, more than BEAT_FORMER of them,
 *   are not told apart.
 * - A peer that left is missed until it is forgotten (idle_ns). */
#ifndef SIGPATH_BEAT_H
#define SIGPATH_BEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

struct beats_opts {
	unsigned int max_peers;	 /* the longest idle one makes room; at least 1 */
	uint16_t id_off, id_len; /* payload bytes that name the sender; shorter ones: the address */
	uint64_t idle_ns;	 /* a peer is forgotten after this; 0 never */
};

struct beats_counts {
#define BEATS_COUNT(field, name, kind, help) uint64_t field;
#include "beats_count.def"
#undef BEATS_COUNT
};

struct beat_peer {
	uint64_t id; /* 1, 2, 3... */
	uint8_t service[16], addr[16],
		old_addr[16]; /* where it is now, and before the latest change */
	uint16_t service_port, port, old_port;
	uint8_t dir; /* enum message_dir of its heartbeats: MESSAGE_IN makes an echo time the time
		      * that the service took, MESSAGE_OUT the round trip */
	bool is_by_address; /* its payload does not name it: a mapping change is a new peer */
	uint64_t first_ns, seen_ns, changed_ns; /* changed_ns 0: never */
	uint64_t beats, echoes, misses, changes;
	uint64_t exact;	      /* echoes with the bytes of their heartbeat */
	uint64_t interval_ns; /* learnt: median of recent ones, 0 not yet */
	uint64_t jitter_ns;   /* RFC 3550 6.4.1, of intervals against the learnt one */
	uint64_t echo_min_ns, echo_max_ns, echo_sum_ns; /* heartbeat to its echo, as seen here */
};

struct beats;

int beats__new(const struct beats_opts *opts, struct beats **ret);
void beats__free(struct beats *b);
void beats__add(struct beats *b, const struct message *m);
/* Misses of who is silent, and peers to forget; some of them with each call. */
void beats__tick(struct beats *b, uint64_t now_ns);
/* In order of id, the first one above `from`; NULL at the end. Valid until the next change. */
const struct beat_peer *beats__next(const struct beats *b, uint64_t from);
const struct beats_counts *beats__counts(const struct beats *b);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP heartbeats: who sends them how regularly, what comes back, and whether a NAT gave the peer
 * another address. A peer is a service of this host (or of a capture) and the bytes of the payload
 * that name the sender (an echo carries the same ones and goes the other way); two senders that
 * share these bytes are taken for one whose address changes, which shows as a mapping that changes
 * with every heartbeat. */
#ifndef SIGPATH_BEAT_H
#define SIGPATH_BEAT_H

#include <stdint.h>

#include "message.h"

struct beats_opts {
	unsigned int max_peers;	 /* the longest idle one makes room */
	uint16_t id_off, id_len; /* payload bytes that name the sender; shorter ones: the address */
	uint64_t idle_ns;	 /* a peer is forgotten after this */
};

struct beats_counts {
	uint64_t heartbeats, echoes, misses, mapping_changes, peers_evicted, no_memory;
};

#define BEAT_INTERVALS 15 /* recent ones that the median is of */

struct beat_peer {
	uint64_t id; /* 1, 2, 3... */
	uint8_t service[16], addr[16],
		old_addr[16]; /* where it is now, and before the latest change */
	uint16_t service_port, port, old_port;
	uint64_t first_ns, seen_ns, changed_ns; /* changed_ns 0: never */
	uint64_t beats, echoes, misses, changes;
	uint64_t interval_ns; /* learnt: median of the recent ones, 0: fewer than 5 */
	uint64_t jitter_ns;   /* RFC 3550 6.4.1, of intervals against the learnt one */
	uint64_t echo_min_ns, echo_max_ns, echo_sum_ns; /* heartbeat to its echo, as seen here */
	/* how it knows */
	uint64_t key;
	uint64_t open_hash, open_ns; /* the heartbeat that waits for its echo; hash 0 none */
	uint64_t recent_ns[BEAT_INTERVALS];
	uint32_t recent_cnt;
	struct beat_peer *chain, *prev, *next; /* hash; by latest heartbeat, oldest first */
	struct beat_peer *id_prev, *id_next;   /* by id */
};

struct beats;

int beats__new(const struct beats_opts *opts, struct beats **ret);
void beats__free(struct beats *b);
void beats__add(struct beats *b, const struct message *m);
void beats__tick(struct beats *b, uint64_t now_ns);
/* In order of id; `from` 0: the first. Valid until the next change. */
const struct beat_peer *beats__next(const struct beats *b, uint64_t from);
const struct beats_counts *beats__counts(const struct beats *b);

#endif

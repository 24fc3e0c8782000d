/* SPDX-License-Identifier: BSD-2-Clause */
/* Which datagrams of a capture are media. By RFC 7983 every other random byte looks like RTP, so
 * only addresses count that a call named or where checks or a handshake were seen; of each flow the
 * first few. */
#ifndef SIGPATH_MEDIA_H
#define SIGPATH_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

#define MEDIA_FIRST 4	  /* datagrams of a flow that are told */
#define MEDIA_ENDS  16384 /* addresses remembered: each slot holds the latest */
#define MEDIA_FLOWS 65536

struct media {
	uint64_t end[MEDIA_ENDS];   /* hashes of address and port, 0 free */
	uint64_t flow[MEDIA_FLOWS]; /* hash of the flow, its last byte the count */
};

void media__expect(struct media *m, const uint8_t addr[16], uint16_t port);
/* PROTO_RTP, PROTO_DTLS (protected), or PROTO_NONE: no media, or not one of the first of its flow.
 * p: len bytes, not empty. */
uint8_t media__tell(struct media *m, const struct rec_flow *flow, const uint8_t *p, uint32_t len);

#endif

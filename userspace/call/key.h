/* SPDX-License-Identifier: BSD-2-Clause */
/* By which a message finds its call: a hash from 64-bit keys to calls. Different calls may have the
 * same key (ufrags of four characters, generators that repeat themselves): the newest comes first,
 * the caller judges each and goes on. Bounded: keys of all calls, keys of one call; the keys of a
 * call go with it. */
#ifndef SIGPATH_KEY_H
#define SIGPATH_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "record.h"

#define CALL_KEYS_MAX  24 /* of one call */
#define CALL_KEY_TRIES 16 /* calls with the same key a message is compared with */

enum call_key_kind {
	KEY_CALL_ID,
	KEY_UFRAGS,	 /* pair */
	KEY_UFRAG,	 /* one of them */
	KEY_FINGERPRINT, /* certificate of a description */
	KEY_MEDIA,	 /* address and port of a description */
	KEY_CANDIDATE,	 /* of a candidate */
	KEY_FLOW,	 /* both ends, whichever way */
	KEY_CONN,	 /* stream connection */
	KEY_ORIGIN,	 /* o= line */
	KEY_OFFER_ID,	 /* what names an exchange in JSON */
	KEY_SESSION_ID,	 /* RFC 7989 */
	KEY_ICID,	 /* RFC 7315 */
	KEY_X_CALL_ID,
	KEY_KIND_CNT
};

struct calls;
struct call;

struct call_key {
	uint64_t hash;	       /* with the kind */
	uint32_t call;	       /* idx + 1, 0 free */
	uint32_t next;	       /* chain of its bucket, one per hash: idx + 1; or free list */
	uint32_t older, newer; /* the same hash: idx + 1 */
	uint32_t of_call;      /* next of the same call: idx + 1 */
	uint32_t pad;
};

struct call_keys {
	struct call_key **chunk;
	unsigned int chunk_cnt, made, max;
	uint32_t free;
	uint32_t *bucket;
	uint32_t mask;
};

int call_keys__init(struct call_keys *k, unsigned int max_calls);
void call_keys__done(struct call_keys *k);

/* The call can be found by it from now on. False: not (its keys or the table are full, no memory:
 * counted). What it has already is true. */
bool call_key__add(struct calls *c, struct call *call, enum call_key_kind kind, uint64_t hash);
/* The newest call with this key; then older ones: *at is 0 at first, kept by the caller. NULL: no
 * more, or CALL_KEY_TRIES were looked at. */
struct call *call_key__find(const struct calls *c, enum call_key_kind kind, uint64_t hash,
			    uint64_t *at);
/* All keys of a call. */
void call_key__remove(struct calls *c, struct call *call);

static inline uint64_t call_key__mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdull;
	return h ^ (h >> 32);
}

static inline uint64_t call_key__bytes(uint64_t h, const void *p, uint32_t len)
{
	const uint8_t *b = p;
	uint64_t word;

	h = call_key__mix(h, len + 0x9e3779b97f4a7c15ull);
	for (; len >= 8; len -= 8, b += 8) {
		memcpy(&word, b, 8);
		h = call_key__mix(h, word);
	}
	if (len) {
		word = 0;
		memcpy(&word, b, len);
		h = call_key__mix(h, word);
	}
	return h;
}

static inline uint64_t call_key__address(const uint8_t addr[16], uint16_t port)
{
	return call_key__bytes(port, addr, 16);
}

/* The same for both directions. */
static inline uint64_t call_key__flow(const struct rec_flow *flow)
{
	uint64_t a = call_key__address(flow->saddr, flow->sport);
	uint64_t b = call_key__address(flow->daddr, flow->dport);

	return a < b ? call_key__mix(a, b) : call_key__mix(b, a);
}

#endif

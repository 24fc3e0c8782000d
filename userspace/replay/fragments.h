/* SPDX-License-Identifier: BSD-2-Clause */
/* Reassembly of IPv4 and IPv6 fragments (RFC 791 3.2, RFC 8200 4.5), bounded in datagrams, bytes
 * and time. Copies of a fragment are taken once; fragments that overlap otherwise spoil their
 * datagram (RFC 5722), so that what is assembled does not depend on who reads it. */
#ifndef SIGPATH_FRAGMENTS_H
#define SIGPATH_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

#define FRAGMENTS_PIECES  64		 /* of one datagram; more spoil it */
#define FRAGMENTS_NS	  30000000000ull /* how long a datagram is waited for */
#define FRAGMENT_DATA_MAX 65535

struct fragment {
	uint8_t saddr[16], daddr[16];
	uint32_t id;
	uint8_t proto;	   /* of the datagram; IPv6: next header of the fragment header */
	uint8_t family;	   /* 4, 6 */
	bool is_last;	   /* no more fragments */
	uint32_t off, len; /* of its data in the datagram */
	const uint8_t *p;
};

struct fragments_counts {
	uint64_t fragments, assembled;
	uint64_t copies;     /* seen again */
	uint64_t refused;    /* datagrams that contradict themselves or overlap */
	uint64_t incomplete; /* given up after FRAGMENTS_NS */
	uint64_t evicted;    /* given up because others came: table or memory full */
	uint64_t no_memory;
};

struct fragments;

int fragments__new(unsigned int max_datagrams, uint64_t max_bytes, struct fragments **ret);
void fragments__free(struct fragments *t);

/* True: it was the last one that was missing; *p is *len bytes of the datagram, valid until the
 * next call, 512 bytes behind them addressable. */
bool fragments__add(struct fragments *t, const struct fragment *f, uint64_t now_ns,
		    const uint8_t **p, uint32_t *len);
/* Gives up what is too old. At the end of a file: UINT64_MAX. */
void fragments__tick(struct fragments *t, uint64_t now_ns);
const struct fragments_counts *fragments__counts(const struct fragments *t);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets nearly as they should be: the same ones in every run. */
#ifndef SIGPATH_MUTATE_H
#define SIGPATH_MUTATE_H

#include "packet.h"

#define ETH_HLEN 14

/* splitmix64: the same numbers in every run */
static inline uint64_t draw(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* A few bytes changed, mostly in the headers; now and then a length in bytes, a cut, or a longer
 * tail. */
static inline void mutate(struct packet *p, uint64_t *state)
{
	unsigned int changes = 1 + draw(state) % 4;

	while (changes--) {
		size_t span = draw(state) % 4 ? 100 : p->len,
		       at = draw(state) % (span < p->len ? span : p->len);

		switch (draw(state) % 6) {
		case 0:
			p->buf[at] ^= (uint8_t)(1u << draw(state) % 8);
			break;
		case 1:
			p->buf[at] = (uint8_t)draw(state);
			break;
		case 2:
			p->buf[at] = (uint8_t)(draw(state) % 2 ? 0xff : 0);
			break;
		case 3:
			p->buf[at & ~(size_t)1] = 0;
			p->buf[at | 1] = (uint8_t)draw(state);
			break;
		case 4:
			p->len = ETH_HLEN + draw(state) % (p->len - ETH_HLEN + 1);
			break;
		default:
			packet__add_zeros(p, draw(state) % 64);
		}
	}
}

#endif

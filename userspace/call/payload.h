/* SPDX-License-Identifier: BSD-2-Clause */
/* Recent payloads in one ring of bytes, each behind its length. A position counts all bytes ever
 * written: what was overwritten since is known to be gone. */
#ifndef SIGPATH_PAYLOAD_H
#define SIGPATH_PAYLOAD_H

#include <stdint.h>

struct payload {
	uint8_t *ring; /* NULL: none kept */
	uint32_t size;
	uint64_t end; /* bytes written so far */
};

/* size 0: keeps nothing. 0 or -ENOMEM. */
int payload__init(struct payload *r, uint32_t size);
void payload__done(struct payload *r);
/* Position + 1, or 0: not kept (empty, or longer than the ring). */
uint64_t payload__add(struct payload *r, const uint8_t *p, uint32_t len);
/* Up to len bytes of what was written at `at` (what payload__add returned) into buf; 0: gone. */
uint32_t payload__read(const struct payload *r, uint64_t at, uint8_t *buf, uint32_t len);

#endif

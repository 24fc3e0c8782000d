/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring: an entry is its length (4 bytes) and its bytes, both may wrap. */
#include "payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_LEN ((uint32_t)sizeof(uint32_t))

int payload__init(struct payload *r, uint32_t size)
{
	*r = (struct payload){.size = size > HEAD_LEN ? size : 0};
	if (!r->size)
		return 0;
	r->ring = malloc(r->size);
	return r->ring ? 0 : -ENOMEM;
}

void payload__done(struct payload *r)
{
	free(r->ring);
	*r = (struct payload){0};
}

static void put(struct payload *r, const void *p, uint32_t len)
{
	uint32_t off = (uint32_t)(r->end % r->size);
	uint32_t first = len < r->size - off ? len : r->size - off;

	memcpy(r->ring + off, p, first);
	memcpy(r->ring, (const uint8_t *)p + first, len - first);
	r->end += len;
}

static void get(const struct payload *r, uint64_t at, void *buf, uint32_t len)
{
	uint32_t off = (uint32_t)(at % r->size);
	uint32_t first = len < r->size - off ? len : r->size - off;

	memcpy(buf, r->ring + off, first);
	memcpy((uint8_t *)buf + first, r->ring, len - first);
}

uint64_t payload__add(struct payload *r, const uint8_t *p, uint32_t len)
{
	uint64_t at = r->end + 1;

	if (!len || !r->ring || len > r->size - HEAD_LEN)
		return 0;
	put(r, &len, HEAD_LEN);
	put(r, p, len);
	return at;
}

uint32_t payload__read(const struct payload *r, uint64_t at, uint8_t *buf, uint32_t len)
{
	uint32_t kept;

	if (!at || at > r->end || r->end - (at - 1) > r->size)
		return 0;
	get(r, at - 1, &kept, HEAD_LEN);
	if (len > kept)
		len = kept;
	get(r, at - 1 + HEAD_LEN, buf, len);
	return len;
}

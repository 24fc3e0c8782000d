/* SPDX-License-Identifier: BSD-2-Clause */
/* Doubling pauses. */
#include "backoff.h"

#define SECOND_NS 1000000000ull

uint64_t backoff__next(struct backoff *b, uint64_t now_ns)
{
	uint64_t pause_ns = 0;

	if (b->cnt && now_ns - b->last_ns > BACKOFF_FORGIVE_NS)
		b->cnt = 0;
	if (b->cnt)
		pause_ns = b->cnt < 6 ? SECOND_NS << b->cnt : BACKOFF_MAX_NS;
	b->cnt++;
	b->last_ns = now_ns;
	return now_ns + pause_ns;
}

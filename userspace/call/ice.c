/* SPDX-License-Identifier: BSD-2-Clause */
#include "ice.h"

#include <string.h>

uint64_t ice__rtt_ns(const struct call *call, const uint8_t addr[16], uint16_t port)
{
	const struct call_ice *ice = call->ice;
	uint64_t best = 0;

	for (unsigned int i = 0; ice && i < ice->pair_cnt; i++) {
		const struct ice_pair *p = &ice->pair[i];
		bool is_a = p->a_port == port && !memcmp(p->a, addr, 16);
		bool is_b = p->b_port == port && !memcmp(p->b, addr, 16);

		if ((is_a || is_b) && p->rtt_min_ns && (!best || p->rtt_min_ns < best))
			best = p->rtt_min_ns;
	}
	return best;
}

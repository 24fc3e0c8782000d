/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of the checks of a call: ufrags, pairs of addresses, round trips. */
#include <stdlib.h>
#include <string.h>

#include "ice_check.h"

#define ICE_UFRAG_BYTES 256 /* RFC 8839 5.4 */

uint64_t ice__hash_ufrag(const uint8_t *p, uint32_t len)
{
	return call_key__bytes(KEY_UFRAG, p, len < ICE_UFRAG_BYTES ? len : ICE_UFRAG_BYTES);
}

bool ice__has_ufrag(const struct call *call, uint64_t hash)
{
	for (unsigned int i = 0; call->ice && i < call->ice->ufrag_cnt; i++)
		if (call->ice->ufrag[i] == hash)
			return true;
	return false;
}

static bool is_pair(const struct ice_pair *p, const struct rec_flow *f)
{
	bool is_ab = p->a_port == f->sport && p->b_port == f->dport &&
		     !memcmp(p->a, f->saddr, 16) && !memcmp(p->b, f->daddr, 16);

	return is_ab || (p->b_port == f->sport && p->a_port == f->dport &&
			 !memcmp(p->b, f->saddr, 16) && !memcmp(p->a, f->daddr, 16));
}

struct ice_pair *ice__find_pair(struct call_ice *ice, const struct rec_flow *f)
{
	for (unsigned int i = 0; ice && i < ice->pair_cnt; i++)
		if (is_pair(&ice->pair[i], f))
			return &ice->pair[i];
	return NULL;
}

/* A description alone has none, most calls two or three. */
static bool has_room(struct call_ice *ice)
{
	unsigned int room = ice->pair_room ? 2u * ice->pair_room : 2;
	struct ice_pair *pair;

	if (ice->pair_cnt < ice->pair_room)
		return true;
	if (room > ICE_PAIRS_MAX)
		return false;
	pair = realloc(ice->pair, room * sizeof(*pair));
	if (!pair)
		return false;
	memset(pair + ice->pair_cnt, 0, (room - ice->pair_cnt) * sizeof(*pair));
	ice->pair = pair;
	ice->pair_room = (uint8_t)room;
	return true;
}

void ice__free(struct call_ice *ice)
{
	if (!ice)
		return;
	free(ice->pair);
	free(ice);
}

struct ice_pair *ice__pair(struct call_ice *ice, const struct message *m)
{
	struct ice_pair *p = ice__find_pair(ice, m->flow);

	if (p)
		return p;
	if (!has_room(ice)) {
		ice->pairs_left_out++;
		return NULL;
	}
	p = &ice->pair[ice->pair_cnt++];
	memcpy(p->a, m->flow->saddr, 16);
	memcpy(p->b, m->flow->daddr, 16);
	p->a_port = m->flow->sport;
	p->b_port = m->flow->dport;
	p->first_ns = m->ts_ns;
	return p;
}

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

struct call *ice__find_flow(const struct calls *c, const struct rec_flow *flow, bool is_turn)
{
	uint64_t hash = call_key__flow(flow), at = 0;
	struct call *call;

	while ((call = call_key__find(c, KEY_FLOW, hash, &at)))
		if ((call->kind == CALL_TURN) == is_turn && !call_state__is_over(call->state))
			return call;
	return NULL;
}

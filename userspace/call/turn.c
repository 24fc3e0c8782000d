/* SPDX-License-Identifier: BSD-2-Clause */
/* An allocation begins with a request that is usually refused once, lives as long as it is
 * refreshed, and ends with a lifetime of 0. */
#include "turn.h"

#include <string.h>

#include "ice_check.h"
#include "tie.h"

#define TURN_ALLOCATE 3
#define TURN_REFRESH  4

/* RFC 8656 7.3, 8: 401 and 438 ask for (other) credentials, everything else is the answer. */
void turn__answered(struct calls *c, struct call *call, const struct message *m,
		    const struct stun_head *s)
{
	uint16_t method = s->brief.method;

	if (s->brief.class == STUN_ERROR) {
		call->ice->failed += s->error_code != 401 && s->error_code != 438;
		if (method != TURN_ALLOCATE || s->error_code == 401 || s->error_code == 438)
			return;
		call->code = s->error_code;
		calls__at(call, CALL_AT_FINAL, m->ts_ns);
		if (call->state == CALL_STATE_TRYING)
			calls__move(c, call, CALL_STATE_FAILED);
		return;
	}
	call->ice->answered++;
	if (method != TURN_ALLOCATE && method != TURN_REFRESH)
		return;
	if (method == TURN_ALLOCATE && s->relayed.family) {
		memcpy(call->ice->relayed, s->relayed.addr, 16);
		call->ice->relayed_port = s->relayed.port;
	}
	if (method == TURN_ALLOCATE)
		calls__at(call, CALL_AT_FINAL, m->ts_ns);
	if (s->has_lifetime)
		call->ice->lifetime_s = s->lifetime_s;
	if (method == TURN_REFRESH && s->has_lifetime && !s->lifetime_s) {
		calls__at(call, CALL_AT_BYE, m->ts_ns);
		calls__at(call, CALL_AT_END, m->ts_ns);
		calls__move(c, call, CALL_STATE_ENDED);
		return;
	}
	if (call->ice->lifetime_s)
		calls__due(c, call, m->ts_ns + call->ice->lifetime_s * 1000000000ull,
			   CALL_STATE_ENDED);
	calls__move(c, call, CALL_STATE_ACTIVE);
}

call_msg_ref_t turn__add(struct calls *c, const struct message *m, const struct facts *f,
			 const struct call_verdict *v, bool *is_mine)
{
	struct call *call = ice__find_flow(c, m->flow, true);
	uint64_t hash = ice_check__hash(m, &f->stun);
	struct ice_check *k = ice_check__find(c, hash);
	struct call_msg *msg;
	bool is_second;

	if (f->stun.brief.class == STUN_INDICATION) { /* carries media: no arrow for each */
		*is_mine = call != NULL;
		return 0;
	}
	if (!call && f->stun.brief.method == TURN_ALLOCATE) {
		call = calls__open(c, CALL_TURN, m, f->brief.method);
		if (!call)
			return 0;
		tie__service(call, "stun", m);
		call_key__add(c, call, KEY_FLOW, call_key__flow(m->flow));
		calls__due(c, call, m->ts_ns + ICE_CHECKS_NS, CALL_STATE_TIMEOUT);
	}
	if (!call)
		return 0;
	*is_mine = true;
	msg = calls__ladder(c, call, m, f, v, 0, &is_second);
	if (!ice__of(c, call))
		return calls__ref(msg);
	if (!k || ice_check__call(c, k) != call) {
		ice_check__add(c, call, m, hash);
		call->ice->checks++;
	} else if (!ice_check__is_other_end(k, m)) {
		k->copies++;
		k->last_ns = m->ts_ns;
		call->ice->retransmits++;
	}
	return calls__ref(msg);
}

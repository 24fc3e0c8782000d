/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of states. */
#include "call_event.h"

/* New state + 1; 0: stays. */
#define TO(state) (CALL_STATE_##state + 1)
typedef uint8_t state_row[CALL_EV_CNT];

static const state_row invite_states[CALL_STATE_CNT] = {
	[CALL_STATE_TRYING] = {[CALL_EV_RINGING] = TO(RINGING),
			       [CALL_EV_OK] = TO(ANSWERED),
			       [CALL_EV_REFUSED] = TO(FAILED),
			       [CALL_EV_CANCELLED] = TO(CANCELLED),
			       [CALL_EV_BYE_OK] = TO(ENDED)},
	[CALL_STATE_RINGING] = {[CALL_EV_OK] = TO(ANSWERED),
				[CALL_EV_REFUSED] = TO(FAILED),
				[CALL_EV_CANCELLED] = TO(CANCELLED),
				[CALL_EV_BYE_OK] = TO(ENDED)},
	[CALL_STATE_ANSWERED] = {[CALL_EV_BYE_OK] = TO(ENDED)},
	[CALL_STATE_ACTIVE] = {[CALL_EV_BYE_OK] = TO(ENDED)},
	/* Asked again with the same Call-ID; a 2xx that crossed the CANCEL, or came late. */
	[CALL_STATE_FAILED] = {[CALL_EV_ASK] = TO(TRYING), [CALL_EV_OK] = TO(ANSWERED)},
	[CALL_STATE_CANCELLED] = {[CALL_EV_OK] = TO(ANSWERED)},
	[CALL_STATE_TIMEOUT] = {[CALL_EV_OK] = TO(ANSWERED), [CALL_EV_REFUSED] = TO(FAILED)},
	[CALL_STATE_LOST] = {[CALL_EV_BYE_OK] = TO(ENDED)},
};

static const state_row register_states[CALL_STATE_CNT] = {
	[CALL_STATE_TRYING] = {[CALL_EV_OK] = TO(ACTIVE),
			       [CALL_EV_REFUSED] = TO(FAILED),
			       [CALL_EV_TERMINATED] = TO(ENDED)},
	[CALL_STATE_ACTIVE] = {[CALL_EV_REFUSED] = TO(FAILED), [CALL_EV_TERMINATED] = TO(ENDED)},
	[CALL_STATE_ENDED] = {[CALL_EV_ASK] = TO(TRYING), [CALL_EV_OK] = TO(ACTIVE)},
	[CALL_STATE_FAILED] = {[CALL_EV_ASK] = TO(TRYING), [CALL_EV_OK] = TO(ACTIVE)},
	[CALL_STATE_TIMEOUT] = {[CALL_EV_ASK] = TO(TRYING), [CALL_EV_OK] = TO(ACTIVE)},
	[CALL_STATE_LOST] = {[CALL_EV_ASK] = TO(TRYING), [CALL_EV_OK] = TO(ACTIVE)},
};

/* RFC 6665 4.1.2: the NOTIFY tells, and may come before the 2xx. */
static const state_row subscribe_states[CALL_STATE_CNT] = {
	[CALL_STATE_TRYING] = {[CALL_EV_OK] = TO(ANSWERED),
			       [CALL_EV_REFUSED] = TO(FAILED),
			       [CALL_EV_PENDING] = TO(ANSWERED),
			       [CALL_EV_NOTIFIED] = TO(ACTIVE),
			       [CALL_EV_TERMINATED] = TO(ENDED)},
	[CALL_STATE_ANSWERED] = {[CALL_EV_REFUSED] = TO(FAILED),
				 [CALL_EV_NOTIFIED] = TO(ACTIVE),
				 [CALL_EV_TERMINATED] = TO(ENDED)},
	[CALL_STATE_ACTIVE] = {[CALL_EV_TERMINATED] = TO(ENDED), [CALL_EV_REFUSED] = TO(FAILED)},
	[CALL_STATE_ENDED] = {[CALL_EV_ASK] = TO(TRYING)},
	[CALL_STATE_FAILED] = {[CALL_EV_ASK] = TO(TRYING)},
	[CALL_STATE_TIMEOUT] = {[CALL_EV_ASK] = TO(TRYING),
				[CALL_EV_OK] = TO(ANSWERED),
				[CALL_EV_NOTIFIED] = TO(ACTIVE)},
	[CALL_STATE_LOST] = {[CALL_EV_ASK] = TO(TRYING), [CALL_EV_NOTIFIED] = TO(ACTIVE)},
};

static const state_row request_states[CALL_STATE_CNT] = {
	[CALL_STATE_TRYING] = {[CALL_EV_OK] = TO(ENDED),
			       [CALL_EV_REFUSED] = TO(FAILED),
			       [CALL_EV_CANCELLED] = TO(CANCELLED)},
	[CALL_STATE_ENDED] = {[CALL_EV_ASK] = TO(TRYING)},
	[CALL_STATE_FAILED] = {[CALL_EV_ASK] = TO(TRYING)},
	[CALL_STATE_TIMEOUT] = {[CALL_EV_ASK] = TO(TRYING), [CALL_EV_OK] = TO(ENDED)},
	[CALL_STATE_LOST] = {[CALL_EV_ASK] = TO(TRYING)},
};

static const state_row *const states[] = {
	[CALL_INVITE] = invite_states,
	[CALL_REGISTER] = register_states,
	[CALL_SUBSCRIBE] = subscribe_states,
	[CALL_REQUEST] = request_states,
};

enum call_state call_event__next(enum call_kind kind, enum call_state state, enum call_event ev)
{
	uint8_t to = states[kind][state][ev];

	return to ? (enum call_state)(to - 1) : state;
}

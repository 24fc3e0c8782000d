/* SPDX-License-Identifier: BSD-2-Clause */
/* What happens to a call made by SIP, and which state follows: one table of (kind of call, state,
 * event). INVITE by RFC 3261 13 and 15, REGISTER by RFC 3261 10, SUBSCRIBE by RFC 6665 4.1.2, any
 * other request by RFC 3261 17. */
#ifndef SIGPATH_CALL_EVENT_H
#define SIGPATH_CALL_EVENT_H

#include "call.h"

enum call_event {
	CALL_EV_NONE,
	CALL_EV_ASK,	    /* the request that makes the call */
	CALL_EV_RINGING,    /* 180..189 */
	CALL_EV_OK,	    /* 2xx */
	CALL_EV_REFUSED,    /* 400..699 but what follows */
	CALL_EV_AWAIT,	    /* 3xx, 401, 407: asked again, or not */
	CALL_EV_CANCELLED,  /* 487 */
	CALL_EV_BYE_OK,	    /* final answer to a BYE */
	CALL_EV_PENDING,    /* NOTIFY */
	CALL_EV_NOTIFIED,   /* NOTIFY: the subscription is active */
	CALL_EV_TERMINATED, /* NOTIFY, or the answer to an unregistration */
	CALL_EV_CNT
};

/* The state that follows; the one it has where the event changes nothing. kind: CALL_INVITE to
 * CALL_REQUEST. */
enum call_state call_event__next(enum call_kind kind, enum call_state state, enum call_event ev);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP messages to calls: by Call-ID, so a proxy on this host (both of its hops) and all forks are
 * one call. States by call_event.h, offers and answers by dialog_offer.h; times by RFC 3261 table 4
 * and 16.6 (Timer C), RFC 3261 10 (registrations), RFC 6665 4 (subscriptions). */
#ifndef SIGPATH_DIALOG_H
#define SIGPATH_DIALOG_H

#include "calls_impl.h"

#define SIP_TIMER_B_NS 32000000000ull /* 64 * T1: timers B, F, H, N */
#define SIP_TIMER_C_NS \
	212000000000ull	    /* more than 3 minutes, and what the CANCEL behind it may take */
#define SIP_EXPIRES_S 3600u /* of a registration that does not tell (RFC 3261 10.2.1.1) */

/* *is_mine: it belongs to a call (its arrow may not have been kept). */
call_msg_ref_t dialog__add(struct calls *c, const struct message *m, const struct facts *f,
			   const struct call_verdict *v, bool *is_mine);
/* Nothing came until due_ns: the metrics hear of it, before the state changes. */
void dialog__expire(struct calls *c, struct call *call, uint64_t due_ns);

#endif

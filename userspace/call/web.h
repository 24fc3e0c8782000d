/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that are set up over HTTP (WHIP, WHEP, home-made) and WebSocket: offers that wait for their
 * answer on each connection, and descriptions seen lately, by their text, to know the hops of a
 * relay. */
#ifndef SIGPATH_WEB_H
#define SIGPATH_WEB_H

#include "calls_impl.h"

#define WEB_ANSWER_NS 60000000000ull /* no protocol says how long an answer may take */

/* c->tie. 0 or -ENOMEM. */
int web__new(unsigned int max_calls, struct tie_table **ret);
void web__free(struct tie_table *t);
/* A message of HTTP or WebSocket. *is_mine: it belongs to a call. */
call_msg_ref_t web__add(struct calls *c, const struct message *m, const struct facts *f,
			const struct call_verdict *v, bool *is_mine);

#endif

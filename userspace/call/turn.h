/* SPDX-License-Identifier: BSD-2-Clause */
/* TURN allocations (RFC 8656): one call for each 5-tuple. */
#ifndef SIGPATH_TURN_H
#define SIGPATH_TURN_H

#include "calls_impl.h"

/* A request or an indication. *is_mine: it belongs to a call. */
call_msg_ref_t turn__add(struct calls *c, const struct message *m, const struct facts *f,
			 const struct call_verdict *v, bool *is_mine);
/* The first sight of a response. */
void turn__answered(struct calls *c, struct call *call, const struct message *m,
		    const struct stun_head *s);

#endif

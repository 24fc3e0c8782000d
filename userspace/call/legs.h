/* SPDX-License-Identifier: BSD-2-Clause */
/* Legs of one call that have different Call-IDs, as a B2BUA makes them: joined by what it passes
 * on. Session-ID (RFC 7989), icid-value (RFC 7315 4.6), the Call-ID of the other leg in a field of
 * its own, or in Replaces (RFC 3891). */
#ifndef SIGPATH_LEGS_H
#define SIGPATH_LEGS_H

#include "calls_impl.h"

/* A request that begins a call, or tries again. */
void legs__join(struct calls *c, struct call *call, const struct message *m,
		const struct sip_head *h);

#endif

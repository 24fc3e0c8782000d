/* SPDX-License-Identifier: BSD-2-Clause */
/* The metrics of RFC 6076, fed by what happens in a dialog. An attempt begins with its first
 * request (section 4: t1 is not reset) and goes on through challenges and redirections (4.1, 4.3.1)
 * to its outcome; copies and the further hops of a proxy on this host are not told to the meter at
 * all. */
#ifndef SIGPATH_METER_H
#define SIGPATH_METER_H

#include "calls_impl.h"

/* INVITE that asks for a session. One that brings the credentials it was asked for is the same
 * session request; one that follows a redirection is another INVITE (4.6) of the same session. */
void meter__invite(struct rfc6076 *r, struct dialog *d, uint64_t ts_ns);
/* Answer to it, 101..699, as the hop nearest to the caller shows it. */
void meter__invite_answer(struct rfc6076 *r, struct dialog *d, uint16_t status, uint64_t ts_ns);
/* Timer B or C fired: nobody answered (4.8: as 408). */
void meter__invite_timeout(struct rfc6076 *r, struct dialog *d);
void meter__bye(struct dialog *d, uint64_t ts_ns);
/* Final answer to the BYE. */
void meter__bye_answer(struct rfc6076 *r, struct dialog *d, uint16_t status, uint64_t ts_ns);
/* Timer F fired at ts_ns. */
void meter__bye_timeout(struct rfc6076 *r, struct dialog *d, uint64_t ts_ns);
void meter__register(struct rfc6076 *r, struct dialog *d, uint64_t ts_ns);
void meter__register_answer(struct rfc6076 *r, struct dialog *d, uint16_t status, uint64_t ts_ns);
void meter__register_timeout(struct rfc6076 *r, struct dialog *d);

/* 401, 402, 407: no failure (RFC 6076 4.2, 4.3.2). */
static inline bool is_challenge(uint16_t status)
{
	return status == 401 || status == 402 || status == 407;
}

#endif

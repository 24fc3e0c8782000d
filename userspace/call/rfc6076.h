/* SPDX-License-Identifier: BSD-2-Clause */
/* The metrics of RFC 6076 by their names, of what this host sees. Durations as histograms, ratios as their
 * two counts: nothing is divided before it is shown. */
#ifndef SIGPATH_RFC6076_H
#define SIGPATH_RFC6076_H

#include <stdint.h>

#include "hist.h"

struct rfc6076 {
	struct hist rrd;	 /* 4.1 registration request delay */
	uint64_t registers;	 /* 4.2 IRA = ineffective / registers */
	uint64_t ineffective_registers;
	struct hist srd_success; /* 4.3.1 session request delay, successful */
	struct hist srd_failed;	 /* 4.3.2 */
	struct hist sdd;	 /* 4.4 session disconnect delay */
	struct hist sdt_success; /* 4.5.1 session duration, completed */
	struct hist sdt_failed;	 /* 4.5.2 */
	uint64_t invites;	 /* 4.6 SER: established / (invites - redirected) */
	uint64_t established;	 /* 200 to an INVITE */
	uint64_t redirected;	 /* 3xx */
	uint64_t effective;	 /* 4.7 SEER: established + 480 486 600 603 */
	uint64_t ineffective;	 /* 4.8 ISA: 408 500 503 504, no answer */
	uint64_t completed;	 /* 4.9 SCR: ended by BYE, answered */
	uint64_t sessions;
};

void rfc6076__init(struct rfc6076 *r);

#endif

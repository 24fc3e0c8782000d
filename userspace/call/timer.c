/* SPDX-License-Identifier: BSD-2-Clause */
/* When each protocol sends again: a first wait that doubles up to a cap. */
#include "timer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "stun.h"
#include "transport.h"

#define MS 1000000ull

struct schedule {
	const char *name;
	uint64_t first_ns,
		cap_ns;	  /* the wait doubles from first to cap; cap 0: it always doubles */
	unsigned int max; /* copies, RFC; 0 no limit */
};

/* RFC 3261 17.1.1.2, 17.1.2.2, 17.2.1, 13.3.1.4; RFC 3262 3 */
static const struct schedule timer_a = {"Timer A", 500 * MS, 0, 6};
static const struct schedule timer_e = {"Timer E", 500 * MS, 4000 * MS, 10};
static const struct schedule timer_g = {"Timer G", 500 * MS, 4000 * MS, 10};
static const struct schedule reliable = {"RFC 3262", 500 * MS, 0, 6};
/* RFC 8489 6.2.1: RTO of 500 ms, Rc 7; RFC 8445 14.3: of no less than 500 ms. Implementations use
 * less. */
static const struct schedule rto[] = {
	{"RTO", 500 * MS, 0, 7},
	{"RTO 100 ms", 100 * MS, 0, 7},
	{"RTO 200 ms", 200 * MS, 0, 7},
	{"RTO 250 ms", 250 * MS, 0, 7},
};
/* RFC 6347 4.2.4.1: 1 s, doubled up to 60 s; RFC 9147 5.8.2: the same, and where the round trip is
 * known less: 400 ms and 50 ms are what WebRTC stacks take. */
static const struct schedule dtls[] = {
	{"DTLS", 1000 * MS, 60000 * MS, 0},
	{"DTLS 400 ms", 400 * MS, 60000 * MS, 0},
	{"DTLS 50 ms", 50 * MS, 60000 * MS, 0},
};

/* Sum of the first nth waits; 0: not so often. */
static uint64_t nominal(const struct schedule *s, unsigned int nth)
{
	uint64_t wait = s->first_ns, sum = 0;

	if (!nth || nth > 32 || (s->max && nth > s->max))
		return 0;
	for (unsigned int i = 0; i < nth; i++) {
		sum += wait;
		wait *= 2;
		if (s->cap_ns && wait > s->cap_ns)
			wait = s->cap_ns;
	}
	return sum;
}

static unsigned int schedules_of(const struct call_msg *m, const struct schedule **ret)
{
	if (m->transport != TRANSPORT_UDP)
		return 0; /* streams send nothing again (RFC 3261 17.1.1.2); a 2xx over TCP is rare
			   */
	switch (m->proto) {
	case PROTO_STUN:
		*ret = rto;
		return (m->what & 3) == STUN_REQUEST ? sizeof(rto) / sizeof(rto[0]) : 0;
	case PROTO_DTLS:
		*ret = dtls;
		return sizeof(dtls) / sizeof(dtls[0]);
	case PROTO_SIP:
		break;
	default:
		return 0;
	}
	if (!m->method || ((m->flags & CALL_MSG_REQUEST) && !strcmp(m->method, "ACK")))
		return 0;
	if (m->flags & CALL_MSG_REQUEST)
		*ret = strcmp(m->method, "INVITE") ? &timer_e : &timer_a;
	else if (strcmp(m->method, "INVITE") || m->code <= 100)
		return 0; /* answers a copy of the request */
	else
		*ret = m->code < 200 ? &reliable : &timer_g;
	return 1;
}

int timer__match(const struct call_msg *m, unsigned int nth, uint64_t gap_ns,
		 struct timer_match *ret)
{
	const struct schedule *s = NULL;
	unsigned int cnt = schedules_of(m, &s);
	uint64_t best = UINT64_MAX;

	*ret = (struct timer_match){.nth = nth};
	for (unsigned int i = 0; i < cnt; i++) {
		uint64_t at = nominal(&s[i], nth);
		uint64_t off = gap_ns > at ? gap_ns - at : at - gap_ns;

		if (!at || off > at / 4 || off >= best)
			continue;
		best = off;
		ret->name = s[i].name;
		ret->nominal_ns = at;
	}
	return ret->name ? 0 : -ENOENT;
}

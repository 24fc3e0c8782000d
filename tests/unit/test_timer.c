/* SPDX-License-Identifier: BSD-2-Clause */
#include "timer.h"

#include <errno.h>

#include "test.h"
#include "transport.h"

#define MS 1000000ull

/* Times by RFC 3261 17.1.1.2 (0, 500, 1500, 3500 ...), 17.1.2.1 (500, 1500, 3500, 7500, 11500), RFC
 * 8489 6.2.1 (500, 1500, 3500, 7500, 15500, 31500), RFC 6347 4.2.4.1 (1 s, 3 s, 7 s). */
static void names_and_times(void)
{
	static const struct {
		const char *what;
		uint8_t proto, transport;
		uint32_t flags;
		const char *method;
		uint16_t code;
		uint32_t stun;
		unsigned int nth;
		uint64_t gap_ms;
		const char *name; /* NULL: none */
		uint64_t nominal_ms;
	} cases[] = {
		{"A1", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0, 1, 503,
		 "Timer A", 500},
		{"A2", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0, 2, 1510,
		 "Timer A", 1500},
		{"A6", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0, 6, 31600,
		 "Timer A", 31500},
		{"A7 does not exist", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0, 7,
		 63500, NULL, 0},
		{"E4", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "REGISTER", 0, 0, 4, 7500,
		 "Timer E", 7500},
		{"E5 is capped by T2", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "BYE", 0, 0, 5,
		 11500, "Timer E", 11500},
		{"G of 200", PROTO_SIP, TRANSPORT_UDP, 0, "INVITE", 200, 0, 2, 1500, "Timer G",
		 1500},
		{"G of 486", PROTO_SIP, TRANSPORT_UDP, 0, "INVITE", 486, 0, 1, 500, "Timer G", 500},
		{"reliable 183", PROTO_SIP, TRANSPORT_UDP, 0, "INVITE", 183, 0, 1, 500, "RFC 3262",
		 500},
		{"ACK has none", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "ACK", 0, 0, 1, 500,
		 NULL, 0},
		{"200 to BYE has none", PROTO_SIP, TRANSPORT_UDP, 0, "BYE", 200, 0, 1, 500, NULL,
		 0},
		{"not over TCP", PROTO_SIP, TRANSPORT_TCP, CALL_MSG_REQUEST, "INVITE", 0, 0, 1, 500,
		 NULL, 0},
		{"too early", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0, 1, 374,
		 NULL, 0},
		{"25 % early", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0, 1, 375,
		 "Timer A", 500},
		{"25 % late", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0, 1, 625,
		 "Timer A", 500},
		{"too late", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0, 1, 626,
		 NULL, 0},
		{"RTO 3", PROTO_STUN, TRANSPORT_UDP, CALL_MSG_REQUEST, "Binding", 0, 1 << 2, 3,
		 3500, "RTO", 3500},
		{"RTO 100 ms", PROTO_STUN, TRANSPORT_UDP, CALL_MSG_REQUEST, "Binding", 0, 1 << 2, 1,
		 101, "RTO 100 ms", 100},
		{"response", PROTO_STUN, TRANSPORT_UDP, 0, "Binding", 0, 1 << 2 | 2, 1, 500, NULL,
		 0},
		{"DTLS", PROTO_DTLS, TRANSPORT_UDP, 0, "ClientHello", 0, 2, 2, 3000, "DTLS", 3000},
		{"DTLS 50 ms", PROTO_DTLS, TRANSPORT_UDP, 0, "ClientHello", 0, 2, 1, 50,
		 "DTLS 50 ms", 50},
		{"RTP", PROTO_RTP, TRANSPORT_UDP, 0, "RTP", 0, 0, 1, 500, NULL, 0},
		{"nothing came before", PROTO_SIP, TRANSPORT_UDP, CALL_MSG_REQUEST, "INVITE", 0, 0,
		 0, 0, NULL, 0},
		{"no end", PROTO_DTLS, TRANSPORT_UDP, 0, "ClientHello", 0, 2, 4000000000u, 0, NULL,
		 0},
	};

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct call_msg m = {.proto = cases[i].proto,
					   .transport = cases[i].transport,
					   .flags = cases[i].flags,
					   .method = cases[i].method,
					   .code = cases[i].code,
					   .what = cases[i].stun};
		struct timer_match got;

		CHECK_CASE("%s", cases[i].what);
		CHECK_INT(timer__match(&m, cases[i].nth, cases[i].gap_ms * MS, &got),
			  cases[i].name ? 0 : -ENOENT);
		CHECK_STR(got.name, cases[i].name);
		CHECK_UINT(got.nominal_ns, cases[i].nominal_ms * MS);
		CHECK_UINT(got.nth, cases[i].nth);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"names_and_times", names_and_times, TEST_PLAIN},
		{0},
	};

	return test__run(tests, argc, argv);
}

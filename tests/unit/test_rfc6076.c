/* SPDX-License-Identifier: BSD-2-Clause */
/* The metrics of RFC 6076 on small traces; the arithmetic stands beside each. Times are ms. */
#include <errno.h>

#include "fixture_call.h"

#define ASK   fixture_call__ask
#define REPLY fixture_call__reply

static void check_hist(const struct hist *h, uint64_t count, uint64_t sum_ms)
{
	CHECK_UINT(h->count, count);
	CHECK_UINT(h->sum_ns, sum_ms * MS);
}

/* 4.1: t1 is the first REGISTER, t4 the 200 behind the challenge: 1500 - 1000 = 500. */
static void rrd_spans_the_challenge(void)
{
	struct fixture_call fx;
	const struct rfc6076 *r;

	if (!fixture_call__init(&fx, NULL))
		return;
	r = calls__rfc6076(fx.c);
	ASK(&fx, 1000, "A>B", "REGISTER", 1, "a", NULL, NULL, NULL);
	REPLY(&fx, 1200, "B>A", 401, "REGISTER", 1, "a", "t", NULL, NULL);
	ASK(&fx, 1300, "A>B", "REGISTER", 2, "b", NULL, NULL, NULL);
	REPLY(&fx, 1500, "B>A", 200, "REGISTER", 2, "b", "t", NULL, NULL);
	check_hist(&r->rrd, 1, 500);
	CHECK_UINT(r->registers, 1);
	CHECK_UINT(r->ineffective_registers, 0);
	/* A refresh without a challenge: 5040 - 5000 = 40; sum 540. */
	ASK(&fx, 5000, "A>B", "REGISTER", 3, "c", NULL, NULL, NULL);
	REPLY(&fx, 5040, "B>A", 200, "REGISTER", 3, "c", "t", NULL, NULL);
	check_hist(&r->rrd, 2, 540);
	CHECK_UINT(r->registers, 2);
	fixture_call__done(&fx);
}

/* 4.2: 503 and Timer F are ineffective (2 of 3); copies of one transaction count once; RRD has only
 * the good one. */
static void ira_counts_failures_and_timeouts(void)
{
	struct fixture_call fx;
	const struct rfc6076 *r;

	if (!fixture_call__init(&fx, NULL))
		return;
	r = calls__rfc6076(fx.c);
	ASK(&fx, 1000, "A>B", "REGISTER", 1, "a", NULL, NULL, NULL);
	fx.verdict.is_retransmit = true;
	ASK(&fx, 1500, "A>B", "REGISTER", 1, "a", NULL, NULL, NULL);
	fx.verdict.is_retransmit = false;
	REPLY(&fx, 1700, "B>A", 503, "REGISTER", 1, "a", "t", NULL, NULL);
	fx.call_id = "two";
	ASK(&fx, 2000, "A>B", "REGISTER", 1, "b", NULL, NULL, NULL);
	calls__tick(fx.c, 34000 * MS); /* Timer F: 2000 + 32000 */
	fx.call_id = "three";
	ASK(&fx, 35000, "A>B", "REGISTER", 1, "c", NULL, NULL, NULL);
	REPLY(&fx, 35010, "B>A", 200, "REGISTER", 1, "c", "t", NULL, NULL);
	CHECK_UINT(r->registers, 3);
	CHECK_UINT(r->ineffective_registers, 2);
	check_hist(&r->rrd, 1, 10);
	fixture_call__done(&fx);
}

/* 4.3.1: to the first non-100 provisional: 1180 - 1000 = 180, known once the 200 has come. */
static void srd_ends_with_the_first_status(void)
{
	struct fixture_call fx;
	const struct rfc6076 *r;

	if (!fixture_call__init(&fx, NULL))
		return;
	r = calls__rfc6076(fx.c);
	ASK(&fx, 1000, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
	REPLY(&fx, 1010, "B>A", 100, "INVITE", 1, "a", NULL, NULL, NULL);
	REPLY(&fx, 1180, "B>A", 180, "INVITE", 1, "a", "t", NULL, NULL);
	REPLY(&fx, 1300, "B>A", 183, "INVITE", 1, "a", "t", NULL, NULL);
	check_hist(&r->srd_success, 0, 0);
	REPLY(&fx, 5000, "B>A", 200, "INVITE", 1, "a", "t", NULL, NULL);
	check_hist(&r->srd_success, 1, 180);
	/* No provisional: the 200 itself, 7070 - 7000 = 70; sum 250. */
	fx.call_id = "direct";
	ASK(&fx, 7000, "A>B", "INVITE", 1, "b", NULL, NULL, NULL);
	REPLY(&fx, 7070, "B>A", 200, "INVITE", 1, "b", "t", NULL, NULL);
	check_hist(&r->srd_success, 2, 250);
	/* 4.3.1 with a redirection: from the first INVITE, 9400 - 9000 = 400; sum 650. */
	fx.call_id = "redirected";
	ASK(&fx, 9000, "A>B", "INVITE", 1, "c", NULL, NULL, NULL);
	REPLY(&fx, 9100, "B>A", 302, "INVITE", 1, "c", "r", NULL, NULL);
	ASK(&fx, 9200, "A>C", "INVITE", 2, "d", NULL, NULL, NULL);
	REPLY(&fx, 9400, "C>A", 180, "INVITE", 2, "d", "t", NULL, NULL);
	REPLY(&fx, 9900, "C>A", 200, "INVITE", 2, "d", "t", NULL, NULL);
	check_hist(&r->srd_success, 3, 650);
	check_hist(&r->srd_failed, 0, 0);
	fixture_call__done(&fx);
}

/* 4.3.2: 1090 - 1000 = 90 for the 480; with a 180 first: 2050 - 2000 = 50; sum 140. A challenge is
 * no failure. */
static void srd_of_failures_is_kept_apart(void)
{
	struct fixture_call fx;
	const struct rfc6076 *r;

	if (!fixture_call__init(&fx, NULL))
		return;
	r = calls__rfc6076(fx.c);
	ASK(&fx, 1000, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
	REPLY(&fx, 1020, "B>A", 407, "INVITE", 1, "a", "p", NULL, NULL);
	ASK(&fx, 1030, "A>B", "INVITE", 2, "b", NULL, NULL, NULL);
	REPLY(&fx, 1090, "B>A", 480, "INVITE", 2, "b", "t", NULL, NULL);
	check_hist(&r->srd_failed, 1, 90);
	fx.call_id = "rings";
	ASK(&fx, 2000, "A>B", "INVITE", 1, "c", NULL, NULL, NULL);
	REPLY(&fx, 2050, "B>A", 180, "INVITE", 1, "c", "t", NULL, NULL);
	REPLY(&fx, 4000, "B>A", 486, "INVITE", 1, "c", "t", NULL, NULL);
	check_hist(&r->srd_failed, 2, 140);
	check_hist(&r->srd_success, 0, 0);
	CHECK_UINT(r->sessions, 2);
	fixture_call__done(&fx);
}

static void talk(struct fixture_call *fx, const char *call_id, uint64_t ms)
{
	fx->call_id = call_id;
	ASK(fx, ms, "A>B", "INVITE", 1, "i", NULL, NULL, NULL);
	REPLY(fx, ms + 100, "B>A", 200, "INVITE", 1, "i", "t", NULL, NULL);
	ASK(fx, ms + 110, "A>B", "ACK", 1, "k", "t", NULL, NULL);
}

/* 4.4, 4.5.1, 4.9: SDD 5025 - 5000 = 25; SDT 5000 - 1100 = 3900. */
static void sdd_and_sdt_of_a_completed_session(void)
{
	struct fixture_call fx;
	const struct rfc6076 *r;

	if (!fixture_call__init(&fx, NULL))
		return;
	r = calls__rfc6076(fx.c);
	talk(&fx, "one", 1000);
	ASK(&fx, 5000, "B>A", "BYE", 1, "b", "fa", NULL, NULL);
	REPLY(&fx, 5025, "A>B", 200, "BYE", 1, "b", "fa", NULL, NULL);
	check_hist(&r->sdd, 1, 25);
	check_hist(&r->sdt_success, 1, 3900);
	check_hist(&r->sdt_failed, 0, 0);
	CHECK_UINT(r->completed, 1);
	CHECK_UINT(r->sessions, 1);
	/* 4.4: 503 is recoverable; the answer to the next BYE ends it: 9300 - 9000 = 300, sum 325.
	 */
	talk(&fx, "two", 7000);
	ASK(&fx, 9000, "A>B", "BYE", 2, "c", "t", NULL, NULL);
	REPLY(&fx, 9010, "B>A", 503, "BYE", 2, "c", "t", NULL, NULL);
	ASK(&fx, 9200, "A>B", "BYE", 3, "d", "t", NULL, NULL);
	REPLY(&fx, 9300, "B>A", 200, "BYE", 3, "d", "t", NULL, NULL);
	check_hist(&r->sdd, 2, 325);
	CHECK_UINT(r->completed, 2);
	fixture_call__done(&fx);
}

/* 4.5.2: the BYE at 5000 is not answered, Timer F fires at 37000: 37000 - 1100 = 35900. No SDD, no
 * completion. */
static void sdt_of_a_failed_completion(void)
{
	struct fixture_call fx;
	const struct rfc6076 *r;

	if (!fixture_call__init(&fx, NULL))
		return;
	r = calls__rfc6076(fx.c);
	talk(&fx, "one", 1000);
	ASK(&fx, 5000, "A>B", "BYE", 2, "b", "t", NULL, NULL);
	calls__tick(fx.c, 36999 * MS);
	check_hist(&r->sdt_failed, 0, 0);
	calls__tick(fx.c, 38000 * MS); /* late: the timer's time counts */
	check_hist(&r->sdt_failed, 1, 35900);
	check_hist(&r->sdt_success, 0, 0);
	check_hist(&r->sdd, 0, 0);
	CHECK_UINT(r->completed, 0);
	fixture_call__done(&fx);
}

/* 4.6 to 4.8. INVITEs: 200, 302 then 200, 486, 480, 600, 603, 408, 500, 503, 504, 487, one without
 * answer: 12 + 1 behind the redirection = 13. SER 2 / (13 - 1); SEER (2 + 4) / 12; ISA (4 + 1) / 12
 * sessions. */
static void ratios(void)
{
	static const uint16_t refusals[] = {486, 480, 600, 603, 408, 500, 503, 504, 487};
	struct fixture_call fx;
	const struct rfc6076 *r;
	char id[16];

	if (!fixture_call__init(&fx, NULL))
		return;
	r = calls__rfc6076(fx.c);
	talk(&fx, "good", 1000);
	fx.call_id = "moved";
	ASK(&fx, 2000, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
	REPLY(&fx, 2010, "B>A", 302, "INVITE", 1, "a", "r", NULL, NULL);
	ASK(&fx, 2020, "A>C", "INVITE", 2, "b", NULL, NULL, NULL);
	REPLY(&fx, 2030, "C>A", 200, "INVITE", 2, "b", "t", NULL, NULL);
	for (unsigned int i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		snprintf(id, sizeof(id), "refused%u", i);
		fx.call_id = id;
		ASK(&fx, 3000 + i, "A>B", "INVITE", 1, "c", NULL, NULL, NULL);
		REPLY(&fx, 3001 + i, "B>A", refusals[i], "INVITE", 1, "c", "t", NULL, NULL);
	}
	fx.call_id = "silent";
	ASK(&fx, 4000, "A>B", "INVITE", 1, "d", NULL, NULL, NULL);
	calls__tick(fx.c, 36000 * MS);
	CHECK_UINT(r->invites, 13);
	CHECK_UINT(r->redirected, 1);
	CHECK_UINT(r->established, 2);
	CHECK_UINT(r->effective, 6);
	CHECK_UINT(r->ineffective, 5);
	CHECK_UINT(r->sessions, 12);
	fixture_call__done(&fx);
}

/* A proxy here (B) sees both hops: one session, measured where it came in: 1200 - 1000 = 200,
 * SDD 60. */
static void a_proxied_session_counts_once(void)
{
	struct fixture_call fx;
	const struct rfc6076 *r;

	if (!fixture_call__init(&fx, NULL))
		return;
	r = calls__rfc6076(fx.c);
	ASK(&fx, 1000, "A>B", "INVITE", 1, "a", NULL, NULL, NULL);
	ASK(&fx, 1005, "B>C", "INVITE", 1, "b", NULL, NULL, NULL);
	REPLY(&fx, 1190, "C>B", 180, "INVITE", 1, "b", "t", NULL, NULL);
	REPLY(&fx, 1200, "B>A", 180, "INVITE", 1, "a", "t", NULL, NULL);
	REPLY(&fx, 2190, "C>B", 200, "INVITE", 1, "b", "t", NULL, NULL);
	REPLY(&fx, 2200, "B>A", 200, "INVITE", 1, "a", "t", NULL, NULL);
	ASK(&fx, 3000, "A>B", "BYE", 2, "c", "t", NULL, NULL);
	ASK(&fx, 3010, "B>C", "BYE", 2, "d", "t", NULL, NULL);
	REPLY(&fx, 3050, "C>B", 200, "BYE", 2, "d", "t", NULL, NULL);
	REPLY(&fx, 3060, "B>A", 200, "BYE", 2, "c", "t", NULL, NULL);
	CHECK_UINT(r->invites, 1);
	CHECK_UINT(r->established, 1);
	check_hist(&r->srd_success, 1, 200);
	check_hist(&r->sdd, 1, 60);
	check_hist(&r->sdt_success, 1, 800); /* 3000 - 2200 */
	CHECK_UINT(r->completed, 1);
	fixture_call__done(&fx);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"rrd_spans_the_challenge", rrd_spans_the_challenge, TEST_PLAIN},
		{"ira_counts_failures_and_timeouts", ira_counts_failures_and_timeouts, TEST_PLAIN},
		{"srd_ends_with_the_first_status", srd_ends_with_the_first_status, TEST_PLAIN},
		{"srd_of_failures_is_kept_apart", srd_of_failures_is_kept_apart, TEST_PLAIN},
		{"sdd_and_sdt_of_a_completed_session", sdd_and_sdt_of_a_completed_session,
		 TEST_PLAIN},
		{"sdt_of_a_failed_completion", sdt_of_a_failed_completion, TEST_PLAIN},
		{"ratios", ratios, TEST_PLAIN},
		{"a_proxied_session_counts_once", a_proxied_session_counts_once, TEST_PLAIN},
		{NULL, NULL, TEST_PLAIN},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP dialogs: states, forks, offers and answers, timers. */
#include <errno.h>

#include "dialog.h"
#include "fixture_call.h"

#define ASK   fixture_call__ask
#define REPLY fixture_call__reply

static void begin(struct fixture_call *fx)
{
	ASK(fx, 1000, "A>B", "INVITE", 1, "i", NULL, NULL, SDP_A);
}

static void answered(struct fixture_call *fx)
{
	begin(fx);
	REPLY(fx, 1010, "B>A", 100, "INVITE", 1, "i", NULL, NULL, NULL);
	REPLY(fx, 1050, "B>A", 180, "INVITE", 1, "i", "t", NULL, NULL);
	REPLY(fx, 2000, "B>A", 200, "INVITE", 1, "i", "t", NULL, SDP_B);
	ASK(fx, 2010, "A>B", "ACK", 1, "ack", "t", NULL, NULL);
}

static void a_call_from_invite_to_bye(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		return;
	answered(&fx);
	call = fixture_call__last(&fx);
	fixture_call__verify(fx.c);
	if (test__injected()) /* lost calls and messages: counted, nothing worse */
		goto out;
	CHECK_UINT(call->kind, CALL_INVITE);
	CHECK_UINT(call->state, CALL_STATE_ANSWERED);
	CHECK_UINT(call->code, 200);
	CHECK_STR(call->call_id, "call-1@test");
	CHECK_STR(call->from, "sip:a@example.com");
	CHECK_STR(call->service, "sip 10.0.0.2:5060");
	CHECK_STR(call->method, "INVITE");
	CHECK_UINT(call->at[CALL_AT_START], 1000 * MS);
	CHECK_UINT(call->at[CALL_AT_OFFER], 1000 * MS);
	CHECK_UINT(call->at[CALL_AT_TRYING], 1010 * MS);
	CHECK_UINT(call->at[CALL_AT_RINGING], 1050 * MS);
	CHECK_UINT(call->at[CALL_AT_ANSWER], 2000 * MS);
	CHECK_UINT(call->at[CALL_AT_FINAL], 2000 * MS);
	CHECK_UINT(call->at[CALL_AT_ACK], 2010 * MS);
	CHECK_UINT(fx.setups, 0);
	ASK(&fx, 9000, "B>A", "BYE", 7, "bye", "fa", NULL, NULL);
	CHECK_UINT(call->state, CALL_STATE_ANSWERED);
	REPLY(&fx, 9020, "A>B", 200, "BYE", 7, "bye", "fa", NULL, NULL);
	CHECK_UINT(call->state, CALL_STATE_ENDED);
	CHECK_UINT(call->at[CALL_AT_BYE], 9000 * MS);
	CHECK_UINT(call->at[CALL_AT_END], 9020 * MS);
	CHECK_UINT(fx.setups, 1);
	CHECK_UINT(calls__cnt(fx.c), 1);
	CHECK_UINT(call->msg_cnt, 7);
	fixture_call__verify(fx.c);
	calls__tick(fx.c, (9020 + 61000) * MS);
	CHECK_UINT(calls__cnt(fx.c), 0);
	fixture_call__verify(fx.c);
out:
	fixture_call__done(&fx);
}

struct step {
	char kind; /* 'i' INVITE, 'c' CANCEL, 'b' BYE, else a status for INVITE */
	unsigned int status, cseq;
	const char *branch;
	enum call_state then;
	const char *tag;
};

static void run_steps(const char *name, const struct step *step)
{
	struct fixture_call fx;
	const struct call *call;
	uint64_t ms = 1000;

	if (!fixture_call__init(&fx, NULL))
		return;
	for (unsigned int i = 0; step[i].kind; i++, ms += 10) {
		CHECK_CASE("%s step %u", name, i);
		if (step[i].kind == 'i')
			ASK(&fx, ms, "A>B", "INVITE", step[i].cseq, step[i].branch, step[i].tag,
			    NULL, SDP_A);
		else if (step[i].kind == 'c')
			ASK(&fx, ms, "A>B", "CANCEL", step[i].cseq, step[i].branch, NULL, NULL,
			    NULL);
		else if (step[i].kind == 'b')
			ASK(&fx, ms, "A>B", "BYE", step[i].cseq, step[i].branch, "t", NULL, NULL);
		else
			REPLY(&fx, ms, "B>A", step[i].status,
			      step[i].kind == 'B' ? "BYE" : "INVITE", step[i].cseq, step[i].branch,
			      step[i].tag, NULL, NULL);
		call = fixture_call__last(&fx);
		if (!CHECK(call != NULL))
			break;
		CHECK_STR(call_state__name(call->state), call_state__name(step[i].then));
	}
	CHECK_UINT(calls__cnt(fx.c), 1);
	fixture_call__verify(fx.c);
	fixture_call__done(&fx);
}

static void states_follow_the_table(void)
{
	static const struct step busy[] = {{'i', 0, 1, "a", CALL_STATE_TRYING, NULL},
					   {'r', 486, 1, "a", CALL_STATE_FAILED, "t"},
					   {0}};
	static const struct step cancelled[] = {{'i', 0, 1, "a", CALL_STATE_TRYING, NULL},
						{'r', 180, 1, "a", CALL_STATE_RINGING, "t"},
						{'c', 0, 1, "a", CALL_STATE_RINGING, NULL},
						{'r', 487, 1, "a", CALL_STATE_CANCELLED, "t"},
						{0}};
	static const struct step crossed[] = {{'i', 0, 1, "a", CALL_STATE_TRYING, NULL},
					      {'c', 0, 1, "a", CALL_STATE_TRYING, NULL},
					      {'r', 200, 1, "a", CALL_STATE_ANSWERED, "t"},
					      {'b', 0, 2, "b", CALL_STATE_ANSWERED, NULL},
					      {'B', 200, 2, "b", CALL_STATE_ENDED, "t"},
					      {0}};
	/* RFC 3261 22.3: the same Call-ID, the next CSeq. */
	static const struct step challenged[] = {{'i', 0, 1, "a", CALL_STATE_TRYING, NULL},
						 {'r', 407, 1, "a", CALL_STATE_TRYING, "p"},
						 {'i', 0, 2, "b", CALL_STATE_TRYING, NULL},
						 {'r', 200, 2, "b", CALL_STATE_ANSWERED, "t"},
						 {0}};
	static const struct step redirected[] = {{'i', 0, 1, "a", CALL_STATE_TRYING, NULL},
						 {'r', 302, 1, "a", CALL_STATE_TRYING, "p"},
						 {'i', 0, 2, "b", CALL_STATE_TRYING, NULL},
						 {'r', 183, 2, "b", CALL_STATE_RINGING, "t"},
						 {'r', 603, 2, "b", CALL_STATE_FAILED, "t"},
						 {0}};
	/* Another way to ask: 422 (RFC 4028 7.1), 415... and again. */
	static const struct step again[] = {{'i', 0, 1, "a", CALL_STATE_TRYING, NULL},
					    {'r', 422, 1, "a", CALL_STATE_FAILED, "p"},
					    {'i', 0, 2, "b", CALL_STATE_TRYING, NULL},
					    {'r', 200, 2, "b", CALL_STATE_ANSWERED, "t"},
					    {0}};
	/* A proxy here: a branch fails, the other one answers. */
	static const struct step forked[] = {{'i', 0, 1, "a", CALL_STATE_TRYING, NULL},
					     {'i', 0, 1, "a1", CALL_STATE_TRYING, NULL},
					     {'i', 0, 1, "a2", CALL_STATE_TRYING, NULL},
					     {'r', 180, 1, "a2", CALL_STATE_RINGING, "t2"},
					     {'r', 486, 1, "a1", CALL_STATE_RINGING, "t1"},
					     {'r', 200, 1, "a2", CALL_STATE_ANSWERED, "t2"},
					     {'r', 200, 1, "a", CALL_STATE_ANSWERED, "t2"},
					     {0}};
	/* A re-INVITE that is refused leaves the session as it is (RFC 3261 14.1). */
	static const struct step changed[] = {{'i', 0, 1, "a", CALL_STATE_TRYING, NULL},
					      {'r', 200, 1, "a", CALL_STATE_ANSWERED, "t"},
					      {'i', 0, 2, "b", CALL_STATE_ANSWERED, "t"},
					      {'r', 488, 2, "b", CALL_STATE_ANSWERED, "t"},
					      {0}};

	run_steps("busy", busy);
	run_steps("cancelled", cancelled);
	run_steps("crossed", crossed);
	run_steps("challenged", challenged);
	run_steps("redirected", redirected);
	run_steps("again", again);
	run_steps("forked", forked);
	run_steps("changed", changed);
}

static void forks_are_told_by_their_tags(void)
{
	struct fixture_call fx;

	if (!fixture_call__init(&fx, NULL))
		return;
	begin(&fx);
	REPLY(&fx, 1010, "B>A", 180, "INVITE", 1, "i", "t1", NULL, NULL);
	REPLY(&fx, 1011, "B>A", 180, "INVITE", 1, "i", "t2", NULL, NULL);
	REPLY(&fx, 1012, "B>A", 183, "INVITE", 1, "i", "t1", NULL, NULL);
	CHECK_UINT(fixture_call__last(&fx)->fork_cnt, 2);
	fixture_call__done(&fx);
}

/* Which message carries the offer, and which the answer. */
static void offers_and_answers(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		return;
	/* RFC 3262 5: INVITE without, reliable 183 offers, PRACK answers. */
	ASK(&fx, 1000, "A>B", "INVITE", 1, "i", NULL, NULL, NULL);
	call = fixture_call__last(&fx);
	REPLY(&fx, 1010, "B>A", 180, "INVITE", 1, "i", "t", NULL,
	      SDP_B); /* not reliable: nothing */
	CHECK_UINT(call->at[CALL_AT_OFFER], 0);
	REPLY(&fx, 1020, "B>A", 183, "INVITE", 1, "i", "t", "Require: 100rel\r\nRSeq: 5\r\n",
	      SDP_B);
	CHECK_UINT(call->at[CALL_AT_OFFER], 1020 * MS);
	CHECK_UINT(calls__msg(fx.c, call->last_msg)->flags & CALL_MSG_OFFER, CALL_MSG_OFFER);
	ASK(&fx, 1030, "A>B", "PRACK", 2, "p", "t", "RAck: 5 1 INVITE\r\n", SDP_A);
	CHECK_UINT(call->at[CALL_AT_ANSWER], 1030 * MS);
	CHECK_UINT(calls__msg(fx.c, call->last_msg)->flags & CALL_MSG_ANSWER, CALL_MSG_ANSWER);
	/* RFC 3311: UPDATE offers, its 200 answers. */
	ASK(&fx, 1040, "A>B", "UPDATE", 3, "u", "t", NULL, SDP_A);
	CHECK(calls__msg(fx.c, call->last_msg)->flags & CALL_MSG_OFFER);
	REPLY(&fx, 1050, "B>A", 200, "UPDATE", 3, "u", "t", NULL, SDP_B);
	CHECK(calls__msg(fx.c, call->last_msg)->flags & CALL_MSG_ANSWER);
	CHECK_UINT(call->at[CALL_AT_OFFER], 1020 * MS);

	fx.call_id = "delayed"; /* RFC 3261 13.2.1: the 2xx offers, the ACK answers */
	ASK(&fx, 2000, "A>B", "INVITE", 1, "j", NULL, NULL, NULL);
	call = fixture_call__last(&fx);
	REPLY(&fx, 2010, "B>A", 200, "INVITE", 1, "j", "t", NULL, SDP_B);
	CHECK_UINT(call->at[CALL_AT_OFFER], 2010 * MS);
	ASK(&fx, 2020, "A>B", "ACK", 1, "k", "t", NULL, SDP_A);
	CHECK_UINT(call->at[CALL_AT_ANSWER], 2020 * MS);

	fx.call_id =
		"early"; /* the first description in a response is the answer, reliable or not */
	ASK(&fx, 3000, "A>B", "INVITE", 1, "l", NULL, NULL, SDP_A);
	call = fixture_call__last(&fx);
	REPLY(&fx, 3010, "B>A", 183, "INVITE", 1, "l", "t", NULL, SDP_B);
	CHECK_UINT(call->at[CALL_AT_ANSWER], 3010 * MS);
	fixture_call__done(&fx);
}

/* INVITE without final answer: 64*T1 when nobody says anything, Timer C after a provisional. */
static void unanswered_calls_time_out(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		return;
	begin(&fx);
	call = fixture_call__last(&fx);
	calls__tick(fx.c, 32999 * MS);
	CHECK_UINT(call->state, CALL_STATE_TRYING);
	calls__tick(fx.c, 33000 * MS);
	CHECK_UINT(call->state, CALL_STATE_TIMEOUT);
	CHECK_UINT(fx.setups, 1);
	fx.call_id = "rings";
	ASK(&fx, 40000, "A>B", "INVITE", 1, "r", NULL, NULL, NULL);
	REPLY(&fx, 40100, "B>A", 180, "INVITE", 1, "r", "t", NULL, NULL);
	call = fixture_call__last(&fx);
	calls__tick(fx.c, (40100 + 180000) * MS);
	CHECK_UINT(call->state, CALL_STATE_RINGING);
	calls__tick(fx.c, (40100 + 212000) * MS);
	CHECK_UINT(call->state, CALL_STATE_TIMEOUT);
	fx.call_id = "idle";
	ASK(&fx, 300000, "A>B", "INVITE", 1, "s", NULL, NULL, NULL);
	REPLY(&fx, 300100, "B>A", 200, "INVITE", 1, "s", "t", NULL, NULL);
	call = fixture_call__last(&fx);
	calls__tick(fx.c, (300100 + 599999) * MS);
	CHECK_UINT(call->state, CALL_STATE_ANSWERED);
	calls__tick(fx.c, (300100 + 600000) * MS);
	CHECK_UINT(call->state, CALL_STATE_LOST);
	CHECK_UINT(calls__counts(fx.c)->lost, 1);
	fixture_call__verify(fx.c);
	fixture_call__done(&fx);
}

static void registrations_hold_until_they_expire(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		return;
	ASK(&fx, 1000, "A>B", "REGISTER", 1, "a", NULL, "Expires: 60\r\n", NULL);
	call = fixture_call__last(&fx);
	CHECK_UINT(call->kind, CALL_REGISTER);
	REPLY(&fx, 1010, "B>A", 401, "REGISTER", 1, "a", "x", NULL, NULL);
	CHECK_UINT(call->state, CALL_STATE_TRYING);
	ASK(&fx, 1020, "A>B", "REGISTER", 2, "b", NULL, "Expires: 60\r\n", NULL);
	REPLY(&fx, 1030, "B>A", 200, "REGISTER", 2, "b", "x", "Expires: 30\r\n", NULL);
	CHECK_UINT(call->state, CALL_STATE_ACTIVE);
	ASK(&fx, 20000, "A>B", "REGISTER", 3, "c", NULL, "Expires: 60\r\n", NULL);
	CHECK_UINT(call->state, CALL_STATE_ACTIVE);
	REPLY(&fx, 20010, "B>A", 200, "REGISTER", 3, "c", "x", NULL, NULL);
	calls__tick(fx.c, 80009 * MS);
	CHECK_UINT(call->state, CALL_STATE_ACTIVE);
	calls__tick(fx.c, 80010 * MS);
	CHECK_UINT(call->state, CALL_STATE_ENDED);
	ASK(&fx, 81000, "A>B", "REGISTER", 4, "d", NULL, "Contact: *\r\nExpires: 0\r\n", NULL);
	CHECK_UINT(call->state, CALL_STATE_TRYING);
	REPLY(&fx, 81010, "B>A", 200, "REGISTER", 4, "d", "x", NULL, NULL);
	CHECK_UINT(call->state, CALL_STATE_ENDED);
	CHECK_UINT(calls__cnt(fx.c), 1);
	fixture_call__verify(fx.c);
	fixture_call__done(&fx);
}

static void subscriptions_follow_their_notifications(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		return;
	ASK(&fx, 1000, "A>B", "SUBSCRIBE", 1, "a", NULL, "Event: presence\r\nExpires: 600\r\n",
	    NULL);
	call = fixture_call__last(&fx);
	CHECK_UINT(call->kind, CALL_SUBSCRIBE);
	REPLY(&fx, 1010, "B>A", 202, "SUBSCRIBE", 1, "a", "t", "Expires: 600\r\n", NULL);
	CHECK_UINT(call->state, CALL_STATE_ANSWERED);
	ASK(&fx, 1020, "B>A", "NOTIFY", 1, "n1", "fa",
	    "Event: presence\r\nSubscription-State: pending\r\n", NULL);
	CHECK_UINT(call->state, CALL_STATE_ANSWERED);
	ASK(&fx, 1030, "B>A", "NOTIFY", 2, "n2", "fa", "Subscription-State: Active;expires=590\r\n",
	    NULL);
	CHECK_UINT(call->state, CALL_STATE_ACTIVE);
	ASK(&fx, 1040, "B>A", "NOTIFY", 3, "n3", "fa",
	    "Subscription-State: terminated;reason=timeout\r\n", NULL);
	CHECK_UINT(call->state, CALL_STATE_ENDED);
	fixture_call__done(&fx);
}

static void requests_are_short_calls(void)
{
	struct fixture_call fx;
	const struct call *call;

	if (!fixture_call__init(&fx, NULL))
		return;
	ASK(&fx, 1000, "A>B", "OPTIONS", 1, "a", NULL, NULL, NULL);
	call = fixture_call__last(&fx);
	CHECK_UINT(call->kind, CALL_REQUEST);
	REPLY(&fx, 1010, "B>A", 200, "OPTIONS", 1, "a", "t", NULL, NULL);
	CHECK_UINT(call->state, CALL_STATE_ENDED);
	/* A ping that keeps its Call-ID is one call. */
	ASK(&fx, 31000, "A>B", "OPTIONS", 2, "b", NULL, NULL, NULL);
	REPLY(&fx, 31010, "B>A", 503, "OPTIONS", 2, "b", "t", NULL, NULL);
	CHECK_UINT(call->state, CALL_STATE_FAILED);
	CHECK_UINT(calls__cnt(fx.c), 1);
	/* Nobody asked: no call. */
	fx.call_id = "unknown";
	CHECK_UINT(REPLY(&fx, 32000, "B>A", 200, "OPTIONS", 2, "z", "t", NULL, NULL), 0);
	CHECK_UINT(calls__counts(fx.c)->stray, 1);
	fixture_call__done(&fx);
}

static void legs_name_each_other(void)
{
	static const struct {
		const char *first, *second, *by;
	} rows[] = {
		{"Session-ID: "
		 "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000\r\n",
		 "Session-ID: "
		 "ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000\r\n",
		 "Session-ID"},
		{"P-Charging-Vector: icid-value=1234bc9876e;icid-generated-at=192.0.6.8\r\n",
		 "P-Charging-Vector: icid-value=1234bc9876e;icid-generated-at=192.0.6.8\r\n",
		 "icid-value"},
		{NULL, "X-CID: leg-a\r\n", "X-CID"},
		{NULL, "Replaces: leg-a;to-tag=1;from-tag=2\r\n", "Replaces"},
		{NULL, NULL, NULL},
		{"Session-ID: 00000000000000000000000000000000\r\n",
		 "Session-ID: 00000000000000000000000000000000\r\n", NULL},
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture_call fx;
		const struct call *a, *b;

		CHECK_CASE("row %u", i);
		if (!fixture_call__init(&fx, NULL))
			return;
		fx.call_id = "leg-a";
		ASK(&fx, 1000, "A>B", "INVITE", 1, "a", NULL, rows[i].first, NULL);
		fx.call_id = "leg-b";
		ASK(&fx, 1001, "B>C", "INVITE", 1, "b", NULL, rows[i].second, NULL);
		a = calls__find(fx.c, 1);
		b = calls__find(fx.c, 2);
		if (CHECK(a && b)) {
			CHECK_UINT(a->related_cnt, rows[i].by ? 1 : 0);
			CHECK_UINT(b->related_cnt, a->related_cnt);
			if (a->related_cnt) {
				CHECK_UINT(a->related[0].id, 2);
				CHECK_UINT(b->related[0].id, 1);
				CHECK_STR(a->related[0].by, rows[i].by);
			}
		}
		fixture_call__done(&fx);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"a_call_from_invite_to_bye", a_call_from_invite_to_bye, TEST_WALK},
		{"states_follow_the_table", states_follow_the_table, TEST_PLAIN},
		{"forks_are_told_by_their_tags", forks_are_told_by_their_tags, TEST_PLAIN},
		{"offers_and_answers", offers_and_answers, TEST_PLAIN},
		{"unanswered_calls_time_out", unanswered_calls_time_out, TEST_PLAIN},
		{"registrations_hold_until_they_expire", registrations_hold_until_they_expire,
		 TEST_PLAIN},
		{"subscriptions_follow_their_notifications",
		 subscriptions_follow_their_notifications, TEST_PLAIN},
		{"requests_are_short_calls", requests_are_short_calls, TEST_PLAIN},
		{"legs_name_each_other", legs_name_each_other, TEST_PLAIN},
		{NULL, NULL, TEST_PLAIN},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What ends a transaction when nobody does: timeouts by protocol and state, lingering. */
#include "fixture_session.h"

/* When transactions end that nobody answers: not before the limit, each protocol its own. */
static void unanswered_requests_time_out(void)
{
	struct brief sip = request_of(PROTO_SIP, "OPTIONS", 1),
		     stun = request_of(PROTO_STUN, "Binding", 2);
	const struct session_counts *c;
	struct world w;

	if (!world_init(&w, 16))
		return;
	c = session__counts(w.session);
	receive(&w, &sip, 100 * SEC);
	send_out(&w, &stun, 100 * SEC);
	session__tick(w.session, 99 * SEC); /* the clock was read before the record was written */
	CHECK_UINT(c->timeouts, 0);
	session__tick(w.session, 132 * SEC);
	CHECK_UINT(c->timeouts, 0);
	session__tick(w.session, 132 * SEC + 1);
	CHECK_UINT(c->timeouts, 1);
	check_in_flight(&w, 132 * SEC + 1);
	session__tick(w.session, 140 * SEC + 21);
	CHECK_UINT(c->timeouts, 2);
	CHECK_UINT(session__in_flight(w.session), 0);
	CHECK_UINT(row_named(&w, "sip 10.0.0.1:5060", 's', "OPTIONS")->timeouts, 1);
	CHECK_UINT(row_named(&w, "stun 10.0.0.9:5060", 'c', "Binding")->timeouts, 1);
	send_out(&w,
		 &(struct brief){.proto = PROTO_SIP,
				 .key = {1, 1},
				 .code = 200,
				 .is_final = true,
				 .method = "OPTIONS"},
		 141 * SEC);
	CHECK_UINT(c->orphan_replies, 1);
	world_done_free(&w);
}

/* What was open while probes were missing may have ended unseen. */
static void a_doubted_one_is_no_timeout(void)
{
	struct brief before = request_of(PROTO_SIP, "OPTIONS", 1),
		     after = request_of(PROTO_SIP, "OPTIONS", 2),
		     ends = request_of(PROTO_SIP, "OPTIONS", 3),
		     ok = reply_of(PROTO_SIP, "OPTIONS", 3, 200);
	const struct session_counts *c;
	struct world w;

	if (!world_init(&w, 16))
		return;
	c = session__counts(w.session);
	receive(&w, &before, 100 * SEC);
	receive(&w, &ends, 100 * SEC);
	session__doubt(w.session, 101 * SEC);
	receive(&w, &after, 101 * SEC);
	send_out(&w, &ok, 102 * SEC);
	CHECK_UINT(w.done_cnt, 1);
	session__tick(w.session, 140 * SEC);
	CHECK_UINT(c->doubted, 1);
	CHECK_UINT(c->timeouts, 1);
	CHECK_UINT(session__in_flight(w.session), 0);
	check_in_flight(&w, 140 * SEC);
	world_done_free(&w);
}

static void finished_ones_linger(void)
{
	struct brief request = request_of(PROTO_SIP, "BYE", 1),
		     reply = reply_of(PROTO_SIP, "BYE", 1, 200);
	const struct session_counts *c;
	struct world w;

	if (!world_init(&w, 16))
		return;
	c = session__counts(w.session);
	receive(&w, &request, 100 * SEC);
	send_out(&w, &reply, 100 * SEC + 100);
	session__tick(w.session, 100 * SEC);
	send_out(&w, &reply, 100 * SEC + 200);
	CHECK_UINT(c->retransmits, 1);
	session__tick(w.session, 106 * SEC);
	send_out(&w, &reply, 106 * SEC);
	CHECK_UINT(c->retransmits, 1);
	CHECK_UINT(c->orphan_replies, 1);
	world_done_free(&w);
}

/* RFC 3261 17.1.1.2: a provisional response stops Timer B; a phone may ring for minutes. */
static void a_ringing_invite_is_no_timeout(void)
{
	struct brief request = request_of(PROTO_SIP, "INVITE", 1),
		     ringing = reply_of(PROTO_SIP, "INVITE", 1, 180);
	struct brief ok = reply_of(PROTO_SIP, "INVITE", 1, 200),
		     bye = request_of(PROTO_SIP, "BYE", 2);
	const struct session_counts *c;
	struct world w;

	if (!world_init(&w, 16))
		return;
	c = session__counts(w.session);
	receive(&w, &request, 100 * SEC);
	send_out(&w, &ringing, 101 * SEC);
	send_out(&w, &request, 101 * SEC); /* and one of our own */
	receive(&w, &ringing, 102 * SEC);
	receive(&w, &bye, 103 * SEC);
	session__tick(w.session, 200 * SEC);
	CHECK_UINT(c->timeouts, 1); /* the BYE, behind them */
	check_in_flight(&w, 200 * SEC);
	CHECK_UINT(session__in_flight(w.session), 2);
	receive(&w, &ok, 200 * SEC);
	send_out(&w, &ok, 201 * SEC);
	CHECK_UINT(w.done_cnt, 2);
	CHECK_UINT(path__total_ns(&w.path), 101 * SEC + 20);
	request.key.lo = 3;
	ringing.key.lo = 3;
	receive(&w, &request, 300 * SEC);
	send_out(&w, &ringing, 301 * SEC);
	session__tick(w.session, 482 * SEC);
	CHECK_UINT(c->timeouts, 1);
	session__tick(w.session, 700 * SEC);
	CHECK_UINT(c->timeouts, 2);
	CHECK_UINT(session__in_flight(w.session), 0);
	world_done_free(&w);
}

static void a_reply_nobody_reads_is_unread(void)
{
	struct brief request = request_of(PROTO_SIP, "OPTIONS", 1),
		     reply = reply_of(PROTO_SIP, "OPTIONS", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	send_out(&w, &request, 100 * SEC);
	arrive(&w, &reply, 101 * SEC);
	session__tick(w.session, 200 * SEC);
	CHECK_UINT(session__counts(w.session)->unread, 1);
	CHECK_UINT(session__counts(w.session)->timeouts, 0);
	check_in_flight(&w, 200 * SEC);
	world_done_free(&w);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"unanswered_requests_time_out", unanswered_requests_time_out, TEST_PLAIN},
		{"a_doubted_one_is_no_timeout", a_doubted_one_is_no_timeout, TEST_PLAIN},
		{"finished_ones_linger", finished_ones_linger, TEST_PLAIN},
		{"a_ringing_invite_is_no_timeout", a_ringing_invite_is_no_timeout, TEST_PLAIN},
		{"a_reply_nobody_reads_is_unread", a_reply_nobody_reads_is_unread, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

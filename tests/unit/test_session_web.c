/* SPDX-License-Identifier: BSD-2-Clause */
/* What has no key of its own: offers and answers on WebSocket connections, heartbeats; messages of
 * a capture; retransmissions that our own queues caused. */
#include "fixture_session.h"

#define OFFER(ufrag) "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\na=ice-ufrag:" ufrag "\\r\\n\"}"
#define ANSWER	     "{\"type\":\"answer\",\"sdp\":\"v=0\\r\\na=ice-ufrag:back\\r\\n\"}"

static struct facts facts;
static char buf[OFFER_BUF];

static struct message ws(const char *text, uint64_t conn, enum message_dir dir, uint64_t ts_ns,
			 const struct rec_flow *f)
{
	return (struct message){.flow = f,
				.proto = PROTO_WS,
				.dir = (uint8_t)dir,
				.transport = TRANSPORT_WS,
				.p = (const uint8_t *)text,
				.len = (uint32_t)strlen(text),
				.msg_len = (uint32_t)strlen(text),
				.conn = conn,
				.ts_ns = ts_ns};
}

/* Received and read 30 ns later. True: it has a transaction. */
static bool in(struct world *w, const char *text, uint64_t conn, uint64_t at)
{
	struct rec_flow f = flow_between(9, 1, PROTO_WS);
	struct message m = ws(text, conn, MESSAGE_IN, at, &f);
	bool has;

	CHECK_INT(facts__parse(&m, buf, &facts), 0);
	has = session__orient(w->session, &m, &facts);
	if (has)
		receive(w, &facts.brief, at);
	return has;
}

static bool out(struct world *w, const char *text, uint64_t conn, uint64_t at)
{
	struct rec_flow f = flow_between(1, 9, PROTO_WS);
	struct message m = ws(text, conn, MESSAGE_OUT, at, &f);
	bool has;

	CHECK_INT(facts__parse(&m, buf, &facts), 0);
	has = session__orient(w->session, &m, &facts);
	if (has)
		send_out(w, &facts.brief, at);
	return has;
}

/* Two waiting offers on one connection: the answers come in order. */
static void answers_end_the_oldest_offer(void)
{
	struct world w;

	if (!world_init(&w, 64))
		return;
	CHECK(in(&w, OFFER("aaaa"), 7, 1000));
	CHECK(in(&w, OFFER("bbbb"), 7, 2000));
	CHECK(!out(&w, ANSWER, 8, 2500)); /* another connection */
	CHECK_UINT(session__counts(w.session)->orphan_replies, 1);
	CHECK(out(&w, ANSWER, 7, 3000));
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(w.txn.opened_ns, 1000);
	CHECK(out(&w, ANSWER, 7, 4000));
	CHECK_UINT(w.txn.opened_ns, 2000);
	CHECK(!out(&w, ANSWER, 7, 5000));
	world_done_free(&w);
}

/* Request in on one connection, out on another, the answer back: the wait is the peer's. */
static void a_relay_waits_for_its_peer(void)
{
	struct world w;

	if (!world_init(&w, 64))
		return;
	in(&w, OFFER("aaaa"), 1, 1000);
	out(&w, OFFER("aaaa"), 2, 2000);
	in(&w, ANSWER, 2, 9000);
	CHECK_UINT(w.txn.side, TXN_CLIENT);
	out(&w, ANSWER, 1, 9500);
	CHECK_UINT(w.done_cnt, 2);
	CHECK(w.is_proxied);
	CHECK_UINT(world_share(&w, "peer"), 9000 - 2020);
	CHECK_UINT(world_share(&w, "app"), (2000 - 1030) + (9500 - 9030));
	world_done_free(&w);
}

/* The same words wait on two connections: which one was sent on is not known, and no time is called
 * the application's alone. */
static void equal_offers_are_not_confused(void)
{
	struct world w;

	if (!world_init(&w, 64))
		return;
	in(&w, OFFER("same"), 1, 1000);
	in(&w, OFFER("same"), 2, 1100);
	out(&w, OFFER("same"), 3, 2000);
	out(&w, ANSWER, 1, 9500);
	CHECK_UINT(w.done_cnt, 1);
	CHECK(!w.is_proxied);
	CHECK_UINT(world_share(&w, "app"), 0);
	CHECK_UINT(world_share(&w, "app+peer"), 9500 - 1030);
	world_done_free(&w);
}

static void heartbeats_and_their_echoes(void)
{
	struct rec_flow there = flow_between(9, 1, PROTO_BEAT),
			back = flow_between(1, 9, PROTO_BEAT);
	struct message m = {.flow = &there, .proto = PROTO_BEAT, .dir = MESSAGE_IN, .hash = 77};
	struct world w;

	if (!world_init(&w, 64))
		return;
	facts__parse(&m, buf, &facts);
	CHECK(session__orient(w.session, &m, &facts) && facts.brief.is_request);
	receive(&w, &facts.brief, 1000);
	m.flow = &back;
	m.dir = MESSAGE_OUT;
	facts__parse(&m, buf, &facts);
	CHECK(session__orient(w.session, &m, &facts) && facts.brief.is_final);
	send_out(&w, &facts.brief, 1500);
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(world_share(&w, "app"), 1500 - 1030);
	/* one that is not echoed is no timeout */
	m.flow = &there;
	m.dir = MESSAGE_IN;
	m.hash = 78;
	facts__parse(&m, buf, &facts);
	session__orient(w.session, &m, &facts);
	receive(&w, &facts.brief, 2000);
	session__tick(w.session, 60 * SEC);
	CHECK_UINT(session__counts(w.session)->timeouts, 0);
	CHECK_UINT(session__in_flight(w.session), 0);
	world_done_free(&w);
}

static void captures_are_unattributed(void)
{
	struct brief ask = request_of(PROTO_SIP, "INVITE", 5),
		     reply = reply_of(PROTO_SIP, "INVITE", 5, 200);
	struct rec_flow f = flow_between(9, 1, PROTO_SIP);
	struct world w;

	if (!world_init(&w, 64))
		return;
	session__wire(w.session, &ask, &f, 1000);
	CHECK(session__wire(w.session, &ask, &f, 1500).is_retransmit);
	session__wire(w.session, &reply, &f, 4000);
	CHECK(session__wire(w.session, &reply, &f, 4500).is_retransmit);
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(world_share(&w, "unattributed"), 3000);
	CHECK_UINT(path__total_ns(&w.path), 3000);
	CHECK(row_named(&w, "sip 10.0.0.1:5060", 'w', "INVITE"));
	world_done_free(&w);
}

/* A retransmitted request is ours when the first one waits unread, or its reply waits for the
 * driver; not while the application works on it. */
static void our_queues_cause_retransmissions(void)
{
	struct brief ask = request_of(PROTO_SIP, "OPTIONS", 5),
		     reply = reply_of(PROTO_SIP, "OPTIONS", 5, 200);
	struct rx_leg leg = rx_at(1000);
	struct rec_task task = task_of(42, "kamailio");
	struct session_part part;
	struct world w;

	if (!world_init(&w, 64))
		return;
	part = arrive(&w, &ask, 1000);
	CHECK(arrive(&w, &ask, 2000).is_self_inflicted);
	session__read(w.session, &part, &leg, &task, 1030);
	CHECK(arrive(&w, &ask, 3000).is_retransmit);
	CHECK(!arrive(&w, &ask, 3000).is_self_inflicted);
	CHECK(!session__queued(w.session, &reply, 4000).is_retransmit);
	CHECK(arrive(&w, &ask, 5000).is_self_inflicted);
	send_out(&w, &reply, 4000);
	CHECK(!arrive(&w, &ask, 6000).is_self_inflicted);
	CHECK_UINT(session__counts(w.session)->self_inflicted, 2);
	CHECK_UINT(session__counts(w.session)->retransmits, 5);
	CHECK_UINT(row_named(&w, "sip 10.0.0.1:5060", 's', "OPTIONS")->self_inflicted, 2);
	world_done_free(&w);
}

/* We ask again although the reply is here, unread. */
static void an_unread_reply_causes_one(void)
{
	struct brief ask = request_of(PROTO_SIP, "OPTIONS", 5),
		     reply = reply_of(PROTO_SIP, "OPTIONS", 5, 200);
	struct world w;

	if (!world_init(&w, 64))
		return;
	send_out(&w, &ask, 1000);
	send_out(&w, &ask, 2000);
	CHECK_UINT(session__counts(w.session)->self_inflicted, 0);
	arrive(&w, &reply, 3000);
	CHECK(session__queued(w.session, &ask, 4000).is_self_inflicted);
	send_out(&w, &ask, 4000);
	CHECK_UINT(session__counts(w.session)->self_inflicted, 1);
	world_done_free(&w);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"answers_end_the_oldest_offer", answers_end_the_oldest_offer, TEST_PLAIN},
		{"a_relay_waits_for_its_peer", a_relay_waits_for_its_peer, TEST_PLAIN},
		{"equal_offers_are_not_confused", equal_offers_are_not_confused, TEST_PLAIN},
		{"heartbeats_and_their_echoes", heartbeats_and_their_echoes, TEST_PLAIN},
		{"captures_are_unattributed", captures_are_unattributed, TEST_PLAIN},
		{"our_queues_cause_retransmissions", our_queues_cause_retransmissions, TEST_PLAIN},
		{"an_unread_reply_causes_one", an_unread_reply_causes_one, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

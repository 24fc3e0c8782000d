/* SPDX-License-Identifier: BSD-2-Clause */
/* Transactions of one host: server and client, retransmissions, losses, eviction. */
#include "session.h"

#include "fixture_session.h"

static void serves_a_request(void)
{
	struct brief request = request_of(PROTO_SIP, "OPTIONS", 1);
	struct brief reply = reply_of(PROTO_SIP, "OPTIONS", 1, 200);
	const struct stats_row *row;
	struct world w;

	if (!world_init(&w, 16))
		return;
	receive(&w, &request, 1000);
	check_in_flight(&w, 2000);
	CHECK_UINT(session__in_flight(w.session), 1);
	CHECK_UINT(session__oldest_ns(w.session, NULL, 2000), 1000);
	send_out(&w, &reply, 1130);
	if (!CHECK_UINT(w.done_cnt, 1))
		goto out;
	CHECK_UINT(w.path.start_ns, 1000);
	CHECK_UINT(path__total_ns(&w.path), 150);
	CHECK_UINT(world_share(&w, "driver"), 10);
	CHECK_UINT(world_share(&w, "stack"), 10);
	CHECK_UINT(world_share(&w, "sockq"), 10);
	CHECK_UINT(world_share(&w, "app"), 100);
	CHECK_UINT(world_share(&w, "tx"), 10);
	CHECK_UINT(world_share(&w, "qdisc"), 10);
	CHECK(!w.is_proxied);
	CHECK_INT(w.txn.code, 200);
	CHECK_UINT(w.txn.tid, 42);
	CHECK_STR(w.txn.comm, "kamailio");
	row = row_named(&w, "sip 10.0.0.1:5060", 's', "OPTIONS");
	if (!CHECK(row != NULL))
		goto out;
	CHECK_STR(row->comm, "kamailio");
	CHECK_UINT(row->cgroup_id, 5);
	CHECK_UINT(row->total.count, 1);
	check_in_flight(&w, 2000);
	CHECK_UINT(session__counts(w.session)->transactions, 1);
	CHECK_UINT(session__counts(w.session)->merged, 1); /* sockq */
out:
	world_done_free(&w);
}

static void asks_a_peer(void)
{
	struct brief request = request_of(PROTO_STUN, "Binding", 1);
	struct brief reply = reply_of(PROTO_STUN, "Binding", 1, 0);
	struct session_part part;
	struct world w;

	if (!world_init(&w, 16))
		return;
	send_out(&w, &request, 1000);
	CHECK(row_named(&w, "stun 10.0.0.9:5060", 'c', "Binding") != NULL);
	part = arrive(&w, &reply, 1500);
	CHECK(part.is_reply && part.txn);
	CHECK_UINT(w.done_cnt, 0);
	check_in_flight(&w, 2000);
	session__read(w.session, &part,
		      &(struct rx_leg){1500, 1510, 1520, 1530, {.undivided_ns = 10}}, NULL, 1530);
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(path__total_ns(&w.path), 530);
	CHECK_UINT(world_share(&w, "peer"), 480);
	CHECK_UINT(world_share(&w, "driver"), 10);
	check_in_flight(&w, 2000);
	/* the same handle again, now finished */
	session__read(w.session, &part, &(struct rx_leg){0}, NULL, 1600);
	session__lose(w.session, &part);
	CHECK_UINT(w.done_cnt, 1);
	check_in_flight(&w, 2000);
	world_done_free(&w);
}

static void retransmitted_requests_change_nothing(void)
{
	struct brief request = request_of(PROTO_SIP, "BYE", 1);
	struct brief reply = reply_of(PROTO_SIP, "BYE", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	receive(&w, &request, 1000);
	CHECK_UINT(receive(&w, &request, 2000).txn, 0);
	send_out(&w, &reply, 3000);
	CHECK_UINT(path__total_ns(&w.path), 2020);
	CHECK_UINT(w.txn.retransmits, 1);
	CHECK_UINT(receive(&w, &request, 4000).txn, 0); /* our reply was lost */
	send_out(&w, &reply, 5000);
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(session__counts(w.session)->retransmits, 3);
	CHECK_UINT(session__counts(w.session)->orphan_replies, 0);
	check_in_flight(&w, 6000);
	world_done_free(&w);
}

static void a_dropped_copy_leaves_no_trace(void)
{
	struct brief request = request_of(PROTO_SIP, "INVITE", 1);
	struct session_part part;
	struct world w;

	if (!world_init(&w, 16))
		return;
	part = arrive(&w, &request, 1000);
	session__lose(w.session, &part);
	session__lose(w.session, &part);
	CHECK_UINT(session__in_flight(w.session), 0);
	receive(&w, &request, 500000);
	send_out(&w,
		 &(struct brief){.proto = PROTO_SIP,
				 .key = {1, 1},
				 .code = 200,
				 .is_final = true,
				 .method = "INVITE"},
		 500100);
	CHECK_UINT(w.path.start_ns, 500000);
	CHECK_UINT(path__total_ns(&w.path), 120);
	CHECK_UINT(session__counts(w.session)->retransmits, 0);
	check_in_flight(&w, 600000);
	world_done_free(&w);
}

static void a_dropped_reply_waits_for_the_next(void)
{
	struct brief request = request_of(PROTO_SIP, "OPTIONS", 1);
	struct brief reply = reply_of(PROTO_SIP, "OPTIONS", 1, 200);
	struct session_part part;
	struct world w;

	if (!world_init(&w, 16))
		return;
	send_out(&w, &request, 1000);
	part = arrive(&w, &reply, 2000);
	session__lose(w.session, &part);
	receive(&w, &reply, 9000);
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(path__total_ns(&w.path), 8030);
	CHECK_UINT(session__counts(w.session)->retransmits, 0);
	receive(&w, &reply, 9500); /* 2xx again */
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(session__counts(w.session)->retransmits, 1);
	world_done_free(&w);
}

static void only_a_final_reply_ends(void)
{
	struct brief trying = reply_of(PROTO_SIP, "INVITE", 1, 100);
	struct brief ringing = reply_of(PROTO_SIP, "INVITE", 1, 180);
	struct brief busy = reply_of(PROTO_SIP, "INVITE", 1, 600);
	struct brief request = request_of(PROTO_SIP, "INVITE", 1),
		     ack = request_of(PROTO_SIP, "ACK", 1);
	struct world w;

	if (!world_init(&w, 16))
		return;
	receive(&w, &request, 1000);
	send_out(&w, &trying, 1100);
	send_out(&w, &ringing, 1200);
	CHECK_UINT(w.done_cnt, 0);
	send_out(&w, &busy, 9000);
	CHECK_UINT(path__total_ns(&w.path), 8020);
	CHECK_UINT(session__counts(w.session)->errors, 1);
	CHECK_UINT(receive(&w, &ack, 9500).txn, 0);
	CHECK_UINT(session__counts(w.session)->no_reply_expected, 1);
	CHECK_UINT(session__counts(w.session)->retransmits, 0);
	send_out(&w, &request, 10000); /* as a client: the same key, another side */
	receive(&w, &trying, 10100);
	CHECK_UINT(w.done_cnt, 1);
	receive(&w, &busy, 10200);
	CHECK_UINT(w.done_cnt, 2);
	send_out(&w, &ack, 10300);
	CHECK_UINT(session__counts(w.session)->no_reply_expected, 2);
	world_done_free(&w);
}

static void replies_without_request_are_orphans(void)
{
	struct brief reply = reply_of(PROTO_SIP, "OPTIONS", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	CHECK_UINT(receive(&w, &reply, 1000).txn, 0);
	send_out(&w, &reply, 2000);
	CHECK_UINT(session__counts(w.session)->orphan_replies, 2);
	CHECK_UINT(w.done_cnt, 0);
	CHECK_UINT(stats__row_cnt(w.stats), 0);
	world_done_free(&w);
}

static void a_full_table_evicts(void)
{
	struct world w;

	if (!world_init(&w, 4))
		return;
	for (unsigned int i = 0; i < 10; i++) {
		struct brief b = request_of(i & 1 ? PROTO_SIP : PROTO_STUN, "X", i);

		receive(&w, &b, 1000 + i);
		check_in_flight(&w, 2000);
	}
	CHECK_UINT(session__in_flight(w.session), 4);
	CHECK_UINT(session__counts(w.session)->evicted, 6);
	world_done_free(&w);
}

/* Instants out of order: counted, not measured, not in flight any more. */
static void disorder_is_not_measured(void)
{
	struct brief request = request_of(PROTO_SIP, "OPTIONS", 1),
		     reply = reply_of(PROTO_SIP, "OPTIONS", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	receive(&w, &request, 1000);
	send_out(&w, &reply, 900);
	CHECK_UINT(w.done_cnt, 0);
	CHECK_UINT(session__counts(w.session)->invalid, 1);
	CHECK_UINT(session__counts(w.session)->transactions, 0);
	check_in_flight(&w, 2000);
	world_done_free(&w);
}

/* A plan that sees no reads: the reply ends it all the same. */
static void without_reads_stages_merge(void)
{
	struct brief request = request_of(PROTO_SIP, "OPTIONS", 1),
		     reply = reply_of(PROTO_SIP, "OPTIONS", 1, 200);
	struct world w;

	if (!world_init(&w, 16))
		return;
	arrive(&w, &request, 1000);
	send_out(&w, &reply, 1130);
	CHECK_UINT(w.done_cnt, 1);
	CHECK_UINT(world_share(&w, "sockq+app"), 110);
	CHECK_UINT(w.txn.tid, 42);
	world_done_free(&w);
}

/* Names from the kernel need not end. */
static void long_names_are_ended(void)
{
	struct brief request = request_of(PROTO_SIP, "OPTIONS", 1),
		     reply = reply_of(PROTO_SIP, "OPTIONS", 1, 200);
	struct rec_flow f = flow_between(9, 1, PROTO_SIP);
	struct rx_leg rx = rx_at(1000);
	struct tx_leg tx = tx_at(1100);
	struct rec_task task = {.pid = 1};
	struct session_part part;
	struct world w;

	if (!world_init(&w, 16))
		return;
	memset(task.comm, 'a', sizeof(task.comm));
	part = session__arrive(w.session, &request, &f, &rx, 1000);
	session__read(w.session, &part, &rx, &task, 1030);
	session__sent(w.session, &reply, &f, &tx, NULL, 1120);
	CHECK_UINT(strnlen(w.txn.comm, sizeof(w.txn.comm)), REC_COMM_LEN - 1);
	CHECK_UINT(strnlen(stats__row_at(w.stats, 0)->comm, 16), 15);
	world_done_free(&w);
}

static void addresses(void)
{
	static const uint8_t v4[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
	static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	char buf[64];

	session__address(v4, 5060, buf, sizeof(buf));
	CHECK_STR(buf, "192.0.2.1:5060");
	session__address(v6, 65535, buf, sizeof(buf));
	CHECK_STR(buf, "[2001:db8::1]:65535");
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"serves_a_request", serves_a_request, TEST_PLAIN},
		{"asks_a_peer", asks_a_peer, TEST_PLAIN},
		{"retransmitted_requests_change_nothing", retransmitted_requests_change_nothing,
		 TEST_PLAIN},
		{"a_dropped_copy_leaves_no_trace", a_dropped_copy_leaves_no_trace, TEST_PLAIN},
		{"a_dropped_reply_waits_for_the_next", a_dropped_reply_waits_for_the_next,
		 TEST_PLAIN},
		{"only_a_final_reply_ends", only_a_final_reply_ends, TEST_PLAIN},
		{"replies_without_request_are_orphans", replies_without_request_are_orphans,
		 TEST_PLAIN},
		{"a_full_table_evicts", a_full_table_evicts, TEST_PLAIN},
		{"disorder_is_not_measured", disorder_is_not_measured, TEST_PLAIN},
		{"without_reads_stages_merge", without_reads_stages_merge, TEST_PLAIN},
		{"long_names_are_ended", long_names_are_ended, TEST_PLAIN},
		{"addresses", addresses, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Records to messages: every pair by every way of naming it, and records that are not to be
 * trusted. */
#include "fixture_ingest.h"

static const struct sip_spec request_spec = {.method = "OPTIONS"};
static const struct sip_spec reply_spec = {.method = "OPTIONS", .code = 200};

static void follows_a_message_to_its_reply(void)
{
	struct packet request = sip_packet(request_spec), reply = sip_packet(reply_spec);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&request, 1, 11, 1000));
	feed(&g, blind_record(&request, 1, 11, 1100));
	feed(&g, send_record(&reply, 12, 2000));
	CHECK_UINT(g.world.done_cnt, 0);
	feed(&g, xmit_record(12, 2030));
	CHECK(g.world.done_cnt == 1 || test__injected());
	if (g.world.done_cnt && tallied(&g, LEDGER_JOINED)) {
		CHECK_UINT(g.world.path.start_ns, 980);
		CHECK_UINT(path__total_ns(&g.world.path), 1050);
		CHECK_UINT(world_share(&g.world, "sockq"), 100);
		CHECK_UINT(world_share(&g.world, "app"), 890);
		CHECK_UINT(world_share(&g.world, "qdisc"), 30);
		CHECK_UINT(tallied(&g, LEDGER_MESSAGES), 2);
		CHECK_UINT(tallied(&g, LEDGER_JOINED), 1);
	}
	ingest__tick(g.ingest, 1000 * SEC);
	CHECK(!ledger__lost(&g.ledger) || test__injected());
	rig_done(&g);
}

/* The ways a read names its message: skb, content, both, order. */
static void joins_reads(void)
{
	struct packet request = sip_packet(request_spec),
		      other = sip_packet((struct sip_spec){.branch = "z9hG4bKo"});
	struct packet cut = request, more = request;
	const struct {
		const char *name;
		const struct packet *read;
		bool is_blind;
		uint64_t sk, skb;
		bool is_joined, is_by_order;
	} rows[] = {
		{"skb", &request, true, 1, 11, true, false},
		{"skb, buffer too small", &cut, true, 1, 11, true, false},
		{"content", &request, false, 1, 0, true, false},
		{"content, socket not told", &request, false, 0, 0, true, false},
		{"both", &request, false, 1, 11, true, false},
		{"another socket", &request, false, 2, 0, false, false},
		{"skb of another socket's packet", &request, true, 2, 11, false, false},
		{"skb of a shorter packet", &more, true, 1, 11, false, false},
		{"skb of another content", &other, false, 1, 11, false, false},
		{"another skb", &request, true, 1, 12, false, false},
		{"another content", &other, false, 1, 0, false, false},
		{"the only one", &request, true, 1, 0, true, true},
		{"the only one, another length", &cut, true, 1, 0, false, false},
		{"another socket's only one", &request, true, 2, 0, false, false},
		{"cut content", &cut, false, 1, 0, false, false},
		{"longer content", &more, false, 1, 0, false, false},
	};

	cut.len = 100;
	more.len += 8;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig g;

		if (!rig_init(&g, 16, true, true))
			return;
		CHECK_CASE("%s", rows[i].name);
		feed(&g, rx_record(&request, 1, 11, 1000));
		feed(&g, rows[i].is_blind
				 ? blind_record(rows[i].read, rows[i].sk, rows[i].skb, 1100)
				 : read_record(rows[i].read, rows[i].sk, rows[i].skb, 1100));
		CHECK_UINT(tallied(&g, LEDGER_JOINED), rows[i].is_joined);
		CHECK_UINT(tallied(&g, LEDGER_JOINED_BY_ORDER), rows[i].is_by_order);
		ingest__tick(g.ingest, 100 * SEC);
		CHECK_UINT(tallied(&g, LEDGER_UNREAD), !rows[i].is_joined);
		CHECK_UINT(tallied(&g, LEDGER_UNJOINED_READ) + tallied(&g, LEDGER_OTHER_READ),
			   !rows[i].is_joined);
		rig_done(&g);
	}
}

/* Keepalives and media on a signaling socket are read too: no loss, and no message's read. */
static void other_reads_are_no_loss(void)
{
	struct packet request = sip_packet(request_spec);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&request, 1, 11, 1000));
	for (unsigned int i = 0; i < 200; i++)
		feed(&g, blind_record(&request, 1, 1000 + i, 1100 + i));
	feed(&g, blind_record(&request, 1, 11, 2000));
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 1);
	ingest__tick(g.ingest, 10 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_OTHER_READ), 200);
	CHECK_UINT(ledger__lost(&g.ledger), 0);
	rig_done(&g);
}

static void unnamed_reads_need_a_single_message(void)
{
	struct packet a = stun_packet(1, 1), b = stun_packet(1, 2);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&a, 1, 0, 1000));
	feed(&g, rx_record(&b, 1, 0, 1001));
	feed(&g, blind_record(&a, 1, 0, 1100));
	CHECK_UINT(tallied(&g, LEDGER_AMBIGUOUS), 1);
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 0);
	feed(&g, read_record(&a, 1, 0, 1200));
	feed(&g, blind_record(&b, 1, 0, 1300));
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 2);
	CHECK_UINT(tallied(&g, LEDGER_JOINED_BY_ORDER), 1);
	rig_done(&g);
}

static void copies_pair_in_order(void)
{
	struct packet request = sip_packet(request_spec), reply = sip_packet(reply_spec);
	struct rig g;

	if (!rig_init(&g, 16, true, false))
		return;
	feed(&g, rx_record(&request, 1, 0, 1000));
	feed(&g, rx_record(&request, 1, 0, 2000));
	feed(&g, read_record(&request, 1, 0, 3000));
	feed(&g, read_record(&request, 1, 0, 3100));
	feed(&g, send_record(&reply, 5, 4000));
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 2);
	CHECK_UINT(tallied(&g, LEDGER_REORDERED), 1);
	CHECK_UINT(g.world.path.start_ns, 980);
	CHECK_UINT(world_share(&g.world, "sockq"), 2000);
	CHECK_UINT(g.world.txn.retransmits, 1);
	rig_done(&g);
}

/* Two threads read: which of two copies each took is not known, so the first read is withheld. */
static void copies_of_a_shared_socket_are_withheld(void)
{
	struct packet other = stun_packet(1, 1), request = sip_packet(request_spec);
	struct packet reply = sip_packet(reply_spec);
	struct record read = read_record(&other, 1, 0, 900);
	struct rig g;

	if (!rig_init(&g, 16, true, false))
		return;
	feed(&g, rx_record(&other, 1, 0, 800));
	read.read.task.pid = 78;
	feed(&g, read);
	feed(&g, rx_record(&request, 1, 0, 1000));
	feed(&g, rx_record(&request, 1, 0, 2000));
	feed(&g, read_record(&request, 1, 0, 3000));
	feed(&g, read_record(&request, 1, 0, 3100));
	feed(&g, send_record(&reply, 5, 4000));
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 3);
	CHECK_UINT(tallied(&g, LEDGER_READ_WITHHELD), 1);
	CHECK_UINT(world_share(&g.world, "sockq"), 0);
	CHECK_UINT(world_share(&g.world, "sockq+app"), 2990);
	rig_done(&g);
}

/* A drop concerns the packet it names, else the copy that was queued last. */
static void drops_name_their_copy(void)
{
	struct packet request = sip_packet(request_spec);
	const struct {
		const char *name;
		uint64_t sk, first_skb, second_skb, drop_skb;
		bool is_known, is_first_left;
	} rows[] = {
		{"newest", 1, 0, 0, 0, true, true},
		{"newest, pointer not told when queued", 1, 0, 0, 22, true, true},
		{"socket not told", 0, 0, 0, 0, true, true},
		{"second by pointer", 1, 21, 22, 22, true, true},
		{"first by pointer", 1, 21, 22, 21, true, false},
		{"pointer, socket not told", 0, 21, 22, 21, true, false},
		{"a third copy on its way", 1, 21, 22, 23, false, true},
		{"another socket", 2, 0, 0, 0, false, true},
		{"another socket's pointer", 2, 21, 22, 21, false, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig g;

		if (!rig_init(&g, 16, true, true))
			return;
		CHECK_CASE("%s", rows[i].name);
		feed(&g, rx_record(&request, 1, rows[i].first_skb, 1000));
		feed(&g, rx_record(&request, 1, rows[i].second_skb, 1001));
		feed(&g, drop_record(&request, rows[i].sk, rows[i].drop_skb, REC_F_RCVBUF, 1002));
		CHECK_UINT(tallied(&g, LEDGER_DROP_RCVBUF), rows[i].is_known);
		CHECK_UINT(tallied(&g, LEDGER_DROP_UNKNOWN), !rows[i].is_known);
		CHECK_UINT(session__in_flight(g.world.session), rows[i].is_first_left);
		rig_done(&g);
	}
}

/* The receive buffer was full for the first copy: the transaction starts with the second. */
static void a_dropped_request_starts_again(void)
{
	struct packet request = sip_packet(request_spec), reply = sip_packet(reply_spec);
	struct rig g;

	if (!rig_init(&g, 16, true, false))
		return;
	feed(&g, rx_record(&request, 1, 11, 1000));
	feed(&g, drop_record(&request, 1, 11, 0, 1001));
	feed(&g, rx_record(&request, 1, 12, 500 * MSEC));
	feed(&g, blind_record(&request, 1, 12, 500 * MSEC + 100));
	feed(&g, send_record(&reply, 13, 500 * MSEC + 200));
	CHECK_UINT(g.world.path.start_ns, 500 * MSEC - 20);
	CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), 1);
	ingest__tick(g.ingest, SEC);
	CHECK_UINT(tallied(&g, LEDGER_RETRANSMITS), 0);
	rig_done(&g);
}

/* Pointers are reused: what a lost read left behind does not take a later packet's. */
static void reused_pointers_name_the_newest(void)
{
	struct packet a = stun_packet(1, 1), b = stun_packet(1, 2);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&a, 1, 11, 1000));
	feed(&g, rx_record(&b, 1, 11, 5000));
	feed(&g, blind_record(&b, 1, 11, 5100));
	feed(&g, read_record(&a, 1, 0, 5200));
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 2);
	CHECK_UINT(ledger__lost(&g.ledger), 0);
	rig_done(&g);
}

static void unread_and_evicted_are_counted(void)
{
	struct rig g;

	if (!rig_init(&g, 4, true, true))
		return;
	for (unsigned int i = 0; i < 10; i++) {
		struct packet p = stun_packet(1, i);

		feed(&g, rx_record(&p, 1, i + 1, 1000 + i));
	}
	CHECK_UINT(tallied(&g, LEDGER_MESSAGES_FULL), 6);
	CHECK_UINT(session__in_flight(g.world.session), 4);
	ingest__tick(g.ingest, 900); /* younger than the clock */
	ingest__tick(g.ingest, 64 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_UNREAD), 0);
	ingest__tick(g.ingest, 65 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_UNREAD), 4);
	CHECK_UINT(session__in_flight(g.world.session), 0);
	rig_done(&g);
}

static void a_plan_without_reads_waits_for_none(void)
{
	struct packet request = sip_packet(request_spec), reply = sip_packet(reply_spec);
	struct rig g;

	if (!rig_init(&g, 16, false, false))
		return;
	feed(&g, rx_record(&request, 1, 11, 1000));
	feed(&g, send_record(&reply, 12, 2000));
	CHECK_UINT(g.world.done_cnt, 1);
	CHECK_UINT(world_share(&g.world, "sockq+app"), 990);
	CHECK_UINT(path__total_ns(&g.world.path), 1020);
	rig_done(&g);
}

static void taps_alone(void)
{
	struct packet request = sip_packet(request_spec), reply = sip_packet(reply_spec);
	struct packet ask = stun_packet(0x0001, 1), answer = stun_packet(0x0101, 1);
	struct rig g;

	if (!rig_init(&g, 16, false, false))
		return;
	feed(&g, tap_record(&request, 0, 1000));
	feed(&g, tap_record(&reply, REC_F_EGRESS, 3000));
	CHECK_UINT(g.world.done_cnt, 1);
	CHECK_UINT(path__total_ns(&g.world.path), 2000);
	CHECK_UINT(g.world.path.share_cnt, 1);
	feed(&g, tap_record(&ask, REC_F_EGRESS, 4000));
	feed(&g, tap_record(&answer, 0, 9000));
	CHECK_UINT(g.world.done_cnt, 2);
	CHECK_UINT(path__total_ns(&g.world.path), 5000);
	CHECK_UINT(tallied(&g, LEDGER_MESSAGES), 4);
	CHECK_UINT(ledger__lost(&g.ledger), 0);
	rig_done(&g);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"follows_a_message_to_its_reply", follows_a_message_to_its_reply, TEST_WALK},
		{"joins_reads", joins_reads, TEST_PLAIN},
		{"other_reads_are_no_loss", other_reads_are_no_loss, TEST_PLAIN},
		{"unnamed_reads_need_a_single_message", unnamed_reads_need_a_single_message,
		 TEST_PLAIN},
		{"copies_pair_in_order", copies_pair_in_order, TEST_PLAIN},
		{"copies_of_a_shared_socket_are_withheld", copies_of_a_shared_socket_are_withheld,
		 TEST_PLAIN},
		{"drops_name_their_copy", drops_name_their_copy, TEST_PLAIN},
		{"a_dropped_request_starts_again", a_dropped_request_starts_again, TEST_PLAIN},
		{"reused_pointers_name_the_newest", reused_pointers_name_the_newest, TEST_PLAIN},
		{"unread_and_evicted_are_counted", unread_and_evicted_are_counted, TEST_PLAIN},
		{"a_plan_without_reads_waits_for_none", a_plan_without_reads_waits_for_none,
		 TEST_PLAIN},
		{"taps_alone", taps_alone, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

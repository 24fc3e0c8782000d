/* SPDX-License-Identifier: BSD-2-Clause */
/* Drops that name their message by its address alone: memory is reused, so most care is for what is
 * no drop of a message. */
#include "fixture_ingest.h"
#include "late.h"

static struct packet ask(uint64_t txid)
{
	return stun_packet(1, txid);
}

/* One message arrives at 1000 on skb 11 and is read, or not; then memory is discarded. */
static void only_what_waits_is_dropped(void)
{
	enum { NOBODY, BY_SKB, BY_CONTENT };
	static const struct {
		const char *name;
		int reader;
		uint64_t skb, since_ns;
		uint16_t flags;
		bool is_drop;
	} rows[] = {
		{"unread", NOBODY, 11, 1000, 0, true},
		{"unread, another address", NOBODY, 12, 1000, 0, false},
		{"unread, the address of an earlier message", NOBODY, 11, 900, 0, false},
		{"unread, the address of a later message", NOBODY, 11, 1001, 0, false},
		{"unread, one that was sent", NOBODY, 11, 1000, REC_F_EGRESS, false},
		{"unread, kept before a torn write", NOBODY, 11, 0, 0, false},
		{"read by address", BY_SKB, 11, 1000, 0, false},
		{"read by content", BY_CONTENT, 11, 1000, 0, false},
	};
	struct packet p = ask(1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig g;

		if (!rig_init(&g, 16, true, true))
			return;
		CHECK_CASE("%s", rows[i].name);
		feed(&g, rx_record(&p, 1, 11, 1000));
		if (rows[i].reader == BY_SKB)
			feed(&g, blind_record(&p, 1, 11, 1100));
		if (rows[i].reader == BY_CONTENT)
			feed(&g, read_record(&p, 1, 0, 1100));
		feed(&g, address_drop_record(rows[i].skb, rows[i].since_ns, rows[i].flags, 1200));
		ingest__tick(g.ingest, SEC);
		CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), rows[i].is_drop);
		CHECK_UINT(tallied(&g, LEDGER_DROP_OTHER), !rows[i].is_drop);
		CHECK_UINT(tallied(&g, LEDGER_DROP_UNKNOWN), 0);
		CHECK_UINT(session__in_flight(g.world.session), !rows[i].is_drop);
		rig_done(&g);
	}
}

/* Nobody saw the first one being read (its record was lost); the second one has its memory. */
static void a_reused_address_drops_the_later_one(void)
{
	struct packet a = ask(1), b = ask(2);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&a, 1, 11, 1000));
	feed(&g, rx_record(&b, 1, 11, 5000));
	feed(&g, address_drop_record(11, 5000, 0, 5100));
	feed(&g, address_drop_record(11, 5000, 0, 5200));
	CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), 1);
	CHECK_UINT(tallied(&g, LEDGER_DROP_OTHER), 1);
	feed(&g, read_record(&a, 1, 0, 6000));
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 1);
	rig_done(&g);
}

/* The copy of a message that is read on is not the one that was discarded. */
static void a_copy_is_dropped_and_the_other_measured(void)
{
	struct packet p = sip_packet((struct sip_spec){.method = "OPTIONS"});
	struct packet reply = sip_packet((struct sip_spec){.method = "OPTIONS", .code = 200});
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&p, 1, 11, 1000));
	feed(&g, address_drop_record(11, 1000, 0, 1001));
	feed(&g, rx_record(&p, 1, 12, 500 * MSEC));
	feed(&g, blind_record(&p, 1, 12, 500 * MSEC + 100));
	feed(&g, send_record(&reply, 11, 500 * MSEC + 200));
	feed(&g, xmit_record(11, 500 * MSEC + 230));
	CHECK_UINT(g.world.done_cnt, 1);
	CHECK_UINT(path__total_ns(&g.world.path), 250);
	CHECK_UINT(world_share(&g.world, "sockq"), 100);
	CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), 1);
	rig_done(&g);
}

/* What leaves later with that address is another packet: the kernel does not report it, and if it
 * did it would be nobody's. */
static void a_drop_in_the_qdisc_gets_no_driver_stamp(void)
{
	struct packet request = ask(1), reply = stun_packet(0x0101, 1);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&request, 1, 11, 1000));
	feed(&g, blind_record(&request, 1, 11, 1100));
	feed(&g, send_record(&reply, 12, 2000));
	feed(&g, send_record(&reply, 12, 2010)); /* again, on a lower device */
	feed(&g, address_drop_record(12, 2010, REC_F_EGRESS, 2020));
	feed(&g, xmit_record(12, 9000));
	CHECK_UINT(g.world.done_cnt, 0);
	CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), 1);
	ingest__tick(g.ingest, 20 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_UNSENT), 0);
	rig_done(&g);
}

/* A read by content is reported after its packet is free: in between its memory may be discarded as
 * somebody else's. */
static void a_read_wins_over_a_drop_before_it(void)
{
	static const struct {
		const char *name;
		uint64_t read_ns;
		bool is_joined;
	} rows[] = {
		{"at once", 3000, true},
		{"in time", 2000 + LATE_NS, true},
		{"too late", 2001 + LATE_NS, false},
	};
	struct packet first = ask(1), p = ask(2);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig g;

		if (!rig_init(&g, 16, true, true))
			return;
		CHECK_CASE("%s", rows[i].name);
		feed(&g, rx_record(&first, 1, 10, 500));
		feed(&g, read_record(&first, 1, 0, 600));
		feed(&g, rx_record(&p, 1, 11, 1000));
		feed(&g, address_drop_record(11, 1000, 0, 2000));
		feed(&g, read_record(&p, 1, 0, rows[i].read_ns));
		ingest__tick(g.ingest, SEC);
		CHECK_UINT(tallied(&g, LEDGER_JOINED), 1 + rows[i].is_joined);
		CHECK_UINT(tallied(&g, LEDGER_DROP_OTHER), rows[i].is_joined);
		CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), !rows[i].is_joined);
		rig_done(&g);
	}
}

/* Each is settled once, in order, however many are held. */
static void all_held_drops_are_settled(void)
{
	const unsigned int cnt = 3 * LATE_DROPS;
	struct packet first = ask(1);
	struct rig g;

	if (!rig_init(&g, 512, true, true))
		return;
	feed(&g, rx_record(&first, 1, 10, 500));
	feed(&g, read_record(&first, 1, 0, 600));
	for (unsigned int i = 0; i < cnt; i++) {
		struct packet p = ask(100 + i);

		feed(&g, rx_record(&p, 1, 100 + i, 1000 + i));
		feed(&g, address_drop_record(100 + i, 1000 + i, 0, 1000 + i));
	}
	CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), cnt - LATE_DROPS);
	ingest__change(g.ingest, true, true, true, 2000);
	CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), cnt);
	CHECK_UINT(tallied(&g, LEDGER_REPLAN_LOST), 0);
	rig_done(&g);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"only_what_waits_is_dropped", only_what_waits_is_dropped, TEST_PLAIN},
		{"a_reused_address_drops_the_later_one", a_reused_address_drops_the_later_one,
		 TEST_PLAIN},
		{"a_copy_is_dropped_and_the_other_measured",
		 a_copy_is_dropped_and_the_other_measured, TEST_PLAIN},
		{"a_drop_in_the_qdisc_gets_no_driver_stamp",
		 a_drop_in_the_qdisc_gets_no_driver_stamp, TEST_PLAIN},
		{"a_read_wins_over_a_drop_before_it", a_read_wins_over_a_drop_before_it,
		 TEST_PLAIN},
		{"all_held_drops_are_settled", all_held_drops_are_settled, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

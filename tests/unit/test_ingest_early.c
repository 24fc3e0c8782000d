/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads whose record comes before that of the message's arrival. */
#include "fixture_ingest.h"

struct early_row {
	const char *name;
	bool has_content, has_skb;
	uint64_t read_ns; /* the message is stamped at 1000 ms, seen 20 ns before */
	uint64_t sk;
	bool is_joined;
};

static void finds_its_message(void)
{
	static const struct early_row rows[] = {
		{"content", true, false, 1000 * MSEC - 5, 1, true},
		{"content, socket not told", true, false, 1000 * MSEC - 5, 0, true},
		{"skb", false, true, 1000 * MSEC - 5, 1, true},
		{"stamped in order, written in disorder", true, false, 1000 * MSEC + 5, 1, true},
		{"another socket", true, false, 1000 * MSEC - 5, 2, false},
		{"skb of another socket", false, true, 1000 * MSEC - 5, 2, false},
		{"read before it was seen: an earlier copy", true, false, 1000 * MSEC - 30, 1,
		 false},
		{"read before it was seen: the pointer's last use", false, true, 1000 * MSEC - 30,
		 1, false},
		{"neither content nor skb", false, false, 1000 * MSEC - 5, 1, false},
	};
	struct packet request = sip_packet((struct sip_spec){.method = "OPTIONS"});

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct early_row *r = &rows[i];
		struct rig g;

		if (!rig_init(&g, 16, true, true))
			return;
		CHECK_CASE("%s", r->name);
		feed(&g, r->has_content
				 ? read_record(&request, r->sk, r->has_skb ? 11 : 0, r->read_ns)
				 : blind_record(&request, r->sk, r->has_skb ? 11 : 0, r->read_ns));
		feed(&g, rx_record(&request, 1, 11, 1000 * MSEC));
		CHECK_UINT(tallied(&g, LEDGER_JOINED), r->is_joined);
		ingest__tick(g.ingest, 100 * SEC);
		CHECK_UINT(tallied(&g, LEDGER_UNREAD), !r->is_joined);
		CHECK_UINT(tallied(&g, LEDGER_UNJOINED_READ) + tallied(&g, LEDGER_OTHER_READ),
			   !r->is_joined);
		rig_done(&g);
	}
}

/* The arrival was stamped after the read: that instant is withheld, its stages merge. */
static void a_late_stamp_is_withheld(void)
{
	struct packet request = sip_packet((struct sip_spec){.method = "OPTIONS"});
	struct packet reply = sip_packet((struct sip_spec){.method = "OPTIONS", .code = 200});
	struct rig g;

	if (!rig_init(&g, 16, true, false))
		return;
	feed(&g, read_record(&request, 1, 0, 995));
	feed(&g, rx_record(&request, 1, 0, 1000));
	feed(&g, send_record(&reply, 12, 2000));
	CHECK_UINT(g.world.done_cnt, 1);
	CHECK_UINT(world_share(&g.world, "stack+sockq"), 5);
	CHECK_UINT(path__total_ns(&g.world.path), 1020);
	CHECK_UINT(g.world.txn.tid, 77);
	ingest__tick(g.ingest, SEC);
	CHECK_UINT(tallied(&g, LEDGER_INVALID), 0);
	rig_done(&g);
}

static void is_held_for_a_moment_only(void)
{
	struct packet request = sip_packet((struct sip_spec){.method = "OPTIONS"});
	struct record rx = rx_record(&request, 1, 0, 1000 * MSEC);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	rx.rx.nic_ns = rx.rx.stack_ns = 0;
	feed(&g, read_record(&request, 1, 0, 900 * MSEC));
	feed(&g, rx);
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 0);
	ingest__tick(g.ingest, 1000 * MSEC);
	CHECK_UINT(tallied(&g, LEDGER_UNJOINED_READ), 1);
	rig_done(&g);
}

/* The oldest make room; each is counted once. */
static void holds_a_bounded_number(void)
{
	struct packet p;
	struct rig g;

	if (!rig_init(&g, 256, true, true))
		return;
	for (unsigned int i = 0; i < 100; i++) {
		p = stun_packet(1, i);
		feed(&g, read_record(&p, 1, 0, 1000 * MSEC + i));
	}
	CHECK_UINT(tallied(&g, LEDGER_UNJOINED_READ), 36);
	for (unsigned int i = 0; i < 100; i++) {
		p = stun_packet(1, i);
		feed(&g, rx_record(&p, 1, 0, 1000 * MSEC + i + 10));
	}
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 64);
	ingest__tick(g.ingest, 100 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_UNJOINED_READ), 36);
	CHECK_UINT(tallied(&g, LEDGER_UNREAD), 36);
	rig_done(&g);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"finds_its_message", finds_its_message, TEST_PLAIN},
		{"a_late_stamp_is_withheld", a_late_stamp_is_withheld, TEST_PLAIN},
		{"is_held_for_a_moment_only", is_held_for_a_moment_only, TEST_PLAIN},
		{"holds_a_bounded_number", holds_a_bounded_number, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

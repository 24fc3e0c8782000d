/* SPDX-License-Identifier: BSD-2-Clause */
/* Other probes report from now on: what was half seen never meets what comes later. */
#include "fixture_ingest.h"

static const struct sip_spec request_spec = {.method = "OPTIONS"};
static const struct sip_spec reply_spec = {.method = "OPTIONS", .code = 200};

/* The message waits; the read comes after the change, named in every way. Then the reply goes out:
 * the total is right, the queue and the application are not told apart. */
static void a_read_after_the_change_is_not_joined(void)
{
	static const struct {
		const char *name;
		bool has_content;
		uint64_t skb;
		enum ledger_id lost;
	} rows[] = {
		{"skb", false, 11, LEDGER_OTHER_READ},
		{"content", true, 0, LEDGER_UNJOINED_READ},
		{"both", true, 11, LEDGER_UNJOINED_READ},
		{"order", false, 0, LEDGER_UNJOINED_READ},
	};
	struct packet request = sip_packet(request_spec), reply = sip_packet(reply_spec);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig g;

		if (!rig_init(&g, 16, true, true))
			return;
		CHECK_CASE("%s", rows[i].name);
		feed(&g, rx_record(&request, 1, 11, 1000));
		ingest__change(g.ingest, true, true, true, 1050);
		CHECK_UINT(tallied(&g, LEDGER_REPLAN_LOST), 1);
		feed(&g, rows[i].has_content ? read_record(&request, 1, rows[i].skb, 1100)
					     : blind_record(&request, 1, rows[i].skb, 1100));
		CHECK_UINT(tallied(&g, LEDGER_JOINED), 0);
		feed(&g, send_record(&reply, 12, 2000));
		feed(&g, xmit_record(12, 2030));
		if (CHECK_UINT(g.world.done_cnt, 1)) {
			CHECK_UINT(path__total_ns(&g.world.path), 1050);
			CHECK_UINT(world_share(&g.world, "app"), 0);
			CHECK_UINT(world_share(&g.world, "sockq"), 0);
			CHECK_UINT(world_share(&g.world, "qdisc"), 30);
		}
		ingest__tick(g.ingest, 1 * SEC);
		CHECK_UINT(tallied(&g, rows[i].lost), 1);
		CHECK_UINT(tallied(&g, LEDGER_UNREAD), 0);
		rig_done(&g);
	}
}

/* Sent, and not with the driver yet: it ends at the qdisc; the old stamp finds nothing. */
static void a_sent_message_ends_at_the_qdisc(void)
{
	struct packet request = sip_packet(request_spec), reply = sip_packet(reply_spec);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&request, 1, 11, 1000));
	feed(&g, blind_record(&request, 1, 11, 1100));
	feed(&g, send_record(&reply, 12, 2000));
	ingest__change(g.ingest, true, true, true, 2010);
	feed(&g, xmit_record(12, 99000));
	if (CHECK(g.world.done_cnt == 1 || test__injected()) && g.world.done_cnt &&
	    tallied(&g, LEDGER_JOINED)) {
		CHECK_UINT(path__total_ns(&g.world.path), 1020);
		CHECK_UINT(world_share(&g.world, "qdisc"), 0);
	}
	ingest__tick(g.ingest, 100 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_UNSENT), 0);
	rig_done(&g);
}

/* A read that came early belongs to the plan before. */
static void early_reads_are_given_up(void)
{
	struct packet request = sip_packet(request_spec);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, read_record(&request, 1, 11, 1000 * MSEC));
	ingest__change(g.ingest, true, true, true, 1001 * MSEC);
	CHECK_UINT(tallied(&g, LEDGER_UNJOINED_READ), 1);
	feed(&g, rx_record(&request, 1, 11, 1000 * MSEC + 5));
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 0);
	rig_done(&g);
}

/* Without reads nothing waits for them any more, and the other way round. */
static void the_new_plan_decides_what_is_awaited(void)
{
	struct packet request = sip_packet(request_spec), reply = sip_packet(reply_spec);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	ingest__change(g.ingest, false, false, true, 500);
	feed(&g, rx_record(&request, 1, 11, 1000));
	feed(&g, send_record(&reply, 12, 2000));
	CHECK_UINT(g.world.done_cnt, 1);
	CHECK_UINT(world_share(&g.world, "sockq+app"), 990);
	ingest__change(g.ingest, true, true, true, 3000);
	CHECK_UINT(tallied(&g, LEDGER_REPLAN_LOST), 0);
	rig_done(&g);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"a_read_after_the_change_is_not_joined", a_read_after_the_change_is_not_joined,
		 TEST_PLAIN},
		{"a_sent_message_ends_at_the_qdisc", a_sent_message_ends_at_the_qdisc, TEST_WALK},
		{"early_reads_are_given_up", early_reads_are_given_up, TEST_PLAIN},
		{"the_new_plan_decides_what_is_awaited", the_new_plan_decides_what_is_awaited,
		 TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

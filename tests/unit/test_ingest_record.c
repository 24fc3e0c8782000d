/* SPDX-License-Identifier: BSD-2-Clause */
/* Sent messages, and records that are not to be trusted. */
#include "fixture_ingest.h"

#include <stdlib.h>

static void a_send_without_driver_is_unsent(void)
{
	struct packet request = stun_packet(1, 1);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, send_record(&request, 12, 2000));
	ingest__tick(g.ingest, 9 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_UNSENT), 0);
	ingest__tick(g.ingest, 11 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_UNSENT), 1);
	feed(&g, xmit_record(12, 11 * SEC)); /* and none without a send */
	CHECK_UINT(session__in_flight(g.world.session), 0);
	rig_done(&g);
}

/* One skb through a stack of devices is one message; its address used again is another. */
static void one_pointer_one_message(void)
{
	struct packet a = stun_packet(1, 1), b = stun_packet(1, 2);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, send_record(&a, 12, 2000));
	feed(&g, send_record(&a, 12, 2010));
	CHECK_UINT(tallied(&g, LEDGER_MESSAGES), 1);
	feed(&g, send_record(&b, 12, 3000));
	CHECK_UINT(tallied(&g, LEDGER_MESSAGES), 2);
	CHECK_UINT(tallied(&g, LEDGER_UNSENT), 1);
	feed(&g, xmit_record(12, 3020));
	CHECK_UINT(session__in_flight(g.world.session), 1);
	b = stun_packet(0x0101, 2);
	feed(&g, rx_record(&b, 1, 13, 4000));
	feed(&g, blind_record(&b, 1, 13, 4010));
	CHECK_UINT(g.world.done_cnt, 1);
	CHECK_UINT(path__total_ns(&g.world.path), 1020);
	rig_done(&g);
}

/* Identical content in the same buffer half a second later is a retransmission. */
static void a_retransmission_may_reuse_the_pointer(void)
{
	struct packet a = stun_packet(1, 1);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, send_record(&a, 12, 2000));
	feed(&g, send_record(&a, 12, 500 * MSEC));
	feed(&g, xmit_record(12, 500 * MSEC + 20));
	CHECK_UINT(tallied(&g, LEDGER_MESSAGES), 2);
	CHECK_UINT(tallied(&g, LEDGER_UNSENT), 1);
	CHECK_UINT(session__oldest_ns(g.world.session, NULL, 600 * MSEC), 100 * MSEC - 20);
	rig_done(&g);
}

/* The same address in a stream: the driver's stamp belongs to the packet that was queued last, and
 * to all messages in it. */
static void a_stamp_is_of_the_latest_packet(void)
{
	static const char one[] = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP "
				  "h;branch=z9hG4bK1\r\nCSeq: 1 OPTIONS\r\n"
				  "Content-Length: 0\r\n\r\n";
	static const char two[] = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP "
				  "h;branch=z9hG4bK2\r\nCSeq: 2 OPTIONS\r\n"
				  "Content-Length: 0\r\n\r\n"
				  "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP "
				  "h;branch=z9hG4bK3\r\nCSeq: 3 OPTIONS\r\n"
				  "Content-Length: 0\r\n\r\n";
	const uint32_t one_len = sizeof(one) - 1, two_len = sizeof(two) - 1;
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, seg_record(one, one_len, 1, 12, 1, REC_F_EGRESS, SEC));
	feed(&g, seg_record(two, two_len, 1, 12, 1 + one_len, REC_F_EGRESS, 2 * SEC));
	CHECK_UINT(tallied(&g, LEDGER_MESSAGES), 3);
	feed(&g, xmit_record(12, 2 * SEC + 20));
	CHECK_UINT(tallied(&g, LEDGER_UNSENT), 1);
	CHECK_UINT(session__in_flight(g.world.session), 2);
	ingest__tick(g.ingest, 20 * SEC);
	CHECK_UINT(tallied(&g, LEDGER_UNSENT), 1);
	rig_done(&g);
}

static void a_reply_dropped_by_the_qdisc(void)
{
	struct packet request = sip_packet((struct sip_spec){.method = "BYE"});
	struct packet reply = sip_packet((struct sip_spec){.method = "BYE", .code = 200});
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	feed(&g, rx_record(&request, 1, 11, 1000));
	feed(&g, blind_record(&request, 1, 11, 1100));
	feed(&g, send_record(&reply, 12, 2000));
	feed(&g, drop_record(&reply, 0, 12, REC_F_EGRESS, 2010));
	feed(&g, drop_record(&reply, 0, 99, REC_F_EGRESS, 2010));
	CHECK_UINT(tallied(&g, LEDGER_DROP_KERNEL), 1);
	CHECK_UINT(tallied(&g, LEDGER_DROP_UNKNOWN), 1);
	feed(&g, send_record(&reply, 12, 3000));
	feed(&g, xmit_record(12, 3010));
	CHECK_UINT(g.world.done_cnt, 1);
	CHECK_UINT(path__total_ns(&g.world.path), 2030);
	rig_done(&g);
}

/* A copy of the exact size, so that the sanitizer sees one byte too many. */
static void feed_cut(struct rig *g, const struct record *r, size_t len)
{
	void *copy = malloc(len ? len : 1);

	if (!copy)
		return;
	memcpy(copy, r->bytes, len);
	CHECK_INT(ingest__record(g->ingest, copy, len), 0);
	free(copy);
}

static void short_records_are_refused(void)
{
	struct packet p = sip_packet((struct sip_spec){.method = "OPTIONS"});
	const struct record kinds[] = {
		rx_record(&p, 1, 11, 1000),	 read_record(&p, 2, 12, 1000),
		send_record(&p, 13, 1000),	 xmit_record(14, 1000),
		drop_record(&p, 1, 15, 0, 1000), tap_record(&p, 0, 1000),
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct rig g;

		if (!rig_init(&g, 16, true, true))
			return;
		for (size_t len = 0; len < kinds[i].len; len++)
			feed_cut(&g, &kinds[i], len);
		CHECK_CASE("kind %u", kinds[i].hdr.kind);
		CHECK_UINT(tallied(&g, LEDGER_RECORD_SHORT), kinds[i].len);
		CHECK_UINT(tallied(&g, LEDGER_MESSAGES), 0);
		feed_cut(&g, &kinds[i], kinds[i].len);
		CHECK_UINT(tallied(&g, LEDGER_RECORD_SHORT), kinds[i].len);
		rig_done(&g);
	}
}

static void unknown_kinds_are_skipped(void)
{
	static const uint16_t kinds[] = {0, 77, 255, 0x0101, 0xffff};
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct record r = xmit_record(1, 1000);

		r.hdr.kind = kinds[i];
		feed(&g, r);
		CHECK_UINT(tallied(&g, LEDGER_RECORD_UNKNOWN), i + 1);
	}
	rig_done(&g);
}

/* A newer kernel side appends: the known prefix counts. */
static void long_records_are_taken(void)
{
	struct packet p = stun_packet(1, 1);
	struct record rx = rx_record(&p, 1, 11, 1000), read = blind_record(&p, 1, 11, 1100);
	struct rig g;

	if (!rig_init(&g, 16, true, true))
		return;
	rx.len += 100;
	read.len += 100;
	feed(&g, rx);
	feed(&g, read);
	CHECK_UINT(tallied(&g, LEDGER_JOINED), 1);
	CHECK_UINT(ledger__lost(&g.ledger), 0);
	rig_done(&g);
}

static void lengths_may_lie(void)
{
	struct packet p = sip_packet((struct sip_spec){.method = "OPTIONS"});
	const struct {
		uint32_t snap_len, msg_len;
		enum ledger_id id;
	} rows[] = {
		{UINT32_MAX, UINT32_MAX, LEDGER_RECORD_SHORT},
		{p.len + 1, p.len + 1, LEDGER_RECORD_SHORT},
		{p.len, p.len - 1, LEDGER_RECORD_SHORT},
		{p.len, UINT32_MAX, LEDGER_MESSAGES},
		{30, p.len, LEDGER_SNAP_SHORT},
		{30, 30, LEDGER_PARSE_FAILED},
		{0, 0, LEDGER_PARSE_FAILED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct record kinds[] = {rx_record(&p, 1, 11, 1000), send_record(&p, 12, 1000),
					 tap_record(&p, 0, 1000)};
		struct rig g;

		if (!rig_init(&g, 16, true, true))
			return;
		kinds[0].rx.print.snap_len = kinds[1].send.print.snap_len =
			kinds[2].tap.print.snap_len = rows[i].snap_len;
		kinds[0].rx.print.msg_len = kinds[1].send.print.msg_len =
			kinds[2].tap.print.msg_len = rows[i].msg_len;
		for (size_t k = 0; k < 3; k++)
			feed_cut(&g, &kinds[k], kinds[k].len);
		CHECK_CASE("row %zu", i);
		CHECK_UINT(tallied(&g, rows[i].id), 3);
		rig_done(&g);
	}
}

static void ledger_has_the_sessions_counts(void)
{
	struct packet ack = sip_packet((struct sip_spec){.method = "ACK"});
	struct packet reply = sip_packet((struct sip_spec){.code = 200});
	struct rig g;

	if (!rig_init(&g, 16, false, false))
		return;
	feed(&g, tap_record(&ack, 0, 1000));
	feed(&g, tap_record(&reply, 0, 1000));
	feed(&g, tap_record(&reply, 0, 1000));
	ingest__tick(g.ingest, SEC);
	CHECK_UINT(tallied(&g, LEDGER_NO_REPLY_EXPECTED), 1);
	CHECK_UINT(tallied(&g, LEDGER_ORPHAN_REPLIES), 2);
	rig_done(&g);
	ingest__free(NULL);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"a_send_without_driver_is_unsent", a_send_without_driver_is_unsent, TEST_PLAIN},
		{"one_pointer_one_message", one_pointer_one_message, TEST_PLAIN},
		{"a_retransmission_may_reuse_the_pointer", a_retransmission_may_reuse_the_pointer,
		 TEST_PLAIN},
		{"a_stamp_is_of_the_latest_packet", a_stamp_is_of_the_latest_packet, TEST_PLAIN},
		{"a_reply_dropped_by_the_qdisc", a_reply_dropped_by_the_qdisc, TEST_PLAIN},
		{"short_records_are_refused", short_records_are_refused, TEST_PLAIN},
		{"unknown_kinds_are_skipped", unknown_kinds_are_skipped, TEST_PLAIN},
		{"long_records_are_taken", long_records_are_taken, TEST_PLAIN},
		{"lengths_may_lie", lengths_may_lie, TEST_PLAIN},
		{"ledger_has_the_sessions_counts", ledger_has_the_sessions_counts, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "segments.h"

#include <errno.h>

#include "fixture_record.h"
#include "test.h"

#define OPTIONS	    "OPTIONS sip:b@h SIP/2.0\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
#define OPTIONS_LEN ((uint32_t)sizeof(OPTIONS) - 1)
#define OK	    "SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

static struct {
	struct message m[16];
	struct segments_sight sight[16];
	bool has_task[16];
	unsigned int cnt;
	uint64_t read[16], read_ns[16], unread[16];
	unsigned int read_cnt, unread_cnt;
} seen;

static uint64_t on_message(void *ctx, const struct message *m, const struct segments_sight *sight)
{
	(void)ctx;
	seen.m[seen.cnt % 16] = *m;
	seen.has_task[seen.cnt % 16] = m->task != NULL;
	seen.sight[seen.cnt % 16] = *sight;
	return ++seen.cnt;
}

static void on_read(void *ctx, uint64_t handle, const struct rec_take *take)
{
	(void)ctx;
	seen.read[seen.read_cnt % 16] = handle;
	seen.read_ns[seen.read_cnt++ % 16] = take->hdr.ts_ns;
}

static void on_unread(void *ctx, uint64_t handle)
{
	(void)ctx;
	seen.unread[seen.unread_cnt++ % 16] = handle;
}

static struct segments *make(bool has_take)
{
	struct segments_opts opts = {.stream = {.max_conns = 8,
						.max_message = 65536,
						.max_bytes = 1 << 20,
						.hole_ns = 3000000000ull,
						.idle_ns = 600000000000ull},
				     .max_unread = 16,
				     .unread_ns = 64000000000ull,
				     .has_take = has_take,
				     .on_message = on_message,
				     .on_read = on_read,
				     .on_unread = on_unread};
	struct segments *s = NULL;

	memset(&seen, 0, sizeof(seen));
	return CHECK_OK(segments__new(&opts, &s)) ? s : NULL;
}

static void give(struct segments *s, struct record r)
{
	CHECK_INT(segments__record(s, &r.seg, (uint32_t)r.len), 0);
}

static void take(struct segments *s, uint64_t sk, uint32_t seq, uint64_t ts_ns)
{
	struct record r = take_record(sk, seq, ts_ns);

	segments__take(s, &r.take);
}

static void joins_reads(void)
{
	struct segments *s = make(true);

	if (!s)
		return;
	give(s, seg_record(NULL, 0, 1, 0, 100, REC_F_SYN, 1000));
	give(s, seg_record(OPTIONS OPTIONS, 2 * OPTIONS_LEN, 1, 0xa, 100, 0, 2000));
	CHECK_UINT(seen.cnt, 2);
	CHECK_UINT(seen.m[0].dir, MESSAGE_IN);
	CHECK_UINT(seen.m[0].rx.nic_ns, 1980);
	CHECK_UINT(seen.m[0].rx.stack_ns, 1990);
	CHECK_UINT(seen.m[0].rx.sock_ns, 2000);
	CHECK_UINT(seen.m[0].ts_ns, 1980);
	CHECK_UINT(seen.m[1].hash, seen.m[0].hash);
	CHECK_UINT(seen.sight[1].skb, 0xa);
	CHECK(!seen.sight[0].is_last);
	take(s, 1, 100 + OPTIONS_LEN, 2500);
	CHECK_UINT(seen.read_cnt, 1);
	CHECK_UINT(seen.read[0], 1);
	take(s, 1, 100 + 2 * OPTIONS_LEN, 2600);
	CHECK_UINT(seen.read_cnt, 2);
	CHECK_UINT(seen.read_ns[1], 2600);
	segments__free(s);
}

static void joins_a_read_that_was_quicker(void)
{
	struct segments *s = make(true);

	if (!s)
		return;
	take(s, 1, 100 + OPTIONS_LEN, 2500);
	give(s, seg_record(OPTIONS, OPTIONS_LEN, 1, 0xa, 100, 0, 2000));
	CHECK_UINT(seen.read_cnt, 1);
	CHECK_UINT(seen.read[0], 1);
	segments__free(s);
}

static void names_the_last_skb_of_what_is_sent(void)
{
	struct segments *s = make(true);
	uint32_t half = 20;

	if (!s)
		return;
	give(s, seg_record(NULL, 0, 1, 0, 100, REC_F_SYN | REC_F_EGRESS, 1000));
	give(s, seg_record(OK, half, 1, 0xa, 100, REC_F_EGRESS, 2000));
	give(s,
	     seg_record(&OK[half], sizeof(OK) - 1 - half, 1, 0xb, 100 + half, REC_F_EGRESS, 3000));
	CHECK_UINT(seen.cnt, 1);
	CHECK_UINT(seen.m[0].dir, MESSAGE_OUT);
	CHECK_UINT(seen.m[0].tx.send_ns, 2990);
	CHECK_UINT(seen.m[0].tx.queue_ns, 3000);
	CHECK_UINT(seen.sight[0].skb, 0xb);
	CHECK(seen.has_task[0]);
	take(s, 1, 0xffff, 9000);
	CHECK_UINT(seen.read_cnt, 0);
	segments__free(s);
}

/* Both ends of a connection inside this host say the same name for it. */
static void names_the_connection(void)
{
	struct segments *s = make(true);
	struct record out = seg_record(OPTIONS, OPTIONS_LEN, 2, 0xa, 100, REC_F_EGRESS, 2000);

	if (!s)
		return;
	out.seg.flow = flow_between(9, 1, 0);
	out.seg.flow.sport = 40000;
	out.seg.flow.flags = REC_F_EGRESS | REC_F_SYN;
	give(s, out);
	out.seg.flow.flags = REC_F_EGRESS;
	give(s, seg_record(OPTIONS, OPTIONS_LEN, 1, 0xa, 100, 0, 2500));
	give(s, seg_record(OK, sizeof(OK) - 1, 1, 0xb, 500, REC_F_EGRESS, 3000));
	CHECK_UINT(seen.cnt, 3);
	CHECK_UINT(seen.m[0].conn, seen.m[1].conn);
	CHECK_UINT(seen.m[1].conn, seen.m[2].conn);
	CHECK_UINT(seen.m[0].dir, MESSAGE_OUT);
	CHECK_UINT(seen.m[1].dir, MESSAGE_IN);
	segments__free(s);
}

static void takes_taps_and_captures_as_they_are(void)
{
	struct segments *s = make(true);
	struct rec_flow flow = flow_between(3, 4, 0);

	if (!s)
		return;
	give(s, seg_record(OPTIONS, OPTIONS_LEN, 0, 0, 100, REC_F_TAP, 2000));
	give(s, seg_record(OK, sizeof(OK) - 1, 0, 0, 100, REC_F_TAP | REC_F_EGRESS, 3000));
	segments__packet(s, &flow, 7, (const uint8_t *)OPTIONS, OPTIONS_LEN, OPTIONS_LEN, 4000);
	CHECK_UINT(seen.cnt, 3);
	CHECK_UINT(seen.m[0].dir, MESSAGE_IN);
	CHECK_UINT(seen.m[0].rx.nic_ns, 2000);
	CHECK_UINT(seen.m[0].rx.sock_ns, 0);
	CHECK_UINT(seen.m[1].dir, MESSAGE_OUT);
	CHECK_UINT(seen.m[1].tx.xmit_ns, 3000);
	CHECK_UINT(seen.m[2].dir, MESSAGE_WIRE);
	CHECK_UINT(seen.m[2].ts_ns, 4000);
	for (unsigned int i = 0; i < 3; i++)
		CHECK(seen.sight[i].is_last);
	segments__tick(s, 70000000000ull);
	CHECK_UINT(seen.read_cnt + seen.unread_cnt, 0);
	segments__free(s);
}

static void gives_up_what_is_not_read(void)
{
	struct segments *s = make(true);

	if (!s)
		return;
	give(s, seg_record(OPTIONS OPTIONS, 2 * OPTIONS_LEN, 1, 0xa, 100, 0, 2000));
	segments__tick(s, 64000002001ull);
	CHECK_UINT(seen.unread_cnt, 2);
	give(s, seg_record(OPTIONS, OPTIONS_LEN, 1, 0xa, 100 + 2 * OPTIONS_LEN, 0, 70000000000ull));
	segments__change(s, false);
	CHECK_UINT(seen.unread_cnt, 3);
	give(s, seg_record(OPTIONS, OPTIONS_LEN, 1, 0xa, 100 + 3 * OPTIONS_LEN, 0, 71000000000ull));
	CHECK_UINT(seen.cnt, 4);
	CHECK(seen.sight[3].is_last);
	segments__free(s);
}

static void refuses_lengths_that_lie(void)
{
	struct record r = seg_record(OPTIONS, OPTIONS_LEN, 1, 0xa, 100, 0, 2000);
	struct segments *s = make(true);

	if (!s)
		return;
	CHECK_INT(segments__record(s, &r.seg, (uint32_t)r.len - 1), -EBADMSG);
	CHECK_INT(segments__record(s, &r.seg, sizeof(r.seg) - 1), -EBADMSG);
	r.seg.seg_len--;
	CHECK_INT(segments__record(s, &r.seg, (uint32_t)r.len), -EBADMSG);
	CHECK_UINT(seen.cnt, 0);
	segments__free(s);
}

static void hashes_every_byte(void)
{
	uint8_t bytes[300] = {0};
	uint64_t plain;

	for (uint32_t len = 1; len <= sizeof(bytes); len++) {
		plain = segments__hash(bytes, len);
		CHECK(plain != segments__hash(bytes, len - 1));
		for (uint32_t i = 0; i < len; i += 1 + len / 16) {
			bytes[i] ^= 0x10;
			CHECK(segments__hash(bytes, len) != plain);
			bytes[i] ^= 0x10;
		}
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"joins_reads", joins_reads, TEST_WALK},
		{"joins_a_read_that_was_quicker", joins_a_read_that_was_quicker, TEST_PLAIN},
		{"names_the_last_skb_of_what_is_sent", names_the_last_skb_of_what_is_sent,
		 TEST_PLAIN},
		{"names_the_connection", names_the_connection, TEST_PLAIN},
		{"takes_taps_and_captures_as_they_are", takes_taps_and_captures_as_they_are,
		 TEST_PLAIN},
		{"gives_up_what_is_not_read", gives_up_what_is_not_read, TEST_PLAIN},
		{"refuses_lengths_that_lie", refuses_lengths_that_lie, TEST_PLAIN},
		{"hashes_every_byte", hashes_every_byte, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

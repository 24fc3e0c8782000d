/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include "fixture_stream.h"
#include "test.h"

static struct ear ear;

static struct stream *make_stream(void)
{
	struct stream_opts opts = small_opts(&ear);
	struct stream *st = NULL;

	ear.cnt = 0;
	return CHECK_OK(stream__new(&opts, &st)) ? st : NULL;
}

#define INVITE                                                             \
	"INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n" \
	"Content-Length: 4\r\n\r\nv=0\n"
#define RINGING "SIP/2.0 180 Ringing\r\nl: 0\r\n\r\n"

static void joins_what_was_cut(void)
{
	struct side a = side_of(9, 0xfffffff0u), b = side_of(1, 7);
	struct stream *st = make_stream();

	if (!st)
		return;
	send_syn(st, &a, 1);
	send_syn(st, &b, 2);
	say_text(st, &a, INVITE, 10);
	say_text(st, &b, RINGING RINGING "\r\n\r\n", 20);
	say(st, &a, INVITE, 30, 30);
	say_text(st, &a, &INVITE[30], 31);
	if (test__injected()) { /* the segment that had to be kept is lost, and says so */
		CHECK_UINT(stream__counts(st)->no_memory, 1);
		CHECK(ear.cnt < 4);
		stream__free(st);
		return;
	}
	CHECK_UINT(ear.cnt, 4);
	CHECK_UINT(ear.heard[0].len, strlen(INVITE));
	CHECK_UINT(ear.heard[0].cookie, 10);
	CHECK_UINT(ear.heard[0].end_seq, 0xfffffff0u + (uint32_t)strlen(INVITE));
	CHECK_STR(ear.heard[1].text, "SIP/2.0 180 Ringing..l: 0....");
	CHECK_UINT(ear.heard[1].conn, ear.heard[0].conn);
	CHECK_UINT(ear.heard[3].first_ns, 30);
	CHECK_UINT(ear.heard[3].ts_ns, 31);
	CHECK_UINT(ear.heard[3].hash, ear.heard[0].hash);
	CHECK_UINT(stream__counts(st)->mid_stream, 0);
	stream__free(st);
}

static void puts_segments_in_order(void)
{
	static const char text[] = INVITE INVITE INVITE;
	const uint8_t *p = (const uint8_t *)text;
	struct side a = side_of(9, 0xfffffff0u);
	struct stream *st = make_stream();
	struct stream_segment seg;

	if (!st)
		return;
	send_syn(st, &a, 1);
	seg = segment_of(&a, p, 100, 100, 10);
	send_segment(st, &seg);
	seg = segment_of(&a, p, 200, sizeof(text) - 1 - 200, 11);
	send_segment(st, &seg);
	seg = segment_of(&a, p, 90, 40, 12);
	send_segment(st, &seg);
	CHECK_UINT(ear.cnt, 0);
	seg = segment_of(&a, p, 0, 95, 13);
	send_segment(st, &seg);
	CHECK_UINT(ear.cnt, 3);
	CHECK_UINT(ear.heard[2].cookie, 13);
	CHECK_UINT(ear.heard[1].hash, ear.heard[0].hash);
	send_segment(st, &seg);
	CHECK_UINT(stream__counts(st)->retransmitted, 1);
	CHECK_UINT(stream__counts(st)->reordered, 3);
	stream__free(st);
}

static void gives_up_a_hole(void)
{
	struct side a = side_of(9, 1000);
	struct stream *st = make_stream();

	if (!st)
		return;
	send_syn(st, &a, 1);
	say_text(st, &a, INVITE, 10);
	a.seq += 500;
	say_text(st, &a, "lf of a message\r\n", 20);
	say_text(st, &a, INVITE, 30);
	stream__tick(st, 1000);
	CHECK_UINT(ear.cnt, 1);
	stream__tick(st, 3000001000ull);
	CHECK_UINT(ear.cnt, 2);
	CHECK_UINT(ear.heard[1].cookie, 30);
	CHECK_UINT(stream__counts(st)->holes, 1);
	CHECK_UINT(stream__counts(st)->skipped_bytes, 17);
	say_text(st, &a, INVITE, 3000002000ull);
	CHECK_UINT(ear.cnt, 3);
	stream__free(st);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"joins_what_was_cut", joins_what_was_cut, TEST_WALK},
		{"puts_segments_in_order", puts_segments_in_order, TEST_PLAIN},
		{"gives_up_a_hole", gives_up_a_hole, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include <zlib.h>

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

/* Bytes of connections first seen in the middle: what is heard of the segment behind them. */
static void starts_in_the_middle(void)
{
	static const struct {
		const char *segment[4];
		unsigned int heard;
		uint8_t proto;
		uint64_t skipped, unknown;
	} rows[] = {
		{{"half a line\r\n\r\n", INVITE}, 1, PROTO_SIP, 15, 0},
		{{INVITE "INV", "ITE sip:b@h SIP/2.0\r\nl:0\r\n\r\n"}, 2, PROTO_SIP, 0, 0},
		{{"body\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, 1, PROTO_HTTP, 6, 0},
		{{"\x81\x0b{\"hello\":1}", "\x89\x01x", "\x81\x08{\"a\": 1}"}, 2, PROTO_WS, 0, 0},
		{{"\x81\x0bhello worl1", "\x82\x7e\xff\xff{\"a\":"}, 0, 0, 13, 0},
		{{"\x17\x03\x03\x01\x01 protected", INVITE}, 0, 0, 0, 0},
		{{"\x16\x03\x03\x01\x01 cut handshake"}, 0, 0, 19, 0},
	};
	const struct stream_counts *counts;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct side a = side_of(1, 5000);
		struct stream *st = make_stream();

		if (!st)
			return;
		CHECK_CASE("row %zu", i);
		counts = stream__counts(st);
		for (unsigned int k = 0; k < 4 && rows[i].segment[k]; k++)
			say_text(st, &a, rows[i].segment[k], 10 + k);
		CHECK_UINT(ear.cnt, rows[i].heard);
		if (ear.cnt)
			CHECK_UINT(ear.heard[ear.cnt - 1].proto, rows[i].proto);
		CHECK_UINT(counts->mid_stream, 1);
		CHECK_UINT(counts->unknown_conns, rows[i].unknown);
		if (rows[i].heard || i == 6)
			CHECK_UINT(counts->skipped_bytes, rows[i].skipped);
		stream__free(st);
	}
}

static void leaves_the_unknown_alone(void)
{
	struct side a = side_of(9, 1);
	struct stream *st = make_stream();

	if (!st)
		return;
	send_syn(st, &a, 1);
	say_text(st, &a, "SSH-2.0-x\r\n", 2);
	say_text(st, &a, INVITE, 3);
	a.seq += 100;
	say_text(st, &a, INVITE, 4);
	CHECK_UINT(ear.cnt, 0);
	CHECK_UINT(stream__counts(st)->unknown_conns, 1);
	CHECK_UINT(stream__counts(st)->holes, 0);
	CHECK_UINT(stream__counts(st)->reordered, 0);
	stream__free(st);
}

/* The same addresses and ports again; both ends of it agree on its name. */
static void names_connections(void)
{
	struct side a = side_of(9, 1), b = side_of(9, 1), c = side_of(9, 0x40000001);
	struct stream *st = make_stream();

	if (!st)
		return;
	a.sk = 1, a.is_out = true;
	b.sk = 2;
	send_syn(st, &a, 1);
	say_text(st, &a, INVITE, 2);
	say_text(st, &b, INVITE, 3); /* its SYN belonged to the listener */
	CHECK_UINT(stream__counts(st)->mid_stream, 0);
	CHECK_UINT(ear.heard[0].conn, ear.heard[1].conn);
	c.sk = 1, c.is_out = true;
	send_syn(st, &c, 4);
	send_syn(st, &c, 5);
	say_text(st, &c, INVITE, 6);
	c.seq = 0x40000001, c.sk = 2, c.is_out = false;
	say_text(st, &c, INVITE, 7); /* the same socket address, too */
	CHECK_UINT(ear.cnt, 4);
	CHECK(ear.heard[2].conn != ear.heard[1].conn);
	CHECK_UINT(ear.heard[3].conn, ear.heard[2].conn);
	CHECK_UINT(stream__counts(st)->mid_stream, 0);
	stream__free(st);
}

/* The handshake, and data with its last ACK, are the listener's. */
static void goes_on_from_the_listener(void)
{
	struct side a = side_of(9, 1), b = side_of(1, 50);
	struct stream *st = make_stream();

	if (!st)
		return;
	a.sk = b.sk = 100;
	b.is_out = true;
	send_syn(st, &a, 1);
	send_syn(st, &b, 2);
	say(st, &a, INVITE, 40, 3);
	a.sk = b.sk = 200;
	say_text(st, &a, &INVITE[40], 4);
	say_text(st, &b, RINGING, 5);
	CHECK_UINT(ear.cnt, 2);
	CHECK_UINT(ear.heard[0].len, strlen(INVITE));
	CHECK_UINT(stream__counts(st)->mid_stream + stream__counts(st)->holes, 0);
	stream__free(st);
}

static void ends_with_the_stream(void)
{
	struct side a = side_of(9, 1), b = side_of(1, 1);
	struct stream *st = make_stream();

	if (!st)
		return;
	send_syn(st, &a, 1);
	send_syn(st, &b, 2);
	say_text(st, &a, "GET / HTTP/1.0\r\n\r\n", 3);
	say_text(st, &b, "HTTP/1.0 200 OK\r\n\r\nuntil", 4);
	CHECK_UINT(ear.cnt, 1);
	send_fin(st, &b, 6, 6); /* before its last bytes */
	CHECK_UINT(ear.cnt, 1);
	say_text(st, &b, " close", 5);
	CHECK_UINT(ear.cnt, 2);
	CHECK_UINT(ear.heard[1].len, 30);
	CHECK_UINT(ear.heard[1].exchange, 1);
	say_text(st, &b, "behind", 7);
	CHECK_UINT(ear.cnt, 2);
	stream__free(st);
}

/* Of a message that is too long the end is found all the same. */
static void passes_over_what_is_too_long(void)
{
	static char body[70000];
	struct side a = side_of(9, 1), b = side_of(1, 1);
	struct stream *st = make_stream();

	if (!st)
		return;
	memset(body, '.', sizeof(body));
	send_syn(st, &a, 1);
	send_syn(st, &b, 2);
	say_text(st, &a, "MESSAGE sip:b SIP/2.0\r\nContent-Length: 70000\r\n\r\n", 3);
	say(st, &a, body, 30000, 4);
	say(st, &a, body, 40000, 5);
	say_text(st, &a, INVITE, 6);
	CHECK_UINT(ear.cnt, 1);
	CHECK_UINT(ear.heard[0].len, strlen(INVITE));
	CHECK_UINT(stream__counts(st)->oversized, 1);
	stream__free(st);

	st = make_stream();
	a = side_of(9, 1);
	b = side_of(1, 1);
	send_syn(st, &a, 1);
	send_syn(st, &b, 2);
	say_text(st, &a, "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", 3);
	say_text(st, &b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n", 4);
	say(st, &b, body, 40000, 5);
	say_text(st, &b, "\r\n9c40;x\r\n", 6);
	say(st, &b, body, 40000, 7);
	say_text(st, &b, "\r\n0\r\nT: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n",
		 8);
	say(st, &b, body, 70000, 9);
	say_text(st, &a, "GET /c HTTP/1.1\r\n\r\n", 10);
	say_text(st, &b, "HTTP/1.1 204 No\r\n\r\n", 11);
	CHECK_UINT(ear.cnt, 6);
	CHECK_UINT(ear.heard[2].len, 47); /* the header alone */
	CHECK_UINT(ear.heard[3].exchange, 2);
	CHECK_UINT(ear.heard[5].exchange, 3);
	CHECK_UINT(stream__counts(st)->oversized, 2);
	CHECK_UINT(stream__counts(st)->skipped_bytes, 0);
	stream__free(st);
}

/* A hole in a body whose length is known: the next message is where it has to be. */
static void looks_behind_a_hole(void)
{
	struct side a = side_of(9, 1);
	struct stream *st = make_stream();

	if (!st)
		return;
	send_syn(st, &a, 1);
	say_text(st, &a, "MESSAGE sip:b SIP/2.0\r\nContent-Length: 1000\r\n\r\n", 3);
	a.seq += 990;
	say_text(st, &a, "0123456789" INVITE, 4);
	stream__tick(st, 4000000000ull);
	CHECK_UINT(ear.cnt, 1);
	CHECK_UINT(ear.heard[0].len, strlen(INVITE));
	CHECK_UINT(ear.heard[0].cookie, 4);
	stream__free(st);
}

/* A segment in parts, one of which did not come: the next segment says so. */
static void knows_parts_from_segments(void)
{
	static const char text[] = INVITE INVITE;
	struct side a = side_of(9, 1);
	struct stream *st = make_stream();
	struct stream_segment seg;

	if (!st)
		return;
	send_syn(st, &a, 1);
	seg = segment_of(&a, (const uint8_t *)text, 0, 50, 10);
	seg.seg_len = sizeof(text) - 1;
	send_segment(st, &seg);
	seg = segment_of(&a, (const uint8_t *)text, 50, sizeof(text) - 1 - 50, 10);
	send_segment(st, &seg);
	CHECK_UINT(ear.cnt, 2);
	a.seq += sizeof(text) - 1;
	seg = segment_of(&a, (const uint8_t *)text, 0, 50, 20);
	seg.seg_len = sizeof(text) - 1;
	send_segment(st, &seg);
	a.seq += sizeof(text) - 1;
	say_text(st, &a, INVITE, 30);
	CHECK_UINT(ear.cnt, 3);
	CHECK_UINT(stream__counts(st)->holes, 1);
	stream__free(st);
}

/* Which response answers which request is not guessed while something is missing. */
static void pairs_again_after_a_loss(void)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	struct side a = side_of(9, 1), b = side_of(1, 1);
	struct stream *st = make_stream();

	if (!st)
		return;
	send_syn(st, &a, 1);
	send_syn(st, &b, 2);
	say_text(st, &a, "GET /1 HTTP/1.1\r\n\r\n", 3);
	say_text(st, &b, ok, 4);
	a.seq += 100;
	say_text(st, &a, "GET /3 HTTP/1.1\r\n\r\n", 5);
	say_text(st, &b, ok, 6); /* of the one that was lost */
	stream__tick(st, 4000000000ull);
	say_text(st, &b, ok, 4000000001ull);
	say_text(st, &a, "GET /4 HTTP/1.1\r\n\r\n", 4000000002ull);
	say_text(st, &b, ok, 4000000003ull);
	CHECK_UINT(ear.cnt, 7);
	CHECK_UINT(ear.heard[6].exchange, ear.heard[5].exchange);
	stream__free(st);
}

static void says_no_to_lies(void)
{
	static const struct {
		const char *bytes;
		uint32_t len;
		uint64_t malformed, oversized;
	} rows[] = {
#define LIE(bytes) bytes, sizeof(bytes) - 1
		{LIE("INVITE sip:b SIP/2.0\r\nContent-Length: -1\r\n\r\n"), 1, 0},
		{LIE("INVITE sip:b SIP/2.0\r\nContent-Length: x\r\n\r\n"), 1, 0},
		{LIE("INVITE sip:b SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\nab"), 1, 0},
		{LIE("INVITE sip:b SIP/2.0\r\nContent-Length: 99999999999999\r\n\r\n"), 1, 0},
		{LIE("INVITE sip:b SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n"), 0, 1},
		{LIE("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), 1, 0},
		{LIE("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), 1, 0},
		{LIE("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"), 1, 0},
		{LIE("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n"), 0,
		 1},
		{LIE("\x00\x01\x00\x04\x21\x12\xa4\x42"
		     "0123456789abcdef\x00\x01\x00\x00"
		     "badcookie0123456789"),
		 1, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct side a = side_of(9, 1);
		struct stream *st = make_stream();

		if (!st)
			return;
		CHECK_CASE("row %zu", i);
		send_syn(st, &a, 1);
		say(st, &a, rows[i].bytes, rows[i].len, 2);
		CHECK_UINT(stream__counts(st)->malformed, rows[i].malformed);
		CHECK_UINT(stream__counts(st)->oversized, rows[i].oversized);
		stream__free(st);
	}
}

static void opens_ws(struct stream *st, struct side *a, struct side *b, const char *extension)
{
	send_syn(st, a, 1);
	send_syn(st, b, 2);
	say_text(st, a, "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", 3);
	say_text(st, b, "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n", 4);
	say_text(st, b, extension, 5);
	say_text(st, b, "\r\n", 6);
	CHECK(ear.cnt == 2 || test__injected());
}

static void says_no_to_frames(void)
{
	static const struct {
		const char *bytes;
		uint32_t len;
		uint64_t malformed, oversized, compressed;
	} rows[] = {
		{LIE("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
		     "keyy"),
		 0, 1, 0},
		{LIE("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		     "keyy"),
		 1, 0, 0},
		{LIE("\x81\x02hi"), 1, 0, 0}, /* not masked */
		{LIE("\xa1\x82"
		     "keyyhi"),
		 1, 0, 0}, /* RSV2 */
		{LIE("\x83\x82"
		     "keyyhi"),
		 1, 0, 0}, /* opcode 3 */
		{LIE("\x80\x82"
		     "keyyhi"),
		 1, 0, 0}, /* continues nothing */
		{LIE("\x01\x82"
		     "keyyhi\x81\x82"
		     "keyyhi"),
		 1, 0, 0}, /* begins twice */
		{LIE("\x09\x82"
		     "keyyhi"),
		 1, 0, 0}, /* control in fragments */
		{LIE("\x89\xfe\x01\x00"
		     "keyy"),
		 1, 0, 0},					   /* long control */
		{LIE("\xc1\x82\0\0\0\0hi"), 0, 0, 1},		   /* no deflate data */
		{LIE("\x81\x82keyyhi\x88\x80keyy junk"), 0, 0, 0}, /* behind Close */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct side a = side_of(9, 1), b = side_of(1, 1);
		struct stream *st = make_stream();

		if (!st)
			return;
		CHECK_CASE("row %zu", i);
		opens_ws(st, &a, &b, "");
		say(st, &a, rows[i].bytes, rows[i].len, 7);
		CHECK_UINT(stream__counts(st)->malformed, rows[i].malformed);
		CHECK_UINT(stream__counts(st)->oversized, rows[i].oversized);
		CHECK_UINT(stream__counts(st)->compressed, rows[i].compressed);
		stream__free(st);
	}
}

/* 100 MB of nothing in 100 KB: no more comes out than a message may be long. */
static void stops_a_bomb(void)
{
	static uint8_t zero[100000], out[65000];
	struct side a = side_of(9, 1), b = side_of(1, 1);
	struct stream *st = make_stream();
	uint8_t head[4] = {0xc1, 126};
	z_stream z = {0};

	if (!st)
		return;
	opens_ws(st, &a, &b, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
	z.next_out = out;
	z.avail_out = sizeof(out);
	while (z.avail_out > 1000) {
		z.next_in = zero;
		z.avail_in = sizeof(zero);
		deflate(&z, Z_SYNC_FLUSH);
	}
	deflateEnd(&z);
	head[2] = (uint8_t)((sizeof(out) - z.avail_out) >> 8);
	head[3] = (uint8_t)(sizeof(out) - z.avail_out);
	say(st, &b, head, 4, 7);
	say(st, &b, out, (uint32_t)sizeof(out) - z.avail_out, 8);
	if (test__injected()) {
		stream__free(st);
		return;
	}
	CHECK_UINT(ear.cnt, 2);
	CHECK_UINT(stream__counts(st)->oversized, 1);
	say_text(st, &b, "\xc1\x03\x4a\x4c\x02", 9); /* its window is gone */
	CHECK_UINT(stream__counts(st)->compressed, 1);
	say_text(st, &b, "\x81\x02{}", 10);
	CHECK_UINT(ear.cnt, 3);
	stream__free(st);
}

/* 32 connections with half a message each, in a table for 16 and memory for 4 of them. */
static void is_bounded(void)
{
	struct stream_opts opts = small_opts(&ear);
	struct stream *st = NULL;
	static char half[3000];

	opts.max_bytes = 4 * 4096;
	ear.cnt = 0;
	if (!CHECK_OK(stream__new(&opts, &st)))
		return;
	strcpy(half, "MESSAGE sip:b SIP/2.0\r\nContent-Length: 5000\r\n\r\n");
	for (uint16_t i = 0; i < 32; i++) {
		struct side a = side_of(9, 1);

		a.flow.sport = i + 1;
		send_syn(st, &a, i);
		say(st, &a, half, sizeof(half), i);
	}
	if (!test__injected()) {
		CHECK_UINT(stream__counts(st)->conns_evicted, 16);
		CHECK_UINT(stream__counts(st)->bytes_evicted, 28);
	}
	stream__tick(st, opts.idle_ns + 100);
	CHECK_UINT(ear.cnt, 0);
	stream__free(st);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"joins_what_was_cut", joins_what_was_cut, TEST_WALK},
		{"puts_segments_in_order", puts_segments_in_order, TEST_PLAIN},
		{"gives_up_a_hole", gives_up_a_hole, TEST_PLAIN},
		{"starts_in_the_middle", starts_in_the_middle, TEST_PLAIN},
		{"leaves_the_unknown_alone", leaves_the_unknown_alone, TEST_PLAIN},
		{"names_connections", names_connections, TEST_PLAIN},
		{"goes_on_from_the_listener", goes_on_from_the_listener, TEST_PLAIN},
		{"ends_with_the_stream", ends_with_the_stream, TEST_PLAIN},
		{"passes_over_what_is_too_long", passes_over_what_is_too_long, TEST_PLAIN},
		{"looks_behind_a_hole", looks_behind_a_hole, TEST_PLAIN},
		{"knows_parts_from_segments", knows_parts_from_segments, TEST_PLAIN},
		{"pairs_again_after_a_loss", pairs_again_after_a_loss, TEST_PLAIN},
		{"says_no_to_lies", says_no_to_lies, TEST_PLAIN},
		{"says_no_to_frames", says_no_to_frames, TEST_PLAIN},
		{"stops_a_bomb", stops_a_bomb, TEST_WALK},
		{"is_bounded", is_bounded, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

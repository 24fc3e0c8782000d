/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams against tshark: captures that others made, with what tshark says of them, and
 * conversations cut at random, which tshark reads at the same time. */
#include "stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "capture_file.h"
#include "corpus.h"
#include "fixture_stream.h"
#include "fixture_talk.h"
#include "link.h"
#include "test.h"

static struct ear ear;

static void feed_packet(struct stream *st, const struct link_packet *p, uint64_t ts_ns)
{
	struct stream_segment seg = {.flow = &p->flow,
				     .seq = p->seq,
				     .p = p->p,
				     .len = p->len,
				     .seg_len = p->wire_len,
				     .ts_ns = ts_ns};

	if (p->l4 == IPPROTO_TCP)
		stream__segment(st, &seg);
}

/* All messages of a capture into `ear`. */
static bool read_capture(const uint8_t *bytes, uint32_t len, struct stream_counts *counts)
{
	struct stream_opts opts = small_opts(&ear);
	struct fragments *fragments = NULL;
	struct capture_packet packet;
	struct capture_file file;
	struct stream *st = NULL;
	struct link_packet p;
	struct source source;
	struct link link;
	bool is_ok = false;

	ear.cnt = 0;
	if (!CHECK_OK(source__open_bytes(bytes, len, &source)))
		return false;
	if (CHECK_OK(fragments__new(4, 65536, &fragments)) &&
	    CHECK_OK(link__init(&link, fragments))) {
		if (CHECK_OK(stream__new(&opts, &st)) &&
		    CHECK_OK(capture_file__open(&source, &file))) {
			while (capture_file__next(&file, &packet) == 0) {
				if (link__decode(&link, packet.link, packet.p, packet.len,
						 packet.ts_ns, &p))
					feed_packet(st, &p, packet.ts_ns);
			}
			*counts = *stream__counts(st);
			is_ok = true;
			capture_file__done(&file);
		}
		link__done(&link);
	}
	stream__free(st);
	fragments__free(fragments);
	source__done(&source);
	return is_ok;
}

/* tshark -r FILE -T fields -e frame.number -e sip.Method -e sip.Status-Code -e stun.type -e stun.id
 * -e http.request.method -e http.response.code -e tcp.len, with -d tcp.port==5060,http for the last
 * one */
static void agrees_on_captures(void)
{
	static const struct {
		const char *folder, *name;
		unsigned int cnt;
		struct {
			uint8_t proto;
			uint32_t len;
			const char *text;
		} m[8];
	} rows[] = {
		/* frames 4 and 6 are one REGISTER, 400 + 185 bytes; 200 in frame 8 */
		{"pcap/suricata",
		 "sip-tcp.pcap",
		 2,
		 {{PROTO_SIP, 585, "REGISTER sip:192.168.43.100;transport=TCP SIP/2"},
		  {PROTO_SIP, 491, "SIP/2.0 200 OK"}}},
		/* frames 2 to 4 one Allocate each, frame 5 three of them, 84 bytes */
		{"pcap/ndpi",
		 "stun_tcp_multiple_msgs_same_pkt.pcap",
		 6,
		 {{PROTO_STUN, 28, "....!..BpKnE9RXgFYlY"},
		  {PROTO_STUN, 28, "....!..BpKnE9RXgFYlY"},
		  {PROTO_STUN, 28, "....!..BpKnE9RXgFYlY"},
		  {PROTO_STUN, 28, "....!..BpKnE9RXgFYlY"},
		  {PROTO_STUN, 28, "....!..BpKnE9RXgFYlY"},
		  {PROTO_STUN, 28, "....!..BpKnE9RXgFYlY"}}},
		/* GET in frame 3; of the 403 in frame 4 274 bytes are not in the capture */
		{"pcap/ndpi", "http_on_sip_port.pcap", 1, {{PROTO_HTTP, 223, "GET "}}},
	};
	static uint8_t bytes[CORPUS_MAX];
	struct stream_counts counts;
	uint32_t len;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].name);
		len = corpus__read(rows[i].folder, rows[i].name, bytes);
		if (!len) {
			test__skip("no captures: SIGPATH_DATA");
			return;
		}
		if (!read_capture(bytes, len, &counts))
			return;
		CHECK_UINT(ear.cnt, rows[i].cnt);
		for (unsigned int k = 0; k < rows[i].cnt && k < ear.cnt; k++) {
			CHECK_UINT(ear.heard[k].proto, rows[i].m[k].proto);
			CHECK_UINT(ear.heard[k].len, rows[i].m[k].len);
			CHECK_MEM(ear.heard[k].text, rows[i].m[k].text, strlen(rows[i].m[k].text));
		}
		CHECK_UINT(counts.holes + counts.malformed + counts.skipped_bytes, 0);
	}
}

/* --- conversations, read by both --- */

struct pcap {
	uint32_t len;
	uint8_t bytes[CORPUS_MAX];
};

static void put(struct pcap *f, const void *p, uint32_t len)
{
	if (!len || f->len + len > sizeof(f->bytes))
		return;
	memcpy(f->bytes + f->len, p, len);
	f->len += len;
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* IPv4 and TCP without checksums; tcp_flags: SYN 2, ACK 16. */
static void put_packet(struct pcap *f, uint8_t host, uint16_t port, uint32_t seq, uint8_t tcp_flags,
		       const uint8_t *p, uint32_t len)
{
	static uint32_t usec;
	uint32_t head[4] = {1, usec++, len + 40, len + 40};
	uint8_t h[40] = {0x45, 0, 0,  0, 0, 0,	  0x40, 0, 64, IPPROTO_TCP,
			 0,    0, 10, 0, 0, host, 10,	0, 0,  (uint8_t)(host == 9 ? 1 : 9)};

	put16(h + 2, len + 40);
	put16(h + 20, host == 9 ? 40000 : port);
	put16(h + 22, host == 9 ? port : 40000);
	put32(h + 24, seq);
	h[32] = 5 << 4;
	h[33] = tcp_flags;
	put16(h + 34, 65000);
	put(f, head, sizeof(head));
	put(f, h, sizeof(h));
	put(f, p, len);
}

/* Cut at random, neighbours sometimes swapped. */
static void write_talk(struct pcap *f, const struct talk *t, uint16_t port, uint64_t *state)
{
	static const uint32_t file_head[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 101};
	uint32_t seq[2] = {100, 900}, len, a, b, from;

	f->len = 0;
	put(f, file_head, sizeof(file_head));
	put_packet(f, 9, port, seq[0]++, 2, NULL, 0);
	put_packet(f, 1, port, seq[1]++, 18, NULL, 0);
	put_packet(f, 9, port, seq[0], 16, NULL, 0);
	for (unsigned int i = 0; i < t->turn_cnt; i++) {
		const struct talk_turn *turn = &t->turn[i];
		uint32_t *s = &seq[turn->host == 1];
		const uint8_t *p = t->bytes + turn->off;

		for (from = 0; from < turn->len; from += len) {
			len = 2 + (uint32_t)(test__random(state) % 150);
			len = len < turn->len - from ? len : turn->len - from;
			a = 0, b = len / 2;
			if (b && test__random(state) % 4 == 0)
				a = b, b = 0;
			if (len > 1)
				put_packet(f, turn->host, port, *s + from + a, 24, p + from + a,
					   a ? len - a : len / 2);
			put_packet(f, turn->host, port, *s + from + b, 24, p + from + b,
				   b || len == 1 ? len - b : len / 2);
		}
		*s += turn->len;
	}
}

/* Values of the fields, separated by commas, tabs and line ends. -1: tshark cannot be run. */
static int count_values(const char *path, const char *fields)
{
	char command[512];
	int cnt = 0, c, last = '\n';
	FILE *out;

	snprintf(command, sizeof(command),
		 "tshark -r %s -o tcp.reassemble_out_of_order:TRUE -T fields %s 2>/dev/null", path,
		 fields);
	out = popen(command, "r");
	if (!out)
		return -1;
	while ((c = fgetc(out)) != EOF) {
		cnt += !strchr(",\t\n", c) && strchr(",\t\n", last);
		last = c;
	}
	return pclose(out) ? -1 : cnt;
}

static int count_heard(uint8_t proto)
{
	int cnt = 0;

	for (unsigned int i = 0; i < ear.cnt; i++)
		cnt += ear.heard[i].proto == proto;
	return cnt;
}

static void compare_talk(const char *path, talk_fn fn, uint16_t port, uint8_t proto,
			 const char *fields, uint64_t seed)
{
	static struct talk talk;
	static struct pcap f;
	struct stream_counts counts;
	FILE *out;
	int want;

	memset(&talk, 0, sizeof(talk));
	fn(&talk);
	CHECK_CASE("%s, seed %u", talk.name, (unsigned int)seed);
	write_talk(&f, &talk, port, &seed);
	out = fopen(path, "wb");
	if (!CHECK(out) || !CHECK(fwrite(f.bytes, 1, f.len, out) == f.len))
		return;
	fclose(out);
	want = count_values(path, fields);
	if (want < 0) {
		test__skip("no tshark");
		return;
	}
	if (!read_capture(f.bytes, f.len, &counts))
		return;
	CHECK(want > 0);
	CHECK_INT(count_heard(proto), want);
	CHECK_UINT(counts.holes + counts.malformed + counts.skipped_bytes, 0);
}

/* What tshark 4.0 reads as well. It takes the answer to a pipelined HEAD to have the bytes of its
 * Content-Length (not so, RFC 9112 6.3 item 1), and loses the SIP message behind a keep-alive (RFC
 * 5626 4.4.1) of the same segment, or behind "l : 3" with its space (RFC 3261 7.3.1). */
static void talk_plain_http(struct talk *t)
{
	t->name = "plain http";
	talk_text(t, 9, "POST /offer HTTP/1.1\r\nContent-Length: 5\r\n\r\nv=0\r\n");
	talk_text(t, 9, "GET /y HTTP/1.1\r\nHost: h\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 100 Continue\r\n\r\n");
	talk_text(t, 1,
		  "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "4;x=y\r\nv=0\r\r\n1\r\n\n\r\n0\r\nTrailer: z\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 204 No Content\r\n\r\n");
	talk_text(t, 9, "DELETE /r HTTP/1.1\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 304 Not Modified\r\n\r\n");
	talk_text(t, 9, "GET /z HTTP/1.1\r\n\r\n");
	talk_text(t, 1, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

static void talk_plain_sip(struct talk *t)
{
	struct sip_spec spec = {.method = "INVITE", .branch = "z9hG4bK-t1"};
	char text[1024];

	t->name = "plain sip";
	sip_text(text, sizeof(text), &spec);
	talk_text(t, 9, text);
	spec.method = "OPTIONS";
	sip_text(text, sizeof(text), &spec);
	talk_text(t, 9, text);
	talk_text(t, 9, "MESSAGE sip:b@h SIP/2.0\r\nl: 12\r\n\r\nhello\r\n\r\nbye");
	spec.code = 200;
	sip_text(text, sizeof(text), &spec);
	talk_text(t, 1, text);
	talk_text(t, 1, "SIP/2.0 202 Accepted\r\nContent-Length: 3\r\n\r\nabc");
}

/* Text and binary frames in one piece, and the first ones of others, are one message each; without
 * bytes they are none here. */
static void agrees_on_conversations(void)
{
	static const struct {
		talk_fn fn;
		uint16_t port;
		uint8_t proto;
		const char *fields;
	} rows[] = {
		{talk_plain_sip, 5060, PROTO_SIP, "-e sip.Method -e sip.Status-Code"},
		{talk_stun, 3478, PROTO_STUN, "-e stun.type"},
		{talk_plain_http, 80, PROTO_HTTP, "-e http.request.method -e http.response.code"},
		{talk_deflate, 80, PROTO_WS, "-e websocket.opcode"},
	};
	char path[] = "/tmp/sigpath-talk-XXXXXX";
	int fd = mkstemp(path);

	if (!CHECK(fd >= 0))
		return;
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint64_t seed = 1; seed <= 3; seed++)
			compare_talk(path, rows[i].fn, rows[i].port, rows[i].proto, rows[i].fields,
				     seed);
	}
	unlink(path);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"agrees_on_captures", agrees_on_captures, TEST_PLAIN},
		{"agrees_on_conversations", agrees_on_conversations, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

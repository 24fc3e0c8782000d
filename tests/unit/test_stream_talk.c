/* SPDX-License-Identifier: BSD-2-Clause */
/* What the conversations of fixture_talk.h say, message by message. */
#include "stream.h"

#include "fixture_stream.h"
#include "fixture_talk.h"
#include "test.h"

struct want {
	uint8_t host, proto, transport;
	uint64_t exchange;
	uint32_t len;
	const char *text; /* how it begins; what is not printable is a dot */
};

#define OFFER "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\no=- 1 2 IN\\r\\n\"}"
#define PLAIN "{\"plain\":true}"
#define REPLY "{\"type\":\"answer\",\"sdp\":\"v=0\\r\\n\"}"

/* In the order of `talks`; a row without host ends a conversation. */
static const struct want wants[] = {
	{9, PROTO_SIP, TRANSPORT_TCP, 0, 198, "INVITE sip:b@10.0.0.1 SIP/2.0.."},
	{9, PROTO_SIP, TRANSPORT_TCP, 0, 47, "MESSAGE sip:b@h SIP/2.0..l : 12....hello....bye"},
	{1, PROTO_SIP, TRANSPORT_TCP, 0, 187, "SIP/2.0 200 Reason.."},
	{1, PROTO_SIP, TRANSPORT_TCP, 0, 48, "SIP/2.0 202 Accepted..Content-Length:.. 3....ab"},
	{9, PROTO_SIP, TRANSPORT_TCP, 0, 39, "ACK sip:b@h SIP/2.0.CONTENT-LENGTH: 0.."},
	{},
	{9, PROTO_STUN, TRANSPORT_TCP, 0, 20, "....!..B"},
	{9, PROTO_STUN, TRANSPORT_TCP, 0, 20, "....!..B"},
	{1, PROTO_STUN, TRANSPORT_TCP, 0, 28, "....!..B"},
	{1, PROTO_STUN, TRANSPORT_TCP, 0, 20, "....!..B"},
	{9, PROTO_STUN, TRANSPORT_TCP, 0, 20, "....!..B"},
	{},
	{9, PROTO_HTTP, TRANSPORT_TCP, 1, 48, "POST /offer HTTP/1.1..Content-Length: 5....v=0."},
	{9, PROTO_HTTP, TRANSPORT_TCP, 2, 29, "HEAD /x HTTP/1.1..Host: h...."},
	{9, PROTO_HTTP, TRANSPORT_TCP, 3, 28, "GET /y HTTP/1.1..Host: h...."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 1, 25, "HTTP/1.1 100 Continue...."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 1, 57, "HTTP/1.1 201 Created.."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 2, 40, "HTTP/1.1 200 OK..Content-Length: 500...."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 3, 27, "HTTP/1.1 204 No Content...."},
	{9, PROTO_HTTP, TRANSPORT_TCP, 4, 49, "PATCH /r HTTP/1.1.."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 4, 48, "HTTP/1.1 304 Not Modified.."},
	{9, PROTO_HTTP, TRANSPORT_TCP, 5, 22, "DELETE /r HTTP/1.1...."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 5, 40, "HTTP/1.1 200 OK..Content-Length: 2....ok"},
	{},
	{9, PROTO_HTTP, TRANSPORT_TCP, 1, 70, "GET /ws HTTP/1.1.."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 1, 77, "HTTP/1.1 101 Switching Protocols.."},
	{1, PROTO_WS, TRANSPORT_WS, 0, 11, "{\"hello\":1}"},
	{9, PROTO_WS, TRANSPORT_WS, 0, 32, "{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}"},
	{9, PROTO_WS, TRANSPORT_WS, 0, 413, "xxxxxxxx"},
	{1, PROTO_WS, TRANSPORT_WS, 0, 300, "xxxxxxxx"},
	{1, PROTO_WS, TRANSPORT_WS, 0, 17, "{\"type\":\"answer\"}"},
	{},
	{9, PROTO_HTTP, TRANSPORT_TCP, 1, 70, "GET /ws HTTP/1.1.."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 1, 106, "HTTP/1.1 101 Switching Protocols.."},
	{9, PROTO_SIP, TRANSPORT_WS, 0, 44, "REGISTER sip:h SIP/2.0..CSeq: 1 REGISTER...."},
	{1, PROTO_SIP, TRANSPORT_WS, 0, 36, "SIP/2.0 200 OK..CSeq: 1 REGISTER...."},
	{},
	{9, PROTO_HTTP, TRANSPORT_TCP, 1, 70, "GET /ws HTTP/1.1.."},
	{1, PROTO_HTTP, TRANSPORT_TCP, 1, 151, "HTTP/1.1 101 Switching Protocols.."},
	{9, PROTO_WS, TRANSPORT_WS, 0, 46, OFFER},
	{9, PROTO_WS, TRANSPORT_WS, 0, 14, PLAIN},
	{1, PROTO_WS, TRANSPORT_WS, 0, 33, REPLY},
	{9, PROTO_WS, TRANSPORT_WS, 0, 46, OFFER},
	{9, PROTO_WS, TRANSPORT_WS, 0, 14, PLAIN},
	{1, PROTO_WS, TRANSPORT_WS, 0, 33, REPLY},
	{9, PROTO_WS, TRANSPORT_WS, 0, 46, OFFER},
	{9, PROTO_WS, TRANSPORT_WS, 0, 14, PLAIN},
	{1, PROTO_WS, TRANSPORT_WS, 0, 33, REPLY},
	{},
	{9, PROTO_TLS, TRANSPORT_TLS, 0, 13, ".........zzzz"},
	{1, PROTO_TLS, TRANSPORT_TLS, 0, 19, ".........zzzz......"},
	{1, PROTO_TLS, TRANSPORT_TLS, 0, 10, ".....secre"},
	{9, PROTO_TLS, TRANSPORT_TLS, 0, 10, ".....secre"},
	{},
};

static struct ear ear;
static struct talk talk;

static void hear_talk(talk_fn fn)
{
	struct side side[2] = {side_of(9, 100), side_of(1, 500)};
	struct stream_opts opts = small_opts(&ear);
	struct stream *st = NULL;

	memset(&talk, 0, sizeof(talk));
	fn(&talk);
	ear.cnt = 0;
	if (!CHECK_OK(stream__new(&opts, &st)))
		return;
	send_syn(st, &side[0], 1);
	send_syn(st, &side[1], 2);
	for (unsigned int i = 0; i < talk.turn_cnt; i++)
		say(st, &side[talk.turn[i].host == 1], talk.bytes + talk.turn[i].off,
		    talk.turn[i].len, 10 + i);
	stream__free(st);
}

static void hears_every_message(void)
{
	const struct want *w = wants;
	unsigned int i;

	for (size_t t = 0; t < TALK_CNT; t++) {
		hear_talk(talks[t]);
		for (i = 0; w->host; i++, w++) {
			const struct heard *h = &ear.heard[i];

			CHECK_CASE("%s, message %u", talk.name, i);
			if (!CHECK(i < ear.cnt))
				continue;
			CHECK_UINT(h->host, w->host);
			CHECK_UINT(h->proto, w->proto);
			CHECK_UINT(h->transport, w->transport);
			CHECK_UINT(h->exchange, w->exchange);
			CHECK_UINT(h->len, w->len);
			CHECK_MEM(h->text, w->text, strlen(w->text));
		}
		CHECK_UINT(ear.cnt, i);
		w++;
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"hears_every_message", hears_every_message, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

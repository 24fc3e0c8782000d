/* SPDX-License-Identifier: BSD-2-Clause */
#include "offer.h"

#include <stdio.h>
#include <string.h>

#include "json_offer.h"
#include "test.h"

#define SDP  "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\n"
#define JSDP "v=0\\r\\no=- 1 2 IN IP4 0.0.0.0\\r\\n"	     /* in a C string: JSON's escapes */
#define QSDP "v=0\\\\r\\\\no=- 1 2 IN IP4 0.0.0.0\\\\r\\\\n" /* JSON in JSON */

static char buf[OFFER_BUF];

static struct offer find(const char *body, const char *type)
{
	struct offer o;

	offer__find((const uint8_t *)body, (uint32_t)strlen(body), type, (uint32_t)strlen(type),
		    buf, &o);
	return o;
}

static void check_text(const struct offer *o, const char *want)
{
	if (!CHECK_UINT(o->sdp_len, strlen(want)))
		return;
	if (o->sdp_len)
		CHECK_MEM(o->sdp, want, o->sdp_len);
}

static void finds_descriptions(void)
{
	static const struct {
		const char *type, *body;
		enum offer_kind kind;
		const char *want;
	} rows[] = {
		{"application/sdp", SDP, OFFER_SDP, SDP},
		{"", SDP, OFFER_SDP, SDP},
		{"application/sdp", "", OFFER_NONE, ""},
		{"text/html", "<html>v=0", OFFER_NONE, ""},
		/* JSEP */
		{"", "{\"type\":\"offer\",\"sdp\":\"" JSDP "\"}", OFFER_OFFER, SDP},
		{"", "{\"sdp\":\"" JSDP "\",\"type\":\"answer\"}", OFFER_ANSWER, SDP},
		{"", " { \"sdp\" : \"" JSDP "\" , \"type\" : \"pranswer\" } ", OFFER_PRANSWER, SDP},
		{"application/json", "{\"sdp\":\"" JSDP "\"}", OFFER_SDP, SDP},
		/* Janus */
		{"",
		 "{\"janus\":\"message\",\"session_id\":12,\"transaction\":\"x\",\"body\":{"
		 "\"request\":"
		 "\"call\"},\"jsep\":{\"type\":\"offer\",\"sdp\":\"" JSDP "\",\"trickle\":true}}",
		 OFFER_OFFER, SDP},
		/* LiveKit and ion-sfu in JSON */
		{"", "{\"offer\":{\"sdp\":\"" JSDP "\"}}", OFFER_OFFER, SDP},
		{"",
		 "{\"method\":\"join\",\"params\":{\"sid\":\"r\",\"offer\":{\"type\":\"offer\","
		 "\"sdp\":"
		 "\"" JSDP "\"}},\"id\":\"1\"}",
		 OFFER_OFFER, SDP},
		/* Kurento */
		{"", "{\"id\":\"processOffer\",\"sdpOffer\":\"" JSDP "\"}", OFFER_OFFER, SDP},
		{"", "{\"id\":\"r\",\"sdpAnswer\":\"" JSDP "\"}", OFFER_ANSWER, SDP},
		/* what it is, outside of it, before and behind */
		{"", "{\"action\":\"offer\",\"data\":{\"sdp\":\"" JSDP "\"}}", OFFER_OFFER, SDP},
		{"", "{\"data\":{\"sdp\":\"" JSDP "\"},\"event\":\"answer\"}", OFFER_ANSWER, SDP},
		{"", "{\"a\":{\"t\":\"offer\"},\"data\":{\"sdp\":\"" JSDP "\"}}", OFFER_SDP, SDP},
		{"", "{\"action\":\"offer\",\"jsep\":{\"sdp\":\"" JSDP "\",\"type\":\"answer\"}}",
		 OFFER_ANSWER, SDP}, /* its own object knows better */
		{"", "{\"action\":\"offer\",\"jsep\":{\"sdp\":\"" JSDP "\"},\"x\":\"answer\"}",
		 OFFER_OFFER, SDP},
		/* socket.io, lists */
		{"", "42[\"message\",{\"type\":\"offer\",\"sdp\":\"" JSDP "\"}]", OFFER_OFFER, SDP},
		{"", "[\"offer\",\"" JSDP "\"]", OFFER_OFFER, SDP},
		/* JSON in a string */
		{"",
		 "{\"to\":\"b\",\"data\":\"{\\\"type\\\":\\\"offer\\\",\\\"sdp\\\":\\\"" QSDP
		 "\\\"}\"}",
		 OFFER_OFFER, SDP},
		{"", "{\"answer\":\"{\\\"sdp\\\":\\\"" QSDP "\\\"}\"}", OFFER_ANSWER, SDP},
		/* candidates */
		{"", "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 9 typ host\",\"sdpMid\":\"0\"}",
		 OFFER_CANDIDATE, "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\n"},
		{"",
		 "{\"candidates\":[{\"candidate\":\"candidate:1\"},{\"candidate\":\"a=candidate:"
		 "2\"}],"
		 "\"usernameFragment\":\"u\\/f\"}",
		 OFFER_CANDIDATE, "a=candidate:1\na=candidate:2\na=ice-ufrag:u/f\n"},
		{"", "{\"candidateInit\":\"{\\\"candidate\\\":\\\"candidate:7\\\"}\"}",
		 OFFER_CANDIDATE, "a=candidate:7\n"},
		{"", "{\"candidate\":\"\"}", OFFER_NONE, ""},
		{"application/trickle-ice-sdpfrag", "a=ice-ufrag:x\r\n", OFFER_CANDIDATE,
		 "a=ice-ufrag:x\r\n"},
		{"application/trickle-ice-sdpfrag; charset=x", "m=audio 9\r\n", OFFER_CANDIDATE,
		 "m=audio 9\r\n"},
		/* RFC 2046, as RFC 4475 3.1.1.11 has it */
		{"multipart/mixed",
		 "preamble\r\n--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1\r\n"
		 "Content-Type: application/sdp\r\n\r\n" SDP "\r\n--b1--\r\n",
		 OFFER_SDP, SDP},
		{"multipart/mixed",
		 "--a\r\nContent-Type: multipart/alternative;boundary=b\r\n\r\n--b\r\n\r\n<x/>\r\n"
		 "--b\r\nContent-Type: application/sdp\r\n\r\n" SDP "--b--\r\n--a--\r\n",
		 OFFER_SDP, "v=0\r\no=- 1 2 IN IP4 0.0.0.0"},
		{"", "--a\n\n" SDP, OFFER_SDP, SDP},
		{"multipart/mixed", "--a\r\n\r\nv", OFFER_NONE, ""},
		/* Protocol Buffers: 0x0a, length, "offer", 0x12, length, SDP */
		{"", "\x0a\x2c\x0a\x05offer\x12\x23" SDP "\x1a\x01x", OFFER_OFFER, SDP},
		/* broken JSON */
		{"", "{\"sdp\":\"" JSDP, OFFER_SDP, SDP},
		{"", "{\"sdp\":\"v=0", OFFER_SDP, "v=0"},
		{"", "{\"sdp\":", OFFER_NONE, ""},
		{"", "]]]}}}\"", OFFER_NONE, ""},
		{"", "{", OFFER_NONE, ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct offer o = find(rows[i].body, rows[i].type);

		CHECK_CASE("%s", rows[i].body);
		CHECK_UINT(o.kind, rows[i].kind);
		check_text(&o, rows[i].want);
	}
}

/* The exchange's name: equal in the question and its answer, wherever it stands. */
static void names_the_exchange(void)
{
	struct offer a =
		find("{\"transaction\":\"k1\",\"jsep\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}", "");
	struct offer b =
		find("{\"jsep\":{\"type\":\"answer\",\"sdp\":\"v=0\"},\"transaction\":\"k1\"}", "");
	struct offer c =
		find("{\"jsep\":{\"type\":\"answer\",\"sdp\":\"v=0\"},\"transaction\":\"k2\"}", "");
	struct offer n = find("{\"id\":17,\"method\":\"offer\",\"sdp\":\"v=0\"}", "");
	struct offer r =
		find("{\"result\":{\"id\":18,\"type\":\"answer\",\"sdp\":\"v=0\"},\"id\":17}", "");

	CHECK(a.id != 0);
	CHECK_UINT(a.id, b.id);
	CHECK(a.id != c.id);
	CHECK(n.id != 0);
	CHECK_UINT(n.id, r.id);
	CHECK_UINT(find("{\"type\":\"offer\",\"sdp\":\"v=0\"}", "").id, 0);
}

static void unescapes_strings(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"plain text of more than eight bytes", "plain text of more than eight bytes"},
		{"\\r\\n\\t\\b\\f\\\"\\\\\\/", "\r\n\t\b\f\"\\/"},
		{"a\\u0041b", "aAb"},
		{"\\u00e9\\u20AC", "\xc3\xa9\xe2\x82\xac"},
		{"\\ud83d\\ude00!", "\xf0\x9f\x98\x80!"},
		{"\\ud83dx", "\xef\xbf\xbdx"},
		{"\\ude00", "\xef\xbf\xbd"},
		{"\\u12", "\\u12"},
		{"\\q", "\\q"},
		{"x\\", "x\\"},
		{"1234567\\n1234567\\n12345678\\n", "1234567\n1234567\n12345678\n"},
	};
	char out[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t len = (uint32_t)strlen(rows[i].in), want = (uint32_t)strlen(rows[i].want);

		CHECK_CASE("%s", rows[i].in);
		CHECK_UINT(json_offer__unescape((const uint8_t *)rows[i].in, len, out, sizeof(out)),
			   want);
		CHECK_MEM(out, rows[i].want, want);
		strcpy(out, rows[i].in); /* in place */
		CHECK_UINT(json_offer__unescape((const uint8_t *)out, len, out, len), want);
		CHECK_MEM(out, rows[i].want, want);
		for (uint32_t cap = 0; cap < want; cap++)
			CHECK(json_offer__unescape((const uint8_t *)rows[i].in, len, out, cap) <=
			      cap);
	}
}

/* Deep nesting and many candidates end at the buffer. */
static void is_bounded(void)
{
	static char big[200000];
	struct offer o;
	char *at = big;

	memset(big, '[', 100000);
	strcpy(big + 100000, "{\"type\":\"offer\",\"sdp\":\"" JSDP "\"}");
	o = find(big, "");
	CHECK_UINT(o.kind, OFFER_OFFER);
	for (unsigned int i = 0; i < 5000; i++)
		at += sprintf(at, "%s\"candidate:%u 1 udp\"", i ? "," : "[", i);
	o = find(big, "");
	CHECK_UINT(o.kind, OFFER_CANDIDATE);
	CHECK(o.sdp_len <= OFFER_BUF && o.sdp_len > OFFER_BUF - 40);
	at = big + sprintf(big, "{\"sdp\":\"v=0");
	for (unsigned int i = 0; i < 40000; i++)
		at += sprintf(at, "\\n.");
	o = find(big, "");
	CHECK_UINT(o.sdp_len, OFFER_BUF);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"finds_descriptions", finds_descriptions, TEST_PLAIN},
		{"names_the_exchange", names_the_exchange, TEST_PLAIN},
		{"unescapes_strings", unescapes_strings, TEST_PLAIN},
		{"is_bounded", is_bounded, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "redact.h"

#include <string.h>

#include "record.h"
#include "test.h"

static struct redact fixed(bool is_off)
{
	struct redact r;

	redact__init_fixed(&r, is_off);
	return r;
}

static void check_message(uint8_t proto, const char *in, const char *want)
{
	struct redact r = fixed(false);
	char buf[4096];
	uint32_t len = (uint32_t)strlen(in);

	uint32_t n = redact__message(&r, proto, (const uint8_t *)in, len, len, buf, sizeof(buf));

	CHECK_UINT(n, strlen(buf));
	CHECK_STR(buf, want);
}

/* The lower half of SipHash-2-4, key 00..0f: the paper's test vectors (bytes 00, 00 01...). The
 * hashes further below are what `openssl mac` says of the same key and the user part. */
static void hashes_users(void)
{
	static const struct {
		unsigned int len;
		const char *want;
	} rows[] = {{1, "sip:u-93dc67fd@h"}, {8, "sip:u-9a932462@h"}, {15, "sip:u-49be45e5@h"}};
	struct redact r = fixed(false), a, b;
	char uri[32] = "sip:", buf[64], other[64];

	for (unsigned int i = 0; i < 3; i++) {
		for (unsigned int n = 0; n < rows[i].len; n++)
			uri[4 + n] = (char)n;
		memcpy(uri + 4 + rows[i].len, "@h", 2);
		redact__uri(&r, uri, rows[i].len + 6, buf, sizeof(buf));
		CHECK_STR(buf, rows[i].want);
	}
	CHECK_OK(redact__init(&a, false));
	CHECK_OK(redact__init(&b, false));
	redact__uri(&a, "sip:alice@h", 11, buf, sizeof(buf));
	redact__uri(&b, "sip:alice@h", 11, other, sizeof(other));
	CHECK(strcmp(buf, other) != 0); /* a key of its own */
	redact__uri(&a, "sips:alice:pw@other.example", 27, other, sizeof(other));
	CHECK_MEM(buf + 4, other + 5, 10); /* the same user */
}

static void redacts_uris(void)
{
	static const struct {
		const char *uri, *want;
	} rows[] = {
		{"", ""},
		{"sip:example.com", "sip:example.com"},
		{"sip:10.0.0.1:5060;transport=tcp;x=y;lr", "sip:10.0.0.1:5060;transport=tcp;lr"},
		{"sip:[2001:db8::1]:5060", "sip:[2001:db8::1]:5060"},
		{"SIP:a@example.com;user=phone", "SIP:u-a71148ca@example.com;user=phone"},
		{"sip:a@mail.example@example.com", "sip:u-1ca83633@example.com"},
		{"sip:a@h?From=sip:b@c", "sip:u-a71148ca@h"},
		{"sip:h ;\t lr ; tag = 1", "sip:h;lr;tag=1"},
		{"sip:a;b?c@h;lr", "sip:u-2269ab4c@h;lr"},
		{"mailto:a@b", "[10 bytes]"},
		{"urn:uuid:00", "[11 bytes]"},
		{"alice", "[5 bytes]"},
		{"sip:a@h;tag=a@b;lr", "sip:u-a71148ca@h;lr"},
	};
	struct redact r = fixed(false);
	char buf[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].uri);
		redact__uri(&r, rows[i].uri, (uint32_t)strlen(rows[i].uri), buf, sizeof(buf));
		CHECK_STR(buf, rows[i].want);
	}
}

static void redacts_sip(void)
{
	check_message(
		PROTO_SIP,
		"\r\nINVITE sip:a@example.com SIP/2.0\r\n"
		"Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1\r\n"
		"f: \"Alice, \\\"A\\\" <x>\" <sip:a@example.com;x=y>;tag=1;x=a\r\n"
		"To: Bob\r\n  <sip:a@h>\r\n"
		"m: <sip:a@h>;expires=60;+sip.instance=\"<urn:uuid:1>\", <sip:h>\r\n"
		"Contact: *\r\n"
		"Reply-To: sip:a@example.com;tag=9\r\n"
		"Route: \"open <sip:a@h>\r\n"
		"Call-ID: 1@h\r\n"
		"CSeq: 1 INVITE\r\n"
		"Authorization: Digest username=\"a\"\r\n"
		"Proxy-Authenticate:secret\r\n"
		"User-Agent: x 1.0\r\n"
		"Reason: SIP;cause=200;text=\"Alice\"\r\n"
		"Subject: from alice\r\n"
		"no field\r\n"
		"Content-Type: application/sdp ; a=b\r\n"
		"Content-Length: 5\r\n"
		"\r\n"
		"v=0\r\no=alice smith 1 2 IN IP4 10.0.0.1\r\ns=call of alice\r\ns=-\r\n"
		"c=IN IP4 10.0.0.1\r\nt=0 0\r\nk=clear:secret\r\n"
		"m=audio 4000 RTP/SAVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ice-ufrag:abcd\r\n"
		"a=ice-pwd:secret\r\na=crypto:1 AES inline:secret\r\na=sendrecv\r\na=alice\r\n"
		"a=ssrc:1 cname:alice@h\r\na=acap:1 crypto:1 inline:secret\r\n",
		"INVITE sip:u-a71148ca@example.com SIP/2.0\n"
		"Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1\n"
		"f: <sip:u-a71148ca@example.com>;tag=1\n"
		"To: <sip:u-a71148ca@h>\n"
		"m: <sip:u-a71148ca@h>;expires=60, <sip:h>\n"
		"Contact: *\n"
		"Reply-To: sip:u-a71148ca@example.com;tag=9\n"
		"Route: [15 bytes]\n"
		"Call-ID: 1@h\n"
		"CSeq: 1 INVITE\n"
		"Authorization: Digest [12 bytes]\n"
		"Proxy-Authenticate: [6 bytes]\n"
		"User-Agent: x 1.0\n"
		"Reason: SIP;cause=200;text=[7 bytes]\n"
		"Subject: [10 bytes]\n"
		"[8 bytes]\n"
		"Content-Type: application/sdp ; a=b\n"
		"Content-Length: 5\n"
		"\n"
		"v=0\no=- 1 2 IN IP4 10.0.0.1\ns=[13 bytes]\ns=-\n"
		"c=IN IP4 10.0.0.1\nt=0 0\nk=[12 bytes]\n"
		"m=audio 4000 RTP/SAVP 0\na=rtpmap:0 PCMU/8000\na=ice-ufrag:abcd\n"
		"a=ice-pwd:[6 bytes]\na=crypto:[19 bytes]\na=sendrecv\na=[5 bytes]\n"
		"a=ssrc:[15 bytes]\na=acap:[24 bytes]\n");
	check_message(
		PROTO_SIP, "SIP/2.0 486 Busy Here\r\nContent-Type: text/plain\r\n\r\nalice\r\n",
		"SIP/2.0 486 Busy Here\nContent-Type: text/plain\n\n[7 bytes of text/plain]\n");
	check_message(PROTO_SIP, "SIP/2.0 486 sip:alice@h\r\n\r\n alice\r\n",
		      "[23 bytes]\n\n[8 bytes of an unknown type]\n");
	check_message(PROTO_SIP, "BYE sip:h SIP/2.0\r\nFrom: <sip:ali",
		      "BYE sip:h SIP/2.0\n[14 bytes]\n");
	check_message(PROTO_SIP, "alice", "[5 bytes]\n");
	check_message(PROTO_SIP, "", "");
}

static void redacts_others(void)
{
	check_message(PROTO_HTTP,
		      "POST /whip/key?token=x HTTP/1.1\r\nHost: h\r\nCookie: x\r\n"
		      "Authorization: Bearer x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n",
		      "POST /whip[12 bytes] HTTP/1.1\nHost: h\nCookie: [1 bytes]\n"
		      "Authorization: Bearer [1 bytes]\nContent-Type: application/sdp\n\nv=0\n");
	check_message(PROTO_HTTP, "HTTP/1.1 201 Created\r\nLocation: /x\r\n\r\n",
		      "HTTP/1.1 201 Created\nLocation: [2 bytes]\n\n");
	check_message(
		PROTO_WS,
		"{\"type\":\"offer\",\"user\":\"alice\",\"sdp\":\"v=0\\r\\na=ice-pwd:x\\r\\n\"}",
		"[62 bytes of a WebSocket message]\ntype: offer\nv=0\na=ice-pwd:[1 bytes]\n");
	check_message(PROTO_WS, "{\"candidate\":\"candidate:1 1 udp 1 10.0.0.1 5000 typ host\"}",
		      "[58 bytes of a WebSocket message]\ntype: candidate\n"
		      "a=candidate:1 1 udp 1 10.0.0.1 5000 typ host\n");
	check_message(PROTO_WS, "hello alice", "[11 bytes of a WebSocket message]\n");
	check_message(PROTO_STUN, "binary", "[6 bytes]\n");
}

static void is_bounded(void)
{
	static const char in[] = "SIP/2.0 200 OK\r\nSubject: x\r\nc: a/b\r\n\r\nbody";
	struct redact r = fixed(false);
	char all[256], buf[256];
	uint32_t n = redact__message(&r, PROTO_SIP, (const uint8_t *)in, sizeof(in) - 1,
				     sizeof(in) + 9, all, sizeof(all));

	CHECK_STR(all, "SIP/2.0 200 OK\nSubject: [1 bytes]\nc: a/b\n\n[4 bytes of a/b]\nand [10 "
		       "bytes] more\n");
	for (uint32_t cap = 1; cap <= n + 1; cap++) {
		CHECK_CASE("%u", cap);
		memset(buf, 'x', sizeof(buf));
		CHECK_UINT(redact__message(&r, PROTO_SIP, (const uint8_t *)in, sizeof(in) - 1,
					   sizeof(in) + 9, buf, cap),
			   cap - 1);
		CHECK_MEM(buf, all, cap - 1);
		CHECK_INT(buf[cap - 1], 0);
		CHECK_INT(buf[cap], 'x');
	}
}

static void off_means_off(void)
{
	static const char in[] = "BYE sip:alice@h SIP/2.0\r\nSubject: \x1b[31m\xc3\xa9\tx\r\n\r\n";
	struct redact r = fixed(true);
	char buf[256];

	redact__message(&r, PROTO_SIP, (const uint8_t *)in, sizeof(in) - 1, sizeof(in) - 1, buf,
			sizeof(buf));
	CHECK_STR(buf, "BYE sip:alice@h SIP/2.0\nSubject: ?[31m?? x\n\n");
	redact__message(&r, PROTO_STUN, (const uint8_t *)in, 3, 20, buf, sizeof(buf));
	CHECK_STR(buf, "[20 bytes]\n");
	redact__uri(&r, "sip:alice@h", 11, buf, sizeof(buf));
	CHECK_STR(buf, "sip:alice@h");
}

int main(int argc, char **argv)
{
	static const struct test table[] = {
		{"hashes_users", hashes_users, TEST_PLAIN},
		{"redacts_uris", redacts_uris, TEST_PLAIN},
		{"redacts_sip", redacts_sip, TEST_PLAIN},
		{"redacts_others", redacts_others, TEST_PLAIN},
		{"is_bounded", is_bounded, TEST_PLAIN},
		{"off_means_off", off_means_off, TEST_PLAIN},
		{NULL, NULL, TEST_PLAIN},
	};

	return test__run(table, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_head.h"

#include <errno.h>
#include <string.h>

#include "test.h"

static int parse(const char *text, struct http_head *h)
{
	return http_head__parse((const uint8_t *)text, (uint32_t)strlen(text), h);
}

static void check_span(const char *text, struct sip_span s, const char *want)
{
	if (CHECK_UINT(s.len, strlen(want)) && s.len)
		CHECK_MEM(text + s.off, want, s.len);
}

static void reads_a_request(void)
{
	static const char text[] =
		"POST /whip/a?b HTTP/1.1\r\nHost: h\r\nContent-Type:  application/sdp \r\n"
		"CONTENT-LENGTH: 5\r\nConnection: keep-alive, Close\r\n\r\nv=0\r\nrest";
	struct http_head h;

	if (!CHECK_INT(parse(text, &h), 0))
		return;
	CHECK(h.is_request && h.has_length && h.is_close && !h.is_chunked && !h.is_upgrade);
	CHECK_UINT(h.minor, 1);
	check_span(text, h.method, "POST");
	check_span(text, h.target, "/whip/a?b");
	check_span(text, h.content_type, "application/sdp");
	CHECK_UINT(h.content_length, 5);
	CHECK_UINT(h.body_off, h.head_len);
	CHECK_UINT(h.body_len, 5);
	CHECK_STR(http_method__name((const uint8_t *)text, h.method), "POST");
	CHECK_STR(http_method__name((const uint8_t *)"BREW", (struct sip_span){0, 4}), "OTHER");
}

static void reads_an_upgrade(void)
{
	static const char text[] =
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Protocol: sip\r\n"
		"Sec-WebSocket-Extensions: x, permessage-deflate; "
		"server_no_context_takeover\r\n\r\n";
	struct http_head h;

	if (!CHECK_INT(parse(text, &h), 0))
		return;
	CHECK(!h.is_request && h.is_upgrade && h.is_deflated && h.is_server_reset);
	CHECK(!h.is_client_reset);
	CHECK_UINT(h.status, 101);
	check_span(text, h.ws_protocol, "sip");
}

/* RFC 9112 5.1, 5.2, 6.3, 7.1: what two readers could understand differently is refused. */
static void judges_framing(void)
{
	static const struct {
		const char *fields;
		int want;
	} rows[] = {
		{"", 0},
		{"Content-Length: 5\r\nContent-Length: 5\r\n", 0},
		{"Content-Length: 5, 5\r\n", 0},
		{"Content-Length: 5\r\nContent-Length: 6\r\n", -EBADMSG},
		{"Content-Length: 5, 6\r\n", -EBADMSG},
		{"Content-Length: -1\r\n", -EBADMSG},
		{"Content-Length: +1\r\n", -EBADMSG},
		{"Content-Length:\r\n", -EBADMSG},
		{"Content-Length: 5x\r\n", -EBADMSG},
		{"Content-Length: 99999999999999999999999\r\n", -EBADMSG},
		{"Content-Length : 5\r\n", -EBADMSG},
		{"Content-Length: 5\r\n 6\r\n", -EBADMSG},
		{"X: 5\r\n 6\r\n", 0},
		{"Transfer-Encoding: chunked\r\n", 0},
		{"Transfer-Encoding: gzip, chunked\r\n", 0},
		{"Transfer-Encoding: gzip\r\n", -EBADMSG},
		{"Transfer-Encoding: chunked, gzip\r\n", -EBADMSG},
		{"Transfer-Encoding: chunked, chunked\r\n", -EBADMSG},
		{"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", -EBADMSG},
		{"no colon\r\n: no name\r\n", 0},
	};
	struct http_head h;
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].fields);
		strcpy(text, "POST / HTTP/1.1\r\n");
		strcat(text, rows[i].fields);
		CHECK(parse(text, &h) == -EAGAIN || rows[i].want);
		strcat(text, "\r\n");
		CHECK_INT(parse(text, &h), rows[i].want);
	}
}

static void judges_start_lines(void)
{
	static const struct {
		const char *line;
		int want;
	} rows[] = {
		{"GET / HTTP/1.1", 0},
		{"GET / HTTP/1.0", 0},
		{"GET  / HTTP/1.1", 0},
		{"GET / HTTP/2.0", -EBADMSG},
		{"GET /", -EBADMSG},
		{" / HTTP/1.1", -EBADMSG},
		{"GET HTTP/1.1", -EBADMSG},
		{"G:T / HTTP/1.1", -EBADMSG},
		{"HTTP/1.1 200 OK", 0},
		{"HTTP/1.1 200", 0},
		{"HTTP/1.1 2000", -EBADMSG},
		{"HTTP/1.1 099 x", -EBADMSG},
		{"HTTP/1.1 20", -EBADMSG},
		{"HTTP/1.x 200 OK", -EBADMSG},
		{"OPTIONS sip:a SIP/2.0", -EBADMSG},
		{"", -EBADMSG},
	};
	struct http_head h;
	char text[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].line);
		strcpy(text, rows[i].line);
		strcat(text, "\r\n\r\n");
		CHECK_INT(parse(text, &h), rows[i].want);
	}
	CHECK_INT(parse("GET / HTTP/1.1", &h), -EAGAIN);
	CHECK_INT(parse("GET / HTTP/1.1\n\n", &h), 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"reads_a_request", reads_a_request, TEST_PLAIN},
		{"reads_an_upgrade", reads_an_upgrade, TEST_PLAIN},
		{"judges_framing", judges_framing, TEST_PLAIN},
		{"judges_start_lines", judges_start_lines, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Redaction: any bytes give printable lines inside of the buffer; a secret in a place where names
 * and digests stand never comes out, whatever stands around it. The first byte chooses the place.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "redact.h"

#define SECRET "Zq7Secret9xK"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Before and behind the secret; @ stands for bytes of the fuzzer, without line ends and letters
 * that would make the place another one. */
static const struct {
	uint8_t proto;
	const char *before, *after;
} places[] = {
	{PROTO_SIP, "INVITE sip:", "@h SIP/2.0\r\n\r\n"},
	{PROTO_SIP, "INVITE tel:", " SIP/2.0\r\n\r\n"},
	{PROTO_SIP, "BYE sip:h SIP/2.0\r\nFrom: \"", "\" <sip:a@h>\r\n\r\n"},
	{PROTO_SIP, "BYE sip:h SIP/2.0\r\nFrom: <sip:", "@h>;tag=1\r\n\r\n"},
	{PROTO_SIP, "BYE sip:h SIP/2.0\r\nt: sip:", "@h;tag=1\r\n\r\n"},
	{PROTO_SIP, "BYE sip:h SIP/2.0\r\nTo:\r\n ", " <sip:a@h>;tag=1\r\n\r\n"},
	{PROTO_SIP, "SIP/2.0 200 OK\r\nContact: <sip:a@b>,<sips:", ":pw@h>;x=y\r\n\r\n"},
	{PROTO_SIP, "SIP/2.0 200 OK\r\nP-Asserted-Identity: <tel:", ">\r\n\r\n"},
	{PROTO_SIP, "BYE sip:h SIP/2.0\r\nAuthorization: Digest response=\"", "\"\r\n\r\n"},
	{PROTO_SIP, "SIP/2.0 401 x\r\nWWW-Authenticate: Digest nonce=", "\r\n\r\n"},
	{PROTO_SIP, "SIP/2.0 200 x\r\nAuthentication-Info: nextnonce=", "\r\n\r\n"},
	{PROTO_SIP, "BYE sip:h SIP/2.0\r\nIdentity: eyJ", ";info=<http://x>\r\n\r\n"},
	{PROTO_SIP, "BYE sip:h SIP/2.0\r\nX-Any: ", "\r\n\r\n"},
	{PROTO_SIP, "MESSAGE sip:h SIP/2.0\r\nContent-Type: text/plain\r\n\r\n", "\r\n"},
	{PROTO_SIP, "INVITE sip:h SIP/2.0\r\nc: application/sdp\r\n\r\nv=0\r\na=ice-pwd:", "\r\n"},
	{PROTO_SIP,
	 "INVITE sip:h SIP/2.0\r\nc: application/sdp\r\n\r\nv=0\r\na=crypto:1 A inline:", "|2\r\n"},
	{PROTO_SIP, "INVITE sip:h SIP/2.0\r\nc: application/sdp\r\n\r\nv=0\r\nk=clear:", "\r\n"},
	{PROTO_SIP, "INVITE sip:h SIP/2.0\r\nc: application/sdp\r\n\r\nv=0\r\ns=", "\r\n"},
	{PROTO_SIP,
	 "INVITE sip:h SIP/2.0\r\nc: application/sdp\r\n\r\nv=0\r\no=", " 1 1 IN IP4 h\r\n"},
	{PROTO_HTTP, "GET /a HTTP/1.1\r\nCookie: ", "\r\n\r\n"},
	{PROTO_HTTP, "POST /whip/", " HTTP/1.1\r\n\r\n"},
	{PROTO_HTTP, "POST /a?", " HTTP/1.1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"},
	{PROTO_HTTP, "GET /a HTTP/1.1\r\nAuthorization: Bearer ", "\r\n\r\n"},
	{PROTO_HTTP, "HTTP/1.1 201 x\r\nLocation: /", "\r\n\r\n"},
	{PROTO_WS, "{\"type\":\"offer\",\"user\":\"", "\",\"sdp\":\"v=0\\r\\na=ice-pwd:x\\r\\n\"}"},
	{PROTO_WS, "{\"sdp\":\"v=0\\r\\na=ice-pwd:", "\\r\\n\",\"type\":\"answer\"}"},
	{PROTO_WS, "", ""},
	{PROTO_STUN, "", ""},
};
#define PLACE_CNT (sizeof(places) / sizeof(places[0]))

static void require(bool held)
{
	if (!held)
		abort();
}

static bool has_secret(const char *text)
{
	return strcasestr(text, SECRET) != NULL;
}

/* Into a buffer of exactly cap bytes. Returns whether the secret came out. */
static bool redact(bool is_off, uint8_t proto, const uint8_t *p, size_t len, uint32_t cap)
{
	char *buf = malloc(cap);
	struct redact r;
	uint32_t n;
	bool came_out;

	if (!buf)
		return false;
	redact__init_fixed(&r, is_off);
	n = redact__message(&r, proto, p, (uint32_t)len, (uint32_t)len, buf, cap);
	require(n < cap && strlen(buf) == n);
	for (uint32_t i = 0; i < n; i++)
		require((buf[i] >= ' ' && buf[i] <= '~') || buf[i] == '\n');
	came_out = has_secret(buf);
	free(buf);
	return came_out;
}

static void check_any(const uint8_t *data, size_t size)
{
	static const uint8_t protos[] = {PROTO_SIP, PROTO_HTTP, PROTO_WS, PROTO_DTLS};
	uint8_t *copy = malloc(size ? size : 1);
	struct redact r;
	char uri[100];

	if (!copy)
		return;
	memcpy(copy, data, size);
	for (unsigned int i = 0; i < 4; i++) {
		redact(false, protos[i], copy, size, 1 + (size ? copy[0] : 0));
		redact(false, protos[i], copy, size, 8192);
		redact(true, protos[i], copy, size, 4096);
	}
	redact__init_fixed(&r, false);
	require(redact__uri(&r, (const char *)copy, (uint32_t)size, uri, sizeof(uri)) <
		sizeof(uri));
	free(copy);
}

/* The fuzzer's bytes on both sides of the secret, without what ends a place or a header. */
static void check_secret(const uint8_t *data, size_t size)
{
	unsigned int at = data[0] % PLACE_CNT;
	size_t half = (size - 1) / 2, n = strlen(places[at].before);
	uint8_t *msg = malloc(size + 1024);

	if (!msg)
		return;
	memcpy(msg, places[at].before, n);
	for (size_t i = 1; i < size; i++) {
		if (i == 1 + half) {
			memcpy(msg + n, SECRET, sizeof(SECRET) - 1);
			n += sizeof(SECRET) - 1;
		}
		if (strchr("!$&'*+-.0123456789=_~/:%", data[i] ? data[i] : 'x'))
			msg[n++] = data[i];
	}
	memcpy(msg + n, places[at].after, strlen(places[at].after));
	n += strlen(places[at].after);
	require(!redact(false, places[at].proto, msg, n, 8192));
	for (size_t cut = n; cut > n - n / 8; cut--) /* a snap length anywhere */
		require(!redact(false, places[at].proto, msg, cut, 8192));
	free(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	check_any(data, size);
	check_secret(data, size);
	return 0;
}

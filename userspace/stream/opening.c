/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP and HTTP share the shape of their start lines: the version at its end (requests) or start
 * (responses) tells them apart. */
#include "opening.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "record.h"
#include "sip.h"
#include "stun.h"

#define TLS_HEAD_LEN   5
#define TLS_RECORD_MAX (16384 + 2048) /* RFC 5246 6.2.3 */

/* Are the bytes the start of `text`, or could they become it? 1, 0, -EAGAIN. */
static int has_prefix(const uint8_t *p, uint32_t len, const char *text, uint32_t text_len)
{
	uint32_t n = len < text_len ? len : text_len;

	if (strncasecmp((const char *)p, text, n) != 0)
		return 0;
	return n == text_len ? 1 : -EAGAIN;
}

/* Request lines end in SP, version, line end. */
static int tell_request(const uint8_t *p, uint32_t len)
{
	const uint8_t *nl = memchr(p, '\n', len < OPENING_LINE_MAX ? len : OPENING_LINE_MAX);
	uint32_t end, version;

	if (!nl)
		return len < OPENING_LINE_MAX ? -EAGAIN : PROTO_NONE;
	end = (uint32_t)(nl - p);
	while (end && (p[end - 1] == '\r' || p[end - 1] == ' ' || p[end - 1] == '\t'))
		end--;
	for (version = end; version && p[version - 1] != ' ';)
		version--;
	if (!version || memchr(p, ' ', version - 1) == NULL)
		return PROTO_NONE; /* no URI */
	if (end - version == 8 && memcmp(p + version, "HTTP/1.", 7) == 0)
		return PROTO_HTTP;
	if (end - version >= 5 && strncasecmp((const char *)p + version, "SIP/", 4) == 0 &&
	    is_sip_digit(p[version + 4]))
		return PROTO_SIP;
	return PROTO_NONE;
}

static int tell_text(const uint8_t *p, uint32_t len)
{
	uint32_t end = 0;
	int is_sip = has_prefix(p, len, "SIP/2.0 ", 8);
	int is_http = has_prefix(p, len, "HTTP/1.", 7);

	if (is_sip == 1 || is_http == 1)
		return is_sip == 1 ? PROTO_SIP : PROTO_HTTP;
	if (is_sip == -EAGAIN || is_http == -EAGAIN)
		return -EAGAIN;
	while (end < len && end <= SIP_TOKEN_MAX && is_sip_token(p[end]))
		end++;
	if (end > SIP_TOKEN_MAX)
		return PROTO_NONE;
	if (end == len)
		return -EAGAIN;
	if (!end || p[end] != ' ')
		return PROTO_NONE;
	return tell_request(p, len);
}

/* Beyond what RFC 8489 asks: registered methods are below 0x100. */
static int tell_stun(const uint8_t *p, uint32_t len)
{
	static const uint8_t cookie[4] = {0x21, 0x12, 0xa4, 0x42};
	uint32_t n = len < 8 ? (len > 4 ? len - 4 : 0) : 4;

	if (n && memcmp(p + 4, cookie, n) != 0)
		return PROTO_NONE;
	if (len >= 4 && p[3] & 3)
		return PROTO_NONE;
	return len < 8 ? -EAGAIN : PROTO_STUN;
}

/* A handshake record that begins with a hello (RFC 8446 5.1, 4). */
static int tell_tls(const uint8_t *p, uint32_t len)
{
	if (len >= 2 && p[1] != 3)
		return PROTO_NONE;
	if (len >= 3 && p[2] > 4)
		return PROTO_NONE;
	if (len < TLS_HEAD_LEN + 1)
		return -EAGAIN;
	if (load_be16(p + 3) < 4 || load_be16(p + 3) > TLS_RECORD_MAX)
		return PROTO_NONE;
	return p[5] == 1 || p[5] == 2 ? PROTO_TLS : PROTO_NONE;
}

/* Text or data in one piece whose payload is JSON or SIP: RFC 6455 5.2. */
static int tell_ws(const uint8_t *p, uint32_t len)
{
	uint8_t head[64], key[4] = {0};
	uint32_t size = 2, n;
	uint64_t payload;
	bool is_masked;

	if (len < 2)
		return PROTO_NONE;
	is_masked = p[1] & 0x80;
	payload = p[1] & 0x7f;
	size += payload == 126 ? 2 : payload == 127 ? 8 : 0;
	if (len < size + 4)
		return PROTO_NONE;
	if (payload == 126)
		payload = load_be16(p + 2);
	else if (payload == 127)
		payload = load_be64(p + 2);
	if (is_masked) {
		memcpy(key, p + size, 4);
		size += 4;
	}
	if (payload < 8 || payload > 1u << 24 || len < size + 8)
		return PROTO_NONE;
	n = len - size < sizeof(head) ? len - size : sizeof(head);
	if (n > payload)
		n = (uint32_t)payload;
	for (uint32_t i = 0; i < n; i++)
		head[i] = p[size + i] ^ key[i & 3];
	if (head[0] == '{' &&
	    (head[1] == '"' || head[1] == '\n' || head[1] == '\r' || head[1] == ' '))
		return PROTO_WS;
	if (head[0] == '[' && (head[1] == '{' || head[1] == '"'))
		return PROTO_WS;
	if (opening__is_sip(head, n) == 1 || (n == sizeof(head) && memmem(head, n, " sip", 4) &&
					      opening__is_sip(head, n) == -EAGAIN))
		return PROTO_WS;
	return PROTO_NONE;
}

int opening__is_sip(const uint8_t *p, uint32_t len)
{
	uint8_t window[PARSE_WINDOW] = {0};
	struct sip_start start;
	int proto;

	if (len >= PARSE_WINDOW) {
		if (sip_start_parse(p, len, &start) != 0)
			return 0;
		proto = start.is_request ? tell_request(p, len) : PROTO_SIP;
		return proto == -EAGAIN ? -EAGAIN : proto == PROTO_SIP;
	}
	if (!len)
		return -EAGAIN;
	proto = tell_text(p, len);
	if (proto == PROTO_SIP && !memchr(p, '\n', len))
		return -EAGAIN;
	if (proto != PROTO_SIP)
		return proto == -EAGAIN ? -EAGAIN : 0;
	memcpy(window, p, len);
	return sip_start_parse(window, sizeof(window), &start) == 0;
}

bool opening__is_tls_data(const uint8_t *p, uint32_t len)
{
	return len >= TLS_HEAD_LEN && (p[0] == 23 || p[0] == 21 || p[0] == 20) && p[1] == 3 &&
	       p[2] <= 4 && load_be16(p + 3) <= TLS_RECORD_MAX;
}

int opening__tell(const uint8_t *p, uint32_t len, bool is_mid_stream)
{
	uint32_t at = 0;

	while (at < len && (p[at] == '\r' || p[at] == '\n')) /* RFC 5626 3.5.1, RFC 9112 2.2 */
		at++;
	if (at == len)
		return -EAGAIN;
	if (p[0] <= 3)
		return tell_stun(p, len);
	if (p[0] == 22)
		return tell_tls(p, len);
	if (is_mid_stream && (p[0] == 0x81 || p[0] == 0x82))
		return tell_ws(p, len);
	if (p[at] < '!' || p[at] >= 127)
		return PROTO_NONE;
	return tell_text(p + at, len - at);
}

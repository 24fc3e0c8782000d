/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the ways to carry a session description this body is. JSON is read by json_offer.c. */
#include "offer.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "json_offer.h"

#define RAW_MAX 4096 /* bytes of a binary message in which a description may begin */

static bool has_prefix(const uint8_t *p, uint32_t len, const char *text)
{
	size_t n = strlen(text);

	return len >= n && memcmp(p, text, n) == 0;
}

static bool is_type(const char *type, uint32_t len, const char *name)
{
	size_t n = strlen(name);

	return len >= n && strncasecmp(type, name, n) == 0 &&
	       (len == n || type[n] == ';' || type[n] == ' ' || type[n] == '\t');
}

static void set(struct offer *ret, enum offer_kind kind, const uint8_t *p, uint32_t len)
{
	ret->kind = (uint8_t)kind;
	ret->sdp = (const char *)p;
	ret->sdp_len = len;
}

/* Attributes alone: RFC 8840 9. */
static bool is_fragment(const uint8_t *p, uint32_t len)
{
	return has_prefix(p, len, "a=candidate:") || has_prefix(p, len, "a=ice-ufrag:") ||
	       has_prefix(p, len, "a=ice-pwd:") || has_prefix(p, len, "a=mid:") ||
	       has_prefix(p, len, "candidate:");
}

/* Numbers in front are those of socket.io. */
static bool is_json(const uint8_t *p, uint32_t len, uint32_t *start)
{
	uint32_t at = 0;

	while (at < len && at < 8 && p[at] >= '0' && p[at] <= '9')
		at++;
	*start = at;
	return at < len && (p[at] == '{' || p[at] == '[');
}

/* SDP, a fragment of it or JSON, told by the bytes. */
static void read_plain(const uint8_t *p, uint32_t len, char *buf, struct offer *ret)
{
	uint32_t start = 0;

	while (start < len && (p[start] == ' ' || p[start] == '\r' || p[start] == '\n'))
		start++;
	p += start;
	len -= start;
	if (has_prefix(p, len, "v=0"))
		set(ret, OFFER_SDP, p, len);
	else if (is_json(p, len, &start))
		json_offer__find(p + start, len - start, buf, ret);
	else if (is_fragment(p, len))
		set(ret, OFFER_CANDIDATE, p, len);
}

static uint32_t line_end(const uint8_t *p, uint32_t at, uint32_t len)
{
	const uint8_t *nl = at < len ? memchr(p + at, '\n', len - at) : NULL;

	return nl ? (uint32_t)(nl - p) + 1 : len;
}

static bool is_delimiter(const uint8_t *p, uint32_t at, uint32_t len)
{
	return len - at >= 3 && p[at] == '-' && p[at + 1] == '-';
}

/* Any line that begins with two dashes separates parts (RFC 2046 5.1.1): whose boundary it is does
 * not matter for a description, which has no such line. So multiparts in multiparts need no
 * recursion. */
static void read_multipart(const uint8_t *p, uint32_t len, char *buf, struct offer *ret)
{
	uint32_t at = 0, start, end;

	while (at < len && ret->kind == OFFER_NONE) {
		while (at < len && !is_delimiter(p, at, len))
			at = line_end(p, at, len);
		at = line_end(p, at, len);
		while (at < len && p[at] != '\r' && p[at] != '\n') /* its header */
			at = line_end(p, at, len);
		start = at = line_end(p, at, len);
		while (at < len && !is_delimiter(p, at, len))
			at = line_end(p, at, len);
		end = at;
		if (end < len && end > start + 1 && p[end - 2] == '\r')
			end -= 2; /* the line end belongs to the delimiter */
		else if (end < len && end > start)
			end--;
		read_plain(p + start, end - start, buf, ret);
	}
}

/* "x=" and what may stand in a line. */
static bool is_sdp_line(const uint8_t *p, uint32_t at, uint32_t next)
{
	return next - at > 2 && p[at] >= 'a' && p[at] <= 'z' && p[at + 1] == '=';
}

/* The word in front of a description, as Protocol Buffers lay it out: "offer", tag, length. */
static enum offer_kind kind_before(const uint8_t *p, uint32_t at)
{
	uint32_t from = at > 16 ? at - 16 : 0;

	if (memmem(p + from, at - from, "pranswer", 8))
		return OFFER_PRANSWER;
	if (memmem(p + from, at - from, "answer", 6))
		return OFFER_ANSWER;
	return memmem(p + from, at - from, "offer", 5) ? OFFER_OFFER : OFFER_SDP;
}

/* A description that lies unchanged in other bytes. */
static void read_raw(const uint8_t *p, uint32_t len, struct offer *ret)
{
	const uint8_t *sdp = memmem(p, len < RAW_MAX ? len : RAW_MAX, "v=0\r\no=", 7);
	uint32_t start, at, next;

	if (!sdp)
		return;
	start = at = (uint32_t)(sdp - p);
	while (at < len && (next = line_end(p, at, len)) && is_sdp_line(p, at, next))
		at = next;
	set(ret, kind_before(p, start), sdp, at - start);
}

void offer__find(const uint8_t *body, uint32_t len, const char *content_type, uint32_t type_len,
		 char *buf, struct offer *ret)
{
	*ret = (struct offer){.kind = OFFER_NONE};
	if (!len)
		return;
	if (is_type(content_type, type_len, "application/trickle-ice-sdpfrag"))
		set(ret, OFFER_CANDIDATE, body, len);
	else if (body[0] == '-' ||
		 (type_len > 10 && strncasecmp(content_type, "multipart/", 10) == 0))
		read_multipart(body, len, buf, ret);
	else
		read_plain(body, len, buf, ret);
	if (ret->kind == OFFER_NONE &&
	    (!type_len || is_type(content_type, type_len, "application/x-protobuf") ||
	     is_type(content_type, type_len, "application/octet-stream")))
		read_raw(body, len, ret);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The walk over one SIP message: start line, fields (sip_field.c), body. */
#include "sip_head.h"

#include <errno.h>

#include "sip_cursor.h"

static const char *const method_names[] = {
#define SIP_METHOD(id, name) name,
#include "sip_method.def"
#undef SIP_METHOD
};

enum sip_method sip_method__find(const uint8_t *p, struct sip_span name)
{
#define SIP_METHOD(id, text)                                                               \
	if (name.len == sizeof(text) - 1 && !memcmp(p + name.off, text, sizeof(text) - 1)) \
		return SIP_##id;
#include "sip_method.def"
#undef SIP_METHOD
	return SIP_OTHER;
}

/* The empty line that ends the headers: 1 yes, 0 no, -1 the bytes do not tell. */
static int is_header_end(const uint8_t *p, uint32_t pos, uint32_t len)
{
	if (pos == len)
		return -1;
	if (p[pos] == '\n')
		return 1;
	if (p[pos] != '\r')
		return 0;
	return pos + 1 == len ? -1 : p[pos + 1] == '\n';
}

/* Request-URI SP SIP-Version up to `end`, white space behind tolerated. The version
 * itself is not judged: 505 is an answer to time like any other. False: another shape. */
static bool read_request_tail(const uint8_t *p, uint32_t start, uint32_t end, struct sip_head *out)
{
	struct sip_span uri = {.off = start};
	uint32_t version;

	while (end > start && is_lws(p[end - 1]))
		end--;
	for (version = end; version > start && p[version - 1] != ' ';)
		version--;
	if (version == start || end - version < 5 ||
	    strncasecmp((const char *)p + version, "SIP/", 4) != 0 || !is_sip_digit(p[version + 4]))
		return false;
	uri.len = version - start;
	trim_lws(p, &uri);
	out->request_uri = uri;
	return true;
}

static void read_reason(const uint8_t *p, uint32_t end, struct sip_head *out)
{
	struct sip_span span = {.off = SIP_VERSION_LEN + 4};

	if (end < span.off)
		return;
	span.len = end - span.off;
	trim_lws(p, &span);
	if (span.len)
		out->reason_phrase = span;
}

static int parse_start_line(const uint8_t *p, uint32_t len, struct sip_head *out, uint32_t *next)
{
	uint8_t window[PARSE_WINDOW] = {0};
	const uint8_t *buf = p, *nl, *space;
	struct sip_start start;

	if (len < PARSE_WINDOW) {
		if (len)
			memcpy(window, p, len);
		buf = window;
	}
	if (sip_start_parse(buf, len, &start))
		return -EBADMSG;
	nl = memchr(p, '\n', len);
	*next = nl ? (uint32_t)(nl - p) + 1 : len;
	out->is_request = start.is_request;
	out->method = (enum sip_method)start.method;
	out->status = start.status;
	if (!start.is_request) {
		if (nl)
			read_reason(p, *next, out);
		return 0;
	}
	space = memchr(p, ' ', len);
	out->method_name.len = (uint32_t)(space - p);
	out->have |= SIP_HAVE_METHOD;
	if (nl && !read_request_tail(p, out->method_name.len + 1, *next, out))
		return -EBADMSG;
	return 0;
}

/* What the end of the header settles: the body (RFC 3261 18.3: without Content-Length the
 * datagram's end), and for how long a registration asks (10.2.1.1: the Contact's own word goes
 * first). */
static void settle(uint32_t pos, uint32_t len, struct sip_head *out)
{
	uint32_t left = len - pos;

	out->truncated = false;
	out->header_len = pos;
	out->have |= SIP_HAVE_BODY;
	out->body.off = pos;
	out->body.len = left;
	if (out->have & SIP_HAVE_CONTENT_LENGTH && out->content_length < left)
		out->body.len = out->content_length;
	if (out->contact_expires != UINT32_MAX &&
	    (out->method == SIP_REGISTER || !(out->have & SIP_HAVE_EXPIRES))) {
		out->expires = out->contact_expires;
		out->have |= SIP_HAVE_EXPIRES;
	}
}

int sip_head__parse(const uint8_t *p, uint32_t len, struct sip_head *out)
{
	uint32_t pos, next;
	int end;

	memset(out, 0, sizeof(*out));
	out->truncated = true;
	out->cseq_method = SIP_OTHER;
	out->max_forwards = out->contact_expires = UINT32_MAX;
	if (parse_start_line(p, len, out, &pos))
		return -EBADMSG;
	while (!(end = is_header_end(p, pos, len))) {
		next = find_field_end(p, pos, len);
		if (!next)
			break;
		sip_field__parse(&(struct cursor){.p = p, .pos = pos, .end = next, .limit = len},
				 out);
		pos = next;
	}
	if (end == 1) {
		settle(pos + (p[pos] == '\r' ? 2 : 1), len, out);
	} else {
		/* which one goes first is not told yet */
		out->have &= ~(uint32_t)SIP_HAVE_EXPIRES;
		out->expires = 0;
	}
	return 0;
}

const char *sip_method__name(enum sip_method method)
{
	return (unsigned int)method < SIP_METHOD_CNT ? method_names[method]
						     : method_names[SIP_OTHER];
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* One pass over the lines; of a field only the few names in `fields` matter. */
#include "http_head.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

struct parse {
	const uint8_t *p;
	struct http_head *out;
	bool has_coding;	/* Transfer-Encoding */
	bool is_websocket;	/* Upgrade: websocket */
	bool is_upgrade_option; /* Connection: upgrade */
	bool is_framing;	/* the line before told the framing: it must not be folded */
};

struct field {
	const char *name;
	uint32_t len;
	bool is_framing;
	int (*read)(struct parse *c, struct sip_span value);
};

static bool is_equal(const uint8_t *p, struct sip_span s, const char *text)
{
	return s.len == strlen(text) && strncasecmp((const char *)p + s.off, text, s.len) == 0;
}

static void trim(const uint8_t *p, struct sip_span *s)
{
	while (s->len && (p[s->off] == ' ' || p[s->off] == '\t')) {
		s->off++;
		s->len--;
	}
	while (s->len && (p[s->off + s->len - 1] <= ' '))
		s->len--;
}

/* The next element of a list separated by `by`, trimmed; false: no more. */
static bool take_item(const uint8_t *p, struct sip_span *list, char by, struct sip_span *item)
{
	const uint8_t *sep;

	if (!list->len)
		return false;
	sep = memchr(p + list->off, by, list->len);
	item->off = list->off;
	item->len = sep ? (uint32_t)(sep - p) - list->off : list->len;
	list->off += item->len + !!sep;
	list->len -= item->len + !!sep;
	trim(p, item);
	return true;
}

static int read_number(const uint8_t *p, struct sip_span s, uint64_t *ret)
{
	uint64_t value = 0;

	if (!s.len || s.len > 18)
		return -EBADMSG;
	for (uint32_t i = 0; i < s.len; i++) {
		if (p[s.off + i] < '0' || p[s.off + i] > '9')
			return -EBADMSG;
		value = value * 10 + (p[s.off + i] - '0');
	}
	*ret = value;
	return 0;
}

/* Several are one, as long as they say the same (RFC 9112 6.3 item 5). */
static int read_length(struct parse *c, struct sip_span value)
{
	struct sip_span item;
	uint64_t n;

	if (!value.len)
		return -EBADMSG;
	while (take_item(c->p, &value, ',', &item)) {
		if (read_number(c->p, item, &n))
			return -EBADMSG;
		if (c->out->has_length && c->out->content_length != n)
			return -EBADMSG;
		c->out->has_length = true;
		c->out->content_length = n;
	}
	return 0;
}

static int read_coding(struct parse *c, struct sip_span value)
{
	struct sip_span item;

	while (take_item(c->p, &value, ',', &item)) {
		if (!item.len)
			continue;
		if (c->out->is_chunked) /* nothing follows it (RFC 9112 7.1) */
			return -EBADMSG;
		c->has_coding = true;
		c->out->is_chunked = is_equal(c->p, item, "chunked");
		c->out->is_encoded |= !c->out->is_chunked && !is_equal(c->p, item, "identity");
	}
	return 0;
}

static int read_connection(struct parse *c, struct sip_span value)
{
	struct sip_span item;

	while (take_item(c->p, &value, ',', &item)) {
		c->out->is_close |= is_equal(c->p, item, "close");
		c->is_upgrade_option |= is_equal(c->p, item, "upgrade");
	}
	return 0;
}

static int read_upgrade(struct parse *c, struct sip_span value)
{
	struct sip_span item;

	while (take_item(c->p, &value, ',', &item))
		c->is_websocket |= is_equal(c->p, item, "websocket");
	return 0;
}

static int read_type(struct parse *c, struct sip_span value)
{
	c->out->content_type = value;
	return 0;
}

static int read_encoding(struct parse *c, struct sip_span value)
{
	c->out->is_encoded |= value.len && !is_equal(c->p, value, "identity");
	return 0;
}

static int read_ws_protocol(struct parse *c, struct sip_span value)
{
	c->out->ws_protocol = value;
	return 0;
}

static int read_ws_extensions(struct parse *c, struct sip_span value)
{
	struct sip_span item, param;

	while (take_item(c->p, &value, ',', &item)) {
		if (!take_item(c->p, &item, ';', &param) ||
		    !is_equal(c->p, param, "permessage-deflate"))
			continue;
		c->out->is_deflated = true;
		while (take_item(c->p, &item, ';', &param)) {
			c->out->is_client_reset |=
				is_equal(c->p, param, "client_no_context_takeover");
			c->out->is_server_reset |=
				is_equal(c->p, param, "server_no_context_takeover");
		}
	}
	return 0;
}

#define FIELD(name, is_framing, read)                    \
	{                                                \
		name, sizeof(name) - 1, is_framing, read \
	}
static const struct field fields[] = {
	FIELD("content-length", true, read_length),
	FIELD("content-type", false, read_type),
	FIELD("content-encoding", false, read_encoding),
	FIELD("transfer-encoding", true, read_coding),
	FIELD("connection", false, read_connection),
	FIELD("upgrade", false, read_upgrade),
	FIELD("sec-websocket-protocol", false, read_ws_protocol),
	FIELD("sec-websocket-extensions", false, read_ws_extensions),
};

/* The first letter decides for most lines. */
static const struct field *find_field(const uint8_t *name, uint32_t len)
{
	uint8_t first = name[0] | 0x20;

	if (first != 'c' && first != 't' && first != 'u' && first != 's')
		return NULL;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].len == len &&
		    strncasecmp((const char *)name, fields[i].name, len) == 0)
			return &fields[i];
	}
	return NULL;
}

/* One line with its end. White space before the colon would let two readers disagree (RFC
 * 9112 5.1). */
static int parse_field(struct parse *c, uint32_t at, uint32_t next)
{
	const uint8_t *colon;
	struct sip_span value;
	const struct field *f;
	uint32_t name_len;

	if (c->p[at] == ' ' || c->p[at] == '\t')
		return c->is_framing ? -EBADMSG : 0;
	c->is_framing = false;
	colon = memchr(c->p + at, ':', next - at);
	if (!colon)
		return 0;
	name_len = (uint32_t)(colon - c->p) - at;
	while (name_len && c->p[at + name_len - 1] <= ' ')
		name_len--;
	f = name_len ? find_field(c->p + at, name_len) : NULL;
	if (!f)
		return 0;
	if (f->is_framing && c->p + at + name_len != colon)
		return -EBADMSG;
	c->is_framing = f->is_framing;
	value.off = (uint32_t)(colon - c->p) + 1;
	value.len = next - value.off;
	trim(c->p, &value);
	return f->read(c, value);
}

/* "HTTP/1.1 200 OK" */
static int parse_status(const uint8_t *p, uint32_t len, struct http_head *out)
{
	if (len < 12 || memcmp(p, "HTTP/1.", 7) != 0 || p[7] < '0' || p[7] > '9' || p[8] != ' ')
		return -EBADMSG;
	for (unsigned int i = 9; i < 12; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -EBADMSG;
		out->status = (uint16_t)(out->status * 10 + (p[i] - '0'));
	}
	out->minor = p[7] - '0';
	return out->status < 100 || (len > 12 && p[12] != ' ') ? -EBADMSG : 0;
}

/* "GET /path HTTP/1.1" */
static int parse_request(const uint8_t *p, uint32_t len, struct http_head *out)
{
	const uint8_t *space = memchr(p, ' ', len), *version = memrchr(p, ' ', len);

	if (!space || version == space || space == p)
		return -EBADMSG;
	if (p + len - version != 9 || memcmp(version, " HTTP/1.", 8) != 0 || version[8] < '0' ||
	    version[8] > '9')
		return -EBADMSG;
	for (const uint8_t *c = p; c < space; c++) {
		if (*c <= ' ' || *c >= 127 || *c == ':')
			return -EBADMSG;
	}
	out->is_request = true;
	out->minor = version[8] - '0';
	out->method = (struct sip_span){.off = 0, .len = (uint32_t)(space - p)};
	out->target.off = out->method.len + 1;
	out->target.len = (uint32_t)(version - p) - out->target.off;
	return 0;
}

/* Offset behind the line that begins at `at`; 0: it is not complete. */
static uint32_t line_end(const uint8_t *p, uint32_t at, uint32_t len)
{
	const uint8_t *nl = at < len ? memchr(p + at, '\n', len - at) : NULL;

	return nl ? (uint32_t)(nl - p) + 1 : 0;
}

static bool is_empty(const uint8_t *p, uint32_t at, uint32_t next)
{
	return next - at == 1 || (next - at == 2 && p[at] == '\r');
}

static int parse_start(const uint8_t *p, uint32_t next, struct http_head *out)
{
	uint32_t len = next;

	while (len && p[len - 1] <= ' ')
		len--;
	if (len >= 5 && memcmp(p, "HTTP/", 5) == 0)
		return parse_status(p, len, out);
	return parse_request(p, len, out);
}

/* What the fields say together. A transfer coding that is not chunked at last leaves a request
 * without an end (RFC 9112 6.3 item 4). */
static int finish(struct parse *c, uint32_t len)
{
	struct http_head *out = c->out;
	uint32_t rest = len - out->head_len;

	if (c->has_coding && (out->has_length || (out->is_request && !out->is_chunked)))
		return -EBADMSG;
	out->is_upgrade =
		c->is_websocket && c->is_upgrade_option && (out->is_request || out->status == 101);
	out->body_off = out->head_len;
	out->body_len = rest;
	if (out->has_length && out->content_length < rest)
		out->body_len = (uint32_t)out->content_length;
	else if (out->is_request && !out->has_length && !out->is_chunked)
		out->body_len = 0;
	return 0;
}

int http_head__parse(const uint8_t *p, uint32_t len, struct http_head *out)
{
	struct http_head head = {0};
	struct parse c = {.p = p, .out = &head};
	uint32_t at = line_end(p, 0, len), next;
	int err;

	if (!at)
		return -EAGAIN;
	err = parse_start(p, at, &head);
	while (!err && (next = line_end(p, at, len))) {
		if (is_empty(p, at, next)) {
			head.head_len = next;
			err = finish(&c, len);
			if (!err)
				*out = head;
			return err;
		}
		err = parse_field(&c, at, next);
		at = next;
	}
	return err ? err : -EAGAIN;
}

const char *http_method__name(const uint8_t *p, struct sip_span method)
{
	static const char *const names[] = {"GET",     "POST", "PATCH",	  "PUT",  "DELETE",
					    "OPTIONS", "HEAD", "CONNECT", "TRACE"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == method.len &&
		    memcmp(p + method.off, names[i], method.len) == 0)
			return names[i];
	}
	return "OTHER";
}

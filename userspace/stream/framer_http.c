/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP/1.1 (RFC 9112): where a message ends, and which request a response answers. Of a message
 * that is too long the header is given as soon as it is complete, and the body is passed over.
 *
 *   size[;extension] CRLF | size bytes | CRLF ... 0 CRLF trailer CRLF        chunked, RFC 9112 7.1
 */
#include "http_head.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "framer.h"
#include "opening.h"
#include "transport.h"

#define CHUNK_LINE_MAX 1024

enum http_kind { HTTP_NORMAL, HTTP_HEAD, HTTP_CONNECT, HTTP_UPGRADE };

static bool is_method(const uint8_t *p, const struct http_head *head, const char *name)
{
	return head->method.len == strlen(name) && memcmp(p, name, head->method.len) == 0;
}

static uint64_t count_request(struct framing *c, const uint8_t *p, const struct http_head *head)
{
	struct http_pairs *pairs = &c->end->http;
	uint64_t n = ++pairs->requests;

	/* Something was lost: what went before this one is taken as answered. */
	if (pairs->is_unsure)
		pairs->responses = n - 1;
	pairs->is_unsure = false;
	pairs->kind[n % TCP_PIPELINE] = head->is_upgrade		? HTTP_UPGRADE
					: is_method(p, head, "HEAD")	? HTTP_HEAD
					: is_method(p, head, "CONNECT") ? HTTP_CONNECT
									: HTTP_NORMAL;
	return n;
}

/* Number of the request that it answers, 0 not known. An answer whose request is still incomplete
 * here comes first now and then (100, 413, or another CPU's record). */
static uint64_t count_response(struct framing *c, const struct http_head *head)
{
	struct http_pairs *pairs = &c->end->http;
	bool is_mid_stream = c->half->is_mid_stream || c->peer->is_mid_stream;
	bool is_interim = head->status < 200 && head->status != 101;

	if (pairs->is_unsure || (pairs->responses >= pairs->requests && is_mid_stream))
		return 0;
	return is_interim ? pairs->responses + 1 : ++pairs->responses;
}

static enum http_kind kind_of(const struct http_pairs *pairs, uint64_t exchange)
{
	if (!exchange || exchange > pairs->requests || pairs->requests - exchange >= TCP_PIPELINE)
		return HTTP_NORMAL;
	return pairs->kind[exchange % TCP_PIPELINE];
}

static struct framed *set_message(struct framing *c, const uint8_t *p, uint32_t len,
				  struct framed *out)
{
	out->msg = p;
	out->msg_len = len;
	out->proto = PROTO_HTTP;
	out->transport = TRANSPORT_TCP;
	out->exchange = c->half->http.exchange;
	return out;
}

/* Both directions carry frames from now on. */
static void switch_to_ws(struct framing *c, const uint8_t *p, const struct http_head *head)
{
	struct tcp_half *server = c->half, *client = c->peer;
	bool is_sip = head->ws_protocol.len == 3 &&
		      strncasecmp((const char *)p + head->ws_protocol.off, "sip", 3) == 0;
	bool is_other = head->ws_protocol.len && !is_sip;

	server->ws.is_role_known = client->ws.is_role_known = true;
	server->ws.is_client = false;
	client->ws.is_client = true;
	server->ws.is_sip = client->ws.is_sip = is_sip;
	server->ws.is_other = client->ws.is_other = is_other;
	server->ws.has_takeover = !head->is_server_reset;
	client->ws.has_takeover = !head->is_client_reset;
	server->proto = PROTO_WS;
	if (client->proto == PROTO_HTTP || client->proto == PROTO_NONE) {
		tcp_half__drop_part(c->table, c->end, client);
		client->proto = PROTO_WS;
	}
}

/* A tunnel, or a protocol that is not known here. */
static enum framer_step stop_both(struct framing *c)
{
	tcp_half__drop_part(c->table, c->end, c->peer);
	tcp_half__drop_early(c->table, c->end, c->peer);
	c->peer->state = HALF_IGNORED;
	return FRAMER_STOP;
}

static enum framer_step skip_body(struct framing *c, const uint8_t *p, uint64_t total,
				  struct framed *out)
{
	c->counts->oversized++;
	set_message(c, p, c->half->http.head_len, out);
	out->skip = total;
	return FRAMER_SKIP;
}

static enum framer_step take_length(struct framing *c, const uint8_t *p, uint32_t len,
				    uint64_t body, struct framed *out)
{
	uint64_t total = c->half->http.head_len + body;

	if (total > c->max_message)
		return skip_body(c, p, total, out);
	if (len < total) {
		c->half->http.body = body;
		c->half->need = (uint32_t)total;
		c->half->is_need_exact = true;
		return FRAMER_MORE;
	}
	out->len = (uint32_t)total;
	set_message(c, p, out->len, out);
	return FRAMER_UNIT;
}

static int hex_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Size of the chunk whose line is [at, next); UINT64_MAX: none. */
static uint64_t read_size(const uint8_t *p, uint32_t at, uint32_t next)
{
	uint64_t size = 0;
	uint32_t digits = 0;

	for (; at < next && hex_of(p[at]) >= 0; at++, digits++)
		size = size << 4 | (unsigned int)hex_of(p[at]);
	if (!digits || digits > 12 || next == at)
		return UINT64_MAX;
	return p[at] == '\r' || p[at] == '\n' || p[at] == ';' || p[at] == ' ' || p[at] == '\t'
		       ? size
		       : UINT64_MAX;
}

static enum framer_step bad(struct framing *c)
{
	c->counts->malformed++;
	return FRAMER_BAD;
}

/* The line that tells a chunk's size. FRAMER_UNIT: *next is behind it. */
static enum framer_step take_size(struct framing *c, const uint8_t *p, uint32_t at, uint32_t len,
				  uint32_t *next, uint64_t *size)
{
	*next = framer_line(p, at, len);
	if (!*next)
		return len - at > CHUNK_LINE_MAX ? bad(c) : FRAMER_MORE;
	*size = read_size(p, at, *next);
	return *size == UINT64_MAX ? bad(c) : FRAMER_UNIT;
}

/* Header and chunks, without what is between them, into scratch. The walk has checked all of it. */
static void join_chunks(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	uint32_t at = c->half->http.head_len, used = at, next;
	uint64_t size;

	memcpy(c->scratch, p, at);
	for (;;) {
		next = framer_line(p, at, len);
		size = read_size(p, at, next);
		if (!size)
			break;
		memcpy(c->scratch + used, p + next, size);
		used += (uint32_t)size;
		at = framer_line(p, next + (uint32_t)size, len);
	}
	set_message(c, c->scratch, used, out);
}

/* Lines from `at` on up to an empty one; its end, 0: not there yet. */
static uint32_t walk_trailer(uint32_t *at, const uint8_t *p, uint32_t len)
{
	uint32_t next;

	while ((next = framer_line(p, *at, len))) {
		if (framer_is_empty(p, *at, next))
			return next;
		*at = next;
	}
	return 0;
}

/* Behind a chunk's data: CRLF. 0 not there yet, UINT32_MAX something else. */
static uint32_t chunk_end(const uint8_t *p, uint64_t at, uint32_t len)
{
	if (at >= len)
		return 0;
	if (p[at] == '\n')
		return (uint32_t)at + 1;
	if (p[at] != '\r')
		return UINT32_MAX;
	if (at + 1 >= len)
		return 0;
	return p[at + 1] == '\n' ? (uint32_t)at + 2 : UINT32_MAX;
}

static enum framer_step take_chunks(struct framing *c, const uint8_t *p, uint32_t len,
				    struct framed *out)
{
	struct half_http *http = &c->half->http;
	enum framer_step step;
	uint32_t next, end;
	uint64_t size;

	while (!http->is_in_trailer) {
		step = take_size(c, p, http->walk, len, &next, &size);
		if (step != FRAMER_UNIT)
			return step;
		if (!size) {
			http->is_in_trailer = true;
			http->walk = next;
			break;
		}
		if (next + size + 2 > c->max_message) {
			http->is_skipping = true;
			return skip_body(c, p, next + size + 2, out);
		}
		end = chunk_end(p, next + size, len);
		if (end == UINT32_MAX)
			return bad(c);
		if (!end) {
			c->half->need = next + (uint32_t)size + 1;
			return FRAMER_MORE;
		}
		http->walk = end;
	}
	out->len = walk_trailer(&http->walk, p, len);
	if (!out->len)
		return len - http->walk > FRAMER_HEAD_MAX ? bad(c) : FRAMER_MORE;
	join_chunks(c, p, out->len, out);
	return FRAMER_UNIT;
}

/* The chunks of a body that is left out. */
static enum framer_step skip_chunks(struct framing *c, const uint8_t *p, uint32_t len,
				    struct framed *out)
{
	struct half_http *http = &c->half->http;
	enum framer_step step;
	uint32_t next;
	uint64_t size;

	if (http->is_in_trailer) {
		next = framer_line(p, 0, len);
		if (!next)
			return len > FRAMER_HEAD_MAX ? bad(c) : FRAMER_MORE;
		http->is_skipping = http->is_in_trailer = !framer_is_empty(p, 0, next);
		out->len = next;
		return FRAMER_UNIT;
	}
	step = take_size(c, p, 0, len, &next, &size);
	if (step != FRAMER_UNIT)
		return step;
	http->is_in_trailer = !size;
	out->len = next;
	if (!size)
		return FRAMER_UNIT;
	out->skip = next + size + 2;
	return FRAMER_SKIP;
}

static enum framer_step take_until_close(struct framing *c, const uint8_t *p, uint32_t len,
					 struct framed *out)
{
	c->half->http.is_until_close = true;
	if (len < c->max_message)
		return FRAMER_MORE;
	c->counts->oversized++;
	set_message(c, p, c->half->http.head_len, out);
	return FRAMER_STOP;
}

/* RFC 9112 6.3, item by item. */
static enum framer_step take_body(struct framing *c, const uint8_t *p, uint32_t len,
				  const struct http_head *head, struct framed *out)
{
	enum http_kind kind = kind_of(&c->end->http, c->half->http.exchange);
	enum framer_step step;

	if (!head->is_request) {
		bool is_tunnel = kind == HTTP_CONNECT && head->status / 100 == 2;

		if (head->status / 100 == 1 || head->status == 204 || head->status == 304 ||
		    kind == HTTP_HEAD || is_tunnel) {
			step = take_length(c, p, len, 0, out);
			if (head->status == 101 && head->is_upgrade)
				switch_to_ws(c, p, head);
			else if (head->status == 101 || is_tunnel)
				step = stop_both(c);
			return step;
		}
	}
	if (head->is_chunked) {
		c->half->http.walk = head->head_len;
		return take_chunks(c, p, len, out);
	}
	if (head->has_length)
		return take_length(c, p, len, head->content_length, out);
	if (head->is_request)
		return take_length(c, p, len, 0, out);
	return take_until_close(c, p, len, out);
}

static enum framer_step take_head(struct framing *c, const uint8_t *p, uint32_t len,
				  struct http_head *head)
{
	struct tcp_half *h = c->half;
	uint32_t max = c->max_message < FRAMER_HEAD_MAX ? c->max_message : FRAMER_HEAD_MAX;
	uint32_t end = walk_trailer(&h->scan, p, len);

	if (!end && len < max)
		return FRAMER_MORE;
	if (!end || end > max) {
		c->counts->oversized++;
		return FRAMER_BAD;
	}
	if (http_head__parse(p, end, head))
		return bad(c);
	h->http.head_len = end;
	h->http.exchange = head->is_request ? count_request(c, p, head) : count_response(c, head);
	return FRAMER_UNIT;
}

/* The client may send frames before the record of the answer that allows it is here. */
static bool is_early_frame(const struct framing *c, uint8_t first)
{
	const struct http_pairs *pairs = &c->end->http;

	return first & 0x80 && kind_of(pairs, pairs->requests) == HTTP_UPGRADE;
}

static enum framer_step begin(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	int proto;

	while (out->len < len && (p[out->len] == '\r' || p[out->len] == '\n'))
		out->len++;
	if (out->len)
		return FRAMER_UNIT;
	if (is_early_frame(c, p[0])) {
		c->half->proto = PROTO_WS;
		c->half->ws.is_role_known = c->half->ws.is_client = true;
		c->half->ws.has_takeover = true;
		return framer_ws(c, p, len, out);
	}
	proto = opening__tell(p, len, false);
	if (proto != PROTO_HTTP)
		return proto == -EAGAIN ? FRAMER_MORE : FRAMER_BAD;
	c->half->http = (struct half_http){0};
	return FRAMER_UNIT;
}

enum framer_step framer_http(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	struct half_http *http = &c->half->http;
	struct http_head head;
	enum framer_step step;

	if (!c->half->scan) {
		if (http->is_skipping)
			return skip_chunks(c, p, len, out);
		step = begin(c, p, len, out);
		if (step != FRAMER_UNIT || out->len || out->msg || c->half->proto != PROTO_HTTP)
			return step;
	}
	if (!http->head_len) {
		step = take_head(c, p, len, &head);
		return step == FRAMER_UNIT ? take_body(c, p, len, &head, out) : step;
	}
	if (http->walk)
		return take_chunks(c, p, len, out);
	if (http->is_until_close)
		return take_until_close(c, p, len, out);
	return take_length(c, p, len, http->body, out);
}

bool framer_http_end(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	if (c->half->proto != PROTO_HTTP || !c->half->scan || !c->half->http.is_until_close)
		return false;
	set_message(c, p, len, out);
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP on streams (RFC 3261 18.3, 7.5): the header up to its empty line, then Content-Length bytes.
 * Line ends between messages are keep-alives (RFC 5626 4.4.1). */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "framer.h"
#include "opening.h"
#include "sip.h"
#include "transport.h"

#define LENGTH_NAME	"content-length"
#define LENGTH_NAME_LEN 14

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Offset behind the colon if the line is Content-Length or its compact form, else 0. */
static uint32_t find_length(const uint8_t *p, uint32_t at, uint32_t end)
{
	uint32_t pos;

	if ((p[at] | 0x20) == 'c' && end - at > LENGTH_NAME_LEN &&
	    strncasecmp((const char *)p + at, LENGTH_NAME, LENGTH_NAME_LEN) == 0)
		pos = at + LENGTH_NAME_LEN;
	else if ((p[at] | 0x20) == 'l')
		pos = at + 1;
	else
		return 0;
	while (pos < end && is_space(p[pos]))
		pos++;
	return pos < end && p[pos] == ':' ? pos + 1 : 0;
}

/* The number at `at`, behind white space and folds; UINT64_MAX: none, or one that no message has.
 * The header is complete: there is a line end behind every byte of it. */
static uint64_t read_length(const uint8_t *p, uint32_t at)
{
	uint64_t value = 0;
	uint32_t digits = 0;

	while (is_space(p[at]) || p[at] == '\r' || (p[at] == '\n' && is_space(p[at + 1])))
		at++;
	for (; is_sip_digit(p[at]) && digits < 12; at++, digits++)
		value = value * 10 + (p[at] - '0');
	while (is_space(p[at]) || p[at] == '\r')
		at++;
	return digits && p[at] == '\n' ? value : UINT64_MAX;
}

/* Walks lines from tcp_half.scan on. Length of the header, 0: not complete. */
static uint32_t find_head_end(struct tcp_half *h, const uint8_t *p, uint32_t len)
{
	uint32_t next, colon;

	while ((next = framer_line(p, h->scan, len))) {
		if (framer_is_empty(p, h->scan, next))
			return next;
		colon = find_length(p, h->scan, next);
		if (colon && h->sip.length_at)
			h->sip.again_at = colon;
		else if (colon)
			h->sip.length_at = colon;
		h->scan = next;
	}
	return 0;
}

static enum framer_step take_body(struct framing *c, const uint8_t *p, uint32_t len, uint32_t head,
				  struct framed *out)
{
	const struct half_sip *sip = &c->half->sip;
	uint64_t body = 0;

	if (sip->length_at)
		body = read_length(p, sip->length_at);
	if (body == UINT64_MAX || (sip->again_at && read_length(p, sip->again_at) != body)) {
		c->counts->malformed++;
		return FRAMER_BAD;
	}
	if (!sip->length_at)
		c->counts->malformed++; /* mandatory on streams; what has none has no body */
	if (head + body > c->max_message) {
		c->counts->oversized++;
		out->skip = head + body;
		return FRAMER_SKIP;
	}
	if (len < head + body) {
		c->half->need = head + (uint32_t)body;
		c->half->is_need_exact = true;
		return FRAMER_MORE;
	}
	out->len = out->msg_len = head + (uint32_t)body;
	out->msg = p;
	out->proto = PROTO_SIP;
	out->transport = TRANSPORT_TCP;
	return FRAMER_UNIT;
}

enum framer_step framer_sip(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out)
{
	struct tcp_half *h = c->half;
	uint32_t max = c->max_message < FRAMER_HEAD_MAX ? c->max_message : FRAMER_HEAD_MAX;
	uint32_t head;
	int is_sip;

	while (out->len < len && (p[out->len] == '\r' || p[out->len] == '\n'))
		out->len++;
	if (out->len)
		return FRAMER_UNIT;
	if (!h->scan) {
		is_sip = opening__is_sip(p, len);
		if (is_sip <= 0)
			return is_sip && len < OPENING_LINE_MAX ? FRAMER_MORE : FRAMER_BAD;
		h->sip = (struct half_sip){0};
	}
	head = find_head_end(h, p, len);
	if (!head && len < max)
		return FRAMER_MORE;
	if (!head || head > max) {
		c->counts->oversized++;
		return FRAMER_BAD;
	}
	return take_body(c, p, len, head, out);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps over the value of one header field, shared by sip_field.c (reads it) and sip_judge.c
 * (judges it). Only for those two and sip_head.c. */
#ifndef SIGPATH_SIP_CURSOR_H
#define SIGPATH_SIP_CURSOR_H

#include <string.h>
#include <strings.h>

#include "sip_head.h"
#include "sip_scan.h"

/* A walk over the message: pos <= end always, and end is the end of the field being read. */
struct cursor {
	const uint8_t *p;
	uint32_t pos;
	uint32_t end;
	uint32_t limit; /* of the message: what may be loaded, end <= limit */
};

static inline bool at_end(const struct cursor *c)
{
	return c->pos == c->end;
}

static inline bool is_at(const struct cursor *c, char ch)
{
	return !at_end(c) && c->p[c->pos] == (uint8_t)ch;
}

enum char_class {
	CHAR_TOKEN = 1, /* RFC 3261 25.1 */
	CHAR_LWS = 2,
	CHAR_COLON = 4,
};

/* Of every byte; one load where is_sip_token(), made for the kernel, needs two shifts. */
extern const uint8_t char_classes[256];

static inline bool is_class(uint8_t ch, uint8_t classes)
{
	return char_classes[ch] & classes;
}

static inline bool is_lws(uint8_t ch)
{
	return is_class(ch, CHAR_LWS);
}

/* Inside a field every CRLF is a fold (RFC 3261 7.3.1), so white space is white space. */
static inline void skip_lws(struct cursor *c)
{
	uint32_t pos = c->pos;

	while (pos < c->end && is_lws(c->p[pos]))
		pos++;
	c->pos = pos;
}

/* The separator with white space around it (RFC 3261 25.1: SLASH, SEMI, EQUAL, COMMA). */
static inline bool take(struct cursor *c, char separator)
{
	skip_lws(c);
	if (!is_at(c, separator))
		return false;
	c->pos++;
	skip_lws(c);
	return true;
}

static inline struct sip_span take_token(struct cursor *c)
{
	struct sip_span span = {.off = c->pos};
	uint32_t pos = c->pos;

	while (pos < c->end && is_class(c->p[pos], CHAR_TOKEN))
		pos++;
	c->pos = pos;
	span.len = pos - span.off;
	return span;
}

/* From an opening quote to behind the closing one; false: to the end, it does not close. A
 * backslash escapes one byte. */
static inline bool skip_quoted(struct cursor *c)
{
	for (c->pos++; !at_end(c); c->pos++) {
		if (c->p[c->pos] == '"') {
			c->pos++;
			return true;
		}
		if (c->p[c->pos] == '\\' && c->pos + 1 < c->end)
			c->pos++;
	}
	return false;
}

static inline void trim_lws(const uint8_t *p, struct sip_span *span)
{
	while (span->len && is_lws(p[span->off + span->len - 1]))
		span->len--;
}

/* To the next ; , quote or white space. */
static inline void skip_plain(struct cursor *c)
{
	uint32_t pos = c->pos, step = SCAN_STEP;

	for (; step == SCAN_STEP && pos < c->end && c->limit - pos >= SCAN_STEP; pos += step)
		step = scan_plain(c->p + pos);
	while (step == SCAN_STEP && pos < c->end && is_plain(c->p[pos]))
		pos++;
	c->pos = pos < c->end ? pos : c->end;
}

/* A parameter's value: a quoted string, or what is left of the next separator (a token or a host).
 */
static inline struct sip_span take_value(struct cursor *c)
{
	struct sip_span span = {.off = c->pos};

	if (is_at(c, '"'))
		skip_quoted(c);
	for (skip_plain(c); !at_end(c) && !is_lws(c->p[c->pos]) && !is_at(c, ';') && !is_at(c, ',');
	     skip_plain(c))
		c->pos++;
	span.len = c->pos - span.off;
	return span;
}

static inline void skip_to_separator(struct cursor *c)
{
	for (skip_plain(c); !at_end(c) && !is_at(c, ';') && !is_at(c, ','); skip_plain(c)) {
		if (is_at(c, '"'))
			skip_quoted(c);
		else
			c->pos++;
	}
}

/* name: small letters alone, so that bit 5 is the case. */
static inline bool is_word_at(const struct cursor *c, const char *name, uint32_t len)
{
	const uint8_t *p = c->p + c->pos;

	if (c->end - c->pos < len)
		return false;
	for (uint32_t i = 0; i < len; i++)
		if ((p[i] | 0x20) != (uint8_t)name[i])
			return false;
	return true;
}

static inline bool is_text(const uint8_t *p, struct sip_span span, const char *name, uint32_t len)
{
	return span.len == len && !strncasecmp((const char *)p + span.off, name, len);
}

/* End of the field that starts at pos, behind its line end and its folds; 0 when the bytes do not
 * tell. */
static inline uint32_t find_field_end(const uint8_t *p, uint32_t pos, uint32_t len)
{
	do {
		pos += find_byte(p + pos, len - pos, '\n') + 1;
		if (pos >= len)
			return 0;
	} while (p[pos] == ' ' || p[pos] == '\t');
	return pos;
}

/* One whole field at c->pos..c->end, with its line end. */
void sip_field__parse(struct cursor *c, struct sip_head *out);

enum sip_method sip_method__find(const uint8_t *p, struct sip_span name);

#endif

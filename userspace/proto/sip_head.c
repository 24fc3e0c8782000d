/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the header fields of one SIP message that name its transaction and dialog; see sip_head.h.
 */
#include "sip_head.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* A walk over the message: pos <= end always, and end is the end of the field being read. */
struct cursor {
	const uint8_t *p;
	uint32_t pos;
	uint32_t end;
};

struct field {
	const char *name;
	uint8_t len;
	char compact; /* 0: none */
	void (*parse)(struct cursor *c, struct sip_head *out);
};

static const char *const method_names[] = {
#define SIP_METHOD(id, name) name,
#include "sip_method.def"
#undef SIP_METHOD
};

static bool at_end(const struct cursor *c)
{
	return c->pos == c->end;
}

static bool is_at(const struct cursor *c, char ch)
{
	return !at_end(c) && c->p[c->pos] == (uint8_t)ch;
}

static bool is_lws(uint8_t ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}

/* Inside a field every CRLF is a fold (RFC 3261 7.3.1), so white space is white space. */
static void skip_lws(struct cursor *c)
{
	while (!at_end(c) && is_lws(c->p[c->pos]))
		c->pos++;
}

/* The separator with white space around it (RFC 3261 25.1: SLASH, SEMI, EQUAL, COMMA). */
static bool take(struct cursor *c, char separator)
{
	skip_lws(c);
	if (!is_at(c, separator))
		return false;
	c->pos++;
	skip_lws(c);
	return true;
}

static struct sip_span take_token(struct cursor *c)
{
	struct sip_span span = {.off = c->pos};

	while (!at_end(c) && is_sip_token(c->p[c->pos]))
		c->pos++;
	span.len = c->pos - span.off;
	return span;
}

/* From an opening quote to behind the closing one, or to the end. A backslash escapes one byte. */
static void skip_quoted(struct cursor *c)
{
	for (c->pos++; !at_end(c); c->pos++) {
		if (c->p[c->pos] == '"') {
			c->pos++;
			return;
		}
		if (c->p[c->pos] == '\\' && c->pos + 1 < c->end)
			c->pos++;
	}
}

static void trim_lws(const uint8_t *p, struct sip_span *span)
{
	while (span->len && is_lws(p[span->off + span->len - 1]))
		span->len--;
}

/* A parameter's value: a quoted string, or what is left of the next separator (a token or a host).
 */
static struct sip_span take_value(struct cursor *c)
{
	struct sip_span span = {.off = c->pos};

	if (is_at(c, '"'))
		skip_quoted(c);
	while (!at_end(c) && !is_lws(c->p[c->pos]) && !is_at(c, ';') && !is_at(c, ','))
		c->pos++;
	span.len = c->pos - span.off;
	return span;
}

static void skip_to_separator(struct cursor *c)
{
	while (!at_end(c) && !is_at(c, ';') && !is_at(c, ',')) {
		if (is_at(c, '"'))
			skip_quoted(c);
		else
			c->pos++;
	}
}

/* Walks *(SEMI name [EQUAL value]) up to a comma or the end; the first non-empty value of `name`.
 */
static struct sip_span find_param(struct cursor *c, const char *name, uint32_t name_len)
{
	struct sip_span found = {0}, key, value;
	bool is_name;

	while (take(c, ';')) {
		key = take_token(c);
		is_name = key.len == name_len &&
			  strncasecmp((const char *)c->p + key.off, name, name_len) == 0;
		if (take(c, '=')) {
			value = take_value(c);
			if (is_name && value.len && !found.len)
				found = value;
		}
		skip_to_separator(c);
	}
	return found;
}

static void set_span(struct sip_head *out, uint32_t bit, struct sip_span *field,
		     struct sip_span value)
{
	if (!value.len)
		return;
	*field = value;
	out->have |= bit;
}

/* sent-protocol LWS sent-by; empty when it has another shape. */
static struct sip_span take_sent_by(struct cursor *c)
{
	struct sip_span none = {0}, span;

	if (!take_token(c).len || !take(c, '/') || !take_token(c).len || !take(c, '/') ||
	    !take_token(c).len)
		return none;
	skip_lws(c);
	span.off = c->pos;
	while (!at_end(c) && !is_at(c, ';') && !is_at(c, ','))
		c->pos++;
	span.len = c->pos - span.off;
	trim_lws(c->p, &span);
	return span;
}

/* via-parm *(COMMA via-parm) (RFC 3261 20.42) */
static void parse_via(struct cursor *c, struct sip_head *out)
{
	struct sip_span sent_by, branch;

	do {
		skip_lws(c);
		sent_by = take_sent_by(c);
		skip_to_separator(c);
		branch = find_param(c, "branch", 6);
		out->via_cnt++;
		if (out->via_cnt == 1) {
			set_span(out, SIP_HAVE_SENT_BY, &out->sent_by, sent_by);
			set_span(out, SIP_HAVE_BRANCH, &out->branch, branch);
		} else if (out->via_cnt == 2) {
			set_span(out, SIP_HAVE_VIA2_BRANCH, &out->via2_branch, branch);
		}
	} while (take(c, ','));
}

/* (name-addr / addr-spec) *(SEMI param): the tag is a parameter of the field, never of the URI in
 * <> or of what a display name quotes (RFC 3261 20.10, 20.20). */
static struct sip_span find_tag(struct cursor *c)
{
	const uint8_t *close;

	while (!at_end(c) && !is_at(c, ';')) {
		if (is_at(c, '"')) {
			skip_quoted(c);
		} else if (is_at(c, '<')) {
			close = memchr(c->p + c->pos, '>', c->end - c->pos);
			c->pos = close ? (uint32_t)(close - c->p) + 1 : c->end;
		} else {
			c->pos++;
		}
	}
	return find_param(c, "tag", 3);
}

static void parse_from(struct cursor *c, struct sip_head *out)
{
	if (out->have & SIP_HAVE_FROM)
		return;
	out->have |= SIP_HAVE_FROM;
	set_span(out, SIP_HAVE_FROM_TAG, &out->from_tag, find_tag(c));
}

static void parse_to(struct cursor *c, struct sip_head *out)
{
	if (out->have & SIP_HAVE_TO)
		return;
	out->have |= SIP_HAVE_TO;
	set_span(out, SIP_HAVE_TO_TAG, &out->to_tag, find_tag(c));
}

static void parse_call_id(struct cursor *c, struct sip_head *out)
{
	struct sip_span span = {.off = c->pos, .len = c->end - c->pos};

	if (!(out->have & SIP_HAVE_CALL_ID))
		set_span(out, SIP_HAVE_CALL_ID, &out->call_id, span);
}

static enum sip_method find_method(const uint8_t *p, struct sip_span name)
{
	for (int i = 0; i < SIP_OTHER; i++) {
		if (strlen(method_names[i]) == name.len &&
		    !memcmp(method_names[i], p + name.off, name.len))
			return (enum sip_method)i;
	}
	return SIP_OTHER;
}

/* 1*DIGIT LWS Method (RFC 3261 20.16) */
static void parse_cseq(struct cursor *c, struct sip_head *out)
{
	struct sip_span name;
	uint64_t number = 0;
	uint32_t start = c->pos;

	if (out->have & (SIP_HAVE_CSEQ | SIP_HAVE_CSEQ_METHOD))
		return;
	for (; !at_end(c) && is_sip_digit(c->p[c->pos]); c->pos++) {
		if (number <= INT32_MAX)
			number = number * 10 + (c->p[c->pos] - '0');
	}
	if (c->pos == start || at_end(c) || !is_lws(c->p[c->pos]))
		return;
	if (number <= INT32_MAX) {
		out->cseq = (uint32_t)number;
		out->have |= SIP_HAVE_CSEQ;
	}
	skip_lws(c);
	name = take_token(c);
	if (!name.len || !at_end(c))
		return;
	out->cseq_method = find_method(c->p, name);
	out->have |= SIP_HAVE_CSEQ_METHOD;
	if (out->is_request)
		return;
	out->method = out->cseq_method;
	out->method_name = name;
	out->have |= SIP_HAVE_METHOD;
}

static const struct field fields[] = {
	{"via", 3, 'v', parse_via},	    {"from", 4, 'f', parse_from}, {"to", 2, 't', parse_to},
	{"call-id", 7, 'i', parse_call_id}, {"cseq", 4, 0, parse_cseq},
};

static const struct field *find_field(const uint8_t *name, uint32_t len)
{
	const struct field *f = fields;
	const struct field *end = fields + sizeof(fields) / sizeof(fields[0]);

	for (; f < end; f++) {
		if (len == 1 && (name[0] | 0x20) == f->compact)
			return f;
		if (len == f->len && strncasecmp((const char *)name, f->name, len) == 0)
			return f;
	}
	return NULL;
}

/* End of the field that starts at pos, behind its line end and its folds; 0 when the bytes do not
 * tell. */
static uint32_t find_field_end(const uint8_t *p, uint32_t pos, uint32_t len)
{
	const uint8_t *nl;

	do {
		nl = memchr(p + pos, '\n', len - pos);
		if (!nl)
			return 0;
		pos = (uint32_t)(nl - p) + 1;
		if (pos == len)
			return 0;
	} while (p[pos] == ' ' || p[pos] == '\t');
	return pos;
}

static void parse_field(struct cursor *c, struct sip_head *out)
{
	const struct field *f;
	struct sip_span value;
	uint32_t name = c->pos, name_len;

	name_len = take_token(c).len;
	f = find_field(c->p + name, name_len);
	if (!f || !take(c, ':'))
		return;
	value = (struct sip_span){.off = c->pos, .len = c->end - c->pos};
	trim_lws(c->p, &value);
	c->end = c->pos + value.len;
	f->parse(c, out);
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
 * itself is not judged: 505 is an answer to time like any other. */
static bool is_request_tail(const uint8_t *p, uint32_t start, uint32_t end)
{
	uint32_t version;

	while (end > start && is_lws(p[end - 1]))
		end--;
	for (version = end; version > start && p[version - 1] != ' ';)
		version--;
	return version > start && end - version >= 5 &&
	       strncasecmp((const char *)p + version, "SIP/", 4) == 0 &&
	       is_sip_digit(p[version + 4]);
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
	out->cseq_method = SIP_OTHER;
	out->status = start.status;
	if (!start.is_request)
		return 0;
	space = memchr(p, ' ', len);
	out->method_name.len = (uint32_t)(space - p);
	out->have |= SIP_HAVE_METHOD;
	if (nl && !is_request_tail(p, out->method_name.len + 1, *next))
		return -EBADMSG;
	return 0;
}

int sip_head__parse(const uint8_t *p, uint32_t len, struct sip_head *out)
{
	struct sip_head head = {.truncated = true};
	uint32_t pos, next;
	int end;

	if (parse_start_line(p, len, &head, &pos))
		return -EBADMSG;
	while (!(end = is_header_end(p, pos, len))) {
		next = find_field_end(p, pos, len);
		if (!next)
			break;
		parse_field(&(struct cursor){.p = p, .pos = pos, .end = next}, &head);
		pos = next;
	}
	head.truncated = end != 1;
	*out = head;
	return 0;
}

const char *sip_method__name(enum sip_method method)
{
	return (unsigned int)method < SIP_METHOD_CNT ? method_names[method]
						     : method_names[SIP_OTHER];
}

enum sip_fault sip_head__judge(const uint8_t *p, uint32_t len, const struct sip_head *head) { (void)p; (void)len; (void)head; return SIP_FAULT_NONE; }
const char *sip_fault__text(enum sip_fault fault) { (void)fault; return ""; }

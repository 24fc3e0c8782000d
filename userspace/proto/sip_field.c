/* SPDX-License-Identifier: BSD-2-Clause */
/* The header fields that transactions, dialogs and the joining of legs need, one function each. */
#include "sip_field.h"

#define LWS   CHAR_LWS
#define TOKEN CHAR_TOKEN
const uint8_t char_classes[256] = {
	[' '] = LWS,	    ['\t'] = LWS,	   ['\r'] = LWS,	  ['\n'] = LWS,
	[':'] = CHAR_COLON, ['0' ... '9'] = TOKEN, ['A' ... 'Z'] = TOKEN, ['a' ... 'z'] = TOKEN,
	['-'] = TOKEN,	    ['.'] = TOKEN,	   ['!'] = TOKEN,	  ['%'] = TOKEN,
	['*'] = TOKEN,	    ['_'] = TOKEN,	   ['+'] = TOKEN,	  ['`'] = TOKEN,
	['\''] = TOKEN,	    ['~'] = TOKEN,
};
#undef LWS
#undef TOKEN

/* Walks *(SEMI name [EQUAL value]) up to a comma or the end; the first non-empty value of `name`
 * (small letters). */
static inline struct sip_span find_param(struct cursor *c, const char *name, uint32_t name_len)
{
	struct sip_span found = {0}, value;

	while (take(c, ';')) {
		if (!found.len && is_word_at(c, name, name_len)) {
			c->pos += name_len;
			if (take(c, '=')) {
				value = take_value(c);
				if (value.len)
					found = value;
			}
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

/* Of a field that occurs once: the first that says something. */
static void keep(struct sip_span *field, struct sip_span value)
{
	if (!field->len && value.len)
		*field = value;
}

static struct sip_span rest(const struct cursor *c)
{
	return (struct sip_span){.off = c->pos, .len = c->end - c->pos};
}

/* Up to a ; , or white space. */
static struct sip_span take_word(struct cursor *c)
{
	struct sip_span span = {.off = c->pos};

	skip_plain(c);
	span.len = c->pos - span.off;
	return span;
}

static struct sip_span unquote(const uint8_t *p, struct sip_span span)
{
	if (span.len >= 2 && p[span.off] == '"' && p[span.off + span.len - 1] == '"') {
		span.off++;
		span.len -= 2;
	}
	return span;
}

/* 1*DIGIT up to `max`; false: none, or more than that. Leaves the cursor behind the digits. */
static bool take_number(struct cursor *c, uint32_t max, uint32_t *ret)
{
	uint32_t start = c->pos, pos = start;
	uint64_t number = 0;

	for (; pos < c->end && is_sip_digit(c->p[pos]); pos++) {
		if (number <= max)
			number = number * 10 + (c->p[pos] - '0');
	}
	c->pos = pos;
	if (pos == start || number > max)
		return false;
	*ret = (uint32_t)number;
	return true;
}

/* A field that is one number and nothing else, perhaps with parameters behind. */
static bool is_number(struct cursor *c, uint32_t max, uint32_t *ret)
{
	uint32_t number;

	if (!take_number(c, max, &number))
		return false;
	skip_lws(c);
	if (!at_end(c) && !is_at(c, ';') && !is_at(c, '('))
		return false;
	*ret = number;
	return true;
}

#define SIP_2_0 0x2f302e322f504953ull /* "SIP/2.0/" */

/* sent-protocol LWS sent-by; empty when it has another shape. */
static struct sip_span take_sent_by(struct cursor *c)
{
	struct sip_span none = {0}, span;

	if (c->end - c->pos >= 8 && load_le64(c->p + c->pos) == SIP_2_0)
		c->pos += 8;
	else if (!take_token(c).len || !take(c, '/') || !take_token(c).len || !take(c, '/'))
		return none;
	if (!take_token(c).len)
		return none;
	skip_lws(c);
	span.off = c->pos;
	for (skip_plain(c); !at_end(c) && !is_at(c, ';') && !is_at(c, ','); skip_plain(c))
		c->pos++;
	span.len = c->pos - span.off;
	trim_lws(c->p, &span);
	return span;
}

/* via-parm *(COMMA via-parm) (RFC 3261 20.42) */
void sip_field__via(struct cursor *c, struct sip_head *out)
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

/* (name-addr / addr-spec): the URI, and the cursor at what follows. Without <> everything behind
 * the first ; belongs to the field, and a comma starts the next value (RFC 3261 20, 20.10). A
 * quoted display name may hold all of that. */
static struct sip_span take_uri(struct cursor *c)
{
	struct sip_span span = {.off = c->pos};
	const uint8_t *close;

	while (!at_end(c) && !is_at(c, ';') && !is_at(c, ',')) {
		if (is_at(c, '"')) {
			if (!skip_quoted(c))
				return (struct sip_span){0};
		} else if (is_at(c, '<')) {
			c->pos++;
			skip_lws(c);
			span.off = c->pos;
			close = memchr(c->p + c->pos, '>', c->end - c->pos);
			if (!close) {
				c->pos = c->end;
				return (struct sip_span){0};
			}
			c->pos = (uint32_t)(close - c->p) + 1;
			span.len = c->pos - 1 - span.off;
			trim_lws(c->p, &span);
			skip_to_separator(c);
			return span;
		} else {
			c->pos++;
		}
	}
	span.len = c->pos - span.off;
	trim_lws(c->p, &span);
	return span;
}

/* From and To have one value: a comma in it is no separator, a display name without quotes may hold
 * one (RFC 4475 3.1.2.15). */
static struct sip_span take_party(struct cursor *c, struct sip_span *tag)
{
	struct cursor at = *c;
	struct sip_span uri = take_uri(&at);

	while (is_at(&at, ',')) {
		at.pos++;
		skip_lws(&at);
		uri = take_uri(&at);
	}
	*tag = find_param(&at, "tag", 3);
	return uri;
}

/* The tag is a parameter of the field, never of the URI in <> or of what a display name quotes. */
void sip_field__from(struct cursor *c, struct sip_head *out)
{
	struct sip_span tag;

	if (out->have & SIP_HAVE_FROM)
		return;
	out->have |= SIP_HAVE_FROM;
	out->from_uri = take_party(c, &tag);
	set_span(out, SIP_HAVE_FROM_TAG, &out->from_tag, tag);
}

void sip_field__to(struct cursor *c, struct sip_head *out)
{
	struct sip_span tag;

	if (out->have & SIP_HAVE_TO)
		return;
	out->have |= SIP_HAVE_TO;
	out->to_uri = take_party(c, &tag);
	set_span(out, SIP_HAVE_TO_TAG, &out->to_tag, tag);
}

void sip_field__contact(struct cursor *c, struct sip_head *out)
{
	struct sip_span expires;

	if (out->contact.len || out->have & SIP_HAVE_CONTACT_STAR)
		return;
	if (is_at(c, '*') && c->end - c->pos == 1) {
		out->have |= SIP_HAVE_CONTACT_STAR;
		return;
	}
	out->contact = take_uri(c);
	expires = unquote(c->p, find_param(c, "expires", 7));
	if (out->contact.len && expires.len)
		is_number(&(struct cursor){.p = c->p,
					   .pos = expires.off,
					   .end = expires.off + expires.len},
			  UINT32_MAX - 1, &out->contact_expires);
}

void sip_field__call_id(struct cursor *c, struct sip_head *out)
{
	if (!(out->have & SIP_HAVE_CALL_ID))
		set_span(out, SIP_HAVE_CALL_ID, &out->call_id, rest(c));
}

/* 1*DIGIT LWS Method (RFC 3261 20.16) */
void sip_field__cseq(struct cursor *c, struct sip_head *out)
{
	struct sip_span name;
	uint32_t start = c->pos, number = 0;
	bool is_good;

	if (out->have & (SIP_HAVE_CSEQ | SIP_HAVE_CSEQ_METHOD))
		return;
	is_good = take_number(c, INT32_MAX, &number);
	if (c->pos == start || at_end(c) || !is_lws(c->p[c->pos]))
		return;
	if (is_good) {
		out->cseq = number;
		out->have |= SIP_HAVE_CSEQ;
	}
	skip_lws(c);
	name = take_token(c);
	if (!name.len || !at_end(c))
		return;
	out->cseq_method = sip_method__find(c->p, name);
	out->have |= SIP_HAVE_CSEQ_METHOD;
	if (out->is_request)
		return;
	out->method = out->cseq_method;
	out->method_name = name;
	out->have |= SIP_HAVE_METHOD;
}

void sip_field__content_length(struct cursor *c, struct sip_head *out)
{
	if (!(out->have & SIP_HAVE_CONTENT_LENGTH) && is_number(c, INT32_MAX, &out->content_length))
		out->have |= SIP_HAVE_CONTENT_LENGTH;
}

/* type SLASH subtype; with white space around the slash it is taken as it stands. */
void sip_field__content_type(struct cursor *c, struct sip_head *out)
{
	struct sip_span type = {.off = c->pos};

	if (out->content_type.len)
		return;
	skip_to_separator(c);
	type.len = c->pos - type.off;
	trim_lws(c->p, &type);
	out->content_type = type;
	if (is_text(c->p, type, "message/sipfrag", 15))
		out->have |= SIP_HAVE_SIPFRAG;
}

void sip_field__expires(struct cursor *c, struct sip_head *out)
{
	if (!(out->have & SIP_HAVE_EXPIRES) && is_number(c, UINT32_MAX, &out->expires))
		out->have |= SIP_HAVE_EXPIRES;
}

void sip_field__max_forwards(struct cursor *c, struct sip_head *out)
{
	if (out->max_forwards == UINT32_MAX)
		is_number(c, UINT32_MAX - 1, &out->max_forwards);
}

void sip_field__rseq(struct cursor *c, struct sip_head *out)
{
	if (!(out->have & SIP_HAVE_RSEQ) && is_number(c, UINT32_MAX, &out->rseq))
		out->have |= SIP_HAVE_RSEQ;
}

/* response-num LWS CSeq-num LWS Method (RFC 3262 7.2) */
void sip_field__rack(struct cursor *c, struct sip_head *out)
{
	uint32_t rseq, cseq;

	if (out->have & SIP_HAVE_RACK || !take_number(c, UINT32_MAX, &rseq))
		return;
	skip_lws(c);
	if (!take_number(c, INT32_MAX, &cseq) || at_end(c) || !is_lws(c->p[c->pos]))
		return;
	out->rack_rseq = rseq;
	out->rack_cseq = cseq;
	out->have |= SIP_HAVE_RACK;
}

/* option-tag *(COMMA option-tag): the tag with nothing of a token before or behind it. */
static bool has_100rel(struct cursor *c)
{
	const uint8_t *p = c->p + c->pos, *end = c->p + c->end, *hit = p;

	for (; end - hit >= 6 && (hit = memchr(hit, '1', (size_t)(end - hit))); hit++)
		if (end - hit >= 6 && !strncasecmp((const char *)hit, "100rel", 6) &&
		    (hit == p || !is_class(hit[-1], CHAR_TOKEN)) &&
		    (hit + 6 == end || !is_class(hit[6], CHAR_TOKEN)))
			return true;
	return false;
}

void sip_field__require(struct cursor *c, struct sip_head *out)
{
	if (has_100rel(c))
		out->have |= SIP_HAVE_100REL;
}

void sip_field__supported(struct cursor *c, struct sip_head *out)
{
	if (out->is_request && has_100rel(c))
		out->have |= SIP_HAVE_100REL;
}

void sip_field__event(struct cursor *c, struct sip_head *out)
{
	keep(&out->event, rest(c));
}

void sip_field__sub_state(struct cursor *c, struct sip_head *out)
{
	keep(&out->sub_state, take_word(c));
}

void sip_field__session_id(struct cursor *c, struct sip_head *out)
{
	if (out->session_id.len)
		return;
	out->session_id = take_word(c);
	out->session_id_remote = find_param(c, "remote", 6);
}

/* icid-value is the first of several parameters without a value in front of them. */
void sip_field__charging(struct cursor *c, struct sip_head *out)
{
	struct sip_span key, value;

	if (out->icid.len)
		return;
	do {
		key = take_token(c);
		if (!take(c, '='))
			value = (struct sip_span){0};
		else
			value = take_value(c);
		if (is_text(c->p, key, "icid-value", 10)) {
			out->icid = unquote(c->p, value);
			return;
		}
		skip_to_separator(c);
	} while (take(c, ';'));
}

void sip_field__replaces(struct cursor *c, struct sip_head *out)
{
	keep(&out->replaces, take_word(c));
}

void sip_field__x_call_id(struct cursor *c, struct sip_head *out)
{
	keep(&out->x_call_id, take_word(c));
}

void sip_field__user_agent(struct cursor *c, struct sip_head *out)
{
	keep(&out->user_agent, rest(c));
}

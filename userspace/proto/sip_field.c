/* SPDX-License-Identifier: BSD-2-Clause */
/* The header fields that transactions, dialogs and the joining of legs need, one function each. */
#include "sip_cursor.h"

struct field {
	uint64_t head, mask; /* the first eight bytes of the name, little endian */
	uint64_t tail;	     /* the last eight, of a longer one */
	const char *name;
	uint8_t len;
	char compact; /* 0: none */
	void (*parse)(struct cursor *c, struct sip_head *out);
};

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
static void parse_from(struct cursor *c, struct sip_head *out)
{
	struct sip_span tag;

	if (out->have & SIP_HAVE_FROM)
		return;
	out->have |= SIP_HAVE_FROM;
	out->from_uri = take_party(c, &tag);
	set_span(out, SIP_HAVE_FROM_TAG, &out->from_tag, tag);
}

static void parse_to(struct cursor *c, struct sip_head *out)
{
	struct sip_span tag;

	if (out->have & SIP_HAVE_TO)
		return;
	out->have |= SIP_HAVE_TO;
	out->to_uri = take_party(c, &tag);
	set_span(out, SIP_HAVE_TO_TAG, &out->to_tag, tag);
}

static void parse_contact(struct cursor *c, struct sip_head *out)
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

static void parse_call_id(struct cursor *c, struct sip_head *out)
{
	if (!(out->have & SIP_HAVE_CALL_ID))
		set_span(out, SIP_HAVE_CALL_ID, &out->call_id, rest(c));
}

/* 1*DIGIT LWS Method (RFC 3261 20.16) */
static void parse_cseq(struct cursor *c, struct sip_head *out)
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

static void parse_content_length(struct cursor *c, struct sip_head *out)
{
	if (!(out->have & SIP_HAVE_CONTENT_LENGTH) && is_number(c, INT32_MAX, &out->content_length))
		out->have |= SIP_HAVE_CONTENT_LENGTH;
}

/* type SLASH subtype; with white space around the slash it is taken as it stands. */
static void parse_content_type(struct cursor *c, struct sip_head *out)
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

static void parse_expires(struct cursor *c, struct sip_head *out)
{
	if (!(out->have & SIP_HAVE_EXPIRES) && is_number(c, UINT32_MAX, &out->expires))
		out->have |= SIP_HAVE_EXPIRES;
}

static void parse_max_forwards(struct cursor *c, struct sip_head *out)
{
	if (out->max_forwards == UINT32_MAX)
		is_number(c, UINT32_MAX - 1, &out->max_forwards);
}

static void parse_rseq(struct cursor *c, struct sip_head *out)
{
	if (!(out->have & SIP_HAVE_RSEQ) && is_number(c, UINT32_MAX, &out->rseq))
		out->have |= SIP_HAVE_RSEQ;
}

/* response-num LWS CSeq-num LWS Method (RFC 3262 7.2) */
static void parse_rack(struct cursor *c, struct sip_head *out)
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

static void parse_require(struct cursor *c, struct sip_head *out)
{
	if (has_100rel(c))
		out->have |= SIP_HAVE_100REL;
}

static void parse_supported(struct cursor *c, struct sip_head *out)
{
	if (out->is_request && has_100rel(c))
		out->have |= SIP_HAVE_100REL;
}

static void parse_event(struct cursor *c, struct sip_head *out)
{
	keep(&out->event, rest(c));
}

static void parse_sub_state(struct cursor *c, struct sip_head *out)
{
	keep(&out->sub_state, take_word(c));
}

static void parse_session_id(struct cursor *c, struct sip_head *out)
{
	if (out->session_id.len)
		return;
	out->session_id = take_word(c);
	out->session_id_remote = find_param(c, "remote", 6);
}

/* icid-value is the first of several parameters without a value in front of them. */
static void parse_charging(struct cursor *c, struct sip_head *out)
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

static void parse_replaces(struct cursor *c, struct sip_head *out)
{
	keep(&out->replaces, take_word(c));
}

static void parse_x_call_id(struct cursor *c, struct sip_head *out)
{
	keep(&out->x_call_id, take_word(c));
}

static void parse_user_agent(struct cursor *c, struct sip_head *out)
{
	keep(&out->user_agent, rest(c));
}

/* Eight bytes of a name as load_le64() sees them, from byte `at`. */
#define BYTE(s, i) ((uint64_t)(uint8_t)((i) < sizeof(s) - 1 ? (s)[i] : 0))
#define EIGHT(s, at)                                                                   \
	(BYTE(s, (at) + 0) | BYTE(s, (at) + 1) << 8 | BYTE(s, (at) + 2) << 16 |        \
	 BYTE(s, (at) + 3) << 24 | BYTE(s, (at) + 4) << 32 | BYTE(s, (at) + 5) << 40 | \
	 BYTE(s, (at) + 6) << 48 | BYTE(s, (at) + 7) << 56)
#define MASK(s) (sizeof(s) - 1 < 8 ? (1ull << (sizeof(s) - 1) % 8 * 8) - 1 : UINT64_MAX)
#define TAIL(s) (sizeof(s) - 1 > 8 ? EIGHT(s, sizeof(s) - 9) : 0)
#define FIELD(name, compact, parse)                                                            \
	{                                                                                      \
		EIGHT(name, 0), MASK(name), TAIL(name), name, sizeof(name) - 1, compact, parse \
	}

/* By the first letter of name or compact form, a list for each; most frequent first. A compact form
 * whose letter is another than the name's has a row of its own. */
static const struct field fields_c[] = {
	FIELD("CSeq", 0, parse_cseq),
	FIELD("Call-ID", 0, parse_call_id),
	FIELD("Content-Length", 0, parse_content_length),
	FIELD("Contact", 0, parse_contact),
	FIELD("Content-Type", 'c', parse_content_type),
	{},
};
static const struct field fields_e[] = {
	FIELD("Expires", 0, parse_expires), FIELD("Event", 0, parse_event), {}};
static const struct field fields_f[] = {FIELD("From", 'f', parse_from), {}};
static const struct field fields_i[] = {FIELD("i", 'i', parse_call_id), {}};
static const struct field fields_k[] = {FIELD("k", 'k', parse_supported), {}};
static const struct field fields_l[] = {FIELD("l", 'l', parse_content_length), {}};
static const struct field fields_m[] = {
	FIELD("Max-Forwards", 0, parse_max_forwards), FIELD("m", 'm', parse_contact), {}};
static const struct field fields_o[] = {FIELD("o", 'o', parse_event), {}};
static const struct field fields_p[] = {FIELD("P-Charging-Vector", 0, parse_charging), {}};
static const struct field fields_r[] = {
	FIELD("Require", 0, parse_require),
	FIELD("RSeq", 0, parse_rseq),
	FIELD("RAck", 0, parse_rack),
	FIELD("Replaces", 0, parse_replaces),
	{},
};
static const struct field fields_s[] = {
	FIELD("Supported", 0, parse_supported),
	FIELD("Session-ID", 0, parse_session_id),
	FIELD("Server", 0, parse_user_agent),
	FIELD("Subscription-State", 0, parse_sub_state),
	{},
};
static const struct field fields_t[] = {FIELD("To", 't', parse_to), {}};
static const struct field fields_u[] = {FIELD("User-Agent", 0, parse_user_agent), {}};
static const struct field fields_v[] = {FIELD("Via", 'v', parse_via), {}};
static const struct field fields_x[] = {
	FIELD("X-Call-ID", 0, parse_x_call_id),
	FIELD("X-CID", 0, parse_x_call_id),
	FIELD("X-Orig-Call-ID", 0, parse_x_call_id),
	FIELD("X-Original-Call-ID", 0, parse_x_call_id),
	FIELD("X-Parent-Call-ID", 0, parse_x_call_id),
	{},
};

static const struct field *const fields[32] = {
	['c' & 31] = fields_c, ['e' & 31] = fields_e, ['f' & 31] = fields_f, ['i' & 31] = fields_i,
	['k' & 31] = fields_k, ['l' & 31] = fields_l, ['m' & 31] = fields_m, ['o' & 31] = fields_o,
	['p' & 31] = fields_p, ['r' & 31] = fields_r, ['s' & 31] = fields_s, ['t' & 31] = fields_t,
	['u' & 31] = fields_u, ['v' & 31] = fields_v, ['x' & 31] = fields_x,
};

static bool ends_name(uint8_t ch)
{
	return is_class(ch, CHAR_COLON | CHAR_LWS);
}

/* Any spelling. */
static bool is_name(const struct field *f, const uint8_t *p, uint32_t len)
{
	return len > f->len && ends_name(p[f->len]) &&
	       !strncasecmp((const char *)p, f->name, f->len);
}

static const struct field *find_spelled(const struct field *f, const uint8_t *p, uint32_t len)
{
	if (len > 1 && ends_name(p[1])) {
		for (; f->name; f++)
			if (f->compact == (p[0] | 0x20))
				return f;
		return NULL;
	}
	for (; f->name; f++)
		if (is_name(f, p, len))
			return f;
	return NULL;
}

/* Almost everybody writes names as the RFC does, with the colon at once: compared in words, and any
 * spelling only where the length is that of a field. name_len: bytes before the colon, if near. */
static const struct field *find_field(const uint8_t *p, uint32_t len, uint32_t name_len)
{
	const struct field *list, *f;
	bool is_near = name_len < SCAN_STEP && len >= 8;

	if (!len || !is_sip_alpha(p[0]))
		return NULL;
	list = fields[p[0] & 31];
	if (!list)
		return NULL;
	for (f = list; is_near && f->name; f++)
		if (f->len == name_len && (load_le64(p) & f->mask) == f->head &&
		    (name_len <= 8 || load_le64(p + name_len - 8) == f->tail))
			return f;
	return find_spelled(list, p, len);
}

void sip_field__parse(struct cursor *c, struct sip_head *out)
{
	const uint8_t *p = c->p + c->pos;
	uint32_t name_len = c->limit - c->pos >= SCAN_STEP ? scan_byte(p, ':') : SCAN_STEP;
	const struct field *f = find_field(p, c->end - c->pos, name_len);
	uint32_t end;

	if (!f)
		return;
	c->pos += f->compact && ends_name(p[1]) ? 1u : f->len;
	if (!take(c, ':'))
		return;
	for (end = c->end; end > c->pos && is_lws(c->p[end - 1]);)
		end--;
	c->end = end;
	f->parse(c, out);
}

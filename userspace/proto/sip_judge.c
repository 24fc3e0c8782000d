/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges a whole message: what RFC 3261 lets an element refuse, by the examples of RFC 4475 and RFC
 * 5118. Off the path of every message: it walks the header again and looks at far more of it. */
#include <arpa/inet.h>

#include "sip_cursor.h"

/* Fields that may occur once and whose two values would contradict each other. */
enum single {
	FROM,
	TO,
	CALL_ID,
	CSEQ,
	MAX_FORWARDS,
	CONTENT_LENGTH,
	CONTENT_TYPE,
	EXPIRES,
	DATE,
	SINGLE_CNT
};

struct judge {
	const struct sip_head *head;
	uint32_t len;	/* of the message */
	uint32_t found; /* bit per enum sip_fault */
	uint32_t via_cnt;
	bool is_there[SINGLE_CNT];
	struct sip_span first[SINGLE_CNT];
};

struct rule {
	const char *name;
	char compact;
	int single; /* enum single, -1: a list, or nobody's concern */
	void (*judge)(struct judge *j, struct cursor c);
};

static void note(struct judge *j, enum sip_fault fault)
{
	j->found |= 1u << fault;
}

static bool is_port(const uint8_t *p, uint32_t len)
{
	uint32_t port = 0;

	for (uint32_t i = 0; i < len; i++) {
		if (!is_sip_digit(p[i]) || port > UINT16_MAX)
			return false;
		port = port * 10 + (p[i] - '0');
	}
	return len && port <= UINT16_MAX;
}

/* What stands in brackets. RFC 3261's grammar lets ::: stand before an IPv4 address, and RFC
 * 5118 4.10 wants that tolerated. */
static bool is_ipv6(const uint8_t *p, uint32_t len)
{
	char text[INET6_ADDRSTRLEN + 1], *colons;
	struct in6_addr addr;

	if (!len || len >= sizeof(text))
		return false;
	memcpy(text, p, len);
	text[len] = '\0';
	if (strlen(text) != len)
		return false;
	colons = strstr(text, ":::");
	if (colons && strchr(colons, '.') && !strchr(colons + 3, ':'))
		memmove(colons, colons + 1, strlen(colons));
	return inet_pton(AF_INET6, text, &addr) == 1;
}

/* host [COLON port] with nothing behind; `space`: white space may stand around the colon. */
static bool is_hostport(const uint8_t *p, struct sip_span span, bool space)
{
	struct cursor c = {
		.p = p, .pos = span.off, .end = span.off + span.len, .limit = span.off + span.len};
	const uint8_t *close;
	uint32_t start = c.pos;

	if (is_at(&c, '[')) {
		close = memchr(p + start, ']', span.len);
		if (!close || !is_ipv6(p + start + 1, (uint32_t)(close - p) - start - 1))
			return false;
		c.pos = (uint32_t)(close - p) + 1;
	} else {
		while (!at_end(&c) && (is_sip_alpha(p[c.pos]) || is_sip_digit(p[c.pos]) ||
				       memchr("-._", p[c.pos], 3)))
			c.pos++;
		if (c.pos == start)
			return false;
	}
	if (at_end(&c))
		return true;
	if (space ? !take(&c, ':') : p[c.pos++] != ':')
		return false;
	return is_port(p + c.pos, c.end - c.pos);
}

/* A URI that stands alone or in <>. Of sip: and sips: the host too; other schemes are their own. */
static bool is_uri(const uint8_t *p, struct sip_span span, bool may_have_headers)
{
	struct sip_span host = span;
	const uint8_t *at;
	uint32_t scheme = 0, end;

	for (uint32_t i = 0; i < span.len; i++)
		if (p[span.off + i] <= ' ' || memchr("<>\"", p[span.off + i], 3))
			return false;
	while (scheme < span.len && p[span.off + scheme] != ':')
		scheme++;
	if (!scheme || scheme == span.len || !is_sip_alpha(p[span.off]))
		return false;
	if (!is_text(p, (struct sip_span){span.off, scheme}, "sip", 3) &&
	    !is_text(p, (struct sip_span){span.off, scheme}, "sips", 4))
		return true;
	host.off += scheme + 1;
	host.len -= scheme + 1;
	at = memrchr(p + host.off, '@', host.len);
	end = host.off + host.len;
	if (at)
		host.off = (uint32_t)(at - p) + 1;
	for (host.len = 0; host.off + host.len < end; host.len++)
		if (p[host.off + host.len] == ';' || p[host.off + host.len] == '?')
			break;
	if (!may_have_headers && memchr(p + host.off + host.len, '?', end - host.off - host.len))
		return false;
	return is_hostport(p, host, false);
}

/* *(SEMI token [EQUAL value]), then the end or the comma before the next value. */
static bool is_params(struct cursor *c)
{
	while (take(c, ';')) {
		if (!take_token(c).len)
			return false;
		if (take(c, '=') && !take_value(c).len)
			return false;
	}
	return at_end(c) || is_at(c, ',');
}

static bool is_via(struct judge *j, struct cursor *c)
{
	struct sip_span version, host;
	struct cursor params;

	skip_lws(c);
	if (!take_token(c).len || !take(c, '/'))
		return false;
	version = take_token(c);
	if (!version.len || !take(c, '/') || !take_token(c).len || at_end(c) ||
	    !is_lws(c->p[c->pos]))
		return false;
	if (!is_text(c->p, version, "2.0", 3))
		note(j, SIP_FAULT_VERSION);
	skip_lws(c);
	host.off = c->pos;
	skip_to_separator(c);
	host.len = c->pos - host.off;
	trim_lws(c->p, &host);
	params = *c;
	while (take(&params,
		    ';')) { /* the magic cookie alone names no transaction (RFC 4475 3.2.1) */
		if (is_text(c->p, take_token(&params), "branch", 6) && take(&params, '=') &&
		    is_text(c->p, take_value(&params), "z9hG4bK", 7))
			return false;
		skip_to_separator(&params);
	}
	return is_hostport(c->p, host, true) && is_params(c);
}

static void judge_via(struct judge *j, struct cursor c)
{
	do {
		j->via_cnt++;
		if (!is_via(j, &c)) {
			note(j, SIP_FAULT_FIELD_BROKEN);
			return;
		}
	} while (take(&c, ','));
}

/* [display-name] LAQUOT addr-spec RAQUOT, or addr-spec alone; the cursor behind it. */
static bool is_address(struct cursor *c)
{
	struct sip_span uri;
	uint32_t start;

	skip_lws(c);
	start = c->pos;
	if (is_at(c, '"')) {
		if (!skip_quoted(c))
			return false;
		skip_lws(c);
		if (!is_at(c, '<'))
			return false;
	} else {
		while (!at_end(c) && (is_class(c->p[c->pos], CHAR_TOKEN | CHAR_LWS)))
			c->pos++;
	}
	if (is_at(c, '<')) {
		const uint8_t *close = memchr(c->p + c->pos, '>', c->end - c->pos);

		if (!close)
			return false;
		uri = (struct sip_span){c->pos + 1, (uint32_t)(close - c->p) - c->pos - 1};
		c->pos = (uint32_t)(close - c->p) + 1;
		return is_uri(c->p, uri, true);
	}
	/* no brackets: what is behind a comma, ? or ; would be the field's (RFC 3261 20.10) */
	uri.off = c->pos = start;
	while (!at_end(c) && !is_lws(c->p[c->pos]) && !is_at(c, ';') && !is_at(c, ','))
		c->pos++;
	uri.len = c->pos - uri.off;
	return is_uri(c->p, uri, true) && !memchr(c->p + uri.off, '?', uri.len);
}

static void judge_party(struct judge *j, struct cursor c)
{
	if (!is_address(&c) || !is_params(&c) || !at_end(&c))
		note(j, SIP_FAULT_FIELD_BROKEN);
}

/* 1*DIGIT; a fault when it is more than max, or anything else. */
static uint64_t judge_digits(struct judge *j, struct cursor *c, uint64_t max, enum sip_fault fault)
{
	uint32_t start = c->pos;
	uint64_t number = 0;

	for (; !at_end(c) && is_sip_digit(c->p[c->pos]); c->pos++)
		if (number <= max)
			number = number * 10 + (c->p[c->pos] - '0');
	if (c->pos == start)
		note(j, fault == SIP_FAULT_NUMBER ? SIP_FAULT_FIELD_BROKEN : fault);
	else if (number > max)
		note(j, fault);
	return number;
}

static void judge_contact(struct judge *j, struct cursor c)
{
	struct cursor params;

	if (is_at(&c, '*') && c.end - c.pos == 1)
		return;
	do {
		if (!is_address(&c)) {
			note(j, SIP_FAULT_FIELD_BROKEN);
			return;
		}
		params = c;
		if (!is_params(&c)) {
			note(j, SIP_FAULT_FIELD_BROKEN);
			return;
		}
		while (take(&params, ';')) {
			if (is_text(params.p, take_token(&params), "expires", 7) &&
			    take(&params, '=') && !is_at(&params, '"'))
				judge_digits(j, &params, UINT32_MAX, SIP_FAULT_NUMBER);
			skip_to_separator(&params);
		}
	} while (take(&c, ','));
	if (!at_end(&c))
		note(j, SIP_FAULT_FIELD_BROKEN);
}

/* One word without white space (RFC 3261 25.1 callid; its characters are not looked at). */
static void judge_call_id(struct judge *j, struct cursor c)
{
	bool is_broken = at_end(&c);

	for (; !at_end(&c); c.pos++)
		is_broken |= c.p[c.pos] <= ' ';
	if (is_broken)
		note(j, SIP_FAULT_FIELD_BROKEN);
}

static void judge_cseq(struct judge *j, struct cursor c)
{
	struct sip_span name, want = j->head->method_name;

	judge_digits(j, &c, INT32_MAX, SIP_FAULT_NUMBER);
	skip_lws(&c);
	name = take_token(&c);
	if (!name.len || !at_end(&c))
		note(j, SIP_FAULT_FIELD_BROKEN);
	else if (j->head->is_request &&
		 (name.len != want.len || memcmp(c.p + name.off, c.p + want.off, name.len)))
		note(j, SIP_FAULT_METHOD);
}

static void judge_max_forwards(struct judge *j, struct cursor c)
{
	judge_digits(j, &c, 255, SIP_FAULT_NUMBER);
	if (!at_end(&c))
		note(j, SIP_FAULT_FIELD_BROKEN);
}

static void judge_seconds(struct judge *j, struct cursor c)
{
	judge_digits(j, &c, UINT32_MAX, SIP_FAULT_NUMBER);
	skip_lws(&c);
	if (!at_end(&c) && !is_at(&c, ';') && !is_at(&c, '('))
		note(j, SIP_FAULT_FIELD_BROKEN);
}

static void judge_content_length(struct judge *j, struct cursor c)
{
	uint64_t body = judge_digits(j, &c, INT32_MAX, SIP_FAULT_CONTENT_LENGTH);

	if (!at_end(&c) || (j->head->header_len && body > j->len - j->head->header_len))
		note(j, SIP_FAULT_CONTENT_LENGTH);
}

static void judge_content_type(struct judge *j, struct cursor c)
{
	if (!take_token(&c).len || !take(&c, '/') || !take_token(&c).len || !is_params(&c) ||
	    !at_end(&c))
		note(j, SIP_FAULT_FIELD_BROKEN);
}

/* Only GMT is allowed (RFC 3261 20.17, RFC 4475 3.1.2.12). */
static void judge_date(struct judge *j, struct cursor c)
{
	if (c.end - c.pos < 4 || memcmp(c.p + c.end - 4, " GMT", 4))
		note(j, SIP_FAULT_FIELD_BROKEN);
}

static const struct rule rules[] = {
	{"Via", 'v', -1, judge_via},
	{"From", 'f', FROM, judge_party},
	{"To", 't', TO, judge_party},
	{"Call-ID", 'i', CALL_ID, judge_call_id},
	{"CSeq", 0, CSEQ, judge_cseq},
	{"Contact", 'm', -1, judge_contact},
	{"Max-Forwards", 0, MAX_FORWARDS, judge_max_forwards},
	{"Content-Length", 'l', CONTENT_LENGTH, judge_content_length},
	{"Content-Type", 'c', CONTENT_TYPE, judge_content_type},
	{"Expires", 0, EXPIRES, judge_seconds},
	{"Min-Expires", 0, -1, judge_seconds},
	{"Retry-After", 0, -1, judge_seconds},
	{"Date", 0, DATE, judge_date},
};

static void note_single(struct judge *j, int single, const struct cursor *c)
{
	struct sip_span value = {c->pos, c->end - c->pos}, *first;

	if (single < 0)
		return;
	first = &j->first[single];
	if (!j->is_there[single]) {
		j->is_there[single] = true;
		*first = value;
	} else if (first->len != value.len ||
		   memcmp(c->p + first->off, c->p + value.off, value.len)) {
		note(j, SIP_FAULT_FIELD_TWICE);
	}
}

static void judge_field(struct judge *j, struct cursor c)
{
	struct sip_span name = take_token(&c);

	if (!name.len || !take(&c, ':')) {
		note(j, SIP_FAULT_FIELD_BROKEN);
		return;
	}
	while (c.end > c.pos && is_lws(c.p[c.end - 1]))
		c.end--;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *r = &rules[i];

		if (!is_text(c.p, name, r->name, (uint32_t)strlen(r->name)) &&
		    !(name.len == 1 && r->compact == (c.p[name.off] | 0x20)))
			continue;
		note_single(j, r->single, &c);
		r->judge(j, c);
		return;
	}
}

/* Method SP Request-URI SP SIP-Version CRLF, single spaces and nothing behind (RFC 3261 7.1). */
static void judge_request_line(struct judge *j, const uint8_t *p, uint32_t end)
{
	struct sip_span uri = j->head->request_uri;
	uint32_t version = uri.off + uri.len + 1, stop = end;

	if (!uri.len) {
		note(j, SIP_FAULT_START_LINE);
		return;
	}
	if (p[stop - 1] == '\n')
		stop--;
	if (p[stop - 1] == '\r')
		stop--;
	if (!is_uri(p, uri, false) || uri.off != j->head->method_name.len + 1 || version > stop ||
	    is_lws(p[stop - 1]) || p[version] == ' ')
		note(j, SIP_FAULT_START_LINE);
	while (stop > version && is_lws(p[stop - 1]))
		stop--;
	if (version < stop && !is_text(p, (struct sip_span){version, stop - version}, "SIP/2.0", 7))
		note(j, SIP_FAULT_VERSION);
}

static void judge_missing(struct judge *j)
{
	if (!j->via_cnt || !j->is_there[FROM] || !j->is_there[TO] || !j->is_there[CALL_ID] ||
	    !j->is_there[CSEQ])
		note(j, SIP_FAULT_FIELD_MISSING);
}

enum sip_fault sip_head__judge(const uint8_t *p, uint32_t len, const struct sip_head *head)
{
	struct judge j = {.head = head, .len = len};
	uint32_t stop = head->truncated ? len : head->header_len;
	const uint8_t *nl = memchr(p, '\n', len);
	uint32_t pos = nl ? (uint32_t)(nl - p) + 1 : len, next;

	if (head->is_request)
		judge_request_line(&j, p, pos);
	for (; pos < stop && p[pos] != '\r' && p[pos] != '\n'; pos = next) {
		next = find_field_end(p, pos, stop);
		if (!next)
			next = stop;
		judge_field(&j, (struct cursor){.p = p, .pos = pos, .end = next, .limit = len});
	}
	judge_missing(&j);
	return j.found ? (enum sip_fault)__builtin_ctz(j.found) : SIP_FAULT_NONE;
}

const char *sip_fault__text(enum sip_fault fault)
{
	static const char *const texts[] = {
#define SIP_FAULT(id, text) text,
#include "sip_fault.def"
#undef SIP_FAULT
	};

	return (unsigned int)fault < SIP_FAULT_CNT ? texts[fault] : "";
}

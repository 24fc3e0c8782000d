/* SPDX-License-Identifier: BSD-2-Clause */
/* Brackets are counted, strings are looked at, all else is passed over. */
#include "json_offer.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 32 /* what is nested deeper counts as one level */

enum key_kind {
	KEY_OTHER,
	KEY_OFFER,
	KEY_ANSWER,
	KEY_PRANSWER,
	KEY_ID,
	KEY_TRANSACTION,
	KEY_UFRAG
};

struct scan {
	const uint8_t *p;
	uint32_t pos, len;
	uint32_t depth;
	uint8_t told[DEPTH_MAX];  /* enum offer_kind, by a value in the object at this depth */
	uint8_t named[DEPTH_MAX]; /* ... by the key of that object */
	enum key_kind key;	  /* the latest key */
	bool is_nested;		  /* in a string: that is in buf */
	bool has_transaction;
	bool is_sure;	    /* the description's kind was told in its own object */
	uint32_t own_depth; /* of the object that has the description */
	uint32_t sdp_depth; /* ... of the innermost around it that is still open */
	uint32_t used;	    /* bytes of candidates in buf */
	char *buf;
	struct offer *ret;
};

static uint32_t level(const struct scan *s)
{
	return s->depth < DEPTH_MAX ? s->depth : DEPTH_MAX - 1;
}

/* --- strings --- */

static int hex_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits, -1 none. */
static int32_t read_unit(const uint8_t *p, uint32_t len)
{
	int32_t unit = 0;

	if (len < 4)
		return -1;
	for (unsigned int i = 0; i < 4; i++) {
		if (hex_of(p[i]) < 0)
			return -1;
		unit = unit << 4 | hex_of(p[i]);
	}
	return unit;
}

/* The character behind "\u": bytes read, 0 none. Half of a pair becomes U+FFFD. */
static uint32_t read_code(const uint8_t *p, uint32_t len, uint32_t *code)
{
	int32_t unit = read_unit(p, len), low;

	if (unit < 0)
		return 0;
	*code = (uint32_t)unit;
	if (unit < 0xd800 || unit > 0xdfff)
		return 4;
	low = len >= 10 && p[4] == '\\' && p[5] == 'u' ? read_unit(p + 6, len - 6) : -1;
	if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) {
		*code = 0xfffd;
		return 4;
	}
	*code = 0x10000u + (((uint32_t)unit & 0x3ff) << 10) + ((uint32_t)low & 0x3ff);
	return 10;
}

static uint32_t write_utf8(uint32_t code, char to[4])
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* One escape at p[0] == '\\': bytes read, its character in to. Never longer than what it was read
 * from. */
static uint32_t read_escape(const uint8_t *p, uint32_t len, char to[4], uint32_t *to_len)
{
	static const char plain[256] = {['n'] = '\n', ['r'] = '\r', ['t'] = '\t', ['b'] = '\b',
					['f'] = '\f', ['"'] = '"',  ['/'] = '/',  ['\\'] = '\\'};
	uint32_t code, n;

	*to_len = 1;
	to[0] = '\\';
	if (len < 2)
		return 1;
	if (p[1] == 'u' && (n = read_code(p + 2, len - 2, &code))) {
		*to_len = write_utf8(code, to);
		return n + 2;
	}
	if (!plain[p[1]])
		return 1; /* no escape: as it stands */
	to[0] = plain[p[1]];
	return 2;
}

/* Bytes up to the next backslash, 8 at a time: lines of SDP are too short for memchr and memcpy. */
static uint32_t copy_plain(const uint8_t *p, uint32_t len, char *to)
{
	const uint64_t ones = 0x0101010101010101ull, high = 0x8080808080808080ull;
	uint32_t i = 0;
	uint64_t word, x;

	for (; i + 8 <= len; i += 8) {
		memcpy(&word, p + i, 8);
		x = word ^ (ones * '\\');
		x = (x - ones) & ~x & high;
		if (x)
			break;
		memcpy(to + i, &word, 8);
	}
	for (; i < len && p[i] != '\\'; i++)
		to[i] = (char)p[i];
	return i;
}

uint32_t json_offer__unescape(const uint8_t *p, uint32_t len, char *to, uint32_t cap)
{
	uint32_t at = 0, used = 0, n;
	char code[4];

	while (at < len) {
		n = len - at < cap - used ? len - at : cap - used;
		n = copy_plain(p + at, n, to + used);
		at += n;
		used += n;
		if (at == len || used == cap)
			break;
		at += read_escape(p + at, len - at, code, &n);
		if (n > cap - used)
			break;
		memcpy(to + used, code, n);
		used += n;
	}
	return used;
}

/* Bytes up to the quote that ends the string which begins at pos; len - pos if none does. */
static uint32_t string_len(const uint8_t *p, uint32_t pos, uint32_t len)
{
	const uint8_t *quote, *from = p + pos, *c;

	while ((quote = memchr(from, '"', (size_t)(p + len - from)))) {
		for (c = quote; c > p + pos && c[-1] == '\\';)
			c--;
		if (!((quote - c) & 1))
			return (uint32_t)(quote - p) - pos;
		from = quote + 1;
	}
	return len - pos;
}

static bool is_word(const uint8_t *p, uint32_t len, const char *word)
{
	return len == strlen(word) && strncasecmp((const char *)p, word, len) == 0;
}

static bool ends_in(const uint8_t *p, uint32_t len, const char *word)
{
	uint32_t n = (uint32_t)strlen(word);

	return len >= n && strncasecmp((const char *)p + len - n, word, n) == 0;
}

static enum key_kind key_of(const uint8_t *p, uint32_t len)
{
	uint8_t last;

	if (len < 2 || len > 32)
		return KEY_OTHER;
	last = p[len - 1] | 0x20;
	if (last == 'r' && ends_in(p, len, "pranswer"))
		return KEY_PRANSWER;
	if (last == 'r' && ends_in(p, len, "offer"))
		return KEY_OFFER;
	if (last == 'r' && ends_in(p, len, "answer"))
		return KEY_ANSWER;
	if (last == 'd' && is_word(p, len, "id"))
		return KEY_ID;
	if (last == 'n' && is_word(p, len, "transaction"))
		return KEY_TRANSACTION;
	if (last == 't' && is_word(p, len, "usernameFragment"))
		return KEY_UFRAG;
	return KEY_OTHER;
}

static enum offer_kind kind_of(enum key_kind key)
{
	switch (key) {
	case KEY_OFFER:
		return OFFER_OFFER;
	case KEY_ANSWER:
		return OFFER_ANSWER;
	case KEY_PRANSWER:
		return OFFER_PRANSWER;
	default:
		return OFFER_NONE;
	}
}

static enum offer_kind kind_of_value(const uint8_t *p, uint32_t len)
{
	if (is_word(p, len, "offer"))
		return OFFER_OFFER;
	if (is_word(p, len, "answer"))
		return OFFER_ANSWER;
	return is_word(p, len, "pranswer") ? OFFER_PRANSWER : OFFER_NONE;
}

/* --- what the strings mean --- */

static bool has_sdp(const struct scan *s)
{
	return s->ret->kind != OFFER_NONE && s->ret->kind != OFFER_CANDIDATE;
}

/* "transaction" names the exchange wherever it is, "id" only on the outside. */
static void note_id(struct scan *s, const uint8_t *p, uint32_t len)
{
	uint64_t h = 0xcbf29ce484222325ull;

	if (!len || len > 256 || s->has_transaction)
		return;
	if (s->key != KEY_TRANSACTION && (s->key != KEY_ID || s->depth != 1 || s->ret->id))
		return;
	for (uint32_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	s->has_transaction = s->key == KEY_TRANSACTION;
	s->ret->id = h ? h : 1;
}

static void note_sdp(struct scan *s, const uint8_t *p, uint32_t len)
{
	uint32_t at = level(s);
	uint8_t kind = s->told[at] ? s->told[at] : (uint8_t)kind_of(s->key);

	if (has_sdp(s))
		return;
	s->is_sure = kind != OFFER_NONE;
	s->own_depth = s->sdp_depth = s->depth;
	for (; !kind; at--) {
		kind = s->told[at] ? s->told[at] : s->named[at];
		if (!at)
			break;
	}
	s->ret->kind = kind ? kind : OFFER_SDP;
	if (memchr(p, '\\', len)) {
		s->ret->sdp_len = json_offer__unescape(p, len, s->buf, OFFER_BUF);
		s->ret->sdp = s->buf;
	} else {
		s->ret->sdp = (const char *)p;
		s->ret->sdp_len = len;
	}
}

/* One line each: several make a fragment. */
static void note_line(struct scan *s, const char *name, const uint8_t *p, uint32_t len)
{
	uint32_t name_len = (uint32_t)strlen(name);

	if (has_sdp(s) || len > 1024 || OFFER_BUF - s->used < name_len + len + 2)
		return;
	memcpy(s->buf + s->used, name, name_len);
	s->used += name_len;
	s->used += json_offer__unescape(p, len, s->buf + s->used, OFFER_BUF - s->used - 1);
	s->buf[s->used++] = '\n';
	s->ret->sdp = s->buf;
	s->ret->sdp_len = s->used;
}

static bool has_prefix(const uint8_t *p, uint32_t len, const char *text)
{
	uint32_t n = (uint32_t)strlen(text);

	return len >= n && memcmp(p, text, n) == 0;
}

static void note_candidate(struct scan *s, const uint8_t *p, uint32_t len)
{
	if (has_sdp(s))
		return;
	note_line(s, has_prefix(p, len, "a=") ? "" : "a=", p, len);
	if (s->used)
		s->ret->kind = OFFER_CANDIDATE;
}

static void scan_all(struct scan *s);

/* JSON in a string: unescaped into the buffer and read from there. What is found lies in it, or is
 * moved to its start, which has been read by then. */
static void note_json(struct scan *s, const uint8_t *p, uint32_t len)
{
	struct scan inner = {.buf = s->buf, .ret = s->ret, .is_nested = true};
	uint32_t at = level(s);

	if (s->is_nested || s->used || has_sdp(s) || len > OFFER_BUF)
		return;
	inner.p = (const uint8_t *)s->buf;
	inner.len = json_offer__unescape(p, len, s->buf, OFFER_BUF);
	inner.named[0] = (uint8_t)kind_of(s->key);
	if (!inner.named[0])
		inner.named[0] = s->told[at] ? s->told[at] : s->named[at];
	inner.has_transaction = s->has_transaction;
	scan_all(&inner);
	s->has_transaction = inner.has_transaction;
	s->used = inner.used;
	s->is_sure = inner.is_sure;
	s->own_depth = UINT32_MAX;
	s->sdp_depth = s->depth;
}

/* A value behind the description: its own object's is believed before any that was seen around it.
 */
static void settle_kind(struct scan *s, enum offer_kind kind)
{
	bool is_own = s->depth == s->own_depth && s->sdp_depth == s->own_depth;

	if (!has_sdp(s) || s->is_sure || s->depth > s->sdp_depth)
		return;
	if (is_own || s->ret->kind == OFFER_SDP)
		s->ret->kind = (uint8_t)kind;
	s->is_sure = is_own;
}

static void note_value(struct scan *s, const uint8_t *p, uint32_t len)
{
	enum offer_kind kind;

	if (has_prefix(p, len, "v=0")) {
		note_sdp(s, p, len);
		return;
	}
	if (has_prefix(p, len, "candidate:") || has_prefix(p, len, "a=candidate:")) {
		note_candidate(s, p, len);
		return;
	}
	if (has_prefix(p, len, "{\\\"")) {
		note_json(s, p, len);
		return;
	}
	if (s->key == KEY_UFRAG && s->ret->kind == OFFER_CANDIDATE)
		note_line(s, "a=ice-ufrag:", p, len);
	if (s->key == KEY_ID || s->key == KEY_TRANSACTION)
		note_id(s, p, len);
	kind = len <= 8 ? kind_of_value(p, len) : OFFER_NONE;
	if (kind == OFFER_NONE)
		return;
	if (!s->told[level(s)])
		s->told[level(s)] = (uint8_t)kind;
	settle_kind(s, kind);
}

static void take_string(struct scan *s)
{
	uint32_t start = s->pos + 1, n = string_len(s->p, start, s->len), next = start + n + 1;

	while (next < s->len && (s->p[next] == ' ' || s->p[next] == '\n' || s->p[next] == '\r' ||
				 s->p[next] == '\t'))
		next++;
	s->pos = next;
	if (next < s->len && s->p[next] == ':') {
		s->key = key_of(s->p + start, n);
		return;
	}
	note_value(s, s->p + start, n);
	s->key = KEY_OTHER;
}

static void take_number(struct scan *s)
{
	uint32_t start = s->pos;

	while (s->pos < s->len && s->p[s->pos] >= '0' && s->p[s->pos] <= '9')
		s->pos++;
	if (s->key == KEY_ID || s->key == KEY_TRANSACTION)
		note_id(s, s->p + start, s->pos - start);
}

static void open_level(struct scan *s)
{
	s->depth++;
	s->told[level(s)] = OFFER_NONE;
	s->named[level(s)] = (uint8_t)kind_of(s->key);
	s->key = KEY_OTHER;
	s->pos++;
}

static void close_level(struct scan *s)
{
	if (s->depth)
		s->depth--;
	if (s->sdp_depth > s->depth)
		s->sdp_depth = s->depth;
	s->key = KEY_OTHER;
	s->pos++;
}

/* Ends early when there is nothing left to learn. */
static void scan_all(struct scan *s)
{
	while (s->pos < s->len) {
		uint8_t c = s->p[s->pos];

		if (c == '"')
			take_string(s);
		else if (c == '{' || c == '[')
			open_level(s);
		else if (c == '}' || c == ']')
			close_level(s);
		else if (c >= '0' && c <= '9')
			take_number(s);
		else
			s->pos++;
		if (s->has_transaction && has_sdp(s) && s->is_sure)
			return;
	}
}

void json_offer__find(const uint8_t *p, uint32_t len, char *buf, struct offer *ret)
{
	struct scan s = {.p = p, .len = len, .buf = buf, .ret = ret};

	scan_all(&s);
}

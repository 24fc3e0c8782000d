/* SPDX-License-Identifier: BSD-2-Clause */
/* URIs and addresses with them: RFC 3261 19.1, 20.10; RFC 3966. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "redact_out.h"

int redact__init(struct redact *r, bool is_off)
{
	r->is_off = is_off;
	if (getrandom(r->key, sizeof(r->key), 0) != (ssize_t)sizeof(r->key))
		return -errno;
	return 0;
}

void redact__init_fixed(struct redact *r, bool is_off)
{
	r->is_off = is_off;
	for (uint8_t i = 0; i < REDACT_KEY_LEN; i++)
		r->key[i] = i;
}

/* --- SipHash-2-4 (Aumasson, Bernstein 2012): a hash nobody without the key can search --- */

static uint64_t rotate(uint64_t v, unsigned int by)
{
	return v << by | v >> (64 - by);
}

static void rounds(uint64_t v[4], unsigned int cnt)
{
	while (cnt--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static uint64_t keyed_hash(const uint8_t key[REDACT_KEY_LEN], const char *p, uint32_t len)
{
	uint64_t k[2] = {0}, v[4], word;

	for (unsigned int i = 0; i < REDACT_KEY_LEN; i++)
		k[i / 8] |= (uint64_t)key[i] << (8 * (i % 8));
	v[0] = k[0] ^ 0x736f6d6570736575ull;
	v[1] = k[1] ^ 0x646f72616e646f6dull;
	v[2] = k[0] ^ 0x6c7967656e657261ull;
	v[3] = k[1] ^ 0x7465646279746573ull;
	for (uint32_t at = 0; at <= len;
	     at += 8) { /* the last word is short and has the length on top */
		word = len - at < 8 ? (uint64_t)(len & 0xff) << 56 : 0;
		for (uint32_t i = 0; i < 8 && at + i < len; i++)
			word |= (uint64_t)(uint8_t)p[at + i] << (8 * i);
		v[3] ^= word;
		rounds(v, 2);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void put_user(const struct redact *r, struct redact_out *o, const char *p, uint32_t len)
{
	char text[16];

	snprintf(text, sizeof(text), "u-%08x", (uint32_t)keyed_hash(r->key, p, len));
	redact_out__text(o, text);
}

/* --- parameters --- */

/* Those that say nothing of a person. */
static bool is_known_param(const char *p, uint32_t len)
{
	static const char *const names[] = {
		"tag",	  "expires", "q",	"lr",	 "transport", "ob",   "reg-id", "index",
		"reason", "privacy", "counter", "user",	 "method",    "ttl",  "party",	"screen",
		"ftag",	  "r2",	     "rport",	"maddr", "received",  "comp", "cause"};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (len == strlen(names[i]) && !strncasecmp(p, names[i], len))
			return true;
	return false;
}

static uint32_t trim(const char **p, uint32_t len)
{
	while (len && isspace((unsigned char)**p)) {
		(*p)++;
		len--;
	}
	while (len && isspace((unsigned char)(*p)[len - 1]))
		len--;
	return len;
}

/* Host or token; no user, no text. */
static bool is_param_value(const char *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (!redact_out__is_token(p + i, 1) && p[i] != ':' && p[i] != '[' && p[i] != ']')
			return false;
	return true;
}

/* p: at the first ';' or blanks before it, or behind it all. */
static void put_params(struct redact_out *o, const char *p, uint32_t len)
{
	const char *end = p + len, *next, *name, *equal;
	uint32_t n = 0, name_len;

	while (p < end && isspace((unsigned char)*p))
		p++;
	while (p < end && *p == ';') {
		name = p + 1;
		next = memchr(name, ';', (size_t)(end - name));
		next = next ? next : end;
		equal = memchr(name, '=', (size_t)(next - name));
		name_len = (uint32_t)((equal ? equal : next) - name);
		name_len = trim(&name, name_len);
		p = next;
		if (!is_known_param(name, name_len))
			continue;
		if (equal) {
			equal++;
			n = trim(&equal, (uint32_t)(next - equal));
			if (!is_param_value(equal, n))
				continue;
		}
		redact_out__text(o, ";");
		redact_out__put(o, name, name_len);
		if (equal) {
			redact_out__text(o, "=");
			redact_out__put(o, equal, n);
		}
	}
}

/* --- URIs --- */

/* The '@' that ends the user part. A user part may be an address of mail, or have ; and ? in it; a
 * bare URI may be anything. NULL none. */
static const char *user_end(const char *p, const char *end, bool is_bare)
{
	const char *at = memchr(p, '@', (size_t)(end - p)), *c;

	if (at && is_bare)
		return memrchr(p, '@', (size_t)(end - p));
	for (c = at; c && c < end && *c != ';' && *c != '?' && *c != '>'; c++)
		if (*c == '@')
			at = c;
	return at;
}

static uint32_t host_len(const char *p, const char *end, bool *is_number)
{
	const char *c = p;

	*is_number = true;
	for (; c < end && (isalnum((unsigned char)*c) || (*c && strchr(".-:[]", *c))); c++)
		if (!isdigit((unsigned char)*c))
			*is_number = false;
	return (uint32_t)(c - p);
}

/* Behind "sip:". */
static void put_sip(const struct redact *r, struct redact_out *o, const char *p, const char *end,
		    bool is_bare)
{
	const char *at = user_end(p, end, is_bare), *colon;
	bool is_number;
	uint32_t n;

	if (at) {
		colon = memchr(p, ':', (size_t)(at - p)); /* password */
		put_user(r, o, p, (uint32_t)((colon ? colon : at) - p));
		redact_out__text(o, "@");
		p = at + 1;
	}
	n = host_len(p, end, &is_number);
	if (!n || (is_number && !at)) { /* a number without a host */
		if (p < end && !at)
			put_user(r, o, p, (uint32_t)(end - p));
		return;
	}
	redact_out__put(o, p, n);
	put_params(o, p + n, (uint32_t)(end - p - n));
}

static bool is_scheme(const char *p, uint32_t len, const char *name)
{
	return len == strlen(name) && !strncasecmp(p, name, len);
}

void redact_uri__put(const struct redact *r, struct redact_out *o, const char *p, uint32_t len,
		     bool is_bare)
{
	const char *colon = memchr(p, ':', len), *end = p + len, *stop;
	uint32_t n = colon ? (uint32_t)(colon - p) : 0;

	if (!n) {
		redact_out__hide(o, len);
		return;
	}
	if (is_scheme(p, n, "sip") || is_scheme(p, n, "sips")) {
		redact_out__put(o, p, n + 1);
		put_sip(r, o, colon + 1, end, is_bare);
	} else if (is_scheme(p, n, "tel")) {
		redact_out__put(o, p, n + 1);
		stop = memchr(colon, ';', (size_t)(end - colon));
		stop = stop ? stop : end;
		put_user(r, o, colon + 1, (uint32_t)(stop - colon - 1));
	} else {
		redact_out__hide(o, len);
	}
}

uint32_t redact__uri(const struct redact *r, const char *uri, uint32_t len, char *buf, uint32_t cap)
{
	struct redact_out o = {.buf = buf, .cap = cap - 1};

	buf[0] = '\0';
	if (r->is_off)
		redact_out__put(&o, uri, len);
	else if (len)
		redact_uri__put(r, &o, uri, len, false);
	return o.len;
}

/* --- lists of addresses --- */

/* Behind the quoted string that begins at p; NULL: it does not end. */
static const char *skip_quoted(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : NULL;
}

/* First of the characters outside of quoted strings, else end; NULL: a quoted string does not end.
 */
static const char *find_outside(const char *p, const char *end, const char *chars)
{
	while (p && p < end && (!*p || !strchr(chars, *p)))
		p = *p == '"' ? skip_quoted(p, end) : p + 1;
	return p;
}

/* One with <>: its display name is passed over. Where the next one begins, NULL: it makes no sense.
 */
static const char *put_bracketed(const struct redact *r, struct redact_out *o, const char *p,
				 const char *end)
{
	const char *open = find_outside(p, end, "<,"), *close, *next;

	if (!open || open == end || *open == ',')
		return NULL;
	close = memchr(open, '>', (size_t)(end - open));
	if (!close)
		return NULL;
	next = find_outside(close, end, ",");
	if (!next)
		return NULL;
	redact_out__text(o, "<");
	redact_uri__put(r, o, open + 1, (uint32_t)(close - open - 1), false);
	redact_out__text(o, ">");
	p = close + 1;
	while (p < next && isspace((unsigned char)*p))
		p++;
	put_params(o, p, (uint32_t)(next - p));
	return next;
}

void redact_party__put(const struct redact *r, struct redact_out *o, const char *p, uint32_t len)
{
	const char *end, *next;

	len = trim(&p, len);
	end = p + len;
	if (len == 1 && *p == '*') {
		redact_out__text(o, "*");
		return;
	}
	if (len && !memchr(p, '<', len)) {
		redact_uri__put(r, o, p, len, true);
		return;
	}
	while (p < end) {
		next = put_bracketed(r, o, p, end);
		if (!next) {
			redact_out__hide(o, (uint32_t)(end - p));
			return;
		}
		if (next < end)
			redact_out__text(o, ", ");
		p = next < end ? next + 1 : end;
	}
}

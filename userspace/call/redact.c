/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP and HTTP messages, and bodies on their own: start line, header fields by their table, body.
 */
#include "redact.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "offer.h"
#include "record.h"
#include "redact_out.h"

enum how { RAW, PLAIN, PARTY, SCHEME, NAME_ONLY };

struct words { /* of one message */
	const struct redact *r;
	struct redact_out *o;
	const char *type; /* Content-Type without parameters */
	uint32_t type_len;
};

static enum how how_of(const char *name, uint32_t len)
{
	static const struct {
		const char *name, *compact;
		enum how how;
	} rows[] = {
#define REDACT_HEADER(name, compact, how) {name, compact, how},
#include "redact_header.def"
#undef REDACT_HEADER
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *row = len == 1 ? rows[i].compact : rows[i].name;

		if (len == strlen(row) && !strncasecmp(name, row, len))
			return rows[i].how;
	}
	return NAME_ONLY;
}

/* --- bodies --- */

static void put_type(struct words *w, uint32_t len, const char *fallback)
{
	uint32_t n = 0;

	while (n < w->type_len && n < 40 &&
	       (redact_out__is_token(w->type + n, 1) || w->type[n] == '/'))
		n++;
	if (n)
		redact_out__hide_as(w->o, len, w->type, n);
	else
		redact_out__hide_as(w->o, len, fallback, (uint32_t)strlen(fallback));
	redact_out__line(w->o);
}

static void put_body(struct words *w, const char *p, uint32_t len, const char *fallback)
{
	static const char *const kinds[] = {[OFFER_OFFER] = "offer",
					    [OFFER_ANSWER] = "answer",
					    [OFFER_PRANSWER] = "pranswer",
					    [OFFER_CANDIDATE] = "candidate"};
	char buf[OFFER_BUF];
	struct offer offer = {0};

	if (!len)
		return;
	offer__find((const uint8_t *)p, len, w->type, w->type_len, buf, &offer);
	if (offer.kind == OFFER_NONE || offer.sdp != p)
		put_type(w, len, fallback);
	if (offer.kind == OFFER_NONE)
		return;
	if (offer.kind >= OFFER_OFFER && offer.kind <= OFFER_CANDIDATE) {
		redact_out__text(w->o, "type: ");
		redact_out__text(w->o, kinds[offer.kind]);
		redact_out__line(w->o);
	}
	redact_sdp__put(w->o, offer.sdp, offer.sdp_len);
}

/* --- header fields --- */

static void note_type(struct words *w, const char *p, uint32_t len)
{
	const char *end = memchr(p, ';', len);

	w->type = p;
	w->type_len = end ? (uint32_t)(end - p) : len;
	while (w->type_len && isspace((unsigned char)p[w->type_len - 1]))
		w->type_len--;
}

static void put_scheme(struct words *w, const char *p, uint32_t len)
{
	uint32_t n = 0;

	while (n < len && n < 16 && isalpha((unsigned char)p[n]))
		n++;
	if (n < len && p[n] == ' ') { /* else it may be the secret itself */
		redact_out__put(w->o, p, n + 1);
		p += n + 1;
		len -= n + 1;
	}
	redact_out__hide(w->o, len);
}

/* One field, folded lines and all, without its line end. */
static void put_field(struct words *w, const char *p, uint32_t len)
{
	const char *colon = memchr(p, ':', len), *value;
	uint32_t n = colon ? (uint32_t)(colon - p) : 0;
	enum how how;

	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	if (!n || n > 40 || !redact_out__is_token(p, n)) {
		redact_out__hide(w->o, len);
		redact_out__line(w->o);
		return;
	}
	value = colon + 1;
	len -= (uint32_t)(value - p);
	while (len && isspace((unsigned char)*value)) {
		value++;
		len--;
	}
	how = how_of(p, n);
	if ((n == 12 && !strncasecmp(p, "Content-Type", n)) || (n == 1 && (*p | 0x20) == 'c'))
		note_type(w, value, len);
	redact_out__put(w->o, p, n);
	redact_out__text(w->o, ": ");
	if (how == RAW)
		redact_out__put(w->o, value, len);
	else if (how == PLAIN)
		redact_out__plain(w->o, value, len);
	else if (how == PARTY)
		redact_party__put(w->r, w->o, value, len);
	else if (how == SCHEME)
		put_scheme(w, value, len);
	else
		redact_out__hide(w->o, len);
	redact_out__line(w->o);
}

/* --- start lines --- */

static bool is_version(const char *p, uint32_t len)
{
	return (len == 7 && !strncasecmp(p, "SIP/2.0", 7)) ||
	       (len == 8 && !strncasecmp(p, "HTTP/1.", 7) && isdigit((unsigned char)p[7]));
}

/* A path may be a secret (the stream of a WHIP endpoint): its first part alone. */
static void put_target(struct words *w, const char *p, uint32_t len)
{
	uint32_t n = 1;

	if (!len || *p != '/') {
		redact_uri__put(w->r, w->o, p, len, false);
		return;
	}
	while (n < len && redact_out__is_token(p + n, 1))
		n++;
	if (n > 16)
		n = 0;
	redact_out__put(w->o, p, n);
	if (n < len)
		redact_out__hide(w->o, len - n);
}

static void put_start(struct words *w, const char *p, uint32_t len)
{
	const char *first = memchr(p, ' ', len), *last = memrchr(p, ' ', len);
	uint32_t n = first ? (uint32_t)(first - p) : 0,
		 tail = last ? len - (uint32_t)(last - p) - 1 : 0;

	if (first && is_version(p, n)) {
		redact_out__plain(w->o, p, len);
	} else if (first && last > first && n <= 32 && redact_out__is_token(p, n) &&
		   is_version(last + 1, tail)) {
		redact_out__put(w->o, p, n + 1);
		put_target(w, first + 1, (uint32_t)(last - first - 1));
		redact_out__put(w->o, last, tail + 1);
	} else {
		redact_out__hide(w->o, len);
	}
	redact_out__line(w->o);
}

/* --- messages --- */

/* Behind the line end at or after p where the line is not continued (RFC 3261 7.3.1); NULL: it does
 * not end. */
static const char *line_end(const char *p, const char *end)
{
	const char *lf;
	bool is_empty = p < end && (*p == '\n' || (*p == '\r' && p + 1 < end && p[1] == '\n'));

	while ((lf = memchr(p, '\n', (size_t)(end - p)))) {
		p = lf + 1;
		if (is_empty || p == end || (*p != ' ' && *p != '\t'))
			return p;
	}
	return NULL;
}

static uint32_t line_len(const char *p, const char *next)
{
	while (next > p && (next[-1] == '\n' || next[-1] == '\r'))
		next--;
	return (uint32_t)(next - p);
}

static void put_message(struct words *w, const char *p, uint32_t len)
{
	const char *end = p + len, *next = p;
	bool is_first = true;

	for (; p < end; p = next) {
		next = line_end(p, end);
		if (!next) { /* cut in a line: who knows what it would have become */
			redact_out__hide(w->o, (uint32_t)(end - p));
			redact_out__line(w->o);
			return;
		}
		if (!line_len(p, next) && is_first)
			continue; /* keepalives before it */
		if (!line_len(p, next))
			break;
		if (is_first)
			put_start(w, p, line_len(p, next));
		else
			put_field(w, p, line_len(p, next));
		is_first = false;
	}
	if (p == end)
		return;
	redact_out__line(w->o);
	put_body(w, next, (uint32_t)(end - next), "an unknown type");
}

/* Lines as they are. */
static void put_all(struct redact_out *o, const char *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		if (p[i] == '\n')
			redact_out__line(o);
		else if (p[i] != '\r')
			redact_out__put(o, p + i, 1);
	}
}

uint32_t redact__message(const struct redact *r, uint8_t proto, const uint8_t *p, uint32_t len,
			 uint32_t msg_len, char *buf, uint32_t cap)
{
	struct redact_out o = {.buf = buf, .cap = cap - 1};
	struct words w = {.r = r, .o = &o};
	bool is_text = proto == PROTO_SIP || proto == PROTO_HTTP || proto == PROTO_WS;

	buf[0] = '\0';
	if (is_text && r->is_off)
		put_all(&o, (const char *)p, len);
	else if (proto == PROTO_WS)
		put_body(&w, (const char *)p, len, "a WebSocket message");
	else if (is_text)
		put_message(&w, (const char *)p, len);
	else {
		redact_out__hide(&o, msg_len);
		redact_out__line(&o);
	}
	if (is_text && msg_len > len) {
		redact_out__text(&o, "and ");
		redact_out__hide(&o, msg_len - len);
		redact_out__text(&o, " more");
		redact_out__line(&o);
	}
	return o.len;
}

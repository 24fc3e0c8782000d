/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded, printable text. */
#include "redact_out.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void redact_out__put(struct redact_out *o, const char *p, uint32_t len)
{
	for (uint32_t i = 0; i < len && o->len < o->cap; i++) {
		char c = p[i];

		if (c == '\t' || c == '\r' || c == '\n')
			c = ' ';
		o->buf[o->len++] = c >= ' ' && c <= '~' ? c : '?';
	}
	o->buf[o->len] = '\0';
}

void redact_out__text(struct redact_out *o, const char *text)
{
	redact_out__put(o, text, (uint32_t)strlen(text));
}

void redact_out__line(struct redact_out *o)
{
	if (o->len < o->cap)
		o->buf[o->len++] = '\n';
	o->buf[o->len] = '\0';
}

void redact_out__hide(struct redact_out *o, uint32_t len)
{
	char text[32];

	snprintf(text, sizeof(text), "[%u bytes]", len);
	redact_out__text(o, text);
}

void redact_out__hide_as(struct redact_out *o, uint32_t len, const char *what, uint32_t what_len)
{
	char text[32];

	snprintf(text, sizeof(text), "[%u bytes of ", len);
	redact_out__text(o, text);
	redact_out__put(o, what, what_len);
	redact_out__text(o, "]");
}

bool redact_out__is_token(const char *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)p[i]) && (!p[i] || !strchr("-.!%*_+`'~", p[i])))
			return false;
	return len > 0;
}

/* An address, or a URI of somebody. */
static bool has_party(const char *p, uint32_t len)
{
	static const char *const marks[] = {"@", "sip:", "sips:", "tel:", "inline:"};

	for (unsigned int i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		uint32_t n = (uint32_t)strlen(marks[i]);

		for (uint32_t at = 0; at + n <= len; at++)
			if (!strncasecmp(p + at, marks[i], n))
				return true;
	}
	return false;
}

void redact_out__plain(struct redact_out *o, const char *p, uint32_t len)
{
	const char *quote = memchr(p, '"', len);

	if (has_party(p, len)) {
		redact_out__hide(o, len);
		return;
	}
	if (!quote) {
		redact_out__put(o, p, len);
		return;
	}
	redact_out__put(o, p, (uint32_t)(quote - p));
	redact_out__hide(o, len - (uint32_t)(quote - p)); /* the quoted string and what is behind */
}

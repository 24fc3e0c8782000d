/* SPDX-License-Identifier: BSD-2-Clause */
/* Session descriptions: what ties signaling to media stays, names, subjects and keys go (RFC 8866,
 * RFC 4568, RFC 8839). */
#include <ctype.h>
#include <string.h>

#include "redact_out.h"

/* Attributes whose value is shown. */
static const char *const shown[] = {"rtpmap",
				    "fmtp",
				    "ptime",
				    "maxptime",
				    "sendrecv",
				    "sendonly",
				    "recvonly",
				    "inactive",
				    "rtcp",
				    "rtcp-mux",
				    "rtcp-mux-only",
				    "rtcp-rsize",
				    "rtcp-fb",
				    "ice-ufrag",
				    "ice-options",
				    "ice-lite",
				    "candidate",
				    "setup",
				    "end-of-candidates",
				    "remote-candidates",
				    "fingerprint",
				    "mid",
				    "group",
				    "extmap",
				    "extmap-allow-mixed",
				    "msid",
				    "msid-semantic",
				    "bundle-only",
				    "sctp-port",
				    "max-message-size",
				    "sctpmap",
				    "rid",
				    "simulcast",
				    "tls-id",
				    "connection",
				    "ssrc-group",
				    "framerate",
				    "imageattr",
				    "label",
				    "content"};

static bool is_shown(const char *p, uint32_t len)
{
	for (unsigned int i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (len == strlen(shown[i]) && !memcmp(p, shown[i], len))
			return true;
	return false;
}

/* Behind "a=". */
static void put_attribute(struct redact_out *o, const char *p, uint32_t len)
{
	const char *colon = memchr(p, ':', len);
	uint32_t n = colon ? (uint32_t)(colon - p) : len;

	if (!redact_out__is_token(p, n) || n > 24) {
		redact_out__hide(o, len);
		return;
	}
	if (!colon && !is_shown(p, n)) {
		redact_out__hide(o, len);
		return;
	}
	redact_out__put(o, p, n);
	if (!colon)
		return;
	redact_out__text(o, ":");
	if (is_shown(p, n))
		redact_out__plain(o, colon + 1, len - n - 1);
	else
		redact_out__hide(o, len - n - 1);
}

/* o=<username> <sess-id> <sess-version> IN IP4 <address>: the last five words. */
static void put_origin(struct redact_out *o, const char *p, uint32_t len)
{
	const char *c = p + len;
	unsigned int words = 0;

	while (c > p && words < 5) {
		while (c > p && c[-1] != ' ')
			c--;
		if (++words < 5 && c > p)
			c--;
	}
	if (words < 5 || c == p || !isdigit((unsigned char)*c)) {
		redact_out__hide(o, len);
		return;
	}
	redact_out__text(o, "- ");
	redact_out__plain(o, c, len - (uint32_t)(c - p));
}

static void put_line(struct redact_out *o, const char *p, uint32_t len)
{
	if (len < 2 || p[1] != '=' || !islower((unsigned char)p[0])) {
		redact_out__hide(o, len);
		redact_out__line(o);
		return;
	}
	redact_out__put(o, p, 2);
	if (p[0] == 'a')
		put_attribute(o, p + 2, len - 2);
	else if (p[0] == 'o')
		put_origin(o, p + 2, len - 2);
	else if (strchr("vcbtrzm", p[0]) || (len == 3 && p[2] == '-'))
		redact_out__plain(o, p + 2, len - 2);
	else
		redact_out__hide(o, len - 2);
	redact_out__line(o);
}

void redact_sdp__put(struct redact_out *o, const char *p, uint32_t len)
{
	const char *end = p + len, *next, *stop;

	for (; p < end && o->len < o->cap; p = next) {
		stop = memchr(p, '\n', (size_t)(end - p));
		stop = stop ? stop : end;
		next = stop < end ? stop + 1 : end;
		while (stop > p && stop[-1] == '\r')
			stop--;
		if (stop > p)
			put_line(o, p, (uint32_t)(stop - p));
	}
}

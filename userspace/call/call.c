/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of calls, and what an arrow says. */
#include "call.h"

#include <stdio.h>

#include "dtls_head.h"

const char *call_kind__name(enum call_kind kind)
{
	static const char *const name[] = {
#define X(id, text, help) [CALL_##id] = text,
		CALL_KINDS(X)
#undef X
	};

	return (unsigned int)kind < CALL_KIND_CNT ? name[kind] : "?";
}

const char *call_state__name(enum call_state state)
{
	static const char *const name[] = {
#define X(id, text, is_over, help) [CALL_STATE_##id] = text,
		CALL_STATES(X)
#undef X
	};

	return (unsigned int)state < CALL_STATE_CNT ? name[state] : "?";
}

bool call_state__is_over(enum call_state state)
{
	static const bool over[] = {
#define X(id, text, is_over, help) [CALL_STATE_##id] = is_over,
		CALL_STATES(X)
#undef X
	};

	return (unsigned int)state < CALL_STATE_CNT && over[state];
}

const char *call_instant__name(enum call_instant at)
{
	static const char *const name[] = {
#define X(id, text, help) [CALL_AT_##id] = text,
		CALL_INSTANTS(X)
#undef X
	};

	return (unsigned int)at < CALL_INSTANT_CNT ? name[at] : "?";
}

/* Clear handshake types of a flight, by number: the order they have in one. */
static int label_types(const struct call_msg *m, char *buf, uint32_t len)
{
	uint32_t at = 0;

	buf[0] = '\0';
	for (unsigned int type = 0; type < 32; type++) {
		const char *name = m->what >> type & 1 ? dtls_type__name((uint8_t)type) : NULL;
		int n;

		if (!name)
			continue;
		n = snprintf(buf + at, len - at, "%s%s", at ? " " : "", name);
		if (n < 0 || (uint32_t)n >= len - at)
			return (int)len - 1;
		at += (uint32_t)n;
	}
	return at ? (int)at : snprintf(buf, len, "%s", m->method);
}

/* RFC 8489 5: class 0 request, 1 indication, 2 success, 3 error. */
static int label_stun(const struct call_msg *m, char *buf, uint32_t len)
{
	static const char *const class[] = {"", " indication", " success", " error"};

	if ((m->what & 3) == 3 && m->code)
		return snprintf(buf, len, "%s error %u", m->method, m->code);
	return snprintf(buf, len, "%s%s", m->method, class[m->what & 3]);
}

int call_msg__label(const struct call_msg *m, char *buf, uint32_t len)
{
	int n;

	if (!len)
		return 0;
	if (m->flags & CALL_MSG_MEDIA)
		n = snprintf(buf, len, "%s", m->method);
	else if (m->proto == PROTO_STUN)
		n = label_stun(m, buf, len);
	else if (m->proto == PROTO_DTLS || m->proto == PROTO_TLS)
		n = label_types(m, buf, len);
	else if (m->code && !(m->flags & CALL_MSG_REQUEST))
		n = snprintf(buf, len, "%u", m->code);
	else
		n = snprintf(buf, len, "%s", m->method);
	return n < 0 ? 0 : n < (int)len ? n : (int)len - 1;
}

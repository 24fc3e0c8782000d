/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of sessions, and what stands above the ladder of one. */
#include "session_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "figure.h"
#include "page.h"
#include "text.h"

#define WORD_LEN 256

/* --- parts --- */

const char *session_text__word(const struct session_text *t, const json_t *object,
			       const char *field, unsigned int cols, char *buf, size_t size)
{
	const char *s = json_string_value(json_object_get(object, field));
	char clean[1024];

	if (!s || !*s)
		s = "-";
	text__clean(clean, sizeof(clean), s, strlen(s));
	text__fit(buf, size, clean, cols, t->utf8);
	return buf;
}

uint64_t session_text__number(const json_t *object, const char *field)
{
	const json_t *v = json_object_get(object, field);

	return json_is_integer(v) && json_integer_value(v) >= 0 ? (uint64_t)json_integer_value(v)
								: FIGURE_NONE;
}

bool session_text__has_flag(const json_t *message, const char *flag)
{
	const json_t *value, *flags = json_object_get(message, "flags");
	size_t i;

	json_array_foreach (flags, i, value)
		if (json_is_string(value) && !strcmp(json_string_value(value), flag))
			return true;
	return false;
}

/* The longest below `under` (its index breaks ties); NULL none. */
static const json_t *next_stage(const json_t *stages, const json_t *after)
{
	const json_t *value, *best = NULL;
	uint64_t limit = after ? session_text__number(after, "ns") : UINT64_MAX, ns, best_ns = 0;
	bool is_behind = !after;
	size_t i;

	json_array_foreach (stages, i, value) {
		ns = session_text__number(value, "ns");
		if (value == after)
			is_behind = true;
		else if (ns != FIGURE_NONE && (ns < limit || (ns == limit && is_behind)) &&
			 (!best || ns > best_ns)) {
			best = value;
			best_ns = ns;
		}
	}
	return best;
}

void session_text__stages(const json_t *stages, unsigned int most, char *buf, size_t size)
{
	const struct session_text ascii = {0};
	const json_t *stage = NULL;
	char name[64], ns[FIGURE_LEN];
	size_t n = 0;

	buf[0] = '\0';
	while (most-- && (stage = next_stage(stages, stage)) && n < size) {
		if (!session_text__number(stage, "ns") && n)
			break;
		session_text__word(&ascii, stage, "name", 40, name, sizeof(name));
		n += (size_t)snprintf(buf + n, size - n, "%s%s %s", n ? ", " : "", name,
				      figure__ns(ns, session_text__number(stage, "ns")));
	}
}

/* --- sessions --- */

static bool has_room(const struct session_text *t, unsigned int cols)
{
	return t->cols >= cols;
}

/* "alice" of "sip:alice@host"; with room "alice@host". */
static void party(const struct session_text *t, const json_t *s, const char *field, char *buf,
		  size_t size)
{
	char word[WORD_LEN];
	char *from, *end;

	session_text__word(t, s, field, 200, word, sizeof(word));
	from = strchr(word, ':');
	from = from ? from + 1 : word;
	end = has_room(t, 120) ? strpbrk(from, ";?") : strpbrk(from, "@;?");
	if (end && end > from)
		*end = '\0';
	snprintf(buf, size, "%s", from);
}

/* The longest phase: "ice 310ms". */
static void slowest(const json_t *s, char *buf, size_t size)
{
	const json_t *value, *phases = json_object_get(s, "phases");
	const char *name, *best = NULL;
	json_int_t most = -1;
	char clean[32], ns[FIGURE_LEN];

	json_object_foreach ((json_t *)phases, name, value)
		if (json_is_integer(value) && json_integer_value(value) > most) {
			most = json_integer_value(value);
			best = name;
		}
	if (!best) {
		snprintf(buf, size, "--");
		return;
	}
	text__clean(clean, sizeof(clean), best, strlen(best));
	snprintf(buf, size, "%s %s", clean, figure__ns(ns, (uint64_t)most));
}

/* "2", or "2/1": of these self-inflicted. */
static void again(const json_t *s, char *buf, size_t size)
{
	uint64_t all = session_text__number(s, "retransmits");
	uint64_t self = session_text__number(s, "self_inflicted");

	if (all == FIGURE_NONE || !all)
		snprintf(buf, size, "-");
	else if (self == FIGURE_NONE || !self)
		snprintf(buf, size, "%" PRIu64, all);
	else
		snprintf(buf, size, "%" PRIu64 "/%" PRIu64, all, self);
}

/* The first end that is not of this host. */
static void peer(const struct session_text *t, const json_t *s, char *buf, size_t size)
{
	const json_t *end, *ends = json_object_get(s, "ends"), *found = NULL;
	size_t i;

	json_array_foreach (ends, i, end)
		if (!found && !json_is_true(json_object_get(end, "local")))
			found = end;
	session_text__word(t, found ? found : json_array_get(ends, 0), "addr", 24, buf, size);
}

static void print_parties(const struct session_text *t, const json_t *s, unsigned int cols)
{
	char from[WORD_LEN], to[WORD_LEN], both[2 * WORD_LEN + 4], cut[2 * WORD_LEN + 4];

	party(t, s, "from", from, sizeof(from));
	party(t, s, "to", to, sizeof(to));
	if (!strcmp(from, "-") && !strcmp(to, "-"))
		session_text__word(t, s, "service", 200, both, sizeof(both));
	else
		snprintf(both, sizeof(both), "%s%s%s", from, t->utf8 ? "→" : ">", to);
	text__fit(cut, sizeof(cut), both, cols, t->utf8);
	fputs(cut, stdout);
}

static void print_session(const struct session_text *t, const json_t *s)
{
	char word[WORD_LEN], ns[FIGURE_LEN], code[8] = "-", rtx[24];
	const char *time = json_string_value(json_object_get(s, "time"));
	const char *what = json_string_value(json_object_get(s, "method"));
	uint64_t id = session_text__number(s, "id"), status = session_text__number(s, "code");
	unsigned int used = 69; /* columns before the last one */

	time = time ? strchr(time, 'T') : NULL;
	if (status != FIGURE_NONE)
		snprintf(code, sizeof(code), "%u", (unsigned int)status % 10000);
	printf("%5" PRIu64 " ", id == FIGURE_NONE ? 0 : id);
	text__clean(word, 9, time ? time + 1 : "--", time ? strlen(time + 1) : 2);
	printf("%-8s ", word);
	session_text__word(t, s, what && *what ? "method" : "kind", 8, word, sizeof(word));
	printf("%-8s ", word);
	session_text__word(t, s, "state", 9, word, sizeof(word));
	printf("%-9s %-4s %7s ", word, code, figure__ns(ns, session_text__number(s, "setup_ns")));
	slowest(s, word, sizeof(word));
	printf("%-16.16s ", word);
	again(s, rtx, sizeof(rtx));
	printf("%-4.4s ", rtx);
	if (has_room(t, 120)) {
		peer(t, s, word, sizeof(word));
		printf("%-22.22s ", word);
		used += 23;
	}
	print_parties(t, s, t->cols > used + 4 ? t->cols - used : 4);
	putchar('\n');
}

void session_text__list(const struct session_text *t, const json_t *reply)
{
	const json_t *s, *sessions = json_object_get(reply, "sessions");
	uint64_t matched = session_text__number(reply, "matched");
	uint64_t total = session_text__number(reply, "total");
	size_t i;

	printf("%5s %-8s %-8s %-9s %-4s %7s %-16s %-4s %s%s\n", "ID", "START", "WHAT", "STATE",
	       "CODE", "SETUP", "SLOWEST", "RTX", has_room(t, 120) ? "PEER                   " : "",
	       t->utf8 ? "FROM→TO" : "FROM>TO");
	json_array_foreach (sessions, i, s)
		print_session(t, s);
	printf("%zu shown", json_array_size(sessions));
	if (matched != FIGURE_NONE && total != FIGURE_NONE)
		printf(", %" PRIu64 " match, of %" PRIu64, matched, total);
	puts(json_is_true(json_object_get(reply, "more")) ? "; more: --limit N" : "");
}

/* --- show --- */

static void print_ice(const struct session_text *t, const json_t *ice)
{
	char role[32], pair[128], rtt[FIGURE_LEN];

	if (!json_is_object(ice))
		return;
	session_text__word(t, ice, "role", 20, role, sizeof(role));
	session_text__word(t, ice, "nominated", 100, pair, sizeof(pair));
	page__print(0, 10,
		    "ice       %s, %" PRId64 " pairs, %" PRId64 " checks, %" PRId64
		    " failed; nominated %s; round trip %s",
		    role, (int64_t)json_integer_value(json_object_get(ice, "pairs")),
		    (int64_t)json_integer_value(json_object_get(ice, "checks")),
		    (int64_t)json_integer_value(json_object_get(ice, "failed")), pair,
		    figure__ns(rtt, session_text__number(ice, "rtt_min_ns")));
}

static void print_handshake(const struct session_text *t, const json_t *h)
{
	char protocol[32], srtp[64];

	if (!json_is_object(h))
		return;
	session_text__word(t, h, "protocol", 20, protocol, sizeof(protocol));
	session_text__word(t, h, "srtp", 50, srtp, sizeof(srtp));
	page__print(0, 10,
		    "handshake %s, SRTP %s, %" PRId64 " flights, %" PRId64 " retransmitted%s",
		    protocol, srtp, (int64_t)json_integer_value(json_object_get(h, "flights")),
		    (int64_t)json_integer_value(json_object_get(h, "retransmitted")),
		    json_is_true(json_object_get(h, "cookie")) ? ", cookie" : "");
}

static void print_head(const struct session_text *t, const json_t *s)
{
	static const char *const fields[] = {"call_id", "from", "to",  "service",
					     "comm",	"pod",	"time"};
	char kind[32], state[32], method[32], word[WORD_LEN], ns[FIGURE_LEN];
	uint64_t code = session_text__number(s, "code"), id = session_text__number(s, "id");

	session_text__word(t, s, "kind", 20, kind, sizeof(kind));
	session_text__word(t, s, "state", 20, state, sizeof(state));
	session_text__word(t, s, "method", 20, method, sizeof(method));
	printf("session   %" PRIu64 ": %s, %s, %s", id == FIGURE_NONE ? 0 : id, kind, state,
	       method);
	if (code != FIGURE_NONE)
		printf(" %" PRIu64, code);
	printf("; set up in %s\n", figure__ns(ns, session_text__number(s, "setup_ns")));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *value = json_string_value(json_object_get(s, fields[i]));

		if (value && *value)
			printf("%-9s %s\n", fields[i],
			       session_text__word(t, s, fields[i], t->cols - 10, word,
						  sizeof(word)));
	}
	print_ice(t, json_object_get(s, "ice"));
	print_handshake(t, json_object_get(s, "handshake"));
}

/* Lines of a payload, each cleaned on its own. */
static void print_payload(const struct session_text *t, const char *text)
{
	char clean[1024], cut[1024];

	while (*text) {
		size_t len = strcspn(text, "\n");

		text__clean(clean, sizeof(clean), text, len);
		text__fit(cut, sizeof(cut), clean, t->cols - 4, t->utf8);
		printf("    %s\n", cut);
		text += len + (text[len] == '\n');
	}
}

static void print_payloads(const struct session_text *t, const json_t *s)
{
	const json_t *m, *messages = json_object_get(s, "messages");
	char label[64];
	size_t i;

	json_array_foreach (messages, i, m) {
		const char *payload = json_string_value(json_object_get(m, "payload"));

		if (!payload)
			continue;
		printf("\n%zu  %s\n", i + 1,
		       session_text__word(t, m, "label", 40, label, sizeof(label)));
		print_payload(t, payload);
	}
}

void session_text__show(const struct session_text *t, const json_t *reply)
{
	print_head(t, reply);
	putchar('\n');
	session_ladder__print(t, reply);
	print_payloads(t, reply);
	putchar('\n');
	session_waterfall__print(t, reply);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath sessions` and `sigpath show`: what the daemon holds of calls, as text or as it answered.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "page.h"
#include "session_text.h"
#include "text.h"

typedef void (*print_fn)(const struct session_text *t, const json_t *reply);

/* An error of the daemon in its own words. */
static int tell(const char *command, const json_t *reply)
{
	const char *error = json_string_value(json_object_get(reply, "error"));
	const char *hint = json_string_value(json_object_get(reply, "hint"));
	char text[1024], more[1024];

	if (!error)
		error = "no such reply; is the daemon older than this client?";
	text__clean(text, sizeof(text), error, strlen(error));
	text__clean(more, sizeof(more), hint ? hint : "", hint ? strlen(hint) : 0);
	fprintf(stderr, "sigpath %s: %s%s%s\n", command, text, more[0] ? "; " : "", more);
	return EXIT_FAIL;
}

/* Takes request. */
static int ask(const char *command, const struct options *o, json_t *request, const char *type,
	       print_fn print)
{
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL, *line = NULL;
	bool utf8 = text__set_locale();
	struct session_text t = {page__cols(), utf8 && !o->value[OPTION_ASCII]};
	json_t *reply = NULL;
	const char *got;
	int status = EXIT_FAIL;

	json_decref(request);
	if (!text) {
		fprintf(stderr, "sigpath %s: %s\n", command, strerror(ENOMEM));
		return EXIT_FAIL;
	}
	if (command__ask(command, option__socket(o), text, &line))
		goto out;
	reply = json_loads(line, 0, NULL);
	got = json_string_value(json_object_get(reply, "type"));
	if (!got || strcmp(got, type)) {
		status = tell(command, reply);
		goto out;
	}
	if (o->value[OPTION_JSON])
		puts(line);
	else
		print(&t, reply);
	status = EXIT_DONE;
out:
	json_decref(reply);
	free(line);
	free(text);
	return status;
}

/* 1..5000; -EINVAL after telling. */
static int read_limit(const char *text)
{
	char *end;
	unsigned long n = text ? strtoul(text, &end, 10) : 200;

	if (text && (end == text || *end || n < 1 || n > 5000)) {
		fputs("sigpath sessions: --limit takes a number from 1 to 5000\n", stderr);
		return -EINVAL;
	}
	return (int)n;
}

int sessions__run(const struct options *o)
{
	const char *filter = o->operand ? o->operand : "";
	int limit = read_limit(o->value[OPTION_LIMIT]);

	if (limit < 0)
		return EXIT_USAGE;
	if (o->value[OPTION_METRICS])
		return ask("sessions", o, json_pack("{s:s}", "cmd", "metrics"), "metrics",
			   session_text__metrics);
	if (o->value[OPTION_EXEMPLARS])
		return ask("sessions", o,
			   o->operand
				   ? json_pack("{s:s, s:s}", "cmd", "exemplars", "method", filter)
				   : json_pack("{s:s}", "cmd", "exemplars"),
			   "exemplars", session_text__exemplars);
	return ask(
		"sessions", o,
		json_pack("{s:s, s:s, s:i}", "cmd", "sessions", "filter", filter, "limit", limit),
		"sessions", session_text__list);
}

int show__run(const struct options *o)
{
	bool with_payload = o->value[OPTION_PAYLOAD] != NULL;
	json_t *request;
	char *end;
	long long id;

	if (!o->operand || !*o->operand) {
		fputs("sigpath show: which one? Give an ID of `sigpath sessions`, or a Call-ID\n",
		      stderr);
		return EXIT_USAGE;
	}
	errno = 0;
	id = strtoll(o->operand, &end, 10);
	if (!*end && !errno && id > 0)
		request = json_pack("{s:s, s:I, s:b}", "cmd", "show", "id", (json_int_t)id,
				    "payload", with_payload);
	else
		request = json_pack("{s:s, s:s, s:b}", "cmd", "show", "call_id", o->operand,
				    "payload", with_payload);
	return ask("show", o, request, "session", session_text__show);
}

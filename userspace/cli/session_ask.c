/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests for sessions, printing of replies. */
#include "session_ask.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "filter_text.h"
#include "page.h"
#include "text.h"

#define LIMIT_DEFAULT 200
#define LIMIT_MOST    5000

/* Takes request. */
static int set_request(struct session_ask *ask, json_t *request, const char *type,
		       void (*print)(const struct session_text *, const json_t *))
{
	ask->request = request ? json_dumps(request, JSON_COMPACT) : NULL;
	ask->type = type;
	ask->print = print;
	json_decref(request);
	return ask->request ? 0 : -ENOMEM;
}

static int read_limit(const char *command, const char *text)
{
	char *end;
	unsigned long n = text ? strtoul(text, &end, 10) : LIMIT_DEFAULT;

	if (text && (end == text || *end || n < 1 || n > LIMIT_MOST)) {
		fprintf(stderr, "sigpath %s: --limit takes a number from 1 to %d\n", command,
			LIMIT_MOST);
		return -EINVAL;
	}
	return (int)n;
}

int session_ask__sessions(const struct options *o, const char *filter, struct session_ask *ret)
{
	int limit = read_limit(ret->command, o->value[OPTION_LIMIT]);

	if (limit < 0)
		return limit;
	ret->filter = filter;
	if (o->value[OPTION_METRICS])
		return set_request(ret, json_pack("{s:s}", "cmd", "metrics"), "metrics",
				   session_text__metrics);
	if (o->value[OPTION_BEATS])
		return set_request(ret, json_pack("{s:s}", "cmd", "beats"), "beats",
				   session_text__beats);
	if (o->value[OPTION_EXEMPLARS])
		return set_request(ret,
				   json_pack("{s:s, s:s*}", "cmd", "exemplars", "method",
					     *filter ? filter : NULL),
				   "exemplars", session_text__exemplars);
	return set_request(
		ret,
		json_pack("{s:s, s:s, s:i}", "cmd", "sessions", "filter", filter, "limit", limit),
		"sessions", session_text__list);
}

int session_ask__show(const struct options *o, const char *which, struct session_ask *ret)
{
	bool with_payload = o->value[OPTION_PAYLOAD] != NULL;
	json_t *request;
	char *end;
	long long id;

	errno = 0;
	id = strtoll(which, &end, 10);
	if (!*end && !errno && id > 0)
		request = json_pack("{s:s, s:I, s:b}", "cmd", "show", "id", (json_int_t)id,
				    "payload", with_payload);
	else
		request = json_pack("{s:s, s:s, s:b}", "cmd", "show", "call_id", which, "payload",
				    with_payload);
	return set_request(ret, request, "session", session_text__show);
}

int session_ask__print(const struct options *o, const struct session_ask *ask, const char *line)
{
	bool utf8 = text__set_locale();
	const struct session_text t = {page__cols(), utf8 && !o->value[OPTION_ASCII]};
	json_t *reply = json_loads(line, 0, NULL);
	const char *type = json_string_value(json_object_get(reply, "type"));
	int status = EXIT_DONE;

	if (!type || strcmp(type, ask->type))
		status = filter_text__refuse(ask->command, reply, ask->filter);
	else if (o->value[OPTION_JSON])
		puts(line);
	else
		ask->print(&t, reply);
	json_decref(reply);
	return status;
}

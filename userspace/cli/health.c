/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath health`: one line and an exit status, for kubelets, systemd and scripts. */
#include "health.h"
#include "client.h"
#include "command.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST "{\"cmd\":\"health\"}"

static unsigned int count_of(json_t *reply, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(reply, name));

	return n > 0 && n < 1000 ? (unsigned int)n : 0;
}

/* An error of the daemon in its own words, such as a refusal of this user. */
static void read_error(json_t *reply, struct health *h)
{
	const char *error = json_string_value(json_object_get(reply, "error"));
	char clean[HEALTH_TEXT_LEN];

	if (!error)
		error = "no health reply; is the daemon older than this client?";
	text__clean(clean, sizeof(clean), error, strlen(error));
	snprintf(h->why, sizeof(h->why), "the daemon says: %s", clean);
}

static void read_reply(json_t *reply, struct health *h)
{
	json_t *age = json_object_get(reply, "tick_age_ns");
	const char *observes = json_string_value(json_object_get(reply, "observes"));

	if (!observes || !json_is_integer(age) || json_integer_value(age) < 0) {
		read_error(reply, h);
		return;
	}
	h->is_known = true;
	text__clean(h->observes, sizeof(h->observes), observes, strlen(observes));
	h->instants = count_of(reply, "instants");
	h->measured = count_of(reply, "measured");
	h->tick_age_ns = (uint64_t)json_integer_value(age);
}

void health__judge(const char *path, int rc, const char *line, struct health *ret)
{
	json_t *reply = rc ? NULL : json_loads(line, 0, NULL);

	*ret = (struct health){0};
	if (rc)
		snprintf(ret->why, sizeof(ret->why), "no answer at %s: %s", path,
			 rc == -ETIMEDOUT ? "not within a second" : strerror(-rc));
	else
		read_reply(reply, ret);
	json_decref(reply);
	if (!ret->is_known)
		return;
	ret->is_healthy = ret->tick_age_ns <= HEALTH_TICK_NS;
	ret->is_ready = ret->is_healthy &&
			(!strcmp(ret->observes, "stages") || !strcmp(ret->observes, "totals"));
	if (!ret->is_healthy)
		snprintf(ret->why, sizeof(ret->why), "its loop has not run for %" PRIu64 " ms",
			 ret->tick_age_ns / 1000000);
	else if (!ret->is_ready)
		snprintf(ret->why, sizeof(ret->why),
			 "it observes nothing now: see `sigpath doctor` and the daemon's log");
}

static json_t *if_known(const struct health *h, json_t *value)
{
	if (h->is_known)
		return value;
	json_decref(value);
	return json_null();
}

static int print_json(const struct health *h)
{
	json_t *out =
		json_pack("{s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:s}", "type", "health", "healthy",
			  h->is_healthy, "ready", h->is_ready, "observes",
			  if_known(h, json_string(h->observes)), "instants",
			  if_known(h, json_integer(h->instants)), "measured",
			  if_known(h, json_integer(h->measured)), "tick_age_ns",
			  if_known(h, json_integer((json_int_t)h->tick_age_ns)), "why", h->why);
	char *line = out ? json_dumps(out, JSON_COMPACT) : NULL;

	json_decref(out);
	if (!line)
		return -ENOMEM;
	puts(line);
	free(line);
	return 0;
}

static void print_text(const struct health *h)
{
	const char *state = h->is_ready ? "ready" : h->is_healthy ? "not ready" : "not healthy";

	if (h->why[0])
		printf("%s: %s\n", state, h->why);
	else
		printf("%s: observes %s, %u of %u instants, loop ran %" PRIu64 " ms ago\n", state,
		       h->observes, h->measured, h->instants, h->tick_age_ns / 1000000);
}

int health__run(const struct options *o)
{
	char *line = NULL;
	const char *path = option__socket(o);
	int rc = client__call(path, REQUEST, HEALTH_ANSWER_MS, &line);
	struct health h;

	health__judge(path, rc, line, &h);
	free(line);
	if (!o->value[OPTION_JSON])
		print_text(&h);
	else if (print_json(&h))
		return EXIT_FAIL;
	return (o->value[OPTION_READY] ? h.is_ready : h.is_healthy) ? EXIT_DONE : EXIT_FAIL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* A session's own members, and the check that a reply is one. */
#include "model_call.h"
#include "field.h"
#include "figure.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void read_error(const json_t *root, char err[MODEL_ERROR_LEN])
{
	char what[MODEL_TEXT_LEN / 2], hint[MODEL_TEXT_LEN / 2], at[32] = "";
	uint64_t column = field__u64(root, "column", MODEL_NONE);

	FIELD_TEXT(what, root, "error");
	FIELD_TEXT(hint, root, "hint");
	if (column != MODEL_NONE)
		snprintf(at, sizeof(at), "at column %" PRIu64 ": ", column);
	snprintf(err, MODEL_ERROR_LEN, "%s%s%s%s", at, what, hint[0] ? "; " : "", hint);
}

static int check_type(const json_t *root, const char *type, char err[MODEL_ERROR_LEN])
{
	char got[MODEL_WORD_LEN];

	FIELD_TEXT(got, root, "type");
	if (!strcmp(got, type))
		return 0;
	if (!strcmp(got, "error")) {
		read_error(root, err);
		return -EREMOTEIO;
	}
	snprintf(err, MODEL_ERROR_LEN, "the reply is a '%s', not a '%s'", got, type);
	return -EBADMSG;
}

int model_call__open(const char *line, const char *type, json_t **root, char err[MODEL_ERROR_LEN])
{
	json_error_t error;
	json_t *v = json_loads(line, JSON_ALLOW_NUL, &error);
	int rc;

	err[0] = '\0';
	if (!v) {
		char text[MODEL_TEXT_LEN];

		text__clean(text, sizeof(text), error.text, strlen(error.text));
		snprintf(err, MODEL_ERROR_LEN, "the reply is not JSON: %s at byte %d", text,
			 error.position);
		return -EBADMSG;
	}
	rc = check_type(v, type, err);
	if (rc)
		json_decref(v);
	else
		*root = v;
	return rc;
}

static void read_phases(struct model_call *c, const json_t *v)
{
	/* Name and the instant it begins with. */
	static const char *const names[MODEL_PHASE_CNT][2] = {
		[MODEL_PHASE_OFFER] = {"signaling", "offer"},
		[MODEL_PHASE_ICE] = {"ice", "check"},
		[MODEL_PHASE_DTLS] = {"dtls", "hello"},
	};
	const json_t *phases = json_object_get(v, "phases");
	const json_t *instants = json_object_get(v, "instants");

	for (unsigned int i = 0; i < MODEL_PHASE_CNT; i++) {
		c->phase[i].ns = field__u64(phases, names[i][0], MODEL_NONE);
		c->phase[i].has_begun = c->phase[i].ns != MODEL_NONE ||
					json_is_integer(json_object_get(instants, names[i][1]));
	}
}

static void read_peer(struct model_call *c, const json_t *ends)
{
	const json_t *end, *found = NULL;
	size_t i;

	json_array_foreach (ends, i, end) {
		if (!found && !json_is_true(json_object_get(end, "local")))
			found = end;
	}
	FIELD_TEXT(c->peer, found ? found : json_array_get(ends, 0), "addr");
}

static void read_media(struct model_call *c, const json_t *v)
{
	const json_t *ice = json_object_get(v, "ice"), *shake = json_object_get(v, "handshake");

	c->has_ice = json_is_object(ice);
	c->ice_pairs = field__u64(ice, "pairs", 0);
	c->ice_checks = field__u64(ice, "checks", 0);
	c->ice_failed = field__u64(ice, "failed", 0);
	c->ice_rtt_ns = field__u64(ice, "rtt_min_ns", MODEL_NONE);
	FIELD_TEXT(c->ice_nominated, ice, "nominated");
	c->has_handshake = json_is_object(shake);
	FIELD_TEXT(c->protocol, shake, "protocol");
	c->flights = field__u64(shake, "flights", 0);
	c->flights_again = field__u64(shake, "retransmitted", 0);
}

void model_call__init(struct model_call *c, const json_t *v)
{
	const json_t *messages = json_object_get(v, "messages");

	*c = (struct model_call){.age_ns = MODEL_NONE};
	c->id = field__u64(v, "id", 0);
	FIELD_TEXT(c->kind, v, "kind");
	FIELD_TEXT(c->state, v, "state");
	FIELD_TEXT(c->call_id, v, "call_id");
	FIELD_TEXT(c->method, v, "method");
	FIELD_TEXT(c->service, v, "service");
	FIELD_TEXT(c->from, v, "from");
	FIELD_TEXT(c->to, v, "to");
	FIELD_TEXT(c->comm, v, "comm");
	FIELD_TEXT(c->pod, v, "pod");
	FIELD_TEXT(c->time, v, "time");
	c->code = field__u64(v, "code", MODEL_NONE);
	c->start_ns = field__u64(v, "start_ns", MODEL_NONE);
	c->seen_ns = field__u64(v, "seen_ns", MODEL_NONE);
	c->setup_ns = field__u64(v, "setup_ns", MODEL_NONE);
	/* A list in the reply to show, a number in the reply to sessions. */
	c->messages =
		json_is_array(messages) ? json_array_size(messages) : field__u64(v, "messages", 0);
	c->left_out = field__u64(v, "left_out", 0);
	c->retransmits = field__u64(v, "retransmits", 0);
	c->self_inflicted = field__u64(v, "self_inflicted", 0);
	c->pid = field__u64(v, "pid", 0);
	read_phases(c, v);
	read_peer(c, json_object_get(v, "ends"));
	read_media(c, v);
}

bool model_call__is_bad(const struct model_call *c)
{
	return !strcmp(c->state, "failed") || !strcmp(c->state, "timeout") ||
	       !strcmp(c->state, "lost");
}

bool model_call__is_over(const struct model_call *c)
{
	return model_call__is_bad(c) || !strcmp(c->state, "ended") ||
	       !strcmp(c->state, "cancelled");
}

static bool is_stuck(const struct model_call *c, enum model_phase_id id)
{
	return c->phase[id].has_begun && c->phase[id].ns == MODEL_NONE;
}

void model_call__why(const struct model_call *c, char text[MODEL_ERROR_LEN])
{
	const char *verb = model_call__is_over(c) ? "never ended" : "is under way";

	text[0] = '\0';
	if (!strcmp(c->state, "timeout"))
		snprintf(text, MODEL_ERROR_LEN,
			 "no final answer within the protocol's time; %" PRIu64 " sent again",
			 c->retransmits);
	else if (model_call__is_bad(c) && c->code != MODEL_NONE && c->code >= 400)
		snprintf(text, MODEL_ERROR_LEN, "%s was answered %" PRIu64,
			 c->method[0] ? c->method : "the request", c->code);
	else if (c->has_ice && is_stuck(c, MODEL_PHASE_ICE))
		snprintf(text, MODEL_ERROR_LEN,
			 "ICE %s: %" PRIu64 " pairs, %" PRIu64 " checks, %" PRIu64
			 " failed, none nominated",
			 verb, c->ice_pairs, c->ice_checks, c->ice_failed);
	else if (c->has_handshake && is_stuck(c, MODEL_PHASE_DTLS))
		snprintf(text, MODEL_ERROR_LEN,
			 "the handshake %s: %" PRIu64 " flights, %" PRIu64 " sent again", verb,
			 c->flights, c->flights_again);
	else if (is_stuck(c, MODEL_PHASE_OFFER))
		snprintf(text, MODEL_ERROR_LEN, "the offer has no answer");
	else if (!strcmp(c->state, "lost"))
		snprintf(text, MODEL_ERROR_LEN, "nothing was heard of it any more");
	else if (model_call__is_bad(c))
		snprintf(text, MODEL_ERROR_LEN, "the reason was not seen");
}

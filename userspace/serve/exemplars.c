/* SPDX-License-Identifier: BSD-2-Clause */
/* Exemplars as JSON. A builder returns NULL when memory ran out, and whoever packs its value passes
 * that on. */
#include "exemplars.h"

#include <string.h>

#include "call_json.h"
#include "jvalue.h"

#define LABEL_LEN 96

static json_t *stages_of(const struct exemplar *e)
{
	json_t *stages = json_array();
	char name[STAGE_NAME_LEN];

	for (unsigned int i = 0; i < e->share_cnt; i++) {
		char letter = stage__letter(e->share[i].mask);

		stage__name(e->share[i].mask, name, sizeof(name));
		stages = jvalue__append(stages, json_pack("{s:s, s:o, s:o}", "name", name, "letter",
							  jvalue__text(&letter, 1), "ns",
							  jvalue__uint(e->share[i].ns)));
	}
	return stages;
}

static json_t *payload_of(const struct exemplar *e, const struct exemplar_msg *m)
{
	return m->text_len ? jvalue__text(e->text + m->text, m->text_len) : json_null();
}

static json_t *messages_of(const struct exemplar *e, bool with_payload)
{
	json_t *messages = json_array();
	char label[LABEL_LEN];

	for (unsigned int i = 0; i < e->msg_cnt; i++) {
		const struct call_msg *m = &e->msg[i].msg;
		json_t *message;

		call_msg__label(m, label, sizeof(label));
		message = json_pack("{s:i, s:o, s:i, s:i, s:o, s:o, s:o, s:o, s:o}", "n",
				    (int)i + 1, "ts_ns", jvalue__uint(m->ts_ns), "src", (int)m->src,
				    "dst", (int)m->dst, "label", jvalue__text(label, sizeof(label)),
				    "code", jvalue__uint_if(m->code, m->code), "len",
				    jvalue__uint(m->len), "flags", call_json__flags(m->flags),
				    "comm", jvalue__text(m->comm, sizeof(m->comm)));
		if (with_payload)
			message = jvalue__merge(
				message, json_pack("{s:o}", "payload", payload_of(e, &e->msg[i])));
		messages = jvalue__append(messages, message);
	}
	return messages;
}

static json_t *head_of(const struct exemplar_shown *shown)
{
	const struct exemplar *e = shown->exemplar;

	return json_pack("{s:b, s:b, s:o, s:o, s:o, s:o, s:b}", "worst", shown->is_worst, "random",
			 shown->is_random, "total_ns", jvalue__uint(e->total_ns), "start_ns",
			 jvalue__uint(e->start_ns), "session", jvalue__uint_if(e->call, e->call),
			 "code", jvalue__uint_if(e->code, e->code), "error", e->is_error);
}

static json_t *exemplar_of(const struct exemplar_shown *shown, bool with_payload)
{
	const struct exemplar *e = shown->exemplar;

	return jvalue__merge(head_of(shown),
			     json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "call_id",
				       jvalue__text(e->call_id, sizeof(e->call_id)), "from",
				       jvalue__text(e->from, sizeof(e->from)), "to",
				       jvalue__text(e->to, sizeof(e->to)), "comm",
				       jvalue__text(e->comm, sizeof(e->comm)), "stages",
				       stages_of(e), "ends", call_json__ends(e->end, e->end_cnt),
				       "left_out", jvalue__uint(e->msgs_left_out), "messages",
				       messages_of(e, with_payload)));
}

static const char *side_name(char side)
{
	switch (side) {
	case 's':
		return "server";
	case 'c':
		return "client";
	case 'S':
		return "setup";
	default:
		return "wire";
	}
}

static json_t *row_of(const struct exemplars *ex, unsigned int row, bool with_payload)
{
	struct exemplar_shown shown[EXEMPLAR_SHOWN_MAX];
	json_t *list = json_array();
	uint64_t seen;
	const struct stats_key *key = exemplars__row(ex, row, &seen);
	unsigned int cnt = exemplars__list(ex, row, shown);

	for (unsigned int i = 0; i < cnt; i++)
		list = jvalue__append(list, exemplar_of(&shown[i], with_payload));
	return json_pack("{s:o, s:s, s:o, s:o, s:o}", "service",
			 jvalue__text(key->service, sizeof(key->service)), "side",
			 side_name(key->side), "method",
			 jvalue__text(key->method, sizeof(key->method)), "seen", jvalue__uint(seen),
			 "exemplars", list);
}

static bool is_asked(const json_t *request, const char *field, const char *value)
{
	const char *want = json_string_value(json_object_get(request, field));

	return !want || !strcmp(want, value);
}

json_t *exemplars__json(const struct exemplars *ex, const json_t *request)
{
	bool with_payload = json_is_true(json_object_get(request, "payload"));
	json_t *rows = json_array();

	for (unsigned int i = 0; i < exemplars__row_cnt(ex); i++) {
		const struct stats_key *key = exemplars__row(ex, i, NULL);

		if (is_asked(request, "service", key->service) &&
		    is_asked(request, "method", key->method))
			rows = jvalue__append(rows, row_of(ex, i, with_payload));
	}
	return json_pack("{s:s, s:o, s:o}", "type", "exemplars", "memory",
			 jvalue__uint(exemplars__memory(ex)), "rows", rows);
}

static json_t *brief_of(const struct exemplar_shown *shown)
{
	const struct exemplar *e = shown->exemplar;

	return jvalue__merge(head_of(shown),
			     json_pack("{s:o, s:o, s:o}", "call_id",
				       jvalue__text(e->call_id, sizeof(e->call_id)), "comm",
				       jvalue__text(e->comm, sizeof(e->comm)), "stages",
				       stages_of(e)));
}

static bool is_row(const struct stats_key *a, const struct stats_key *b)
{
	return a->side == b->side && !strcmp(a->service, b->service) &&
	       !strcmp(a->method, b->method);
}

json_t *exemplars__brief(const struct exemplars *ex, const struct stats_key *key)
{
	struct exemplar_shown shown[EXEMPLAR_SHOWN_MAX];
	json_t *list = json_array();
	unsigned int cnt = 0;

	for (unsigned int i = 0; i < exemplars__row_cnt(ex) && !cnt; i++) {
		if (is_row(exemplars__row(ex, i, NULL), key))
			cnt = exemplars__list(ex, i, shown);
	}
	for (unsigned int i = 0; i < cnt; i++)
		list = jvalue__append(list, brief_of(&shown[i]));
	return list;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* One session with its messages: JSON line to structs. */
#include "model_session.h"
#include "field.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_taken(const struct model_part *part, unsigned int cnt, char letter)
{
	for (unsigned int i = 0; i < cnt; i++) {
		if (part[i].letter == letter)
			return true;
	}
	return false;
}

static char make_unique(const struct model_part *part, unsigned int cnt, const char *want)
{
	char letter = isgraph((unsigned char)want[0]) ? want[0] : '?';

	if (is_taken(part, cnt, letter))
		letter = (char)toupper((unsigned char)letter);
	for (char digit = '1'; is_taken(part, cnt, letter) && digit <= '9'; digit++)
		letter = digit;
	return letter;
}

static int parse_stages(const json_t *arr, struct model_part **ret, unsigned int *cnt)
{
	struct model_part *part = field__array(arr, sizeof(*part));
	const json_t *v;
	size_t i;

	if (!part)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		char letter[MODEL_WORD_LEN];

		FIELD_TEXT(part[i].name, v, "name");
		FIELD_TEXT(letter, v, "letter");
		part[i].letter = make_unique(part, (unsigned int)i, letter);
		part[i].ns = field__u64(v, "ns", 0);
	}
	*ret = part;
	*cnt = (unsigned int)json_array_size(arr);
	return 0;
}

static unsigned int parse_flags(const json_t *arr)
{
	static const struct {
		const char *name;
		unsigned int flag;
	} names[] = {
		{"retransmit", MESSAGE_RETRANSMIT}, {"self", MESSAGE_SELF},
		{"dropped", MESSAGE_DROPPED},	    {"unread", MESSAGE_UNREAD},
		{"offer", MESSAGE_OFFER},	    {"answer", MESSAGE_ANSWER},
		{"candidate", MESSAGE_CANDIDATE},   {"nominates", MESSAGE_NOMINATES},
		{"media", MESSAGE_MEDIA},
	};
	unsigned int flags = 0;
	const json_t *v;
	size_t i;

	json_array_foreach (arr, i, v) {
		const char *name = json_string_value(v);

		for (size_t k = 0; name && k < sizeof(names) / sizeof(names[0]); k++)
			flags |= strcmp(name, names[k].name) ? 0 : names[k].flag;
	}
	return flags;
}

static int parse_message(const json_t *v, struct model_message *m)
{
	const json_t *timer = json_object_get(v, "timer");

	m->n = field__u64(v, "n", 0);
	m->ts_ns = field__u64(v, "ts_ns", MODEL_NONE);
	m->src = field__u64(v, "src", MODEL_NONE);
	m->dst = field__u64(v, "dst", MODEL_NONE);
	FIELD_TEXT(m->label, v, "label");
	FIELD_TEXT(m->proto, v, "proto");
	FIELD_TEXT(m->transport, v, "transport");
	FIELD_TEXT(m->comm, v, "comm");
	FIELD_TEXT(m->timer, timer, "name");
	m->timer_nth = field__u64(timer, "nth", 0);
	m->code = field__u64(v, "code", MODEL_NONE);
	m->len = field__u64(v, "len", 0);
	m->pid = field__u64(v, "pid", 0);
	m->flags = parse_flags(json_object_get(v, "flags"));
	m->host_ns = field__u64(v, "host_ns", MODEL_NONE);
	return parse_stages(json_object_get(v, "stages"), &m->part, &m->part_cnt);
}

static int parse_messages(const json_t *arr, struct model_session *m)
{
	const json_t *v;
	size_t i;

	m->message = field__array(arr, sizeof(*m->message));
	if (!m->message)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		int rc = parse_message(v, &m->message[m->message_cnt++]);

		if (rc)
			return rc;
	}
	return 0;
}

static int parse_ends(const json_t *arr, struct model_session *m)
{
	const json_t *v;
	size_t i;

	m->end = field__array(arr, sizeof(*m->end));
	if (!m->end)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		struct model_end *end = &m->end[m->end_cnt++];

		FIELD_TEXT(end->addr, v, "addr");
		end->is_local = json_is_true(json_object_get(v, "local"));
	}
	return 0;
}

/* name: the member with the phase's name. Spans without both ends are left out. */
static int parse_spans(const json_t *arr, const char *name, struct model_span **ret,
		       unsigned int *cnt)
{
	struct model_span *span = field__array(arr, sizeof(*span));
	const json_t *v;
	size_t i;

	if (!span)
		return -ENOMEM;
	*ret = span;
	json_array_foreach (arr, i, v) {
		struct model_span *s = &span[*cnt];

		s->from_ns = field__u64(v, "from_ns", MODEL_NONE);
		s->to_ns = field__u64(v, "to_ns", MODEL_NONE);
		s->critical_ns = field__u64(v, "critical_ns", 0);
		FIELD_TEXT(s->name, v, name);
		FIELD_TEXT(s->owner, v, "owner");
		if (s->to_ns != MODEL_NONE && s->from_ns <= s->to_ns)
			++*cnt;
	}
	return 0;
}

static int parse_owners(json_t *obj, struct model_setup *s)
{
	const char *name;
	json_t *ns;

	s->owner = calloc(json_object_size(obj) + 1, sizeof(*s->owner));
	if (!s->owner)
		return -ENOMEM;
	json_object_foreach (obj, name, ns) {
		struct model_part *owner = &s->owner[s->owner_cnt++];

		text__clean(owner->name, sizeof(owner->name), name, strlen(name));
		owner->ns = json_is_integer(ns) && json_integer_value(ns) > 0
				    ? (uint64_t)json_integer_value(ns)
				    : 0;
	}
	return 0;
}

static int parse_setup(const json_t *v, struct model_setup *s)
{
	int rc;

	s->start_ns = field__u64(v, "start_ns", MODEL_NONE);
	s->end_ns = field__u64(v, "end_ns", MODEL_NONE);
	s->human_ns = field__u64(v, "human_ns", 0);
	s->is_known = s->end_ns != MODEL_NONE && s->start_ns < s->end_ns;
	s->is_complete = json_is_true(json_object_get(v, "complete"));
	s->is_invalid = json_is_true(json_object_get(v, "invalid"));
	rc = parse_spans(json_object_get(v, "phases"), "name", &s->phase, &s->phase_cnt);
	if (!rc)
		rc = parse_spans(json_object_get(v, "parts"), "phase", &s->part, &s->part_cnt);
	if (!rc)
		rc = parse_owners(json_object_get(v, "owners"), s);
	if (!rc)
		rc = parse_stages(json_object_get(v, "stages"), &s->stage, &s->stage_cnt);
	return rc;
}

static int parse(const json_t *root, struct model_session *m)
{
	int rc;

	model_call__init(&m->call, root);
	rc = parse_ends(json_object_get(root, "ends"), m);
	if (!rc)
		rc = parse_messages(json_object_get(root, "messages"), m);
	if (!rc)
		rc = parse_setup(json_object_get(root, "waterfall"), &m->setup);
	return rc;
}

int model_session__parse(const char *line, struct model_session **ret, char err[MODEL_ERROR_LEN])
{
	struct model_session *m = NULL;
	json_t *root = NULL;
	int rc = model_call__open(line, "session", &root, err);

	if (rc)
		return rc;
	m = calloc(1, sizeof(*m));
	rc = m ? parse(root, m) : -ENOMEM;
	json_decref(root);
	if (!rc) {
		*ret = m;
		return 0;
	}
	snprintf(err, MODEL_ERROR_LEN, "no memory for the session");
	model_session__free(m);
	return rc;
}

void model_session__free(struct model_session *m)
{
	if (!m)
		return;
	for (unsigned int i = 0; i < m->message_cnt; i++)
		free(m->message[i].part);
	free(m->message);
	free(m->end);
	free(m->setup.phase);
	free(m->setup.part);
	free(m->setup.owner);
	free(m->setup.stage);
	free(m);
}

const struct model_part *model_session__largest(const struct model_part *part, unsigned int cnt)
{
	const struct model_part *best = NULL;

	for (unsigned int i = 0; i < cnt; i++) {
		if (!best || part[i].ns > best->ns)
			best = &part[i];
	}
	return best;
}

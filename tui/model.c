/* SPDX-License-Identifier: BSD-2-Clause */
/* The snapshot model: JSON line to structs. */
#include "model.h"
#include "field.h"
#include "model_row.h"
#include "text.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_rows(const json_t *arr, struct model *m)
{
	const json_t *v;
	size_t i;

	m->row = field__array(arr, sizeof(*m->row));
	if (!m->row)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		int rc = model_row__parse(v, &m->row[m->row_cnt++]);

		if (rc)
			return rc;
	}
	return 0;
}

/* --- everything else --- */

static void parse_totals(const json_t *v, struct model_totals *t)
{
	t->messages = field__u64(v, "messages", 0);
	t->transactions = field__u64(v, "transactions", 0);
	t->joined = field__u64(v, "joined", 0);
	t->unjoined = field__u64(v, "unjoined", 0);
	t->in_flight = field__u64(v, "in_flight", 0);
	t->oldest_ns = field__u64(v, "oldest_ns", MODEL_NONE);
	t->timeouts = field__u64(v, "timeouts", 0);
	t->errors = field__u64(v, "errors", 0);
	t->lost = field__u64(v, "lost", 0);
	t->messages_per_s = field__real(v, "messages_per_s");
}

static int parse_ledger(const json_t *arr, struct model *m)
{
	const json_t *v;
	size_t i;

	m->loss = field__array(arr, sizeof(*m->loss));
	if (!m->loss)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		FIELD_TEXT(m->loss[i].name, v, "name");
		FIELD_TEXT(m->loss[i].kind, v, "kind");
		FIELD_TEXT(m->loss[i].help, v, "help");
		m->loss[i].count = field__u64(v, "count", 0);
	}
	m->loss_cnt = (unsigned int)json_array_size(arr);
	return 0;
}

static int parse_choice(const json_t *v, struct model_choice *choice)
{
	const json_t *arr = json_object_get(v, "skipped"), *s;
	size_t i;

	FIELD_TEXT(choice->instant, v, "instant");
	FIELD_TEXT(choice->candidate, v, "candidate");
	FIELD_TEXT(choice->mechanism, v, "mechanism");
	FIELD_TEXT(choice->state, v, "state");
	FIELD_TEXT(choice->why, v, "why");
	FIELD_TEXT(choice->lost, v, "lost");
	FIELD_TEXT(choice->merged_as, v, "merged_as");
	choice->skip = field__array(arr, sizeof(*choice->skip));
	if (!choice->skip)
		return -ENOMEM;
	json_array_foreach (arr, i, s) {
		FIELD_TEXT(choice->skip[i].candidate, s, "candidate");
		FIELD_TEXT(choice->skip[i].mechanism, s, "mechanism");
		FIELD_TEXT(choice->skip[i].reason, s, "reason");
	}
	choice->skip_cnt = (unsigned int)json_array_size(arr);
	return 0;
}

static int parse_plan(const json_t *arr, struct model *m)
{
	const json_t *v;
	size_t i;

	m->choice = field__array(arr, sizeof(*m->choice));
	if (!m->choice)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		int rc = parse_choice(v, &m->choice[m->choice_cnt++]);

		if (rc)
			return rc;
	}
	return 0;
}

static int parse_taps(const json_t *arr, struct model *m)
{
	const json_t *v;
	size_t i;

	m->tap = field__array(arr, sizeof(*m->tap));
	if (!m->tap)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		struct model_tap *tap = &m->tap[m->tap_cnt++];

		FIELD_TEXT(tap->ifname, v, "ifname");
		FIELD_TEXT(tap->direction, v, "direction");
		FIELD_TEXT(tap->candidate, v, "candidate");
		FIELD_TEXT(tap->state, v, "state");
		FIELD_TEXT(tap->reason, v, "reason");
	}
	return 0;
}

static void parse_replan(const json_t *v, struct model_replan *r)
{
	r->cnt = field__u64(v, "count", 0);
	FIELD_TEXT(r->time, v, "time");
	FIELD_TEXT(r->reason, v, "reason");
	FIELD_TEXT(r->due, v, "due");
}

static void parse_replay(const json_t *v, struct model_replay *r)
{
	r->is_played = json_is_object(v);
	FIELD_TEXT(r->file, v, "file");
	FIELD_TEXT(r->state, v, "state");
	FIELD_TEXT(r->error, v, "error");
	r->pos_ns = field__u64(v, "pos_ns", 0);
	r->len_ns = field__u64(v, "len_ns", MODEL_NONE);
	r->speed = field__real(v, "speed");
	r->is_paused = json_is_true(json_object_get(v, "paused"));
}

static int parse_snapshot(const json_t *root, struct model *m)
{
	int rc;

	m->seq = field__u64(root, "seq", 0);
	m->mono_ns = field__u64(root, "mono_ns", 0);
	m->uptime_ns = field__u64(root, "uptime_ns", 0);
	m->window_ns = field__u64(root, "window_ns", MODEL_NONE);
	FIELD_TEXT(m->time, root, "time");
	FIELD_TEXT(m->host, root, "host");
	FIELD_TEXT(m->kernel, root, "kernel");
	FIELD_TEXT(m->banner, root, "banner");
	parse_totals(json_object_get(root, "totals"), &m->totals);
	parse_replan(json_object_get(root, "replan"), &m->replan);
	parse_replay(json_object_get(root, "replay"), &m->replay);
	rc = parse_rows(json_object_get(root, "rows"), m);
	if (!rc)
		rc = parse_ledger(json_object_get(root, "ledger"), m);
	if (!rc)
		rc = parse_plan(json_object_get(root, "plan"), m);
	if (!rc)
		rc = parse_taps(json_object_get(root, "taps"), m);
	return rc;
}

/* Is this a snapshot of our protocol? */
static int check_type(const json_t *root, char err[MODEL_ERROR_LEN])
{
	char type[MODEL_WORD_LEN], what[MODEL_TEXT_LEN / 2], hint[MODEL_TEXT_LEN / 2];
	uint64_t protocol = field__u64(root, "protocol", 0);

	FIELD_TEXT(type, root, "type");
	if (!strcmp(type, "error")) {
		FIELD_TEXT(what, root, "error");
		FIELD_TEXT(hint, root, "hint");
		snprintf(err, MODEL_ERROR_LEN, "sigpathd says: %s%s%s", what, hint[0] ? "; " : "",
			 hint);
		return -EREMOTEIO;
	}
	if (strcmp(type, "snapshot")) {
		snprintf(err, MODEL_ERROR_LEN, "the reply is a '%s', not a snapshot", type);
		return -EBADMSG;
	}
	if (protocol != MODEL_PROTOCOL) {
		snprintf(err, MODEL_ERROR_LEN,
			 "the daemon speaks protocol %llu, this client %d; use the client of its "
			 "version",
			 (unsigned long long)protocol, MODEL_PROTOCOL);
		return -EPROTO;
	}
	return 0;
}

int model__parse(const char *line, struct model **ret, char err[MODEL_ERROR_LEN])
{
	json_error_t error;
	json_t *root = json_loads(line, JSON_ALLOW_NUL, &error);
	struct model *m = NULL;
	int rc;

	err[0] = '\0';
	if (!root) {
		char text[MODEL_TEXT_LEN];

		text__clean(text, sizeof(text), error.text, strlen(error.text));
		snprintf(err, MODEL_ERROR_LEN, "the reply is not JSON: %s at byte %d", text,
			 error.position);
		return -EBADMSG;
	}
	rc = check_type(root, err);
	if (!rc && !(m = calloc(1, sizeof(*m))))
		rc = -ENOMEM;
	if (!rc)
		rc = parse_snapshot(root, m);
	if (rc == -ENOMEM)
		snprintf(err, MODEL_ERROR_LEN, "no memory for the snapshot");
	json_decref(root);
	if (rc)
		model__free(m);
	else
		*ret = m;
	return rc;
}

int model__parse_play(const char *line, struct model *m, char err[MODEL_ERROR_LEN])
{
	json_t *root = json_loads(line, JSON_ALLOW_NUL, NULL);
	const json_t *replay = json_object_get(root, "replay");
	char what[MODEL_TEXT_LEN];
	int rc = json_is_object(replay) ? 0 : -EBADMSG;

	err[0] = '\0';
	if (!rc) {
		parse_replay(replay, &m->replay);
	} else {
		FIELD_TEXT(what, root, "error");
		snprintf(err, MODEL_ERROR_LEN, "the player does not understand: %s", what);
	}
	json_decref(root);
	return rc;
}

void model__free(struct model *m)
{
	if (!m)
		return;
	for (unsigned int i = 0; i < m->row_cnt; i++)
		model_row__done(&m->row[i]);
	for (unsigned int i = 0; i < m->choice_cnt; i++)
		free(m->choice[i].skip);
	free(m->row);
	free(m->loss);
	free(m->choice);
	free(m->tap);
	free(m);
}

uint64_t model__sum_ns(const struct model_row *row)
{
	uint64_t sum_ns = 0;

	for (unsigned int i = 0; i < row->stage_cnt; i++)
		sum_ns += row->stage[i].sum_ns;
	return sum_ns;
}

bool model__is_degraded(const struct model_choice *choice)
{
	return !strcmp(choice->state, "merged") || choice->lost[0];
}

bool model__is_lost(const struct model_loss *loss)
{
	return loss->count && (!strcmp(loss->kind, "loss") || !strcmp(loss->kind, "drop"));
}

const char *model__side_short(const struct model_row *row)
{
	return !strcmp(row->side, "server")   ? "srv"
	       : !strcmp(row->side, "client") ? "cli"
					      : row->side;
}

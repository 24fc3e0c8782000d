/* SPDX-License-Identifier: BSD-2-Clause */
/* The snapshot model: JSON line to structs. */
#include "model.h"
#include "field.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One zeroed element per element of arr; NULL only when memory ran out. */
static void *make_array(const json_t *arr, size_t size)
{
	size_t cnt = json_array_size(arr);

	return calloc(cnt ? cnt : 1, size);
}

static struct model_quantile get_quantile(const json_t *row, const char *key)
{
	const json_t *q = json_object_get(row, key);

	return (struct model_quantile){
		.ns = field__u64(q, "ns", MODEL_NONE),
		.lo_ns = field__u64(q, "lo_ns", MODEL_NONE),
		.hi_ns = field__u64(q, "hi_ns", MODEL_NONE),
	};
}

/* --- rows --- */

static bool is_taken(const struct model_stage *stage, unsigned int cnt, char letter)
{
	for (unsigned int i = 0; i < cnt; i++) {
		if (stage[i].letter == letter)
			return true;
	}
	return false;
}

static char make_unique(const struct model_stage *stage, unsigned int cnt, const char *want)
{
	char letter = isgraph((unsigned char)want[0]) ? want[0] : '?';

	if (is_taken(stage, cnt, letter))
		letter = (char)toupper((unsigned char)letter);
	for (char digit = '1'; is_taken(stage, cnt, letter) && digit <= '9'; digit++)
		letter = digit;
	return letter;
}

static int parse_stages(const json_t *arr, struct model_stage **ret, unsigned int *cnt)
{
	struct model_stage *stage = make_array(arr, sizeof(*stage));
	const json_t *v;
	size_t i;

	if (!stage)
		return -ENOMEM;
	*ret = stage;
	json_array_foreach (arr, i, v) {
		char letter[MODEL_WORD_LEN];

		FIELD_TEXT(stage[i].name, v, "name");
		FIELD_TEXT(letter, v, "letter");
		stage[i].letter = make_unique(stage, (unsigned int)i, letter);
		stage[i].sum_ns = field__u64(v, "sum_ns", 0);
		stage[i].n = field__u64(v, "n", 0);
		stage[i].p50_ns = field__u64(v, "p50_ns", MODEL_NONE);
		stage[i].p99_ns = field__u64(v, "p99_ns", MODEL_NONE);
		stage[i].max_ns = field__u64(v, "max_ns", MODEL_NONE);
	}
	*cnt = (unsigned int)json_array_size(arr);
	return 0;
}

static int parse_cell(json_t *v, struct model_cell *cell)
{
	json_t *shares = json_object_get(v, "stages"), *ns;
	const char *name;

	cell->upper_ns = field__u64(v, "upper_ns", MODEL_NONE);
	cell->n = field__u64(v, "n", 0);
	cell->total_ns = field__u64(v, "total_ns", 0);
	cell->share = calloc(json_object_size(shares) + 1, sizeof(*cell->share));
	if (!cell->share)
		return -ENOMEM;
	json_object_foreach (shares, name, ns) {
		struct model_share *share = &cell->share[cell->share_cnt++];

		text__clean(share->name, sizeof(share->name), name, strlen(name));
		if (json_is_integer(ns) && json_integer_value(ns) > 0)
			share->ns = (uint64_t)json_integer_value(ns);
	}
	return 0;
}

static int parse_cells(const json_t *arr, struct model_row *row)
{
	json_t *v;
	size_t i;

	row->has_cells = json_is_array(arr);
	row->cell = make_array(arr, sizeof(*row->cell));
	if (!row->cell)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		int rc = parse_cell(v, &row->cell[row->cell_cnt++]);

		if (rc)
			return rc;
	}
	return 0;
}

static int parse_tail(const json_t *v, struct model_tail *tail)
{
	tail->known = json_is_object(v);
	tail->q = field__real(v, "q");
	tail->edge_ns = field__u64(v, "edge_ns", 0);
	tail->n = field__u64(v, "n", 0);
	tail->total_ns = field__u64(v, "total_ns", 0);
	return parse_stages(json_object_get(v, "stages"), &tail->stage, &tail->stage_cnt);
}

static int parse_row(const json_t *v, struct model_row *row)
{
	int rc;

	FIELD_TEXT(row->service, v, "service");
	FIELD_TEXT(row->side, v, "side");
	FIELD_TEXT(row->method, v, "method");
	FIELD_TEXT(row->comm, v, "comm");
	row->netns = field__u64(v, "netns", 0);
	row->cgroup = field__u64(v, "cgroup", 0);
	row->rate = field__real(v, "rate");
	row->n = field__u64(v, "n", 0);
	row->n_total = field__u64(v, "n_total", 0);
	row->p50 = get_quantile(v, "p50");
	row->p90 = get_quantile(v, "p90");
	row->p99 = get_quantile(v, "p99");
	row->p999 = get_quantile(v, "p999");
	row->min_ns = field__u64(v, "min_ns", MODEL_NONE);
	row->max_ns = field__u64(v, "max_ns", MODEL_NONE);
	row->mean_ns = field__u64(v, "mean_ns", MODEL_NONE);
	row->errors = field__u64(v, "errors_window", field__u64(v, "errors", 0));
	row->timeouts = field__u64(v, "timeouts_window", field__u64(v, "timeouts", 0));
	row->retransmits = field__u64(v, "retransmits", 0);
	row->in_flight = field__u64(v, "in_flight", 0);
	row->oldest_ns = field__u64(v, "oldest_ns", MODEL_NONE);
	rc = parse_stages(json_object_get(v, "stages"), &row->stage, &row->stage_cnt);
	if (!rc)
		rc = parse_tail(json_object_get(v, "tail"), &row->tail);
	if (!rc)
		rc = parse_cells(json_object_get(v, "cells"), row);
	return rc;
}

static int parse_rows(const json_t *arr, struct model *m)
{
	const json_t *v;
	size_t i;

	m->row = make_array(arr, sizeof(*m->row));
	if (!m->row)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		int rc = parse_row(v, &m->row[m->row_cnt++]);

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

	m->loss = make_array(arr, sizeof(*m->loss));
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
	choice->skip = make_array(arr, sizeof(*choice->skip));
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

	m->choice = make_array(arr, sizeof(*m->choice));
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

	m->tap = make_array(arr, sizeof(*m->tap));
	if (!m->tap)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		FIELD_TEXT(m->tap[i].ifname, v, "ifname");
		FIELD_TEXT(m->tap[i].direction, v, "direction");
		FIELD_TEXT(m->tap[i].candidate, v, "candidate");
		FIELD_TEXT(m->tap[i].state, v, "state");
		FIELD_TEXT(m->tap[i].reason, v, "reason");
		m->tap[i].ifindex = field__u64(v, "ifindex", 0);
		m->tap[i].netns = field__u64(v, "netns", 0);
	}
	m->tap_cnt = (unsigned int)json_array_size(arr);
	return 0;
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
	parse_totals(json_object_get(root, "totals"), &m->totals);
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

static void free_row(struct model_row *row)
{
	for (unsigned int i = 0; i < row->cell_cnt; i++)
		free(row->cell[i].share);
	free(row->cell);
	free(row->stage);
	free(row->tail.stage);
}

void model__free(struct model *m)
{
	if (!m)
		return;
	for (unsigned int i = 0; i < m->row_cnt; i++)
		free_row(&m->row[i]);
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

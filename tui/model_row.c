/* SPDX-License-Identifier: BSD-2-Clause */
/* A row of the snapshot model: percentiles, stages, tail, cells. */
#include "model_row.h"
#include "field.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UNNAMED "unknown"

static struct model_quantile get_quantile(const json_t *row, const char *key)
{
	const json_t *q = json_object_get(row, key);

	return (struct model_quantile){
		.ns = field__u64(q, "ns", MODEL_NONE),
		.lo_ns = field__u64(q, "lo_ns", MODEL_NONE),
		.hi_ns = field__u64(q, "hi_ns", MODEL_NONE),
	};
}

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
	struct model_stage *stage = field__array(arr, sizeof(*stage));
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
	row->cell = field__array(arr, sizeof(*row->cell));
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
	tail->edge_ns = field__u64(v, "edge_ns", field__u64(v, "lo_ns", 0));
	tail->hi_ns = field__u64(v, "hi_ns", MODEL_NONE);
	tail->n = field__u64(v, "n", 0);
	tail->total_ns = field__u64(v, "total_ns", 0);
	return parse_stages(json_object_get(v, "stages"), &tail->stage, &tail->stage_cnt);
}

static int parse_bands(const json_t *arr, struct model_row *row)
{
	static const double q[MODEL_BANDS] = {0.5, 0.99, 0.999};
	const json_t *v;
	size_t i;

	json_array_foreach (arr, i, v) {
		for (unsigned int b = 0; b < MODEL_BANDS; b++) {
			double off = field__real(v, "q") - q[b];
			int rc;

			if (row->band[b].known || off > 1e-6 || off < -1e-6)
				continue;
			rc = parse_tail(v, &row->band[b]);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static void parse_history(const json_t *v, struct model_history *h)
{
	const json_t *p99 = json_object_get(v, "p99_ns"), *n = json_object_get(v, "n");
	size_t cnt = json_array_size(p99), skip = cnt > MODEL_HISTORY ? cnt - MODEL_HISTORY : 0;

	h->slot_ns = field__u64(v, "slot_ns", 0);
	for (size_t i = skip; i < cnt; i++) {
		const json_t *ns = json_array_get(p99, i), *of = json_array_get(n, i);

		h->p99_ns[h->cnt] = json_is_integer(ns) && json_integer_value(ns) >= 0
					    ? (uint64_t)json_integer_value(ns)
					    : MODEL_NONE;
		h->n[h->cnt++] = json_is_integer(of) && json_integer_value(of) > 0
					 ? (uint64_t)json_integer_value(of)
					 : 0;
	}
}

static void parse_drift(const json_t *v, struct model_drift *d)
{
	FIELD_TEXT(d->state, v, "state");
	d->ratio = field__real(v, "ratio");
	d->lo = field__real(v, "lo");
	d->hi = field__real(v, "hi");
	d->n = field__u64(v, "n", 0);
	d->base_n = field__u64(v, "base_n", 0);
}

int model_row__parse(const json_t *v, struct model_row *row)
{
	int rc;

	FIELD_TEXT(row->service, v, "service");
	FIELD_TEXT(row->side, v, "side");
	FIELD_TEXT(row->method, v, "method");
	if (!row->service[0])
		strcpy(row->service, UNNAMED);
	if (!row->method[0])
		strcpy(row->method, UNNAMED);
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
	parse_history(json_object_get(v, "history"), &row->history);
	parse_drift(json_object_get(v, "drift"), &row->drift);
	if (!rc)
		rc = parse_bands(json_object_get(v, "bands"), row);
	if (!rc)
		rc = parse_cells(json_object_get(v, "cells"), row);
	return rc;
}

void model_row__done(struct model_row *row)
{
	for (unsigned int i = 0; i < row->cell_cnt; i++)
		free(row->cell[i].share);
	free(row->cell);
	free(row->stage);
	free(row->tail.stage);
	for (unsigned int b = 0; b < MODEL_BANDS; b++)
		free(row->band[b].stage);
}

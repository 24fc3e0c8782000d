/* SPDX-License-Identifier: BSD-2-Clause */
/* One row by stages: JSON line to a struct. */
#include "model_stages.h"
#include "field.h"
#include "model_call.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double band_q[STAGES_BAND_CNT] = {0.5, 0.99, 0.999};

const char *model_stages__band_name(unsigned int band)
{
	static const char *const names[STAGES_BAND_CNT] = {"P50", "P99", "P999"};

	return band < STAGES_BAND_CNT ? names[band] : "all";
}

static bool is_taken(const struct model_stages *m, char letter)
{
	for (unsigned int i = 0; i < m->line_cnt; i++) {
		if (m->line[i].letter == letter)
			return true;
	}
	return false;
}

static char make_unique(const struct model_stages *m, char want)
{
	char letter = isgraph((unsigned char)want) ? want : '?';

	if (is_taken(m, letter))
		letter = (char)toupper((unsigned char)letter);
	for (char digit = '1'; is_taken(m, letter) && digit <= '9'; digit++)
		letter = digit;
	return letter;
}

static struct stages_line *find_line(struct model_stages *m, const char *name)
{
	for (unsigned int i = 0; i < m->line_cnt; i++) {
		if (!strcmp(m->line[i].name, name))
			return &m->line[i];
	}
	return NULL;
}

/* The line of the stage v names, made when it is new; NULL when there are too many. */
static struct stages_line *get_line(struct model_stages *m, const json_t *v)
{
	char name[MODEL_NAME_LEN], letter[MODEL_WORD_LEN];
	struct stages_line *line;

	FIELD_TEXT(name, v, "name");
	FIELD_TEXT(letter, v, "letter");
	line = find_line(m, name);
	if (line)
		return line;
	if (m->line_cnt == STAGES_MAX) {
		m->left_out++;
		return NULL;
	}
	line = &m->line[m->line_cnt];
	*line = (struct stages_line){
		.letter = make_unique(m, letter[0]),
		.p50_ns = MODEL_NONE,
		.p90_ns = MODEL_NONE,
		.p99_ns = MODEL_NONE,
		.p999_ns = MODEL_NONE,
		.max_ns = MODEL_NONE,
	};
	strcpy(line->name, name);
	m->line_cnt++;
	return line;
}

static void read_lines(struct model_stages *m, const json_t *arr)
{
	const json_t *v;
	size_t i;

	json_array_foreach (arr, i, v) {
		struct stages_line *line = get_line(m, v);

		if (!line)
			continue;
		line->n = field__u64(v, "n", 0);
		line->p50_ns = field__u64(v, "p50_ns", MODEL_NONE);
		line->p90_ns = field__u64(v, "p90_ns", MODEL_NONE);
		line->p99_ns = field__u64(v, "p99_ns", MODEL_NONE);
		line->p999_ns = field__u64(v, "p999_ns", MODEL_NONE);
		line->max_ns = field__u64(v, "max_ns", MODEL_NONE);
	}
}

static void read_sums(struct model_stages *m, const json_t *arr)
{
	const json_t *v;
	size_t i;

	json_array_foreach (arr, i, v) {
		struct stages_line *line = get_line(m, v);
		uint64_t sum_ns = field__u64(v, "sum_ns", 0);

		if (line)
			line->all_ns += sum_ns;
		m->all_ns += sum_ns;
	}
}

static void read_band(struct model_stages *m, const json_t *v)
{
	const json_t *arr = json_object_get(v, "stages"), *stage;
	double q = field__real(v, "q");
	unsigned int id = 0;
	size_t i;

	while (id < STAGES_BAND_CNT && (q < band_q[id] - 1e-6 || q > band_q[id] + 1e-6))
		id++;
	if (id == STAGES_BAND_CNT || m->band[id].is_known)
		return;
	m->band[id] = (struct stages_band){
		.is_known = true,
		.n = field__u64(v, "n", 0),
		.total_ns = field__u64(v, "total_ns", 0),
	};
	json_array_foreach (arr, i, stage) {
		struct stages_line *line = get_line(m, stage);

		if (line)
			line->band_ns[id] += field__u64(stage, "sum_ns", 0);
	}
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

static void read_row(struct model_stages *m, const json_t *row)
{
	const json_t *bands = json_object_get(row, "bands"), *v;
	size_t i;

	m->is_known = json_is_object(row);
	FIELD_TEXT(m->service, row, "service");
	FIELD_TEXT(m->side, row, "side");
	FIELD_TEXT(m->method, row, "method");
	m->n = field__u64(row, "n", 0);
	m->p50 = get_quantile(row, "p50");
	m->p99 = get_quantile(row, "p99");
	m->p999 = get_quantile(row, "p999");
	m->max_ns = field__u64(row, "max_ns", MODEL_NONE);
	read_sums(m, json_object_get(row, "stages"));
	json_array_foreach (bands, i, v)
		read_band(m, v);
}

static void read_why(struct model_stages *m, const json_t *why)
{
	const json_t *arr = json_object_get(why, "causes"), *v;
	size_t i;

	m->has_why = json_is_object(why);
	m->why_edge_ns = field__u64(why, "edge_ns", MODEL_NONE);
	m->why_n = field__u64(why, "n", 0);
	m->why_total_ns = field__u64(why, "total_ns", 0);
	json_array_foreach (arr, i, v) {
		struct stages_cause *c = &m->cause[m->cause_cnt];
		const struct stages_line *line;

		if (m->cause_cnt == STAGES_CAUSES_MAX) {
			m->left_out++;
			continue;
		}
		FIELD_TEXT(c->stage, v, "stage");
		FIELD_TEXT(c->text, v, "text");
		FIELD_TEXT(c->who, v, "who");
		c->n = field__u64(v, "n", 0);
		c->ns = field__u64(v, "ns", 0);
		line = find_line(m, c->stage);
		c->letter = line ? line->letter : '?';
		m->cause_cnt++;
	}
}

static void read_exemplar(struct stages_exemplar *e, const json_t *v)
{
	const json_t *arr = json_object_get(v, "stages"), *stage;
	size_t i;

	e->total_ns = field__u64(v, "total_ns", MODEL_NONE);
	e->start_ns = field__u64(v, "start_ns", MODEL_NONE);
	e->session = field__u64(v, "session", MODEL_NONE);
	e->code = field__u64(v, "code", MODEL_NONE);
	e->is_error = json_is_true(json_object_get(v, "error"));
	FIELD_TEXT(e->call_id, v, "call_id");
	FIELD_TEXT(e->comm, v, "comm");
	json_array_foreach (arr, i, stage) {
		uint64_t ns = field__u64(stage, "ns", 0);

		if (ns > e->largest_ns) {
			e->largest_ns = ns;
			FIELD_TEXT(e->largest, stage, "name");
		}
	}
}

static void read_exemplars(struct model_stages *m, const json_t *arr)
{
	const json_t *v;
	size_t i;

	json_array_foreach (arr, i, v) {
		if (m->exemplar_cnt == STAGES_EXEMPLARS_MAX)
			m->left_out++;
		else
			read_exemplar(&m->exemplar[m->exemplar_cnt++], v);
	}
}

int model_stages__parse(const char *line, struct model_stages **ret, char err[MODEL_ERROR_LEN])
{
	struct model_stages *m;
	json_t *root = NULL;
	int rc = model_call__open(line, "stages", &root, err);

	if (rc)
		return rc;
	m = calloc(1, sizeof(*m));
	if (m) {
		m->window_ns = field__u64(root, "window_ns", MODEL_NONE);
		/* The lines come first: they have the order of the path. */
		read_lines(m, json_object_get(root, "stages"));
		read_row(m, json_object_get(root, "row"));
		read_why(m, json_object_get(root, "why"));
		read_exemplars(m, json_object_get(root, "exemplars"));
		*ret = m;
	} else {
		snprintf(err, MODEL_ERROR_LEN, "no memory for the stages");
		rc = -ENOMEM;
	}
	json_decref(root);
	return rc;
}

void model_stages__free(struct model_stages *m)
{
	free(m);
}

void model_stages__bar(const struct model_stages *m, unsigned int band, struct breakdown *ret)
{
	*ret = (struct breakdown){.cnt = m->line_cnt};
	for (unsigned int i = 0; i < m->line_cnt; i++) {
		const struct stages_line *line = &m->line[i];

		ret->part[i] = (struct breakdown_part){
			.name = line->name,
			.letter = line->letter,
			.all_ns = band < STAGES_BAND_CNT ? line->band_ns[band] : line->all_ns,
		};
		ret->all_ns += ret->part[i].all_ns;
	}
	ret->all_n = band < STAGES_BAND_CNT ? m->band[band].n : m->n;
}

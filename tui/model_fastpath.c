/* SPDX-License-Identifier: BSD-2-Clause */
/* The fast path: JSON line to rows. */
#include "model_fastpath.h"
#include "field.h"
#include "model_call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void parse_service(const json_t *v, struct model_fast *row)
{
	char address[MODEL_WORD_LEN], kind[MODEL_WORD_LEN];

	FIELD_TEXT(address, v, "address");
	FIELD_TEXT(kind, v, "kind");
	snprintf(row->name, sizeof(row->name), "%s%s%s", kind, *kind ? " " : "", address);
	FIELD_TEXT(row->state, v, "mode");
	row->lease_ns = field__u64(v, "lease_ns", MODEL_NONE);
}

static void parse_verdict(const json_t *v, struct model_fast *row)
{
	FIELD_TEXT(row->name, v, "name");
	FIELD_TEXT(row->state, v, "kind");
	FIELD_TEXT(row->text, v, "help");
	row->count = field__u64(v, "count", MODEL_NONE);
}

static void parse_rule(const json_t *v, struct model_fast *row)
{
	FIELD_TEXT(row->name, v, "name");
	row->count = field__u64(v, "hits", MODEL_NONE);
	row->p50_ns = field__u64(v, "p50_ns", MODEL_NONE);
	row->p99_ns = field__u64(v, "p99_ns", MODEL_NONE);
}

static void parse_hook(const json_t *v, struct model_fast *row)
{
	char ifname[MODEL_WORD_LEN], mechanism[MODEL_WORD_LEN];

	FIELD_TEXT(ifname, v, "ifname");
	FIELD_TEXT(mechanism, v, "mechanism");
	snprintf(row->name, sizeof(row->name), "%s%s%s", mechanism, *mechanism ? " " : "", ifname);
	FIELD_TEXT(row->state, v, "state");
	FIELD_TEXT(row->text, v, "reason");
}

/* In the order they are shown. */
static const struct {
	const char *key;
	const char *kind;
	void (*parse)(const json_t *v, struct model_fast *row);
} lists[] = {
	{"services", "service", parse_service},
	{"verdicts", "verdict", parse_verdict},
	{"rules", "rule", parse_rule},
	{"hooks", "hook", parse_hook},
};

#define LIST_CNT (sizeof(lists) / sizeof(lists[0]))

static void parse_list(const json_t *arr, size_t list, struct model_fastpath *m)
{
	const json_t *v;
	size_t i;

	json_array_foreach (arr, i, v) {
		struct model_fast *row = &m->row[m->cnt++];

		*row = (struct model_fast){.order = m->cnt,
					   .kind = lists[list].kind,
					   .count = MODEL_NONE,
					   .per_s = -1,
					   .p50_ns = MODEL_NONE,
					   .p99_ns = MODEL_NONE,
					   .lease_ns = MODEL_NONE};
		lists[list].parse(v, row);
	}
}

static int parse(const json_t *root, struct model_fastpath *m)
{
	size_t cnt = 1;

	FIELD_TEXT(m->mode, root, "mode");
	FIELD_TEXT(m->why, root, "why");
	for (size_t i = 0; i < LIST_CNT; i++)
		cnt += json_array_size(json_object_get(root, lists[i].key));
	m->row = calloc(cnt, sizeof(*m->row));
	if (!m->row)
		return -ENOMEM;
	for (size_t i = 0; i < LIST_CNT; i++)
		parse_list(json_object_get(root, lists[i].key), i, m);
	return 0;
}

int model_fastpath__parse(const char *line, struct model_fastpath **ret, char err[MODEL_ERROR_LEN])
{
	struct model_fastpath *m = NULL;
	json_t *root = NULL;
	int rc = model_call__open(line, "fastpath", &root, err);

	if (rc)
		return rc;
	m = calloc(1, sizeof(*m));
	rc = m ? parse(root, m) : -ENOMEM;
	json_decref(root);
	if (!rc) {
		*ret = m;
		return 0;
	}
	snprintf(err, MODEL_ERROR_LEN, "no memory for the fast path");
	model_fastpath__free(m);
	return rc;
}

static const struct model_fast *find(const struct model_fastpath *m, const struct model_fast *row)
{
	for (unsigned int i = 0; i < m->cnt; i++)
		if (!strcmp(m->row[i].kind, row->kind) && !strcmp(m->row[i].name, row->name))
			return &m->row[i];
	return NULL;
}

void model_fastpath__compare(struct model_fastpath *m, const struct model_fastpath *before)
{
	if (!before || m->received_ns <= before->received_ns)
		return;
	for (unsigned int i = 0; i < m->cnt; i++) {
		struct model_fast *row = &m->row[i];
		const struct model_fast *was = find(before, row);

		if (!was || row->count == MODEL_NONE || was->count == MODEL_NONE ||
		    row->count < was->count)
			continue;
		row->per_s = (double)(row->count - was->count) * 1e9 /
			     (double)(m->received_ns - before->received_ns);
	}
}

void model_fastpath__free(struct model_fastpath *m)
{
	if (!m)
		return;
	free(m->row);
	free(m);
}

bool model_fastpath__is_none(const struct model_fastpath *m)
{
	return !strcmp(m->mode, "none");
}

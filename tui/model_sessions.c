/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of sessions: JSON line to structs. */
#include "model_sessions.h"
#include "field.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int parse(const json_t *root, struct model_sessions *m)
{
	const json_t *arr = json_object_get(root, "sessions"), *v;
	size_t i;

	m->matched = field__u64(root, "matched", MODEL_NONE);
	m->total = field__u64(root, "total", MODEL_NONE);
	m->has_more = json_is_true(json_object_get(root, "more"));
	FIELD_TEXT(m->filter, root, "filter");
	m->call = field__array(arr, sizeof(*m->call));
	if (!m->call)
		return -ENOMEM;
	json_array_foreach (arr, i, v)
		model_call__init(&m->call[m->cnt++], v);
	return 0;
}

int model_sessions__parse(const char *line, struct model_sessions **ret, char err[MODEL_ERROR_LEN])
{
	struct model_sessions *m = NULL;
	json_t *root = NULL;
	int rc = model_call__open(line, "sessions", &root, err);

	if (rc)
		return rc;
	m = calloc(1, sizeof(*m));
	rc = m ? parse(root, m) : -ENOMEM;
	json_decref(root);
	if (!rc) {
		*ret = m;
		return 0;
	}
	snprintf(err, MODEL_ERROR_LEN, "no memory for the sessions");
	model_sessions__free(m);
	return rc;
}

void model_sessions__free(struct model_sessions *m)
{
	if (!m)
		return;
	free(m->call);
	free(m);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Heartbeats: JSON line to structs, and the rule of risk. */
#include "model_beats.h"
#include "field.h"
#include "model_call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MISS_SHARE 20 /* one of so many is high */

static enum model_risk get_risk(const struct model_beat *p)
{
	bool has_interval = p->interval_ns != MODEL_NONE && p->interval_ns;
	bool is_silent = has_interval && p->age_ns != MODEL_NONE && p->age_ns / 2 > p->interval_ns;
	bool is_shaky =
		has_interval && p->jitter_ns != MODEL_NONE && p->jitter_ns > p->interval_ns / 4;

	if (p->changes || is_silent ||
	    (p->misses && p->misses > (p->beats + p->misses - 1) / MISS_SHARE))
		return MODEL_RISK_HIGH;
	if (p->misses || is_shaky)
		return MODEL_RISK_MEDIUM;
	return has_interval ? MODEL_RISK_LOW : MODEL_RISK_UNKNOWN;
}

static void parse_peer(const json_t *v, uint64_t now_ns, struct model_beat *p)
{
	uint64_t seen_ns = field__u64(v, "seen_ns", MODEL_NONE);

	p->id = field__u64(v, "id", 0);
	FIELD_TEXT(p->addr, v, "addr");
	FIELD_TEXT(p->old_addr, v, "old_addr");
	FIELD_TEXT(p->service, v, "service");
	p->interval_ns = field__u64(v, "interval_ns", MODEL_NONE);
	p->jitter_ns = field__u64(v, "jitter_ns", MODEL_NONE);
	p->beats = field__u64(v, "beats", 0);
	p->echoes = field__u64(v, "echoes", 0);
	p->misses = field__u64(v, "misses", 0);
	p->changes = field__u64(v, "changes", 0);
	p->echo_min_ns = field__u64(v, "echo_min_ns", MODEL_NONE);
	p->echo_mean_ns = field__u64(v, "echo_mean_ns", MODEL_NONE);
	p->age_ns = MODEL_NONE;
	if (now_ns != MODEL_NONE && seen_ns != MODEL_NONE)
		p->age_ns = now_ns > seen_ns ? now_ns - seen_ns : 0;
	p->risk = get_risk(p);
}

static int parse(const json_t *root, struct model_beats *m)
{
	const json_t *arr = json_object_get(root, "peers"), *v;
	uint64_t now_ns = field__u64(root, "mono_ns", MODEL_NONE);
	size_t i;

	m->peer = field__array(arr, sizeof(*m->peer));
	if (!m->peer)
		return -ENOMEM;
	json_array_foreach (arr, i, v)
		parse_peer(v, now_ns, &m->peer[m->cnt++]);
	return 0;
}

int model_beats__parse(const char *line, struct model_beats **ret, char err[MODEL_ERROR_LEN])
{
	struct model_beats *m = NULL;
	json_t *root = NULL;
	int rc = model_call__open(line, "beats", &root, err);

	if (rc)
		return rc;
	m = calloc(1, sizeof(*m));
	rc = m ? parse(root, m) : -ENOMEM;
	json_decref(root);
	if (!rc) {
		*ret = m;
		return 0;
	}
	snprintf(err, MODEL_ERROR_LEN, "no memory for the heartbeats");
	model_beats__free(m);
	return rc;
}

void model_beats__free(struct model_beats *m)
{
	if (!m)
		return;
	free(m->peer);
	free(m);
}

const char *model_beats__risk_name(enum model_risk risk)
{
	static const char *const names[] = {"--", "low", "med", "HIGH"};

	return names[risk];
}

double model_beats__risk_order(const struct model_beat *p)
{
	/* Below 1, so that it decides between equals only. */
	double weight = (double)p->changes * 10 + (double)p->misses;

	if (p->risk == MODEL_RISK_UNKNOWN)
		return -1;
	return (double)p->risk + weight / (weight + 1);
}

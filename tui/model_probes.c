/* SPDX-License-Identifier: BSD-2-Clause */
/* Probes: JSON line to structs, and differences of two. */
#include "model_probes.h"
#include "field.h"
#include "model_call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN -1.0

static void parse_program(const json_t *v, struct model_program *p)
{
	FIELD_TEXT(p->name, v, "name");
	FIELD_TEXT(p->instant, v, "instant");
	FIELD_TEXT(p->mechanism, v, "mechanism");
	FIELD_TEXT(p->state, v, "state");
	p->runs = field__u64(v, "runs", MODEL_NONE);
	p->run_ns = field__u64(v, "run_ns", MODEL_NONE);
	p->misses = field__u64(v, "misses", MODEL_NONE);
	p->runs_per_s = p->ns_per_run = p->cpu = UNKNOWN;
}

static void parse_sizes(const json_t *root, struct model_probes *m)
{
	const json_t *ring = json_object_get(root, "ring"), *maps = json_object_get(root, "maps");
	const json_t *daemon = json_object_get(root, "daemon");

	m->ring_size = field__u64(ring, "size", MODEL_NONE);
	m->ring_used = field__u64(ring, "used", MODEL_NONE);
	m->ring_peak = field__u64(ring, "peak", MODEL_NONE);
	m->ring_lost = field__u64(ring, "lost", MODEL_NONE);
	m->map_cnt = field__u64(maps, "count", MODEL_NONE);
	m->map_bytes = field__u64(maps, "bytes", MODEL_NONE);
	m->rss = field__u64(daemon, "rss", MODEL_NONE);
	m->cpu_ns = field__u64(daemon, "cpu_ns", MODEL_NONE);
}

static int parse(const json_t *root, struct model_probes *m)
{
	const json_t *arr = json_object_get(root, "programs"), *v;
	const json_t *stats = json_object_get(root, "stats");
	size_t i;

	m->mono_ns = field__u64(root, "mono_ns", 0);
	m->stats_on = json_is_true(json_object_get(stats, "on"));
	FIELD_TEXT(m->stats_why, stats, "why");
	parse_sizes(root, m);
	m->programs_cpu = m->daemon_cpu = UNKNOWN;
	m->program = field__array(arr, sizeof(*m->program));
	if (!m->program)
		return -ENOMEM;
	json_array_foreach (arr, i, v)
		parse_program(v, &m->program[m->cnt++]);
	return 0;
}

int model_probes__parse(const char *line, struct model_probes **ret, char err[MODEL_ERROR_LEN])
{
	struct model_probes *m = NULL;
	json_t *root = NULL;
	int rc = model_call__open(line, "probes", &root, err);

	if (rc)
		return rc;
	m = calloc(1, sizeof(*m));
	rc = m ? parse(root, m) : -ENOMEM;
	json_decref(root);
	if (!rc) {
		*ret = m;
		return 0;
	}
	snprintf(err, MODEL_ERROR_LEN, "no memory for the probes");
	model_probes__free(m);
	return rc;
}

static const struct model_program *find(const struct model_probes *m, const char *name)
{
	for (unsigned int i = 0; i < m->cnt; i++)
		if (!strcmp(m->program[i].name, name))
			return &m->program[i];
	return NULL;
}

/* False: not known, or it began anew (another plan's program of the same name). */
static bool get_growth(uint64_t now, uint64_t before, double *ret)
{
	if (now == MODEL_NONE || before == MODEL_NONE || now < before)
		return false;
	*ret = (double)(now - before);
	return true;
}

static void compare_program(struct model_program *p, const struct model_program *was, double ns)
{
	double runs, run_ns;

	if (!was || !get_growth(p->runs, was->runs, &runs) ||
	    !get_growth(p->run_ns, was->run_ns, &run_ns))
		return;
	p->runs_per_s = runs * 1e9 / ns;
	p->cpu = run_ns / ns;
	if (runs > 0)
		p->ns_per_run = run_ns / runs;
}

void model_probes__compare(struct model_probes *m, const struct model_probes *before)
{
	double ns, cpu_ns;

	if (!before || m->mono_ns <= before->mono_ns ||
	    m->mono_ns - before->mono_ns > MODEL_PROBES_PAUSE_NS)
		return;
	ns = (double)(m->mono_ns - before->mono_ns);
	if (get_growth(m->cpu_ns, before->cpu_ns, &cpu_ns))
		m->daemon_cpu = cpu_ns / ns;
	if (!m->stats_on || !before->stats_on)
		return;
	for (unsigned int i = 0; i < m->cnt; i++) {
		struct model_program *p = &m->program[i];

		compare_program(p, find(before, p->name), ns);
		if (p->cpu >= 0)
			m->programs_cpu = (m->programs_cpu < 0 ? 0 : m->programs_cpu) + p->cpu;
	}
}

void model_probes__free(struct model_probes *m)
{
	if (!m)
		return;
	free(m->program);
	free(m);
}

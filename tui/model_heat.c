/* SPDX-License-Identifier: BSD-2-Clause */
/* Latency over time: JSON line to a struct. */
#include "model_heat.h"
#include "field.h"
#include "model_call.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Edges that do not ascend would give buckets nothing can fall into. */
static void read_edges(struct model_heat *m, const json_t *arr)
{
	const json_t *v;
	size_t i;

	json_array_foreach (arr, i, v) {
		uint64_t least_ns = m->edge_cnt ? m->edge_ns[m->edge_cnt - 1] + 1 : 1;
		uint64_t ns = json_is_integer(v) && json_integer_value(v) > 0
				      ? (uint64_t)json_integer_value(v)
				      : 0;

		if (m->edge_cnt == HEAT_EDGES_MAX || ns < least_ns)
			m->left_out++;
		else
			m->edge_ns[m->edge_cnt++] = ns;
	}
}

/* Returns the slots left out in front: the newest are kept. */
static size_t read_slots(struct model_heat *m, const json_t *arr)
{
	size_t cnt = json_array_size(arr), skip = cnt > HEAT_SLOTS_MAX ? cnt - HEAT_SLOTS_MAX : 0;

	for (size_t i = skip; i < cnt; i++) {
		const json_t *v = json_array_get(arr, i);

		m->slot[m->slot_cnt++] = (struct heat_slot){
			.n = field__u64(v, "n", 0),
			.p50_ns = field__u64(v, "p50_ns", MODEL_NONE),
			.p99_ns = field__u64(v, "p99_ns", MODEL_NONE),
			.p999_ns = field__u64(v, "p999_ns", MODEL_NONE),
		};
	}
	m->left_out += skip;
	return skip;
}

static bool is_taken(const struct model_heat *m, char letter)
{
	for (unsigned int i = 0; i < m->stage_cnt; i++) {
		if (m->stage[i].letter == letter)
			return true;
	}
	return false;
}

static char make_unique(const struct model_heat *m, char want)
{
	char letter = isgraph((unsigned char)want) ? want : '?';

	if (is_taken(m, letter))
		letter = (char)toupper((unsigned char)letter);
	for (char digit = '1'; is_taken(m, letter) && digit <= '9'; digit++)
		letter = digit;
	return letter;
}

/* HEAT_STAGES_MAX: there are too many. */
static unsigned int get_stage(struct model_heat *m, const json_t *v)
{
	char name[MODEL_NAME_LEN], letter[MODEL_WORD_LEN];
	unsigned int i = 0;

	FIELD_TEXT(name, v, "name");
	while (i < m->stage_cnt && strcmp(m->stage[i].name, name))
		i++;
	if (i < m->stage_cnt || i == HEAT_STAGES_MAX)
		return i;
	FIELD_TEXT(letter, v, "letter");
	strcpy(m->stage[i].name, name);
	m->stage[i].letter = make_unique(m, letter[0]);
	m->stage_cnt++;
	return i;
}

static void read_cell(struct model_heat *m, const json_t *v, struct heat_cell *cell)
{
	const json_t *stages = json_object_get(v, "stages"), *ids = json_object_get(v, "sessions"),
		     *e;
	size_t i;

	cell->n = field__u64(v, "n", 0);
	cell->total_ns = field__u64(v, "total_ns", 0);
	json_array_foreach (stages, i, e) {
		unsigned int stage = get_stage(m, e);

		if (stage < HEAT_STAGES_MAX)
			cell->stage_ns[stage] += field__u64(e, "sum_ns", 0);
		else
			m->left_out++;
	}
	json_array_foreach (ids, i, e) {
		if (cell->session_cnt < HEAT_SESSIONS_MAX && json_is_integer(e) &&
		    json_integer_value(e) >= 0)
			cell->session[cell->session_cnt++] = (uint64_t)json_integer_value(e);
	}
}

static int read_cells(struct model_heat *m, const json_t *arr, size_t skip)
{
	size_t cnt = json_array_size(arr), most = (size_t)m->slot_cnt * (m->edge_cnt + 1), i;
	const json_t *v;

	if (cnt > most)
		cnt = most; /* one a place */
	m->cell = calloc(cnt ? cnt : 1, sizeof(*m->cell));
	if (!m->cell)
		return -ENOMEM;
	json_array_foreach (arr, i, v) {
		uint64_t slot = field__u64(v, "slot", MODEL_NONE),
			 bucket = field__u64(v, "bucket", MODEL_NONE);

		if (m->cell_cnt == cnt || slot < skip || slot - skip >= m->slot_cnt ||
		    bucket > m->edge_cnt || m->at[slot - skip][bucket]) {
			m->left_out++;
			continue;
		}
		read_cell(m, v, &m->cell[m->cell_cnt++]);
		m->at[slot - skip][bucket] = (uint16_t)m->cell_cnt;
	}
	return 0;
}

static int parse(const json_t *root, struct model_heat *m)
{
	uint64_t last;
	size_t skip;

	m->slot_ns = field__u64(root, "slot_ns", 0);
	m->end_ns = field__u64(root, "end_ns", 0);
	m->evicted = field__u64(root, "evicted", 0);
	if (!m->slot_ns)
		m->slot_ns = 1000000000;
	read_edges(m, json_object_get(root, "edges_ns"));
	skip = read_slots(m, json_object_get(root, "slots"));
	/* Rounded, as the end may be a little off the slots' raster. Time before the clock began
	 * has no number. */
	last = (m->end_ns + m->slot_ns / 2) / m->slot_ns + HEAT_SLOTS_MAX;
	m->first_slot = last - m->slot_cnt;
	return read_cells(m, json_object_get(root, "cells"), skip);
}

int model_heat__parse(const char *line, struct model_heat **ret, char err[MODEL_ERROR_LEN])
{
	struct model_heat *m = NULL;
	json_t *root = NULL;
	int rc = model_call__open(line, "heat", &root, err);

	if (rc)
		return rc;
	m = calloc(1, sizeof(*m));
	rc = m ? parse(root, m) : -ENOMEM;
	json_decref(root);
	if (!rc) {
		*ret = m;
		return 0;
	}
	snprintf(err, MODEL_ERROR_LEN, "no memory for the heatmap");
	model_heat__free(m);
	return rc;
}

void model_heat__free(struct model_heat *m)
{
	if (!m)
		return;
	free(m->cell);
	free(m);
}

const struct heat_cell *model_heat__cell(const struct model_heat *m, unsigned int slot,
					 unsigned int bucket)
{
	if (slot >= m->slot_cnt || bucket >= HEAT_BUCKETS_MAX || !m->at[slot][bucket])
		return NULL;
	return &m->cell[m->at[slot][bucket] - 1];
}

unsigned int model_heat__bucket(const struct model_heat *m, uint64_t ns)
{
	unsigned int b = 0;

	while (b < m->edge_cnt && ns > m->edge_ns[b])
		b++;
	return b;
}

int64_t model_heat__slot_ns(const struct model_heat *m, uint64_t number)
{
	uint64_t ago = m->first_slot + m->slot_cnt - number; /* slots before the end */

	return (int64_t)(m->end_ns - ago * m->slot_ns);
}

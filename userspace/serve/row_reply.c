/* SPDX-License-Identifier: BSD-2-Clause */
/* One row taken apart, and over time. A builder returns NULL when memory ran out, and whoever packs
 * its value passes that on. */
#include "row_reply.h"

#include <stdio.h>
#include <string.h>

#include "exemplars.h"
#include "jvalue.h"
#include "snapshot_row.h"

static bool is_asked(const json_t *request, const char *field, const char *value)
{
	const char *want = json_string_value(json_object_get(request, field));

	return want && !strcmp(want, value);
}

/* NULL: no such row. */
static const struct stats_row *find_row(const struct snapshot_src *src, const json_t *request)
{
	for (unsigned int i = 0; i < stats__row_cnt(src->stats); i++) {
		const struct stats_row *row = stats__row_at(src->stats, i);

		if (is_asked(request, "service", row->key.service) &&
		    is_asked(request, "method", row->key.method) &&
		    is_asked(request, "side", snapshot_row__side(row->key.side)))
			return row;
	}
	return NULL;
}

/* --- stages --- */

static json_t *stage_of(const struct snapshot_src *src, const struct stats_row *row,
			unsigned int stage)
{
	stage_mask_t mask = row->stage[stage]->mask;
	struct hist h;

	stats__window_stage(src->stats, row, src->now_ns, stage, &h);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
			 snapshot_row__stage_name(mask), "letter", snapshot_row__stage_letter(mask),
			 "n", jvalue__uint(h.count), "p50_ns", snapshot_row__quantile(&h, 0.5),
			 "p90_ns", snapshot_row__quantile(&h, 0.9), "p99_ns",
			 snapshot_row__quantile(&h, 0.99), "p999_ns",
			 snapshot_row__quantile(&h, 0.999), "max_ns", jvalue__uint(h.max_ns));
}

static json_t *stages_of(const struct snapshot_src *src, const struct stats_row *row)
{
	unsigned int idx[STATS_STAGES_MAX];
	json_t *stages = json_array();

	if (!row)
		return stages;
	snapshot_row__sort(row, idx);
	for (unsigned int i = 0; i < row->stage_cnt; i++)
		stages = jvalue__append(stages, stage_of(src, row, idx[i]));
	return stages;
}

static json_t *row_of(const struct snapshot_src *src, const struct stats_row *row)
{
	if (!row)
		return json_null();
	return snapshot_row__json(src->stats, row, src->now_ns,
				  src->row_oldest ? src->row_oldest(src->ctx, row) : 0, false);
}

static json_t *who_of(const struct why_thread *t)
{
	char who[WHY_COMM_LEN + 16];

	if (t->pid)
		snprintf(who, sizeof(who), "%.*s:%u", WHY_COMM_LEN, t->comm, t->pid);
	else
		snprintf(who, sizeof(who), "%.*s", WHY_COMM_LEN, t->comm);
	return jvalue__text(who, sizeof(who));
}

static json_t *cause_of(const struct why_sum *s)
{
	stage_mask_t stage = why__stage(s->id);
	char text[WHY_TEXT_LEN];

	why__text(s->id, s->arg, text);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "stage", snapshot_row__stage_name(stage),
			 "letter", snapshot_row__stage_letter(stage), "text",
			 jvalue__text(text, sizeof(text)), "who", who_of(&s->thread), "n",
			 jvalue__uint(s->n), "ns", jvalue__uint(s->ns));
}

static json_t *why_of(const struct snapshot_src *src, const struct stats_row *row)
{
	uint64_t stage_ns[STATS_STAGES_MAX], span_ns, edge_ns;
	json_t *causes;
	struct why_sums sums = {0};
	struct hist window;

	if (!row || !row->why)
		return json_null();
	stats__window(src->stats, row, src->now_ns, &window, stage_ns, &span_ns);
	edge_ns = why__edge_ns(&window);
	why_ring__sum(row->why, src->now_ns > src->window_ns ? src->now_ns - src->window_ns : 0,
		      edge_ns, &sums);
	if (!sums.n)
		return json_null();
	causes = json_array();
	for (unsigned int i = 0; i < sums.cnt; i++)
		causes = jvalue__append(causes, cause_of(&sums.sum[i]));
	return json_pack("{s:o, s:o, s:o, s:o}", "edge_ns", jvalue__uint(edge_ns), "n",
			 jvalue__uint(sums.n), "total_ns", jvalue__uint(sums.total_ns), "causes",
			 causes);
}

json_t *row_reply__stages(const struct snapshot_src *src, const json_t *request)
{
	const struct stats_row *row = find_row(src, request);

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "type", "stages", "window_ns",
			 jvalue__uint(src->window_ns), "row", row_of(src, row), "stages",
			 stages_of(src, row), "why", why_of(src, row), "exemplars",
			 row && src->exemplars ? exemplars__brief(src->exemplars, &row->key)
					       : json_array());
}

/* --- heat --- */

/* One slot of a row: its cells by bucket, NULL where nothing fell. */
struct column {
	const struct heat_cell *cell[HEAT_BUCKETS];
};

static json_t *edges(void)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i + 1 < HEAT_BUCKETS; i++)
		list = jvalue__append(list, jvalue__uint(heat__upper_ns(i)));
	return list;
}

static json_t *quantile_of(const struct column *c, double q)
{
	uint64_t ns = 0;
	bool is_known = heat__quantile(c->cell, q, &ns);

	return jvalue__uint_if(is_known, ns);
}

static json_t *slot_of(const struct column *c)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < HEAT_BUCKETS; i++)
		n += c->cell[i] ? c->cell[i]->n : 0;
	return json_pack("{s:o, s:o, s:o, s:o}", "n", jvalue__uint(n), "p50_ns",
			 quantile_of(c, 0.5), "p99_ns", quantile_of(c, 0.99), "p999_ns",
			 quantile_of(c, 0.999));
}

static bool is_listed(const struct heat_session *s, unsigned int cnt, uint64_t id)
{
	for (unsigned int i = 0; i < cnt; i++) {
		if (s[i].id == id)
			return true;
	}
	return false;
}

static json_t *sessions_of(const struct heat_cell *cell)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < HEAT_SESSIONS; i++) {
		uint64_t id = cell->session[i].id;

		if (id && !is_listed(cell->session, i, id))
			list = jvalue__append(list, jvalue__uint(id));
	}
	return list;
}

static json_t *append_cells(json_t *cells, const struct column *c, unsigned int slot,
			    const struct stats_row *row, const unsigned int *idx)
{
	for (unsigned int i = 0; i < HEAT_BUCKETS; i++) {
		const struct heat_cell *cell = c->cell[i];

		if (!cell)
			continue;
		cells = jvalue__append(
			cells, json_pack("{s:i, s:i, s:o, s:o, s:o, s:o}", "slot", (int)slot,
					 "bucket", (int)i, "n", jvalue__uint(cell->n), "total_ns",
					 jvalue__uint(cell->total_ns), "stages",
					 snapshot_row__sums(row, idx, cell->stage_ns), "sessions",
					 sessions_of(cell)));
	}
	return cells;
}

json_t *row_reply__heat(const struct snapshot_src *src, const json_t *request)
{
	const struct stats_row *row = find_row(src, request);
	uint64_t end = src->now_ns / HEAT_SLOT_NS + 1;
	uint64_t begin = end > HEAT_SLOTS ? end - HEAT_SLOTS : 0;
	json_t *slots = json_array(), *cells = json_array();
	unsigned int idx[STATS_STAGES_MAX];

	if (begin < src->start_ns / HEAT_SLOT_NS && src->start_ns <= src->now_ns)
		begin = src->start_ns / HEAT_SLOT_NS;
	if (row)
		snapshot_row__sort(row, idx);
	for (uint64_t slot = begin; row && slot < end; slot++) {
		struct column c;

		for (unsigned int i = 0; i < HEAT_BUCKETS; i++)
			c.cell[i] = heat__find(src->heat, row, slot, i);
		slots = jvalue__append(slots, slot_of(&c));
		cells = append_cells(cells, &c, (unsigned int)(slot - begin), row, idx);
	}
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "type", "heat", "slot_ns",
			 jvalue__uint(HEAT_SLOT_NS), "end_ns", jvalue__uint(end * HEAT_SLOT_NS),
			 "edges_ns", edges(), "slots", slots, "cells", cells, "evicted",
			 jvalue__uint(heat__evicted(src->heat)));
}

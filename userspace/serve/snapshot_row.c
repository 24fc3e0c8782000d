/* SPDX-License-Identifier: BSD-2-Clause */
/* A row's percentiles, stages, tail, bands, cells, and what it was like before. */
#include "snapshot_row.h"

#include <string.h>

#include "band.h"
#include "drift.h"
#include "jvalue.h"

#define TAIL_Q 0.99

/* The row's numbers over the sliding window. */
struct window {
	struct hist total;
	uint64_t stage_ns[STATS_STAGES_MAX];
	uint64_t span_ns;
	uint64_t errors;
	uint64_t timeouts;
};

json_t *snapshot_row__stage_name(stage_mask_t mask)
{
	char name[STAGE_NAME_LEN];

	stage__name(mask, name, sizeof(name));
	return jvalue__text(name, sizeof(name));
}

json_t *snapshot_row__stage_letter(stage_mask_t mask)
{
	char letter = stage__letter(mask);

	return jvalue__text(&letter, 1);
}

static json_t *quantile_of(const struct hist *h, double q)
{
	struct hist_quantile v = hist__quantile(h, q);

	if (!v.known)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "ns", jvalue__uint(v.value_ns), "lo_ns",
			 jvalue__uint(v.lo_ns), "hi_ns", jvalue__uint_if(v.hi_known, v.hi_ns));
}

json_t *snapshot_row__quantile(const struct hist *h, double q)
{
	uint64_t ns = 0;
	bool is_known = hist__value(h, q, &ns);

	return jvalue__uint_if(is_known, ns);
}

void snapshot_row__sort(const struct stats_row *row, unsigned int idx[STATS_STAGES_MAX])
{
	for (unsigned int i = 0; i < row->stage_cnt; i++) {
		unsigned int j = i;

		for (; j && stage__compare(row->stage[idx[j - 1]]->mask, row->stage[i]->mask) > 0;
		     j--)
			idx[j] = idx[j - 1];
		idx[j] = i;
	}
}

static json_t *stages_of(const struct stats_row *row, const unsigned int *idx,
			 const uint64_t *window_ns)
{
	json_t *stages = json_array();

	for (unsigned int i = 0; i < row->stage_cnt; i++) {
		const struct stats_stage *s = row->stage[idx[i]];

		stages = jvalue__append(
			stages,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
				  snapshot_row__stage_name(s->mask), "letter",
				  snapshot_row__stage_letter(s->mask), "sum_ns",
				  jvalue__uint(window_ns[idx[i]]), "n", jvalue__uint(s->hist.count),
				  "p50_ns", snapshot_row__quantile(&s->hist, 0.5), "p99_ns",
				  snapshot_row__quantile(&s->hist, 0.99), "max_ns",
				  jvalue__uint(s->hist.count ? s->hist.max_ns : 0)));
	}
	return stages;
}

json_t *snapshot_row__sums(const struct stats_row *row, const unsigned int *idx, const uint64_t *ns)
{
	json_t *stages = json_array();

	for (unsigned int i = 0; i < row->stage_cnt; i++) {
		stage_mask_t mask = row->stage[idx[i]]->mask;

		stages = jvalue__append(stages, json_pack("{s:o, s:o, s:o}", "name",
							  snapshot_row__stage_name(mask), "letter",
							  snapshot_row__stage_letter(mask),
							  "sum_ns", jvalue__uint(ns[idx[i]])));
	}
	return stages;
}

static json_t *tail_of(const struct stats_row *row, const unsigned int *idx)
{
	uint64_t stage_ns[STATS_STAGES_MAX];
	uint64_t edge_ns, total_ns, n;

	/* with too few requests there is no P99, and all of them would be its tail */
	if (!hist__quantile(&row->total, TAIL_Q).known)
		return json_null();
	n = stats__tail(row, TAIL_Q, &edge_ns, &total_ns, stage_ns);
	return json_pack("{s:f, s:o, s:o, s:o, s:o}", "q", TAIL_Q, "edge_ns", jvalue__uint(edge_ns),
			 "n", jvalue__uint(n), "total_ns", jvalue__uint(total_ns), "stages",
			 snapshot_row__sums(row, idx, stage_ns));
}

static json_t *cell_stages_of(const struct stats_row *row, const unsigned int *idx,
			      const struct stats_cell *cell)
{
	json_t *stages = json_object();
	char name[STAGE_NAME_LEN];

	for (unsigned int i = 0; i < row->stage_cnt && stages; i++) {
		uint64_t ns = cell->stage_ns[idx[i]];

		if (!ns)
			continue;
		stage__name(row->stage[idx[i]]->mask, name, sizeof(name));
		if (json_object_set_new(stages, name, jvalue__uint(ns))) {
			json_decref(stages);
			stages = NULL;
		}
	}
	return stages;
}

/* The overflow bucket has no upper edge: null. */
static json_t *cells_of(const struct stats_row *row, const unsigned int *idx)
{
	json_t *cells = json_array();

	for (unsigned int i = 0; i < HIST_BUCKETS; i++) {
		const struct stats_cell *cell = row->cell[i];

		if (!cell)
			continue;
		cells = jvalue__append(
			cells, json_pack("{s:o, s:o, s:o, s:o}", "upper_ns",
					 jvalue__uint_if(i != HIST_BUCKETS - 1, hist__upper_ns(i)),
					 "n", jvalue__uint(row->total.bucket[i]), "total_ns",
					 jvalue__uint(cell->total_ns), "stages",
					 cell_stages_of(row, idx, cell)));
	}
	return cells;
}

const char *snapshot_row__side(char side)
{
	return side == 's' ? "server" : side == 'c' ? "client" : side == 'w' ? "wire" : "";
}

/* What says which row it is. */
static json_t *identity_of(const struct stats_row *row)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "service",
			 jvalue__text(row->key.service, sizeof(row->key.service)), "side",
			 snapshot_row__side(row->key.side), "method",
			 jvalue__text(row->key.method, sizeof(row->key.method)), "comm",
			 jvalue__text(row->comm, sizeof(row->comm)), "netns",
			 jvalue__uint(row->netns), "cgroup", jvalue__uint(row->cgroup_id));
}

static json_t *latency_of(const struct stats_row *row, const struct window *w)
{
	const struct hist *h = &w->total;
	bool any = h->count;
	double span_s = (double)w->span_ns / 1e9;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rate",
			 jvalue__number(span_s > 0 ? (double)h->count / span_s : 0), "n",
			 jvalue__uint(h->count), "n_total", jvalue__uint(row->total.count), "p50",
			 quantile_of(h, 0.5), "p90", quantile_of(h, 0.9), "p99",
			 quantile_of(h, 0.99), "p999", quantile_of(h, 0.999), "min_ns",
			 jvalue__uint_if(any, h->min_ns), "max_ns", jvalue__uint_if(any, h->max_ns),
			 "mean_ns", jvalue__uint_if(any, any ? h->sum_ns / h->count : 0));
}

static json_t *outcome_of(const struct stats_row *row, const struct window *w, uint64_t oldest_ns)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "errors",
			 jvalue__uint(row->errors), "timeouts", jvalue__uint(row->timeouts),
			 "errors_window", jvalue__uint(w->errors), "timeouts_window",
			 jvalue__uint(w->timeouts), "retransmits", jvalue__uint(row->retransmits),
			 "self_inflicted", jvalue__uint(row->self_inflicted), "in_flight",
			 jvalue__uint(row->in_flight), "oldest_ns",
			 jvalue__uint_if(oldest_ns, oldest_ns));
}

/* --- before and around --- */

static json_t *history_of(const struct stats *s, const struct stats_row *row, uint64_t now_ns)
{
	json_t *p99 = json_array(), *n = json_array();
	struct past_point point[PAST_POINTS];

	past__history(s, row, now_ns, point);
	for (unsigned int i = 0; i < PAST_POINTS; i++) {
		p99 = jvalue__append(p99, jvalue__uint_if(point[i].is_known, point[i].p99_ns));
		n = jvalue__append(n, jvalue__uint(point[i].n));
	}
	return json_pack("{s:o, s:o, s:o}", "slot_ns", jvalue__uint(stats__slot_ns(s)), "p99_ns",
			 p99, "n", n);
}

static json_t *ratio_of(double v)
{
	return v > 0 ? jvalue__number(v) : json_null();
}

static json_t *drift_of(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			const struct hist *window)
{
	struct drift d;

	drift__find(s, row, now_ns, window, &d);
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "state", drift__name(d.state), "ratio",
			 ratio_of(d.ratio), "lo", ratio_of(d.lo), "hi", ratio_of(d.hi), "n",
			 jvalue__uint(d.n), "base_n", jvalue__uint(d.base_n));
}

static json_t *bands_of(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			const struct hist *window, const unsigned int *idx)
{
	static const double q[] = {0.5, 0.99, 0.999};
	json_t *bands = json_array();
	struct band b;

	for (unsigned int i = 0; i < sizeof(q) / sizeof(q[0]); i++) {
		bool is_known = band__take(s, row, now_ns, window, q[i], &b);

		bands = jvalue__append(
			bands, !is_known ? json_null()
					 : json_pack("{s:f, s:o, s:o, s:o, s:o, s:o}", "q", q[i],
						     "lo_ns", jvalue__uint(b.lo_ns), "hi_ns",
						     jvalue__uint(b.hi_ns), "n", jvalue__uint(b.n),
						     "total_ns", jvalue__uint(b.total_ns), "stages",
						     snapshot_row__sums(row, idx, b.stage_ns)));
	}
	return bands;
}

json_t *snapshot_row__json(const struct stats *s, const struct stats_row *row, uint64_t now_ns,
			   uint64_t oldest_ns, bool with_cells)
{
	unsigned int idx[STATS_STAGES_MAX];
	struct window w;
	json_t *json;

	snapshot_row__sort(row, idx);
	stats__window(s, row, now_ns, &w.total, w.stage_ns, &w.span_ns);
	stats__window_errors(s, row, now_ns, &w.errors, &w.timeouts);
	json = jvalue__merge(identity_of(row), latency_of(row, &w));
	json = jvalue__merge(json, outcome_of(row, &w, oldest_ns));
	json = jvalue__merge(json,
			     json_pack("{s:o, s:o}", "stages", stages_of(row, idx, w.stage_ns),
				       "tail", tail_of(row, idx)));
	json = jvalue__merge(json,
			     json_pack("{s:o, s:o, s:o}", "history", history_of(s, row, now_ns),
				       "drift", drift_of(s, row, now_ns, &w.total), "bands",
				       bands_of(s, row, now_ns, &w.total, idx)));
	if (with_cells)
		json = jvalue__merge(json, json_pack("{s:o}", "cells", cells_of(row, idx)));
	return json;
}

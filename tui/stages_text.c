/* SPDX-License-Identifier: BSD-2-Clause */
/* A row by stages in words. */
#include "stages_text.h"

#include <inttypes.h>
#include <string.h>

const char *stages_text__range(char text[STAGES_RANGE_LEN], const struct model_quantile *q)
{
	char ns[FIGURE_LEN], lo[FIGURE_LEN], hi[FIGURE_LEN];

	figure__ns(ns, q->ns);
	if (q->ns == MODEL_NONE || q->lo_ns == MODEL_NONE)
		snprintf(text, STAGES_RANGE_LEN, "%s", ns);
	else if (q->hi_ns == MODEL_NONE)
		snprintf(text, STAGES_RANGE_LEN, "%s [>=%s]", ns, figure__ns(lo, q->lo_ns));
	else
		snprintf(text, STAGES_RANGE_LEN, "%s [%s,%s]", ns, figure__ns(lo, q->lo_ns),
			 figure__ns(hi, q->hi_ns));
	return text;
}

static const char *print_share(char text[FIGURE_LEN], const struct model_stages *m,
			       const struct stages_line *l, unsigned int band)
{
	const struct stages_band *b = &m->band[band];

	return figure__percent(text, l->band_ns[band], b->is_known ? b->total_ns : 0);
}

void stages_text__value(char text[FIGURE_LEN], const struct model_stages *m,
			const struct stages_line *l, unsigned int col)
{
	const uint64_t ns[] = {[COL_P50] = l->p50_ns,
			       [COL_P90] = l->p90_ns,
			       [COL_P99] = l->p99_ns,
			       [COL_P999] = l->p999_ns,
			       [COL_MAX] = l->max_ns};

	if (col == COL_N)
		figure__count(text, l->n, STAGES_COUNT_COLS);
	else if (col == COL_ALL)
		figure__percent(text, l->all_ns, m->all_ns);
	else if (col >= COL_SHARE_P50)
		print_share(text, m, l, col - COL_SHARE_P50);
	else
		figure__ns(text, ns[col]);
}

void stages_text__cause(char text[STAGES_LINE_LEN], const struct model_stages *m,
			const struct stages_cause *c)
{
	char share[FIGURE_LEN];

	snprintf(text, STAGES_LINE_LEN, "%s %s %s%s%s", c->stage,
		 figure__percent(share, c->ns, m->why_total_ns), c->text, c->who[0] ? " " : "",
		 c->who);
}

void stages_text__exemplar(char text[STAGES_LINE_LEN], const struct stages_exemplar *e)
{
	char total[FIGURE_LEN], ns[FIGURE_LEN], share[FIGURE_LEN], code[24] = "", session[40];

	if (e->code != MODEL_NONE)
		snprintf(code, sizeof(code), "%" PRIu64, e->code);
	if (e->session != MODEL_NONE)
		snprintf(session, sizeof(session), "session %" PRIu64, e->session);
	else
		strcpy(session, "no session");
	snprintf(text, STAGES_LINE_LEN, "%6s  %s %s %s  %s%s  %s  %s%s%s",
		 figure__ns(total, e->total_ns), e->largest[0] ? e->largest : "no stages",
		 figure__ns(ns, e->largest[0] ? e->largest_ns : MODEL_NONE),
		 figure__percent(share, e->largest_ns, e->total_ns == MODEL_NONE ? 0 : e->total_ns),
		 e->is_error ? "!" : "",
		 code[0]       ? code
		 : e->is_error ? "no answer"
			       : "no code",
		 session, e->comm, e->call_id[0] && e->comm[0] ? "  " : "", e->call_id);
}

static void say_lines(const struct model_stages *m, FILE *out)
{
	char n[FIGURE_LEN], v[COL_CNT][FIGURE_LEN];

	for (unsigned int i = 0; i < m->line_cnt; i++) {
		const struct stages_line *l = &m->line[i];

		for (unsigned int c = 0; c < COL_CNT; c++)
			stages_text__value(v[c], m, l, c);
		fprintf(out,
			"stage %s (%c): n %s, P50 %s, P90 %s, P99 %s, P999 %s, max %s; share of "
			"all %s, "
			"around P50 %s, P99 %s, P999 %s\n",
			l->name, l->letter, figure__count(n, l->n, 20), v[COL_P50], v[COL_P90],
			v[COL_P99], v[COL_P999], v[COL_MAX], v[COL_ALL], v[COL_SHARE_P50],
			v[COL_SHARE_P99], v[COL_SHARE_P999]);
	}
}

static void say_rest(const struct model_stages *m, FILE *out)
{
	char text[STAGES_LINE_LEN], a[FIGURE_LEN], b[FIGURE_LEN];

	for (unsigned int i = 0; i < STAGES_BAND_CNT; i++) {
		const struct stages_band *band = &m->band[i];

		if (band->is_known)
			fprintf(out, "around %s: %" PRIu64 " requests, mean total %s\n",
				model_stages__band_name(i), band->n,
				figure__ns(a, breakdown__mean_ns(band->total_ns, band->n)));
		else
			fprintf(out, "around %s: too few requests to tell\n",
				model_stages__band_name(i));
	}
	if (m->has_why)
		fprintf(out,
			"why: %" PRIu64 " requests took %s or more and were looked at, %s in all\n",
			m->why_n, figure__ns(a, m->why_edge_ns), figure__ns(b, m->why_total_ns));
	else
		fprintf(out, "why: too few slow requests to tell\n");
	for (unsigned int i = 0; i < m->cause_cnt; i++) {
		stages_text__cause(text, m, &m->cause[i]);
		fprintf(out, "cause: %s; %" PRIu64 " requests, %s\n", text, m->cause[i].n,
			figure__ns(a, m->cause[i].ns));
	}
	for (unsigned int i = 0; i < m->exemplar_cnt; i++) {
		stages_text__exemplar(text, &m->exemplar[i]);
		fprintf(out, "slow: %s\n", text + strspn(text, " "));
	}
	if (m->left_out)
		fprintf(out, "left out: %u stages, causes or requests\n", m->left_out);
}

void stages_text__say(const struct model_stages *m, const char *title, FILE *out)
{
	char window[FIGURE_LEN], a[FIGURE_LEN], b[FIGURE_LEN], c[FIGURE_LEN],
		range[STAGES_RANGE_LEN];

	fprintf(out, "%s: n %" PRIu64 " in %s, P50 %s, P99 %s, P999 %s, max %s\n", title, m->n,
		figure__seconds(window, m->window_ns), figure__ns(a, m->p50.ns),
		stages_text__range(range, &m->p99), figure__ns(b, m->p999.ns),
		figure__ns(c, m->max_ns));
	say_lines(m, out);
	say_rest(m, out);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What measures each instant, what it costs, and why something better is not used. */
#include "figure.h"
#include "probe_facts.h"
#include "probe_rows.h"
#include "view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DETAIL_FROM 12 /* lines a view must have to show more than one of details */
#define DETAIL_MOST 12
#define INDENT	    3

struct probes_state {
	struct model_probes *reply; /* NULL: none yet */
	struct probe_rows rows;
};

/* --- columns --- */

static const struct probe_row *row_of(const void *row)
{
	return row;
}

static void print_order(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%u", row_of(row)->order);
}

/* The first is the largest. */
static double number_order(const void *row)
{
	return 1e6 - (double)row_of(row)->order;
}

static void print_instant(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", row_of(row)->instant);
}

static void print_program(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", row_of(row)->program);
}

static void print_mechanism(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", row_of(row)->mechanism);
}

static void print_state(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", row_of(row)->state);
}

static enum paint_style style_state(const void *row)
{
	return probe_row__is_alert(row) ? PAINT_ALERT : PAINT_PLAIN;
}

static void print_events(const void *row, char text[GRID_TEXT_LEN])
{
	char rate[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__rate(rate, row_of(row)->runs_per_s));
}

static double number_events(const void *row)
{
	return row_of(row)->runs_per_s;
}

static void print_ns(const void *row, char text[GRID_TEXT_LEN])
{
	double ns = row_of(row)->ns_per_run;
	char figure[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s",
		 figure__ns(figure, ns >= 0 && ns < 1e18 ? (uint64_t)(ns + 0.5) : FIGURE_NONE));
}

static double number_ns(const void *row)
{
	return row_of(row)->ns_per_run;
}

static void print_cpu(const void *row, char text[GRID_TEXT_LEN])
{
	char share[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__cpu(share, row_of(row)->cpu));
}

static double number_cpu(const void *row)
{
	return row_of(row)->cpu;
}

static void print_lost(const void *row, char text[GRID_TEXT_LEN])
{
	uint64_t misses = row_of(row)->misses;
	char count[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s%s", misses && misses != MODEL_NONE ? "!" : "",
		 figure__count(count, misses, 5));
}

static double number_lost(const void *row)
{
	uint64_t misses = row_of(row)->misses;

	return misses == MODEL_NONE ? -1 : (double)misses;
}

static enum paint_style style_lost(const void *row)
{
	return number_lost(row) > 0 ? PAINT_ALERT : PAINT_PLAIN;
}

static const struct grid_column columns[] = {
	{"#", 2, 3, 8, false, print_order, number_order, NULL},
	{"INSTANT", 9, 20, 0, true, print_instant, NULL, NULL},
	{"PROGRAM", 12, 18, 1, true, print_program, NULL, NULL},
	{"MECHANISM", 10, 24, 7, true, print_mechanism, NULL, NULL},
	{"STATE", 8, 10, 2, true, print_state, NULL, style_state},
	{"EVENTS/s", 8, 9, 4, false, print_events, number_events, NULL},
	{"NS/RUN", 6, 7, 5, false, print_ns, number_ns, NULL},
	{"CPU%", 6, 6, 3, false, print_cpu, number_cpu, NULL},
	{"LOST", 5, 6, 6, false, print_lost, number_lost, style_lost},
};

static void get_key(const void *row, char key[GRID_KEY_LEN])
{
	const struct probe_row *r = row;

	/* The mechanism of a tap says on which interface. */
	snprintf(key, GRID_KEY_LEN, "%.60s %.60s %.60s", r->instant, r->program,
		 r->tap != PROBE_ROW_NONE ? r->mechanism : "");
}

static const struct grid_ops ops = {
	.column = columns,
	.column_cnt = sizeof(columns) / sizeof(columns[0]),
	.sort = 0, /* as the plan has them */
	.key = get_key,
	.empty = "no plan known",
};

/* --- operations --- */

static int show(struct ui *ui)
{
	struct page *page = &ui->page[VIEW_PROBES];

	if (!page->state)
		page->state = calloc(1, sizeof(struct probes_state));
	return page->state ? 0 : -ENOMEM;
}

static void done(struct page *page)
{
	struct probes_state *s = page->state;

	if (!s)
		return;
	model_probes__free(s->reply);
	probe_rows__done(&s->rows);
	free(s);
	page->state = NULL;
}

static bool request(const struct ui *ui, char line[VIEW_REQUEST_LEN])
{
	(void)ui;
	snprintf(line, VIEW_REQUEST_LEN, "{\"cmd\":\"probes\",\"stats\":true}");
	return true;
}

/* The old rows go when the table has the new ones. */
static int update(struct ui *ui)
{
	struct page *page = &ui->page[VIEW_PROBES];
	struct probes_state *s = page->state;
	struct probe_rows rows = {0}, old;
	int rc;

	if (!s)
		return 0;
	rc = probe_rows__make(&rows, ui->model, s->reply);
	if (rc)
		return rc;
	rc = grid__update(&page->grid, &ops, rows.row, sizeof(*rows.row), rows.cnt);
	if (rc) {
		probe_rows__done(&rows);
		return rc;
	}
	old = s->rows;
	s->rows = rows;
	probe_rows__done(&old);
	return 0;
}

static int take(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN])
{
	struct probes_state *s = ui->page[VIEW_PROBES].state;
	struct model_probes *old, *m = NULL;
	int rc = s ? model_probes__parse(line, &m, err) : -ENOMEM;

	if (rc)
		return rc;
	old = s->reply;
	model_probes__compare(m, old);
	s->reply = m;
	rc = update(ui);
	if (rc) {
		s->reply = old;
		old = m;
		snprintf(err, MODEL_ERROR_LEN, "no memory for the probes");
	}
	model_probes__free(old);
	return rc;
}

/* --- drawing --- */

/* How many instants have a probe. */
static unsigned int count_measured(const struct model *m)
{
	unsigned int cnt = 0;

	for (unsigned int i = 0; m && i < m->choice_cnt; i++)
		cnt += strcmp(m->choice[i].state, "merged") != 0;
	return cnt;
}

static const struct model_tap *tap_of(const struct ui *ui, const struct probe_row *row)
{
	const struct model *m = ui->model;

	return m && row->tap < m->tap_cnt ? &m->tap[row->tap] : NULL;
}

static void draw_head(const struct ui *ui, const struct model_probes *m, int y)
{
	struct paint_strip s = {.paint = &ui->paint, .y = y};
	unsigned int all = ui->model ? ui->model->choice_cnt : 0;
	unsigned int measured = count_measured(ui->model);

	paint__strip(&s, measured < all ? PAINT_ALERT : PAINT_TITLE, "%s%u of %u instants measured",
		     measured < all ? "! " : "", measured, all);
	if (ui->model)
		paint__strip(&s, PAINT_PLAIN, "taps %u", ui->model->tap_cnt);
	if (!m)
		paint__strip(&s, PAINT_DIM, "costs: asked for");
	else if (m->stats_on)
		paint__strip(&s, PAINT_DIM, "BPF statistics on%s",
			     m->programs_cpu < 0 ? ", rates with the next reply"
						 : " while this is shown");
	else
		paint__strip(&s, PAINT_ALERT, "! BPF statistics off");
}

static void draw_choice(struct view_lines *l, const struct model_choice *c)
{
	if (!strcmp(c->state, "merged"))
		view__line(l, 1, INDENT, PAINT_ALERT, "! %s is merged%s%s: no candidate holds",
			   c->instant, c->merged_as[0] ? " into " : "", c->merged_as);
	else
		view__line(l, 1, INDENT, PAINT_TITLE, "%s: %s (%s): %s", c->instant, c->candidate,
			   c->mechanism, c->why);
	if (c->lost[0])
		view__line(l, 1, INDENT, PAINT_ALERT, "! it costs: %s", c->lost);
	for (unsigned int i = 0; i < c->skip_cnt; i++)
		view__line(l, 1, INDENT, PAINT_PLAIN, "not %s (%s): %s", c->skip[i].candidate,
			   c->skip[i].mechanism, c->skip[i].reason);
}

static void draw_row(struct view_lines *l, const struct probe_row *row)
{
	const struct model_tap *t = tap_of(l->ui, row);
	const struct model *m = l->ui->model;
	const char *mark = probe_row__is_alert(row) ? "! " : "";
	enum paint_style style = *mark ? PAINT_ALERT : PAINT_PLAIN;

	if (t)
		view__line(l, 1, INDENT, style, "%stap on %s, packets %s: %s%s%s", mark, t->ifname,
			   t->direction, t->state, t->reason[0] ? ": " : "", t->reason);
	else if (row->choice == PROBE_ROW_NONE)
		view__line(l, 1, INDENT, style, "%s%s: in no instant of the plan", mark,
			   row->program);
	for (unsigned int i = 0; !t && m && i < m->choice_cnt; i++)
		if (probe_row__has_instant(row, m->choice[i].instant))
			draw_choice(l, &m->choice[i]);
}

static void draw_replan(struct view_lines *l, const struct model_replan *r)
{
	if (r->due[0])
		view__line(l, 1, INDENT, PAINT_ALERT, "! a new plan is due: %s", r->due);
	if (r->cnt)
		view__line(l, 1, INDENT, PAINT_PLAIN, "new plans %" PRIu64 ", the latest %s: %s",
			   r->cnt, r->time, r->reason);
}

static void draw_facts(struct view_lines *l, const struct model_probes *m)
{
	char text[PROBE_FACT_LEN];

	if (m && !m->stats_on)
		view__line(l, 1, INDENT, PAINT_ALERT,
			   "! EVENTS/s, NS/RUN and CPU%% are not known, BPF statistics are off: %s",
			   m->stats_why);
	if (m) {
		probe_facts__ring(m, text);
		view__line(l, 1, INDENT,
			   m->ring_lost && m->ring_lost != MODEL_NONE ? PAINT_ALERT : PAINT_PLAIN,
			   "%s%s", m->ring_lost && m->ring_lost != MODEL_NONE ? "! " : "", text);
		probe_facts__daemon(m, text);
		view__line(l, 1, INDENT, PAINT_PLAIN, "%s", text);
	}
	if (l->ui->model)
		draw_replan(l, &l->ui->model->replan);
}

/* Lines for the details, the rule above included. */
static int detail_height(int height)
{
	int lines = height / 2 - 1;

	if (height < 6)
		return 0;
	if (height < DETAIL_FROM)
		return 1;
	return lines < DETAIL_MOST ? lines : DETAIL_MOST;
}

static void draw(struct ui *ui, int y, int height)
{
	struct page *page = &ui->page[VIEW_PROBES];
	const struct probes_state *s = page->state;
	const struct model_probes *m = s ? s->reply : NULL;
	const struct probe_row *row;
	int detail = detail_height(--height);
	struct view_lines l = {.ui = ui, .y = y + 1 + height - detail, .height = detail};

	draw_head(ui, m, y++);
	if (page->refused[0] && height > 2) {
		struct paint_strip strip = {.paint = &ui->paint, .y = y++};

		paint__strip(&strip, PAINT_ALERT, "! costs are not known: %s", page->refused);
		height--;
	}
	ui->height = height - detail > 1 ? (unsigned int)(height - detail - 1) : 1;
	grid__draw(&page->grid, &ops, &ui->paint, y, height - detail);
	if (detail > 1) {
		paint__rule(&ui->paint, l.y++);
		l.height--;
		draw_facts(&l, m);
	}
	row = grid__selected(&page->grid);
	if (row && detail)
		draw_row(&l, row);
}

static void say(const struct ui *ui, FILE *out)
{
	const struct page *page = &ui->page[VIEW_PROBES];
	const struct probes_state *s = page->state;
	const struct model *m = ui->model;
	char text[PROBE_FACT_LEN];

	fprintf(out, "instants measured %u of %u\n", count_measured(m), m ? m->choice_cnt : 0);
	if (page->refused[0])
		fprintf(out, "request refused: %s\n", page->refused);
	if (s && s->reply) {
		fprintf(out, "BPF statistics %s%s%s\n", s->reply->stats_on ? "on" : "off",
			s->reply->stats_on ? "" : ": ", s->reply->stats_why);
		probe_facts__ring(s->reply, text);
		fprintf(out, "%s\n", text);
		probe_facts__daemon(s->reply, text);
		fprintf(out, "%s\n", text);
	}
	grid__say(&page->grid, &ops, out);
	for (unsigned int i = 0; m && i < m->choice_cnt; i++) {
		const struct model_choice *c = &m->choice[i];

		fprintf(out, "instant %s %s%s%s%s%s%s\n", c->instant, c->state,
			c->merged_as[0] ? " into " : "", c->merged_as,
			c->lost[0] ? "; costs: " : "", c->lost,
			c->candidate[0] ? "" : "; no candidate holds");
		for (unsigned int j = 0; j < c->skip_cnt; j++)
			fprintf(out, "instant %s not %s %s: %s\n", c->instant, c->skip[j].candidate,
				c->skip[j].mechanism, c->skip[j].reason);
	}
}

const struct view view_probes = {
	.id = VIEW_PROBES,
	.table = &ops,
	.show = show,
	.done = done,
	.request = request,
	.take = take,
	.update = update,
	.draw = draw,
	.say = say,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath top --once`: one snapshot as plain text, for logs, pipes and screen readers. */
#include "breakdown.h"
#include "command.h"
#include "figure.h"
#include "page.h"
#include "row_columns.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPLIT_ROWS 12 /* rows whose stages are shown */
#define REQUEST	   "{\"cmd\":\"snapshot\"}"

struct once {
	const struct model *m;
	bool utf8;
	unsigned int cols;
	const struct model_row **row; /* sorted for what is printed now */
};

/* --- header --- */

static void print_head(const struct model *m)
{
	const struct model_totals *t = &m->totals;
	char window[FIGURE_LEN], oldest[FIGURE_LEN];

	page__print(0, 2, "sigpath " SIGPATH_VERSION "  host %s  kernel %s  %s", m->host, m->kernel,
		    m->time);
	page__print(0, 2,
		    "window %s  messages %.1f/s  transactions %" PRIu64 "  joined %" PRIu64
		    "  unjoined %" PRIu64,
		    figure__seconds(window, m->window_ns), t->messages_per_s, t->transactions,
		    t->joined, t->unjoined);
	page__print(0, 2,
		    "in-flight %" PRIu64 " (oldest %s)  timeouts %" PRIu64 "  errors %" PRIu64
		    "  lost %" PRIu64,
		    t->in_flight, figure__ns(oldest, t->oldest_ns), t->timeouts, t->errors,
		    t->lost);
	if (m->banner[0])
		page__print(0, 2, "! %s", m->banner);
}

static void print_replan(const struct model_replan *r)
{
	if (r->due[0])
		page__print(0, 2, "! a new plan is due: %s", r->due);
	if (r->cnt)
		page__print(0, 2, "new plans: %" PRIu64 ", the latest %s: %s", r->cnt, r->time,
			    r->reason);
}

static void print_degraded(const struct model *m)
{
	unsigned int degraded = 0;

	for (unsigned int i = 0; i < m->choice_cnt; i++) {
		const struct model_choice *c = &m->choice[i];
		bool merged = !strcmp(c->state, "merged");

		/* the banner has said that there are no stages */
		if (!model__is_degraded(c) || (merged && m->banner[0]))
			continue;
		degraded++;
		if (merged)
			page__print(0, 2, "degraded: %s merged%s%s", c->instant,
				    c->merged_as[0] ? " into " : "", c->merged_as);
		else
			page__print(0, 2, "degraded: %s by %s (%s), lost: %s", c->instant,
				    c->candidate, c->mechanism, c->lost);
	}
	if (!m->choice_cnt)
		puts("probe plan: not known");
	else if (!degraded)
		printf("probe plan: all %u instants measured\n", m->choice_cnt);
}

/* Largest number first, then by name. */
static int compare_numbers(double a, double b, const struct model_row *x, const struct model_row *y)
{
	return a > b ? -1 : a < b ? 1 : row_columns__compare_names(x, y);
}

/* --- rows, grouped by service and side --- */

static int compare_groups(const void *a, const void *b)
{
	const struct model_row *x = *(const struct model_row *const *)a,
			       *y = *(const struct model_row *const *)b;
	int order = strcmp(x->service, y->service);

	if (!order)
		order = strcmp(x->side, y->side);
	return order ? order : compare_numbers(x->rate, y->rate, x, y);
}

static const enum row_column numbers[] = {ROW_RATE, ROW_N,    ROW_P50, ROW_P90,
					  ROW_P99,  ROW_P999, ROW_MAX, ROW_ERRORS};

#define NUMBER_CNT (sizeof(numbers) / sizeof(numbers[0]))

static unsigned int get_method_cols(const struct once *o)
{
	unsigned int used = 2;

	for (size_t i = 0; i < NUMBER_CNT; i++)
		used += row_columns__at(numbers[i])->width + 1;
	return o->cols > used + 32 ? 32 : o->cols > used + 8 ? o->cols - used : 8;
}

static void print_row(const struct once *o, const struct model_row *row)
{
	char method[MODEL_WORD_LEN * 2];
	unsigned int cols = get_method_cols(o),
		     used = text__fit(method, sizeof(method), row->method, cols, o->utf8);

	printf("  %s%*s", method, (int)(cols - used), "");
	for (size_t i = 0; i < NUMBER_CNT; i++) {
		char number[GRID_TEXT_LEN];

		row_columns__at(numbers[i])->print(row, number);
		printf(" %*s", (int)row_columns__at(numbers[i])->width, number);
	}
	putchar('\n');
}

static void print_group(const struct once *o, const struct model_row *row)
{
	char service[MODEL_NAME_LEN * 2];

	text__fit(service, sizeof(service), row->service, o->cols > 30 ? o->cols - 30 : o->cols,
		  o->utf8);
	printf("%s (%s)", service, row->side);
	text__fit(service, sizeof(service), row->comm, 16, o->utf8);
	printf("%s%s\n", service[0] ? "  " : "", service);
}

static void print_rows(const struct once *o)
{
	const struct model *m = o->m;

	printf("\n%-*s", (int)get_method_cols(o) + 2, "SERVICE (SIDE) / METHOD");
	for (size_t i = 0; i < NUMBER_CNT; i++)
		printf(" %*s", (int)row_columns__at(numbers[i])->width,
		       row_columns__at(numbers[i])->title);
	putchar('\n');
	if (!m->row_cnt)
		puts("  no signaling seen yet");
	qsort(o->row, m->row_cnt, sizeof(*o->row), compare_groups);
	for (unsigned int i = 0; i < m->row_cnt; i++) {
		if (!i || strcmp(o->row[i]->service, o->row[i - 1]->service) ||
		    strcmp(o->row[i]->side, o->row[i - 1]->side))
			print_group(o, o->row[i]);
		print_row(o, o->row[i]);
	}
}

/* --- stages --- */

static int compare_sums(const void *a, const void *b)
{
	const struct model_row *x = *(const struct model_row *const *)a,
			       *y = *(const struct model_row *const *)b;

	return compare_numbers((double)model__sum_ns(x), (double)model__sum_ns(y), x, y);
}

static void print_stages(const struct once *o, const struct model_row *row)
{
	char name[MODEL_NAME_LEN * 2], edge[FIGURE_LEN];
	struct breakdown b;

	breakdown__init(&b, row);
	text__fit(name, sizeof(name), row->service, o->cols > 40 ? o->cols - 40 : 20, o->utf8);
	printf("\n%s (%s) ", name, row->side);
	text__fit(name, sizeof(name), row->method, 24, o->utf8);
	puts(name);
	printf("  all: %" PRIu64 " in the window; ", b.all_n);
	if (row->tail.known)
		printf("tail: %" PRIu64 " at P%g and above (>= %s), since start\n", b.tail_n,
		       row->tail.q * 100, figure__ns(edge, row->tail.edge_ns));
	else
		puts("tail: too few requests");
	printf("  %-32s %9s %6s %10s %6s\n", "STAGE", "ALL MEAN", "SHARE", "TAIL MEAN", "SHARE");
	for (unsigned int i = 0; i < b.cnt; i++) {
		const struct breakdown_part *p = &b.part[i];
		char all[FIGURE_LEN], all_share[FIGURE_LEN], tail[FIGURE_LEN],
			tail_share[FIGURE_LEN];
		unsigned int used = text__fit(name, sizeof(name), p->name, 30, o->utf8);

		printf("  %c %s%*s %9s %6s %10s %6s\n", p->letter, name, (int)(30 - used), "",
		       figure__ns(all, breakdown__mean_ns(p->all_ns, b.all_n)),
		       figure__percent(all_share, p->all_ns, b.all_ns),
		       figure__ns(tail, breakdown__mean_ns(p->tail_ns, b.tail_n)),
		       figure__percent(tail_share, p->tail_ns, b.tail_ns));
	}
}

static void print_ledger(const struct model *m)
{
	bool any = false;

	puts("\nloss ledger (since start)");
	for (unsigned int i = 0; i < m->loss_cnt; i++) {
		const struct model_loss *loss = &m->loss[i];

		if (!model__is_lost(loss))
			continue;
		any = true;
		page__print(2, 37, "%-18s %10" PRIu64 "  %s: %s", loss->name, loss->count,
			    loss->kind, loss->help);
	}
	if (!any)
		puts("  nothing lost, nothing dropped");
}

int top_once__print(const struct model *m, bool ascii)
{
	struct once o = {.m = m, .utf8 = text__set_locale() && !ascii, .cols = page__cols()};

	o.row = calloc(m->row_cnt + 1, sizeof(*o.row));
	if (!o.row) {
		perror("sigpath top");
		return EXIT_FAIL;
	}
	for (unsigned int i = 0; i < m->row_cnt; i++)
		o.row[i] = &m->row[i];
	print_head(m);
	print_replan(&m->replan);
	print_degraded(m);
	print_rows(&o);
	qsort(o.row, m->row_cnt, sizeof(*o.row), compare_sums);
	for (unsigned int i = 0; i < m->row_cnt && i < SPLIT_ROWS; i++) {
		if (model__sum_ns(o.row[i]))
			print_stages(&o, o.row[i]);
	}
	print_ledger(m);
	free(o.row);
	return EXIT_DONE;
}

int top_once__run(const struct options *o)
{
	struct model *m = NULL;
	int status;

	if (o->value[OPTION_JSON]) {
		char *line = NULL;

		if (command__ask("top", option__socket(o), REQUEST, &line))
			return EXIT_FAIL;
		puts(line);
		free(line);
		return EXIT_DONE;
	}
	if (command__ask_model("top", option__socket(o), REQUEST, &m))
		return EXIT_FAIL;
	status = top_once__print(m, o->value[OPTION_ASCII]);
	model__free(m);
	return status;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Columns of the rows of a snapshot. */
#include "row_columns.h"
#include "figure.h"
#include "spark.h"

#include <stdio.h>
#include <string.h>

/* --- text --- */

static void print_service(const void *row, char text[GRID_TEXT_LEN])
{
	strcpy(text, ((const struct model_row *)row)->service);
}

static void print_side(const void *row, char text[GRID_TEXT_LEN])
{
	strcpy(text, model__side_short(row));
}

static void print_method(const void *row, char text[GRID_TEXT_LEN])
{
	strcpy(text, ((const struct model_row *)row)->method);
}

static void print_comm(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_row *r = row;

	strcpy(text, r->comm[0] ? r->comm : "--");
}

static void print_rate(const void *row, char text[GRID_TEXT_LEN])
{
	figure__rate(text, ((const struct model_row *)row)->rate);
}

static void print_n(const void *row, char text[GRID_TEXT_LEN])
{
	figure__count(text, ((const struct model_row *)row)->n, 5);
}

static void print_errors(const void *row, char text[GRID_TEXT_LEN])
{
	figure__count(text, ((const struct model_row *)row)->errors, 4);
}

static void print_timeouts(const void *row, char text[GRID_TEXT_LEN])
{
	figure__count(text, ((const struct model_row *)row)->timeouts, 4);
}

static void print_in_flight(const void *row, char text[GRID_TEXT_LEN])
{
	figure__count(text, ((const struct model_row *)row)->in_flight, 5);
}

static void print_p50(const void *row, char text[GRID_TEXT_LEN])
{
	figure__ns(text, ((const struct model_row *)row)->p50.ns);
}

static void print_p90(const void *row, char text[GRID_TEXT_LEN])
{
	figure__ns(text, ((const struct model_row *)row)->p90.ns);
}

static void print_p99(const void *row, char text[GRID_TEXT_LEN])
{
	figure__ns(text, ((const struct model_row *)row)->p99.ns);
}

static void print_p999(const void *row, char text[GRID_TEXT_LEN])
{
	figure__ns(text, ((const struct model_row *)row)->p999.ns);
}

static void print_max(const void *row, char text[GRID_TEXT_LEN])
{
	figure__ns(text, ((const struct model_row *)row)->max_ns);
}

static void print_trend(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_history *h = &((const struct model_row *)row)->history;

	spark__draw(h->p99_ns, h->cnt, text);
}

/* At most five columns. */
static void print_drift(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_drift *d = &((const struct model_row *)row)->drift;
	bool up = !strcmp(d->state, "up");

	if (!strcmp(d->state, "few"))
		strcpy(text, "n<");
	else if (!strcmp(d->state, "same"))
		strcpy(text, "~");
	else if ((!up && strcmp(d->state, "down") != 0) || !(d->ratio > 0))
		strcpy(text, "--");
	else if (d->ratio >= 10)
		snprintf(text, GRID_TEXT_LEN, "%.0fx%s", d->ratio < 999 ? d->ratio : 999,
			 up ? "!" : "");
	else
		snprintf(text, GRID_TEXT_LEN, "%.*fx%s", d->ratio < 1 ? 2 : 1, d->ratio,
			 up ? "!" : "");
}

const char *row_columns__drift_text(const struct model_drift *d, char text[GRID_TEXT_LEN])
{
	bool up = !strcmp(d->state, "up");

	if (!strcmp(d->state, "few"))
		strcpy(text, "P99 against before: too few");
	else if (!strcmp(d->state, "same"))
		strcpy(text, "P99 as before");
	else if ((up || !strcmp(d->state, "down")) && d->ratio > 0)
		snprintf(text, GRID_TEXT_LEN, "%sP99 %.2fx that of before (%.2fx to %.2fx)",
			 up ? "! " : "", d->ratio, d->lo, d->hi);
	else
		text[0] = '\0';
	return text;
}

/* --- sort keys --- */

static double get_known(uint64_t value)
{
	return value == MODEL_NONE ? -1 : (double)value;
}

static double get_rate(const void *row)
{
	return ((const struct model_row *)row)->rate;
}

static double get_n(const void *row)
{
	return (double)((const struct model_row *)row)->n;
}

static double get_errors(const void *row)
{
	return (double)((const struct model_row *)row)->errors;
}

static double get_timeouts(const void *row)
{
	return (double)((const struct model_row *)row)->timeouts;
}

static double get_in_flight(const void *row)
{
	return (double)((const struct model_row *)row)->in_flight;
}

static double get_p50(const void *row)
{
	return get_known(((const struct model_row *)row)->p50.ns);
}

static double get_p90(const void *row)
{
	return get_known(((const struct model_row *)row)->p90.ns);
}

static double get_p99(const void *row)
{
	return get_known(((const struct model_row *)row)->p99.ns);
}

static double get_p999(const void *row)
{
	return get_known(((const struct model_row *)row)->p999.ns);
}

static double get_max(const void *row)
{
	return get_known(((const struct model_row *)row)->max_ns);
}

static double get_drift(const void *row)
{
	const struct model_drift *d = &((const struct model_row *)row)->drift;

	return d->ratio > 0 && strcmp(d->state, "few") != 0 ? d->ratio : -1;
}

static double get_trend(const void *row)
{
	const struct model_history *h = &((const struct model_row *)row)->history;

	return h->cnt ? get_known(h->p99_ns[h->cnt - 1]) : -1;
}

/* --- the table --- */

static enum paint_style style_drift(const void *row)
{
	return strcmp(((const struct model_row *)row)->drift.state, "up") != 0 ? PAINT_PLAIN
									       : PAINT_ALERT;
}

static void get_key(const void *row, char key[GRID_KEY_LEN])
{
	const struct model_row *r = row;

	snprintf(key, GRID_KEY_LEN, "%s\n%s\n%s", r->service, r->method, r->side);
}

static const struct grid_column columns[ROW_COLUMNS] = {
	[ROW_SERVICE] = {"SERVICE", 12, 60, 0, true, print_service, NULL, NULL},
	[ROW_SIDE] = {"SIDE", 4, 4, 4, true, print_side, NULL, NULL},
	[ROW_METHOD] = {"METHOD", 8, 24, 1, true, print_method, NULL, NULL},
	[ROW_COMM] = {"COMM", 12, 15, 14, true, print_comm, NULL, NULL},
	[ROW_RATE] = {"RATE", 6, 6, 7, false, print_rate, get_rate, NULL},
	[ROW_N] = {"N", 5, 5, 10, false, print_n, get_n, NULL},
	[ROW_P50] = {"P50", 6, 6, 3, false, print_p50, get_p50, NULL},
	[ROW_P90] = {"P90", 6, 6, 11, false, print_p90, get_p90, NULL},
	[ROW_P99] = {"P99", 6, 6, 2, false, print_p99, get_p99, NULL},
	[ROW_P999] = {"P999", 6, 6, 8, false, print_p999, get_p999, NULL},
	[ROW_MAX] = {"MAX", 6, 6, 12, false, print_max, get_max, NULL},
	[ROW_ERRORS] = {"ERR", 4, 4, 9, false, print_errors, get_errors, NULL},
	[ROW_TIMEOUTS] = {"T/O", 4, 4, 13, false, print_timeouts, get_timeouts, NULL},
	[ROW_IN_FLIGHT] = {"INFLT", 5, 5, 15, false, print_in_flight, get_in_flight, NULL},
	[ROW_TREND] = {"TREND-P99", SPARK_COLS, SPARK_COLS, 6, false, print_trend, get_trend, NULL},
	[ROW_DRIFT] = {"DRIFT", 6, 6, 5, false, print_drift, get_drift, style_drift},
};

const struct grid_ops row_columns__ops = {
	.column = columns,
	.column_cnt = ROW_COLUMNS,
	.sort = ROW_P99,
	.key = get_key,
	.empty = "no signaling seen yet",
	.is_ranked = true,
};

const struct grid_column *row_columns__at(enum row_column id)
{
	return &columns[id];
}

int row_columns__compare_names(const struct model_row *a, const struct model_row *b)
{
	int order = strcmp(a->service, b->service);

	if (!order)
		order = strcmp(a->method, b->method);
	return order ? order : strcmp(a->side, b->side);
}

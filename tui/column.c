/* SPDX-License-Identifier: BSD-2-Clause */
/* Columns of the row table. */
#include "column.h"

#include <stdio.h>
#include <string.h>

static void print_service(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	strcpy(text, row->service);
}

static void print_side(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	snprintf(text, COLUMN_TEXT_LEN, "%s", model__side_short(row));
}

static void print_method(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	strcpy(text, row->method);
}

static void print_comm(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	strcpy(text, row->comm[0] ? row->comm : "--");
}

static void print_rate(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__rate(text, row->rate);
}

static void print_n(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__count(text, row->n, 5);
}

static void print_p50(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__ns(text, row->p50.ns);
}

static void print_p90(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__ns(text, row->p90.ns);
}

static void print_p99(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__ns(text, row->p99.ns);
}

static void print_p999(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__ns(text, row->p999.ns);
}

static void print_max(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__ns(text, row->max_ns);
}

static void print_errors(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__count(text, row->errors, 4);
}

static void print_timeouts(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__count(text, row->timeouts, 4);
}

static void print_in_flight(const struct model_row *row, char text[COLUMN_TEXT_LEN])
{
	figure__count(text, row->in_flight, 5);
}

static double get_known(uint64_t value)
{
	return value == MODEL_NONE ? -1 : (double)value;
}

static double get_rate(const struct model_row *row)
{
	return row->rate;
}

static double get_n(const struct model_row *row)
{
	return (double)row->n;
}

static double get_p50(const struct model_row *row)
{
	return get_known(row->p50.ns);
}

static double get_p90(const struct model_row *row)
{
	return get_known(row->p90.ns);
}

static double get_p99(const struct model_row *row)
{
	return get_known(row->p99.ns);
}

static double get_p999(const struct model_row *row)
{
	return get_known(row->p999.ns);
}

static double get_max(const struct model_row *row)
{
	return get_known(row->max_ns);
}

static double get_errors(const struct model_row *row)
{
	return (double)row->errors;
}

static double get_timeouts(const struct model_row *row)
{
	return (double)row->timeouts;
}

static double get_in_flight(const struct model_row *row)
{
	return (double)row->in_flight;
}

static const struct column columns[COLUMN_CNT] = {
	[COLUMN_SERVICE] = {"SERVICE", 12, 60, 0, true, print_service, NULL},
	[COLUMN_SIDE] = {"SIDE", 4, 4, 4, true, print_side, NULL},
	[COLUMN_METHOD] = {"METHOD", 8, 24, 1, true, print_method, NULL},
	[COLUMN_COMM] = {"COMM", 12, 15, 12, true, print_comm, NULL},
	[COLUMN_RATE] = {"RATE", 6, 6, 5, false, print_rate, get_rate},
	[COLUMN_N] = {"N", 5, 5, 6, false, print_n, get_n},
	[COLUMN_P50] = {"P50", 6, 6, 3, false, print_p50, get_p50},
	[COLUMN_P90] = {"P90", 6, 6, 8, false, print_p90, get_p90},
	[COLUMN_P99] = {"P99", 6, 6, 2, false, print_p99, get_p99},
	[COLUMN_P999] = {"P999", 6, 6, 9, false, print_p999, get_p999},
	[COLUMN_MAX] = {"MAX", 6, 6, 10, false, print_max, get_max},
	[COLUMN_ERRORS] = {"ERR", 4, 4, 7, false, print_errors, get_errors},
	[COLUMN_TIMEOUTS] = {"T/O", 4, 4, 11, false, print_timeouts, get_timeouts},
	[COLUMN_IN_FLIGHT] = {"INFLT", 5, 5, 13, false, print_in_flight, get_in_flight},
};

/* Columns that get the room left, in this order, each up to its preferred width before the next one
 * is served. */
static const struct {
	enum column_id id;
	unsigned int width;
} growth[] = {
	{COLUMN_SERVICE, 24}, {COLUMN_METHOD, 12}, {COLUMN_SERVICE, 60},
	{COLUMN_METHOD, 24},  {COLUMN_COMM, 15},
};

/* The service gets this much before a column of a higher rank than ERR is shown. */
#define SERVICE_COMFORT 18

const struct column *column__at(enum column_id id)
{
	return &columns[id];
}

unsigned int column__choose(unsigned int cols, unsigned int width[COLUMN_CNT])
{
	unsigned int used = 0;
	bool full = false;

	memset(width, 0, sizeof(*width) * COLUMN_CNT);
	for (unsigned int rank = 0; rank < COLUMN_CNT && !full; rank++) {
		unsigned int comfort = rank > columns[COLUMN_P999].rank
					       ? SERVICE_COMFORT - columns[COLUMN_SERVICE].width
					       : 0;

		for (unsigned int id = 0; id < COLUMN_CNT; id++) {
			unsigned int need = columns[id].width + (used ? 1 : 0);

			if (columns[id].rank != rank)
				continue;
			full = used + need + comfort > cols;
			width[id] = full ? 0 : columns[id].width;
			used += full ? 0 : need;
		}
	}
	for (size_t i = 0; i < sizeof(growth) / sizeof(growth[0]); i++) {
		unsigned int *w = &width[growth[i].id], wish = growth[i].width;

		if (!*w || *w >= wish)
			continue;
		if (wish - *w > cols - used)
			wish = *w + cols - used;
		used += wish - *w;
		*w = wish;
	}
	return used;
}

static int compare_names(const struct model_row *a, const struct model_row *b)
{
	int order = strcmp(a->service, b->service);

	if (!order)
		order = strcmp(a->method, b->method);
	return order ? order : strcmp(a->side, b->side);
}

static int compare_numbers(double a, double b)
{
	return a > b ? -1 : a < b;
}

static int compare_text(enum column_id id, const struct model_row *a, const struct model_row *b)
{
	char x[COLUMN_TEXT_LEN], y[COLUMN_TEXT_LEN];

	columns[id].print(a, x);
	columns[id].print(b, y);
	return strcmp(x, y);
}

int column__compare(enum column_id id, const struct model_row *a, const struct model_row *b)
{
	int order = columns[id].is_text
			    ? compare_text(id, a, b)
			    : compare_numbers(columns[id].number(a), columns[id].number(b));

	if (!order && !columns[id].is_text)
		order = compare_numbers(get_max(a), get_max(b));
	return order ? order : compare_names(a, b);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Filter, order and selection of the table's rows. */
#include "rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct order {
	const struct model *model;
	enum column_id sort;
};

void rows__init(struct rows *r)
{
	*r = (struct rows){.sort = COLUMN_P99};
}

void rows__done(struct rows *r)
{
	free(r->idx);
	r->idx = NULL;
	r->cnt = r->size = 0;
}

static int compare_places(const void *a, const void *b, void *arg)
{
	const struct order *order = arg;
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;
	int result = column__compare(order->sort, &order->model->row[x], &order->model->row[y]);

	return result ? result : x < y ? -1 : x > y;
}

/* Any of service, side, method or thread name contains the filter, in whatever case. */
static bool is_shown(const struct rows *r, const struct model_row *row)
{
	return !r->filter[0] || strcasestr(row->service, r->filter) ||
	       strcasestr(row->side, r->filter) || strcasestr(row->method, r->filter) ||
	       strcasestr(row->comm, r->filter);
}

static bool is_key(const struct rows *r, const struct model_row *row)
{
	return !strcmp(r->service, row->service) && !strcmp(r->method, row->method) &&
	       !strcmp(r->side, row->side);
}

static void keep_key(struct rows *r, const struct model *m)
{
	const struct model_row *row = rows__selected(r, m);

	if (!row)
		return;
	strcpy(r->service, row->service);
	strcpy(r->method, row->method);
	strcpy(r->side, row->side);
}

int rows__update(struct rows *r, const struct model *m)
{
	struct order order = {.model = m, .sort = r->sort};
	unsigned int offset = r->selected - r->top, *idx;

	if (m->row_cnt > r->size) {
		idx = realloc(r->idx, m->row_cnt * sizeof(*idx));
		if (!idx)
			return -ENOMEM;
		r->idx = idx;
		r->size = m->row_cnt;
	}
	r->cnt = 0;
	for (unsigned int i = 0; i < m->row_cnt; i++) {
		if (is_shown(r, &m->row[i]))
			r->idx[r->cnt++] = i;
	}
	if (r->cnt)
		qsort_r(r->idx, r->cnt, sizeof(*r->idx), compare_places, &order);
	for (unsigned int i = 0; i < r->cnt; i++) {
		if (!is_key(r, &m->row[r->idx[i]]))
			continue;
		r->selected = i;
		r->top = i > offset ? i - offset : 0;
		return 0;
	}
	/* The row is gone, or hidden: the place stays. */
	rows__move(r, m, 0);
	return 0;
}

void rows__move(struct rows *r, const struct model *m, int delta)
{
	long place = (long)r->selected + delta;

	if (place > (long)r->cnt - 1)
		place = (long)r->cnt - 1;
	r->selected = place < 0 ? 0 : (unsigned int)place;
	keep_key(r, m);
}

void rows__scroll(struct rows *r, unsigned int height)
{
	if (!height || !r->cnt) {
		r->top = 0;
		return;
	}
	if (r->selected < r->top)
		r->top = r->selected;
	if (r->selected >= r->top + height)
		r->top = r->selected - height + 1;
	if (r->top + height > r->cnt)
		r->top = r->cnt > height ? r->cnt - height : 0;
}

const struct model_row *rows__selected(const struct rows *r, const struct model *m)
{
	return m && r->selected < r->cnt ? &m->row[r->idx[r->selected]] : NULL;
}

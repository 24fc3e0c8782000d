/* SPDX-License-Identifier: BSD-2-Clause */
/* Heatmap on a grid: merging, marks, cursor. */
#include "heat_grid.h"

#include <math.h>
#include <string.h>

static void find_buckets(const struct model_heat *m, unsigned int *low, unsigned int *high)
{
	*low = HEAT_BUCKETS_MAX;
	*high = 0;
	for (unsigned int s = 0; s < m->slot_cnt; s++) {
		for (unsigned int b = 0; b < HEAT_BUCKETS_MAX; b++) {
			if (!m->at[s][b])
				continue;
			*low = b < *low ? b : *low;
			*high = b > *high ? b : *high;
		}
	}
}

void heat_grid__init(struct heat_grid *g, const struct model_heat *m, unsigned int zoom,
		     unsigned int max_cols, unsigned int max_rows)
{
	uint64_t first = m->first_slot / zoom, end = m->first_slot + m->slot_cnt;
	unsigned int low, high;

	*g = (struct heat_grid){.zoom = zoom, .merge = 1};
	find_buckets(m, &low, &high);
	if (!m->slot_cnt || low > high || !max_cols || !max_rows)
		return;
	end = (end - 1) / zoom + 1;
	if (end - first > max_cols)
		first = end - max_cols;
	g->first_col = first;
	g->cols = (unsigned int)(end - first);
	while (high / g->merge - low / g->merge + 1 > max_rows)
		g->merge += g->merge == 1 ? 1 : 2; /* whole octaves */
	g->low = low / g->merge;
	g->rows = high / g->merge - g->low + 1;
}

static unsigned int get_slot(const struct model_heat *m, uint64_t number)
{
	uint64_t at = number > m->first_slot ? number - m->first_slot : 0;

	return at < m->slot_cnt ? (unsigned int)at : m->slot_cnt;
}

/* Slots [*from, *to) of a column; none when the grid is of an older reply and they are gone. */
static void get_slots(const struct heat_grid *g, const struct model_heat *m, unsigned int col,
		      unsigned int *from, unsigned int *to)
{
	uint64_t begin = (g->first_col + col) * g->zoom;

	*from = get_slot(m, begin);
	*to = get_slot(m, begin + g->zoom);
}

static unsigned int get_bucket(const struct heat_grid *g, unsigned int row)
{
	return (g->low + g->rows - 1 - row) * g->merge;
}

static void add_sessions(struct heat_sum *sum, const struct heat_cell *cell)
{
	for (unsigned int i = 0; i < cell->session_cnt; i++) {
		unsigned int k = 0;

		while (k < sum->session_cnt && sum->session[k] != cell->session[i])
			k++;
		if (k == sum->session_cnt && k < HEAT_GRID_SESSIONS)
			sum->session[sum->session_cnt++] = cell->session[i];
	}
}

static void add_cell(struct heat_sum *sum, const struct heat_cell *cell, unsigned int stage_cnt)
{
	sum->n += cell->n;
	sum->total_ns += cell->total_ns;
	for (unsigned int i = 0; i < stage_cnt; i++)
		sum->stage_ns[i] += cell->stage_ns[i];
	add_sessions(sum, cell);
}

void heat_grid__sum(const struct heat_grid *g, const struct model_heat *m, unsigned int col,
		    unsigned int row, struct heat_sum *ret)
{
	unsigned int from, to, bucket = get_bucket(g, row);

	memset(ret, 0, sizeof(*ret));
	get_slots(g, m, col, &from, &to);
	for (unsigned int b = bucket + g->merge;
	     b-- > bucket;) { /* the slowest first, as their sessions */
		for (unsigned int s = from; s < to; s++) {
			const struct heat_cell *cell = model_heat__cell(m, s, b);

			if (cell)
				add_cell(ret, cell, m->stage_cnt);
		}
	}
}

uint64_t heat_grid__count(const struct heat_grid *g, const struct model_heat *m, unsigned int col,
			  unsigned int row)
{
	unsigned int from, to, bucket = get_bucket(g, row);
	uint64_t n = 0;

	get_slots(g, m, col, &from, &to);
	for (unsigned int s = from; s < to; s++) {
		for (unsigned int b = bucket; b < bucket + g->merge; b++) {
			const struct heat_cell *cell = model_heat__cell(m, s, b);

			n += cell ? cell->n : 0;
		}
	}
	return n;
}

uint64_t heat_grid__col_count(const struct heat_grid *g, const struct model_heat *m,
			      unsigned int col)
{
	unsigned int from, to;
	uint64_t n = 0;

	get_slots(g, m, col, &from, &to);
	for (unsigned int s = from; s < to; s++)
		n += m->slot[s].n;
	return n;
}

uint64_t heat_grid__quantile(const struct heat_grid *g, const struct model_heat *m,
			     unsigned int col, unsigned int which)
{
	uint64_t most = MODEL_NONE;
	unsigned int from, to;

	get_slots(g, m, col, &from, &to);
	for (unsigned int s = from; s < to; s++) {
		const struct heat_slot *slot = &m->slot[s];
		uint64_t ns = which == 0 ? slot->p50_ns : which == 1 ? slot->p99_ns : slot->p999_ns;

		if (ns != MODEL_NONE && (most == MODEL_NONE || ns > most))
			most = ns;
	}
	return most;
}

static unsigned int get_row(const struct heat_grid *g, unsigned int bucket)
{
	unsigned int at = bucket / g->merge, top = g->low + g->rows - 1;

	return at > top ? 0 : at < g->low ? g->rows - 1 : top - at;
}

unsigned int heat_grid__row(const struct heat_grid *g, const struct model_heat *m, uint64_t ns)
{
	return get_row(g, model_heat__bucket(m, ns));
}

void heat_grid__range(const struct heat_grid *g, const struct model_heat *m, unsigned int row,
		      uint64_t *from_ns, uint64_t *to_ns)
{
	unsigned int first = get_bucket(g, row), last = first + g->merge - 1;

	*from_ns = first && first <= m->edge_cnt ? m->edge_ns[first - 1] : 0;
	*to_ns = last < m->edge_cnt ? m->edge_ns[last] : MODEL_NONE;
}

int64_t heat_grid__time(const struct heat_grid *g, const struct model_heat *m, unsigned int col)
{
	return model_heat__slot_ns(m, (g->first_col + col) * g->zoom);
}

uint64_t heat_grid__length(const struct heat_grid *g, const struct model_heat *m)
{
	return m->slot_ns * g->zoom;
}

unsigned int heat_grid__level(uint64_t n, uint64_t most, unsigned int levels)
{
	unsigned int level;

	if (!n)
		return 0;
	if (n >= most)
		return levels;
	level = 1 + (unsigned int)(log((double)n) / log((double)most) * levels);
	return level > levels ? levels : level;
}

unsigned int heat_grid__top(const struct heat_sum *sum)
{
	unsigned int top = HEAT_STAGES_MAX;

	for (unsigned int i = 0; i < HEAT_STAGES_MAX; i++) {
		if (sum->stage_ns[i] &&
		    (top == HEAT_STAGES_MAX || sum->stage_ns[i] > sum->stage_ns[top]))
			top = i;
	}
	return top;
}

/* The newest column with requests, and the P99 known last. */
static unsigned int find_newest(const struct heat_grid *g, const struct model_heat *m,
				uint64_t *p99_ns)
{
	unsigned int newest = g->cols - 1;

	while (newest && !heat_grid__col_count(g, m, newest))
		newest--;
	for (unsigned int col = newest + 1; col-- && *p99_ns == MODEL_NONE;)
		*p99_ns = heat_grid__quantile(g, m, col, 1);
	return newest;
}

void heat_cursor__place(const struct heat_cursor *c, const struct heat_grid *g,
			const struct model_heat *m, unsigned int *col, unsigned int *row)
{
	uint64_t at = c->slot / g->zoom, p99_ns = MODEL_NONE;

	*col = *row = 0;
	if (!g->cols || !g->rows)
		return;
	if (!c->is_held) {
		*col = find_newest(g, m, &p99_ns);
		*row = p99_ns == MODEL_NONE ? 0 : heat_grid__row(g, m, p99_ns);
		return;
	}
	if (at > g->first_col)
		*col = at - g->first_col < g->cols ? (unsigned int)(at - g->first_col)
						   : g->cols - 1;
	*row = get_row(g, c->bucket);
}

static unsigned int move(unsigned int at, long by, unsigned int cnt)
{
	long to = (long)at + by;

	return to < 0 ? 0 : to >= (long)cnt ? cnt - 1 : (unsigned int)to;
}

void heat_cursor__move(struct heat_cursor *c, const struct heat_grid *g, const struct model_heat *m,
		       long cols, long rows)
{
	unsigned int col, row;

	if (!g->cols || !g->rows)
		return;
	heat_cursor__place(c, g, m, &col, &row);
	if (cols || !c->is_held)
		c->slot = (g->first_col + move(col, cols, g->cols)) * g->zoom;
	if (rows || !c->is_held)
		c->bucket = get_bucket(g, move(row, rows, g->rows));
	c->is_held = true;
}

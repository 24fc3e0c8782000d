/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: columns by width, order, filter, search, selection; rows of a snapshot as such a table;
 * sparklines. */
#include "grid.h"
#include "row_columns.h"
#include "spark.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define ROW_CNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int update(struct grid *g, const struct model_row *row, unsigned int cnt)
{
	return grid__update(g, &row_columns__ops, row, sizeof(*row), cnt);
}

static const char *get_service(const struct grid *g)
{
	const struct model_row *row = grid__selected(g);

	return row ? row->service : NULL;
}

static void columns_fit_every_width(void)
{
	unsigned int width[GRID_COLUMNS];

	for (unsigned int cols = 39; cols <= 250; cols++) {
		unsigned int sum = 0, shown = 0;

		CHECK_CASE("%u columns", cols);
		CHECK(grid__choose(&row_columns__ops, cols, width) <= cols);
		for (unsigned int id = 0; id < ROW_COLUMNS; id++) {
			sum += width[id];
			shown += width[id] > 0;
			CHECK(!width[id] || width[id] >= row_columns__at(id)->width);
		}
		CHECK(sum + shown - 1 <= cols);
		CHECK(width[ROW_SERVICE] && width[ROW_METHOD] && width[ROW_P99]);
	}
	CHECK(width[ROW_IN_FLIGHT]);
	grid__choose(&row_columns__ops, 79, width);
	CHECK(width[ROW_TREND] && width[ROW_DRIFT] && width[ROW_SERVICE] >= 18);
}

static void selection_follows_its_row(void)
{
	struct model_row row[] = {{.service = "a", .p99.ns = 30},
				  {.service = "b", .p99.ns = 20},
				  {.service = "c", .p99.ns = MODEL_NONE}};
	struct grid g;

	grid__init(&g, &row_columns__ops);
	if (!CHECK_OK(update(&g, row, 3)))
		goto out;
	CHECK_STR(get_service(&g), "a");
	grid__move(&g, &row_columns__ops, 1);
	CHECK_STR(get_service(&g), "b");
	row[1].p99.ns = 40; /* b goes to the top, the selection with it */
	CHECK_OK(update(&g, row, 3));
	CHECK_UINT(g.selected, 0);
	CHECK_STR(get_service(&g), "b");
	grid__move(&g, &row_columns__ops, 9);
	CHECK_STR(get_service(&g), "c"); /* unknown comes last */
	g.is_inverted = true;
	CHECK_OK(update(&g, row, 3));
	CHECK_UINT(g.selected, 2); /* also the other way round */
	strcpy(g.filter, "A");
	CHECK_OK(update(&g, row, 3));
	CHECK_UINT(g.cnt, 1);
	CHECK_STR(get_service(&g), "a");
	strcpy(g.filter, "nothing");
	CHECK_OK(update(&g, row, 3));
	CHECK(!grid__selected(&g));
out:
	grid__done(&g);
}

/* Whoever has not chosen a row sees what matters most. */
static void first_row_until_one_is_chosen(void)
{
	struct model_row row[] = {{.service = "a", .p99.ns = MODEL_NONE},
				  {.service = "b", .p99.ns = MODEL_NONE},
				  {.service = "c", .p99.ns = MODEL_NONE}};
	struct grid g;

	grid__init(&g, &row_columns__ops);
	if (!CHECK_OK(update(&g, row, 3)))
		goto out;
	row[1].p99.ns = 20;
	CHECK_OK(update(&g, row, 3));
	CHECK_STR(get_service(&g), "b");
	CHECK_UINT(g.top, 0);
	row[2].p99.ns = 30;
	CHECK_OK(update(&g, row, 3));
	CHECK_STR(get_service(&g), "c");
	g.is_chosen = true;
	row[0].p99.ns = 40;
	CHECK_OK(update(&g, row, 3));
	CHECK_STR(get_service(&g), "c");
out:
	grid__done(&g);
}

static void search_goes_round(void)
{
	static const struct model_row row[] = {{.service = "a1", .p99.ns = 30},
					       {.service = "b", .p99.ns = 20},
					       {.service = "A2", .p99.ns = 10}};
	struct grid g;

	grid__init(&g, &row_columns__ops);
	if (!CHECK_OK(update(&g, row, 3)))
		goto out;
	CHECK(!grid__find(&g, &row_columns__ops, false)); /* nothing to search for */
	strcpy(g.search, "a");
	CHECK(grid__find(&g, &row_columns__ops, false));
	CHECK_STR(get_service(&g), "A2");
	CHECK(grid__find(&g, &row_columns__ops, false));
	CHECK_STR(get_service(&g), "a1");
	CHECK(grid__find(&g, &row_columns__ops, true));
	CHECK_STR(get_service(&g), "A2");
	strcpy(g.search, "x");
	CHECK(!grid__find(&g, &row_columns__ops, true));
	CHECK_STR(get_service(&g), "A2");
out:
	grid__done(&g);
}

static void sort_skips_columns_that_are_hidden(void)
{
	unsigned int width[GRID_COLUMNS] = {0};
	struct grid g;

	grid__init(&g, &row_columns__ops);
	width[ROW_P99] = width[ROW_DRIFT] = 6;
	grid__sort_next(&g, &row_columns__ops, width, false);
	CHECK_UINT(g.sort, ROW_DRIFT);
	grid__sort_next(&g, &row_columns__ops, width, false);
	CHECK_UINT(g.sort, ROW_P99);
	grid__sort_next(&g, &row_columns__ops, NULL, true);
	CHECK_UINT(g.sort, ROW_P90);
}

static void drift_is_short(void)
{
	static const struct {
		struct model_drift drift;
		const char *want;
	} rows[] = {
		{{.state = "few"}, "n<"},
		{{.state = "same", .ratio = 1.02}, "~"},
		{{.state = "up", .ratio = 1.38}, "1.4x!"},
		{{.state = "up", .ratio = 123.4}, "123x!"},
		{{.state = "up", .ratio = 1e9}, "999x!"},
		{{.state = "down", .ratio = 0.5}, "0.50x"},
		{{.state = "up"}, "--"},
		{{.state = ""}, "--"},
	};

	for (size_t i = 0; i < ROW_CNT(rows); i++) {
		struct model_row row = {.drift = rows[i].drift};
		char text[GRID_TEXT_LEN];

		row_columns__at(ROW_DRIFT)->print(&row, text);
		CHECK_STR(text, rows[i].want);
	}
}

static void sparks_show_the_newest_last(void)
{
	uint64_t value[25] = {0};
	char text[SPARK_LEN];

	spark__draw(value, 0, text);
	CHECK_STR(text, "");
	spark__draw(value, 3, text);
	CHECK_STR(text, "▁▁▁");
	value[1] = UINT64_MAX;
	value[2] = 700;
	spark__draw(value, 3, text);
	CHECK_STR(text, "▁ █");
	/* 25 values, three in a column but for the first: what is newest has a column of its own
	 * end. */
	value[1] = value[2] = 0;
	value[24] = 70;
	value[10] = 10;
	spark__draw(value, 25, text);
	CHECK_STR(text, "▁▁▁▁▂▁▁▁█");
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"columns_fit_every_width", columns_fit_every_width, TEST_PLAIN},
		{"selection_follows_its_row", selection_follows_its_row, TEST_WALK},
		{"first_row_until_one_is_chosen", first_row_until_one_is_chosen, TEST_WALK},
		{"search_goes_round", search_goes_round, TEST_WALK},
		{"sort_skips_columns_that_are_hidden", sort_skips_columns_that_are_hidden,
		 TEST_PLAIN},
		{"drift_is_short", drift_is_short, TEST_PLAIN},
		{"sparks_show_the_newest_last", sparks_show_the_newest_last, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

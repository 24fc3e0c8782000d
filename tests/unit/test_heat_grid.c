/* SPDX-License-Identifier: BSD-2-Clause */
/* heat_grid: slots and half octaves merged to a grid, and its cursor. */
#include "heat_grid.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

/* Five slots of 1 s with one request in bucket 2, the last one with three in bucket 5 as well; ends
 * at end_s. Edges 1..8 us. */
static struct model_heat *read_heat(unsigned int end_s)
{
	char line[2048], err[MODEL_ERROR_LEN];
	struct model_heat *m = NULL;
	int len = snprintf(line, sizeof(line),
			   "{\"type\":\"heat\",\"slot_ns\":1000000000,\"end_ns\":%u000000000,"
			   "\"edges_ns\":[1000,"
			   "2000,3000,4000,5000,6000,7000,8000],\"slots\":[",
			   end_s);

	for (unsigned int i = 0; i < 5; i++)
		len += snprintf(line + len, sizeof(line) - (size_t)len,
				"%s{\"n\":%u,\"p50_ns\":2500,\"p99_ns\":%u}", i ? "," : "",
				i == 4 ? 4 : 1, i == 4 ? 5500 : 2600);
	len += snprintf(line + len, sizeof(line) - (size_t)len, "],\"cells\":[");
	for (unsigned int i = 0; i < 5; i++)
		len += snprintf(line + len, sizeof(line) - (size_t)len,
				"%s{\"slot\":%u,\"bucket\":2,\"n\":1,\"total_ns\":10,\"stages\":[{"
				"\"name\":\"app\","
				"\"letter\":\"a\",\"sum_ns\":10}],\"sessions\":[%u]}",
				i ? "," : "", i, i);
	snprintf(line + len, sizeof(line) - (size_t)len,
		 ",{\"slot\":4,\"bucket\":5,\"n\":3,\"total_ns\":90,\"stages\":[{\"name\":\"runq\","
		 "\"letter\":\"r\","
		 "\"sum_ns\":90}],\"sessions\":[9,4]}]}");
	return CHECK_OK(model_heat__parse(line, &m, err)) ? m : NULL;
}

static void rows_are_what_was_seen(void)
{
	struct model_heat *m = read_heat(100);
	struct heat_grid g;
	uint64_t from_ns, to_ns;

	if (!m)
		return;
	heat_grid__init(&g, m, 1, 80, 20);
	CHECK_UINT(g.cols, 5);
	CHECK_UINT(g.rows, 4); /* buckets 2..5 */
	CHECK_UINT(heat_grid__count(&g, m, 4, 0), 3);
	CHECK_UINT(heat_grid__count(&g, m, 4, 3), 1);
	CHECK_UINT(heat_grid__col_count(&g, m, 4), 4);
	heat_grid__range(&g, m, 0, &from_ns, &to_ns);
	CHECK_UINT(from_ns, 5000);
	CHECK_UINT(to_ns, 6000);
	CHECK_UINT(heat_grid__row(&g, m, 5500), 0);
	CHECK_UINT(heat_grid__row(&g, m, 1), 3); /* held at the border */
	CHECK_UINT(heat_grid__row(&g, m, UINT64_MAX - 1), 0);
	CHECK_UINT(heat_grid__quantile(&g, m, 4, 1), 5500);
	CHECK_UINT(heat_grid__quantile(&g, m, 4, 2), MODEL_NONE);
	CHECK_INT(heat_grid__time(&g, m, 0), 95000000000);
	/* Too many for the screen: two buckets a row. */
	heat_grid__init(&g, m, 1, 3, 2);
	CHECK_UINT(g.cols, 3);
	CHECK_UINT(g.rows, 2);
	CHECK_UINT(g.merge, 2);
	CHECK_UINT(heat_grid__count(&g, m, 2, 0), 3);
	heat_grid__init(&g, m, 1, 0, 9);
	CHECK_UINT(g.rows, 0);
	model_heat__free(m);
}

static void zoom_merges_slots(void)
{
	struct model_heat *m = read_heat(100); /* slots 95..99 */
	struct heat_grid g;
	struct heat_sum sum;

	if (!m)
		return;
	heat_grid__init(&g, m, 2, 80, 20);
	CHECK_UINT(g.cols, 3); /* 94-95, 96-97, 98-99 */
	CHECK_UINT(heat_grid__count(&g, m, 0, 3), 1);
	CHECK_UINT(heat_grid__count(&g, m, 2, 3), 2);
	CHECK_UINT(heat_grid__col_count(&g, m, 2), 5);
	CHECK_UINT(heat_grid__quantile(&g, m, 2, 1), 5500);
	CHECK_UINT(heat_grid__length(&g, m), 2000000000);
	CHECK_INT(heat_grid__time(&g, m, 2), 98000000000);
	heat_grid__init(&g, m, 4, 80, 1);
	CHECK_UINT(g.cols, 2);
	CHECK_UINT(g.rows, 1);
	heat_grid__sum(&g, m, 1, 0, &sum);
	CHECK_UINT(sum.n, 7);
	CHECK_UINT(sum.total_ns, 130);
	CHECK_UINT(sum.session_cnt, 5); /* 9, 4 and 1, 2, 3; each once, the slowest first */
	CHECK_UINT(sum.session[0], 9);
	CHECK_STR(m->stage[heat_grid__top(&sum)].name, "runq");
	model_heat__free(m);
}

static void cursor_stays_with_its_time(void)
{
	struct model_heat *m = read_heat(100), *later = read_heat(102);
	struct heat_cursor c = {};
	struct heat_grid g;
	unsigned int col, row;

	if (!m || !later)
		goto out;
	heat_grid__init(&g, m, 1, 80, 20);
	heat_cursor__place(&c, &g, m, &col, &row);
	CHECK_UINT(col, 4); /* the newest, at the P99 */
	CHECK_UINT(row, 0);
	heat_cursor__move(&c, &g, m, -1, 9);
	heat_cursor__place(&c, &g, m, &col, &row);
	CHECK_UINT(col, 3);
	CHECK_UINT(row, 3);
	/* Two new slots: the same time is two columns further left. */
	heat_grid__init(&g, later, 1, 80, 20);
	heat_cursor__place(&c, &g, later, &col, &row);
	CHECK_UINT(col, 1);
	CHECK_UINT(row, 3);
	heat_grid__init(&g, later, 2, 80, 20);
	heat_cursor__place(&c, &g, later, &col, &row);
	CHECK_INT(heat_grid__time(&g, later, col), 98000000000);
	/* Its time is not shown any more: held at the border. */
	heat_grid__init(&g, later, 1, 2, 20);
	heat_cursor__place(&c, &g, later, &col, &row);
	CHECK_UINT(col, 0);
	heat_cursor__move(&c, &g, later, 99, -99);
	heat_cursor__place(&c, &g, later, &col, &row);
	CHECK_UINT(col, 1);
	CHECK_UINT(row, 0);
out:
	model_heat__free(m);
	model_heat__free(later);
}

/* Keys may come between a reply and its drawing. */
static void an_old_grid_finds_nothing_in_a_new_reply(void)
{
	static const unsigned int ends[] = {3, 90, 98, 103, 110, 200};
	struct model_heat *m = read_heat(100);
	struct heat_grid g;

	for (size_t i = 0; m && i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct model_heat *other = read_heat(ends[i]);
		struct heat_cursor c = {};
		struct heat_sum sum;
		unsigned int col, row;

		CHECK_CASE("end %u", ends[i]);
		heat_grid__init(&g, m, 2, 80, 20);
		if (!other)
			break;
		heat_cursor__place(&c, &g, other, &col, &row);
		heat_grid__sum(&g, other, 0, 0, &sum);
		CHECK(sum.n <= 3);
		CHECK(heat_grid__col_count(&g, other, 0) <= 5);
		model_heat__free(other);
	}
	model_heat__free(m);
}

static void shades_are_logarithmic(void)
{
	CHECK_UINT(heat_grid__level(0, 1000, 9), 0);
	CHECK_UINT(heat_grid__level(1, 1000, 9), 1);
	CHECK_UINT(heat_grid__level(1000, 1000, 9), 9);
	CHECK_UINT(heat_grid__level(1, 1, 9), 9);
	CHECK(heat_grid__level(30, 1000, 9) > heat_grid__level(3, 1000, 9));
	for (uint64_t n = 1, last = 0; n <= 1000; n++) {
		CHECK(heat_grid__level(n, 1000, 9) >= last);
		last = heat_grid__level(n, 1000, 9);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"rows_are_what_was_seen", rows_are_what_was_seen, TEST_PLAIN},
		{"zoom_merges_slots", zoom_merges_slots, TEST_PLAIN},
		{"cursor_stays_with_its_time", cursor_stays_with_its_time, TEST_WALK},
		{"an_old_grid_finds_nothing_in_a_new_reply",
		 an_old_grid_finds_nothing_in_a_new_reply, TEST_PLAIN},
		{"shades_are_logarithmic", shades_are_logarithmic, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of statistics: keys, bounds, what is refused, memory running out. Windows and tails:
 * test_stats_window.c. */
#include "stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_stats.h"
#include "test.h"

static void options(void)
{
	static const struct {
		struct stats_opts opts;
		int want;
	} rows[] = {
		{{.max_rows = 1}, 0},
		{{.max_rows = 0}, -EINVAL},
		{{.max_rows = 1u << 20 | 1}, -EINVAL},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		struct stats *s = NULL;

		CHECK_CASE("max_rows %u", rows[i].opts.max_rows);
		CHECK_INT(stats__new(&rows[i].opts, &s), rows[i].want);
		CHECK((s != NULL) == !rows[i].want);
		stats__free(s);
	}
	stats__free(NULL);
}

static void rows_by_key(void)
{
	struct stats *s = new_stats(8);
	struct stats_key full, noise;
	struct stats_row *a, *b;

	if (!s)
		return;
	a = row_of(s, "sip 10.77.0.2:5060", 's', "INVITE");
	CHECK(row_of(s, "sip 10.77.0.2:5060", 's', "INVITE") == a);
	CHECK(row_of(s, "sip 10.77.0.2:5060", 'c', "INVITE") != a);
	CHECK(row_of(s, "sip 10.77.0.2:5060", 's', "INVIT") != a);
	CHECK(row_of(s, "sip 10.77.0.2:506", 's', "0INVITE") != a);
	CHECK_UINT(stats__row_cnt(s), 4);
	CHECK(stats__row_at(s, 0) == a);
	CHECK_STR(stats__row_at(s, 2)->key.method, "INVIT");
	CHECK_UINT(a->total.min_ns, UINT64_MAX);

	/* what lies behind the end of a name is no part of it */
	memset(&noise, '#', sizeof(noise));
	strcpy(noise.service, "sip 10.77.0.2:5060");
	strcpy(noise.method, "INVITE");
	noise.side = 's';
	CHECK(stats__row(s, &noise) == a);

	/* a name without an end is cut */
	memset(&full, 'x', sizeof(full));
	b = stats__row(s, &full);
	CHECK(stats__row(s, &full) == b);
	CHECK_UINT(strlen(b->key.service), STATS_SERVICE_LEN - 1);
	CHECK_UINT(strlen(b->key.method), STATS_METHOD_LEN - 1);
	CHECK_UINT(stats__row_cnt(s), 5);
	stats__free(s);
}

static void many_rows_stay_where_they_are(void)
{
	struct stats *s = new_stats(200);
	struct stats_row *row[200];
	char name[32];

	if (!s)
		return;
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned int i = 0; i < 200; i++) {
			struct stats_row *got;

			snprintf(name, sizeof(name), "stun 10.0.0.%u:3478", i);
			got = row_of(s, name, 's', "Binding");
			if (!pass)
				row[i] = got;
			CHECK_CASE("pass %d, %s", pass, name);
			CHECK(got == row[i]);
			CHECK_STR(got->key.service, name);
		}
	}
	CHECK_UINT(stats__row_cnt(s), 200);
	CHECK_UINT(stats__lost(s).rows_full, 0);
	stats__free(s);
}

static void full_table_falls_to_other(void)
{
	struct stats *s = new_stats(2);
	struct stats_row *a, *b, *other, *client;

	if (!s)
		return;
	a = row_of(s, "a", 's', "INVITE");
	b = row_of(s, "b", 's', "INVITE");
	CHECK_UINT(stats__row_cnt(s), 2);
	other = row_of(s, "c", 's', "INVITE");
	client = row_of(s, "c", 'c', "INVITE");
	CHECK(other != a && other != b && client != other);
	CHECK(row_of(s, "d", 's', "BYE") == other);
	CHECK(row_of(s, "other", 's', "other") == other);
	CHECK(row_of(s, "a", 's', "INVITE") == a);
	CHECK_STR(other->key.service, "other");
	CHECK_STR(other->key.method, "other");
	CHECK_INT(other->key.side, 's');
	CHECK_INT(client->key.side, 'c');
	CHECK_UINT(stats__row_cnt(s), 4);
	CHECK(stats__row_at(s, 2) == other && stats__row_at(s, 3) == client);
	CHECK_UINT(stats__lost(s).rows_full, 0);
	CHECK_OK(add_app(s, other, SLOT, 5000));
	CHECK_OK(add_app(s, client, SLOT, 5000));
	CHECK_OK(add_app(s, a, SLOT, 5000));
	stats__add_timeout(s, other, SLOT);
	CHECK_UINT(stats__lost(s).rows_full, 3);
	CHECK_UINT(other->total.count, 1);
	stats__free(s);
}

static void service_named_other(void)
{
	struct stats *s = new_stats(2);

	if (!s)
		return;
	CHECK(row_of(s, "other", 's', "other") == row_of(s, "other", 's', "other"));
	CHECK_UINT(stats__row_cnt(s), 1);
	row_of(s, "a", 's', "INVITE");
	CHECK(row_of(s, "a", 's', "INVITE") == stats__row_at(s, 1));
	stats__free(s);
}

static void refused_is_not_added(void)
{
	static const struct stage_share share[] = {{STAGE_APP, 10}, {STAGE_TX, 20}};
	struct stats *s = new_stats(2);
	struct stats_row *row, *before = malloc(sizeof(*before));

	if (s && before) {
		row = row_of(s, "a", 's', "INVITE");
		CHECK_OK(stats__add(s, row, SLOT, 30, share, 2));
		*before = *row;
		CHECK_INT(stats__add(s, row, SLOT, 31, share, 2), -EINVAL);
		CHECK_INT(stats__add(s, row, 9 * SLOT, 10000000, share, 2), -EINVAL);
		CHECK_MEM(row, before, sizeof(*row));
		CHECK_UINT(stats__lost(s).no_memory, 0);
	}
	free(before);
	stats__free(s);
}

static void without_memory_nothing_is_half_added(void)
{
	static const struct stage_share share[] = {{STAGE_APP, 10000}, {STAGE_TX, 20000}};
	struct stats *s = new_stats(2);
	struct stats_row *row;
	uint64_t added = 0;

	if (!s)
		return;
	row = row_of(s, "a", 's', "INVITE");
	CHECK_STR(row->key.service, stats__lost(s).no_memory ? "other" : "a");
	added += CHECK_OK(stats__add(s, row, SLOT, 30000, share, 2));
	added += CHECK_OK(stats__add(s, row, SLOT, 20000, share + 1, 1));
	stats__add_error(s, row, SLOT);
	CHECK_UINT(row->total.count, added);
	CHECK_UINT(row->errors, 1);
	CHECK_UINT(stats__lost(s).no_memory, test__injected());
	CHECK_UINT(stats__row_cnt(s), 1);
	check_sums(row);
	/* what failed once can be done again */
	CHECK_OK(stats__add(s, row_of(s, "a", 's', "INVITE"), SLOT, 30000, share, 2));
	check_sums(row);
	stats__free(s);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"options", options, TEST_PLAIN},
		{"rows_by_key", rows_by_key, TEST_PLAIN},
		{"many_rows_stay_where_they_are", many_rows_stay_where_they_are, TEST_PLAIN},
		{"full_table_falls_to_other", full_table_falls_to_other, TEST_PLAIN},
		{"service_named_other", service_named_other, TEST_PLAIN},
		{"refused_is_not_added", refused_is_not_added, TEST_PLAIN},
		{"without_memory_nothing_is_half_added", without_memory_nothing_is_half_added,
		 TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's model of a snapshot and what is drawn from it: parsing, clean text, figures, bars.
 */
#include "bar.h"
#include "breakdown.h"
#include "figure.h"
#include "model.h"
#include "test.h"
#include "text.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char snapshot[] =
	"{\"type\":\"snapshot\",\"protocol\":1,\"seq\":7,\"window_ns\":60000000000,\"host\":"
	"\"n\\u001b[1m1\",\"later\":{},"
	"\"totals\":{\"messages_per_s\":12.5,\"in_flight\":2,\"oldest_ns\":null,\"lost\":3},"
	"\"rows\":[{\"service\":\"sip "
	"a\",\"side\":\"server\",\"method\":\"INVITE\",\"rate\":3,\"n\":10,"
	"\"p50\":{\"ns\":5,\"lo_ns\":4,\"hi_ns\":null},\"p99\":null,\"max_ns\":90,\"errors\":9,"
	"\"errors_window\":1,"
	"\"stages\":[{\"name\":\"wakeup\",\"letter\":\"w\",\"sum_ns\":60},{\"name\":\"sockq\","
	"\"letter\":\"w\",\"sum_ns\":30},"
	"{\"name\":\"x\",\"letter\":\"w\",\"sum_ns\":10}],"
	"\"tail\":{\"q\":0.99,\"edge_ns\":80,\"n\":1,\"total_ns\":90,\"stages\":[{\"name\":"
	"\"sockq\",\"letter\":\"w\",\"sum_ns\":90}]},"
	"\"cells\":[{\"upper_ns\":80,\"n\":9,\"total_ns\":70,\"stages\":{\"wakeup\":60,\"x\":10}},"
	"{\"upper_ns\":null,\"n\":1,\"total_ns\":90,\"stages\":{\"sockq\":90}}]},"
	"{\"service\":\"sip "
	"b\",\"side\":\"client\",\"method\":\"\",\"p99\":{\"ns\":7,\"lo_ns\":6,\"hi_ns\":8},"
	"\"tail\":null}],"
	"\"ledger\":[{\"name\":\"unread\",\"count\":3,\"kind\":\"loss\",\"help\":\"h\"},{\"name\":"
	"\"messages\",\"count\":9,\"kind\":\"info\"}],"
	"\"plan\":[{\"instant\":\"t_nic\",\"candidate\":\"tap_xdp\",\"mechanism\":\"xdp\","
	"\"state\":\"active\",\"lost\":\"\"},"
	"{\"instant\":\"t_send\",\"candidate\":null,\"state\":\"merged\",\"merged_as\":\"app+tx\","
	"\"skipped\":[{\"candidate\":\"send_fe\",\"mechanism\":\"fentry\",\"reason\":\"r\"}]}],"
	"\"taps\":[{\"ifname\":\"eth0\",\"direction\":\"in\",\"candidate\":\"tap_xdp\",\"state\":"
	"\"native\",\"reason\":\"\"}],\"banner\":\"TAPS ONLY: no\\u001b[2J\"}";

static void check_row(const struct model_row *row)
{
	CHECK_STR(row->service, "sip a");
	CHECK_STR(model__side_short(row), "srv");
	CHECK_UINT(row->n, 10);
	CHECK_NEAR(row->rate, 3, 0);
	CHECK_UINT(row->p50.ns, 5);
	CHECK_UINT(row->p50.hi_ns, MODEL_NONE);
	CHECK_UINT(row->p99.ns, MODEL_NONE);
	CHECK_UINT(row->errors, 1);
	CHECK_UINT(row->stage_cnt, 3);
	CHECK_INT(row->stage[0].letter, 'w'); /* letters are unique in a row */
	CHECK_INT(row->stage[1].letter, 'W');
	CHECK_INT(row->stage[2].letter, '1');
	CHECK_UINT(model__sum_ns(row), 100);
	CHECK(row->tail.known);
	CHECK_UINT(row->tail.edge_ns, 80);
	CHECK(row->has_cells);
	CHECK_UINT(row->cell_cnt, 2);
	CHECK_UINT(row->cell[1].upper_ns, MODEL_NONE);
	CHECK_UINT(row->cell[0].share_cnt, 2);
	CHECK_STR(row->cell[1].share[0].name, "sockq");
}

static void parses_a_snapshot(void)
{
	char err[MODEL_ERROR_LEN];
	struct model *m = NULL;

	if (!CHECK_OK(model__parse(snapshot, &m, err)))
		return;
	CHECK_STR(m->host, "n?[1m1");
	CHECK_UINT(m->totals.oldest_ns, MODEL_NONE);
	CHECK_UINT(m->totals.lost, 3);
	if (CHECK(m->row_cnt == 2)) {
		check_row(&m->row[0]);
		CHECK_STR(m->row[1].method, "unknown");
		CHECK(!m->row[1].tail.known);
		CHECK(!m->row[1].has_cells);
	}
	CHECK(model__is_lost(&m->loss[0]));
	CHECK(!model__is_lost(&m->loss[1]));
	CHECK(!model__is_degraded(&m->choice[0]));
	CHECK(model__is_degraded(&m->choice[1]));
	CHECK_UINT(m->choice[1].skip_cnt, 1);
	CHECK_STR(m->tap[0].ifname, "eth0");
	CHECK_STR(m->banner, "TAPS ONLY: no?[2J");
	model__free(m);
}

static void refuses_what_is_no_snapshot(void)
{
	static const struct {
		const char *line;
		int want;
		const char *says;
	} rows[] = {
		{"", -EBADMSG, "not JSON"},
		{"{", -EBADMSG, "not JSON"},
		{"[1]", -EBADMSG, "not a snapshot"},
		{"{\"type\":\"hello\",\"protocol\":1}", -EBADMSG, "a 'hello'"},
		{"{\"type\":\"snapshot\"}", -EPROTO, "protocol 0"},
		{"{\"type\":\"snapshot\",\"protocol\":2}", -EPROTO, "protocol 2"},
		{"{\"type\":\"error\",\"error\":\"no\\u001b\",\"hint\":\"ask\"}", -EREMOTEIO,
		 "says: no?; ask"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char err[MODEL_ERROR_LEN];
		struct model *m = NULL;

		CHECK_CASE("%s", rows[i].line);
		CHECK_INT(model__parse(rows[i].line, &m, err), rows[i].want);
		CHECK(!m);
		CHECK(strstr(err, rows[i].says));
	}
}

static void takes_fields_of_the_wrong_type(void)
{
	static const char *const lines[] = {
		"{\"type\":\"snapshot\",\"protocol\":1}",
		"{\"type\":\"snapshot\",\"protocol\":1,\"rows\":{},\"plan\":5,\"ledger\":\"x\","
		"\"taps\":null,\"totals\":[]}",
		"{\"type\":\"snapshot\",\"protocol\":1,\"rows\":[7,null,{\"stages\":[1],\"tail\":{"
		"\"stages\":7},\"cells\":[{}]}]}",
		"{\"type\":\"snapshot\",\"protocol\":1,\"rows\":[{\"n\":-1,\"rate\":\"x\",\"p50\":"
		"7,\"service\":[]}]}",
	};

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		char err[MODEL_ERROR_LEN];
		struct model *m = NULL;

		CHECK_CASE("%s", lines[i]);
		if (CHECK_OK(model__parse(lines[i], &m, err)))
			model__free(m);
	}
}

static void text_is_cleaned(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"plain", "plain"},
		{"\033[2J\a", "?[2J?"},
		{"a\x7f"
		 "b\xc2\x9b",
		 "a?b?"},
		{"\xff\xc0\xaf\xed\xa0\x80", "????"},
		{"\xe2\x80\xaegnp", "?gnp"},			  /* right-to-left override */
		{"\xe2\x80\x8b", "?"},				  /* zero width */
		{"\xee\x80\x80", "?"},				  /* private use */
		{"\xe6\xbc\xa2\xc3\xa9", "\xe6\xbc\xa2\xc3\xa9"}, /* wide and accented stay */
	};
	char clean[64];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		CHECK_CASE("row %zu", i);
		text__clean(clean, sizeof(clean), rows[i].in, strlen(rows[i].in));
		CHECK_STR(clean, rows[i].want);
	}
	text__clean(clean, 4, "ab\xe6\xbc\xa2", 5);
	CHECK_STR(clean, "ab");
}

static void text_fits_its_columns(void)
{
	static const struct {
		const char *in;
		unsigned int cols;
		bool utf8;
		const char *want;
		unsigned int used;
	} rows[] = {
		{"abc", 3, true, "abc", 3},
		{"abcd", 3, true, "ab~", 3},
		{"abcd", 0, true, "", 0},
		{"abcd", 1, true, "~", 1},
		{"\xe6\xbc\xa2\xe5\xad\x97", 4, true, "\xe6\xbc\xa2\xe5\xad\x97", 4},
		{"\xe6\xbc\xa2\xe5\xad\x97", 3, true, "\xe6\xbc\xa2~", 3},
		{"\xe6\xbc\xa2\xe5\xad\x97", 2, true, "~", 1},
		{"z\xcc\x81z", 4, true, "zz", 2}, /* combining: left out */
		{"\xe6\xbc\xa2x", 4, false, "?x", 2},
		{"a\033b", 4, true, "a?b", 3},
	};
	char fit[64];

	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		test__skip("locale C.UTF-8 is missing");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		CHECK_CASE("row %zu", i);
		CHECK_UINT(text__fit(fit, sizeof(fit), rows[i].in, rows[i].cols, rows[i].utf8),
			   rows[i].used);
		CHECK_STR(fit, rows[i].want);
	}
	CHECK_UINT(text__fit(fit, 4, "abcdef", 10, true), 3);
	CHECK_STR(fit, "ab~");
}

static void figures_have_units(void)
{
	static const struct {
		uint64_t ns;
		const char *want;
	} times[] = {
		{0, "0ns"},
		{999, "999ns"},
		{1000, "1.00us"},
		{9994, "9.99us"},
		{9996, "10.0us"},
		{999499, "999us"},
		{999600, "1.00ms"},
		{31200000, "31.2ms"},
		{1820000000, "1.82s"},
		{123000000000, "123s"},
		{3600000000000, "60.0m"},
		{100000000000000, "27.8h"},
		{FIGURE_NONE, "--"},
	};
	static const struct {
		uint64_t count;
		unsigned int width;
		const char *want;
	} counts[] = {
		{0, 4, "0"},	     {9999, 4, "9999"},	     {10000, 4, "10k"},
		{99999, 5, "99999"}, {123456, 5, "123k"},    {1234567, 6, "1.23M"},
		{999999, 4, "1M"},   {FIGURE_NONE, 4, "--"},
	};
	static const struct {
		double rate;
		const char *want;
	} rates[] = {{0, "0.0/s"},   {0.01, "<0.1/s"}, {3.14, "3.1/s"},
		     {812, "812/s"}, {18400, "18k/s"}, {-1, "--"}};
	char buf[FIGURE_LEN];

	for (size_t i = 0; i < COUNT_OF(times); i++)
		CHECK_STR(figure__ns(buf, times[i].ns), times[i].want);
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		CHECK_STR(figure__count(buf, counts[i].count, counts[i].width), counts[i].want);
	for (size_t i = 0; i < COUNT_OF(rates); i++)
		CHECK_STR(figure__rate(buf, rates[i].rate), rates[i].want);
	CHECK_STR(figure__percent(buf, 1, 1000), "<1%");
	CHECK_STR(figure__percent(buf, 5, 1000), "1%");
	CHECK_STR(figure__percent(buf, 1, 1), "100%");
	CHECK_STR(figure__percent(buf, 0, 0), "--");
}

static void bars_divide_exactly(void)
{
	uint64_t seed = 3, part[BAR_PARTS_MAX] = {0};
	unsigned int width[BAR_PARTS_MAX];

	bar__divide(part, 3, 40, width);
	CHECK_UINT(width[0] + width[1] + width[2], 0);
	for (int round = 0; round < 500; round++) {
		unsigned int cnt = 1 + (unsigned int)(test__random(&seed) % BAR_PARTS_MAX),
			     cols = round % 250, sum = 0;
		double whole = 0;

		for (unsigned int i = 0; i < cnt; i++)
			whole += (double)(part[i] = test__random(&seed) >>
						    (test__random(&seed) % 64));
		if (!whole)
			continue;
		bar__divide(part, cnt, cols, width);
		for (unsigned int i = 0; i < cnt; i++) {
			CHECK_NEAR(width[i], (double)part[i] / whole * cols, 1.0001);
			sum += width[i];
		}
		CHECK_UINT(sum, cols);
	}
}

static void breakdown_joins_window_and_tail(void)
{
	char err[MODEL_ERROR_LEN];
	struct model *m = NULL;
	struct breakdown b;

	if (!CHECK_OK(model__parse(snapshot, &m, err)))
		return;
	breakdown__init(&b, &m->row[0]);
	CHECK_UINT(b.cnt, 3);
	CHECK_UINT(b.all_ns, 100);
	CHECK_UINT(b.tail_ns, 90);
	CHECK_STR(b.part[1].name, "sockq");
	CHECK_UINT(b.part[1].all_ns, 30);
	CHECK_UINT(b.part[1].tail_ns, 90);
	CHECK_UINT(breakdown__mean_ns(100, 0), MODEL_NONE);
	model__free(m);
}

static const char later_fields[] =
	"{\"type\":\"snapshot\",\"protocol\":1,\"rows\":[{\"service\":\"a\",\"history\":{\"slot_"
	"ns\":"
	"10000000000,\"p99_ns\":[null,5,-1,7],\"n\":[0,3]},\"drift\":{\"state\":\"up\",\"ratio\":"
	"1.5,\"lo\":1.2,\"hi\":null,\"n\":9,\"base_n\":8},\"bands\":[null,{\"q\":0.99,\"lo_ns\":4,"
	"\"hi_ns\":null,\"n\":2,\"total_ns\":9,\"stages\":[{\"name\":\"app\",\"letter\":\"a\","
	"\"sum_ns\":"
	"9}]},{\"q\":0.99},{\"q\":0.7}]},{\"history\":7,\"drift\":[],\"bands\":{}}]}";

static void rows_have_history_drift_and_bands(void)
{
	char err[MODEL_ERROR_LEN];
	struct model *m = NULL;
	struct model_row *row;

	if (!CHECK_OK(model__parse(later_fields, &m, err)))
		return;
	row = &m->row[0];
	CHECK_UINT(row->history.cnt, 4);
	CHECK_UINT(row->history.slot_ns, 10000000000);
	CHECK_UINT(row->history.p99_ns[0], MODEL_NONE);
	CHECK_UINT(row->history.p99_ns[1], 5);
	CHECK_UINT(row->history.p99_ns[2], MODEL_NONE);
	CHECK_UINT(row->history.n[1], 3);
	CHECK_UINT(row->history.n[3], 0);
	CHECK_STR(row->drift.state, "up");
	CHECK_NEAR(row->drift.ratio, 1.5, 0);
	CHECK_UINT(row->drift.base_n, 8);
	CHECK(!row->band[MODEL_BAND_P50].known && !row->band[MODEL_BAND_P999].known);
	CHECK(row->band[MODEL_BAND_P99].known);
	CHECK_UINT(row->band[MODEL_BAND_P99].edge_ns, 4);
	CHECK_UINT(row->band[MODEL_BAND_P99].hi_ns, MODEL_NONE);
	CHECK_UINT(row->band[MODEL_BAND_P99].stage[0].sum_ns, 9);
	CHECK_UINT(m->row[1].history.cnt, 0);
	CHECK_STR(m->row[1].drift.state, "");
	model__free(m);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"parses_a_snapshot", parses_a_snapshot, TEST_WALK},
		{"refuses_what_is_no_snapshot", refuses_what_is_no_snapshot, TEST_PLAIN},
		{"takes_fields_of_the_wrong_type", takes_fields_of_the_wrong_type, TEST_WALK},
		{"text_is_cleaned", text_is_cleaned, TEST_PLAIN},
		{"text_fits_its_columns", text_fits_its_columns, TEST_PLAIN},
		{"figures_have_units", figures_have_units, TEST_PLAIN},
		{"bars_divide_exactly", bars_divide_exactly, TEST_PLAIN},
		{"breakdown_joins_window_and_tail", breakdown_joins_window_and_tail, TEST_WALK},
		{"rows_have_history_drift_and_bands", rows_have_history_drift_and_bands, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

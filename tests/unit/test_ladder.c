/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the ladder: they fit every width, say the same in ASCII, and lead to what this host kept
 * waiting. */
#include "fixture_reply.h"
#include "ladder.h"
#include "test.h"
#include "text.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static char text[FIXTURE_REPLY_LEN];

static struct model_session *read_session(void)
{
	char err[MODEL_ERROR_LEN];
	struct model_session *m = NULL;

	if (!fixture_reply__read("session.json", text) ||
	    !CHECK_OK(model_session__parse(text, &m, err)))
		return NULL;
	return m;
}

static unsigned int width_of(const char *line)
{
	char fit[LADDER_LINE];

	return text__fit(fit, sizeof(fit), line, LADDER_LINE, true);
}

static void check_widths(const struct model_session *m)
{
	static const unsigned int cols[] = {40, 41, 59, 60, 79, 80, 100, 119, 120, 160, 250, 400};
	char line[LADDER_LINE];
	struct ladder l;

	for (size_t k = 0; k < sizeof(cols) / sizeof(cols[0]) * 4; k++) {
		CHECK_CASE("%u columns, mode %zu", cols[k / 4], k % 4);
		ladder__init(&l, m, cols[k / 4], k & 1, k & 2);
		ladder__head(&l, line);
		CHECK(width_of(line) <= cols[k / 4]);
		for (unsigned int i = 0; i < m->message_cnt; i++) {
			ladder__row(&l, i, line);
			CHECK(width_of(line) <= cols[k / 4]);
			for (const char *at = line; *at && !(k & 1); at++)
				CHECK((unsigned char)*at >= ' ' && (unsigned char)*at < 0x7f);
		}
	}
}

static void fits_every_width(void)
{
	struct model_session *m = read_session();

	setlocale(LC_CTYPE, "C.UTF-8");
	if (m)
		check_widths(m);
	model_session__free(m);
}

static void draws_arrows(void)
{
	static const struct {
		unsigned int message;
		const char *want;
	} rows[] = {
		{0, "       0.0      0.0 |----INVITE---->|               | >>> 15.1ms  app 12.1ms; "
		    "o~"},
		{1, "       2.0      2.0 |<----100-------|               |         --"},
		{2, "      15.1     13.1 |               |----INVITE---->|     62.0us  tx 50.0us; "
		    "of~"},
		{3, "     500.0    484.9 |- - INVITE- - >|               |         --  again; "
		    "Timer ~"},
		{4, "      61.0   -439.0 |               |<----180-------|         --"},
		{7, "     516.0      4.0 |-----------Binding------------>|         --"},
		{10,
		 "     842.1    116.1 |=============RTP==============>|         --  first media"},
	};
	struct model_session *m = read_session();
	char line[LADDER_LINE];
	struct ladder l;

	if (!m)
		return;
	ladder__init(&l, m, 80, false, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ladder__row(&l, rows[i].message, line);
		CHECK_STR(line, rows[i].want);
	}
	ladder__init(&l, m, 80, false, true);
	ladder__row(&l, 1, line);
	CHECK(strstr(line, "08:00:00.125") != NULL);
	model_session__free(m);
}

static void goes_to_what_waited(void)
{
	struct model_session *m = read_session();
	struct ladder l;

	if (!m)
		return;
	ladder__init(&l, m, 80, false, false);
	CHECK_UINT(ladder__largest(m), 0);
	CHECK(ladder__is_slow(&l, 0));
	CHECK(!ladder__is_slow(&l, 1));
	CHECK_UINT(ladder__next(&l, 0, false), 2);
	CHECK_UINT(ladder__next(&l, 2, false), 5);
	CHECK_UINT(ladder__next(&l, 5, false), 0);
	CHECK_UINT(ladder__next(&l, 0, true), 5);
	model_session__free(m);
}

/* Without ends, with more than there are columns for, with times that cannot be. */
static void takes_what_is_odd(void)
{
	static const char *const lines[] = {
		"{\"type\":\"session\",\"messages\":[{\"label\":\"A\"},{\"src\":5,\"dst\":9}]}",
		"{\"type\":\"session\",\"start_ns\":5,\"time\":\"xTyy\",\"ends\":[{}],\"messages\":"
		"[{\"src\":0,"
		"\"dst\":7,\"ts_ns\":9223372036854775807,\"host_ns\":9223372036854775807,"
		"\"label\":\"a very long label that does not fit any column\"},{\"ts_ns\":0}]}",
		"{\"type\":\"session\",\"start_ns\":9223372036854775807,\"time\":\"2026-11-25T23:"
		"59:59.9999Z\","
		"\"ends\":[{\"local\":true},{\"local\":true},{},{},{},{},{},{},{},{},{},{},{},{},{}"
		",{},{},{},"
		"{},{},{},{},{},{},{},{},{},{},{},{}],\"messages\":[{\"src\":0,\"dst\":29,\"ts_"
		"ns\":1,"
		"\"label\":\"\\u202e\\u4e16\\u4e16\\u4e16\\u4e16\\u4e16\\u4e16\\u4e16\"},{\"src\":"
		"28,\"dst\":29}]}",
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char err[MODEL_ERROR_LEN];
		struct model_session *m = NULL;

		if (!CHECK_OK(model_session__parse(lines[i], &m, err)))
			return;
		check_widths(m);
		model_session__free(m);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"fits_every_width", fits_every_width, TEST_PLAIN},
		{"draws_arrows", draws_arrows, TEST_PLAIN},
		{"goes_to_what_waited", goes_to_what_waited, TEST_PLAIN},
		{"takes_what_is_odd", takes_what_is_odd, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

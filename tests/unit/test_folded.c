/* SPDX-License-Identifier: BSD-2-Clause */
/* Folded stacks: frames made safe, exact sums, order, contradictions. */
#include "folded.h"
#include "test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OUT_LEN 4096

/* Writes rows into text; the result of folded__write. */
static int write_text(const struct folded_row *row, unsigned int cnt, char text[OUT_LEN],
		      unsigned int *bad)
{
	FILE *out;
	int rc;

	memset(text, 0, OUT_LEN);
	out = fmemopen(text, OUT_LEN - 1, "w");
	if (!out)
		return -ENOMEM;
	rc = folded__write(out, row, cnt, bad);
	fclose(out);
	return rc;
}

static void frames_are_safe(void)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{"sip 10.77.0.2:5060", "sip 10.77.0.2:5060"},
		{"", "unknown"},
		{NULL, "unknown"},
		{"   ", "unknown"},
		{"  a b  ", "a b"},
		{"sip:bob@h;transport=udp", "sip:bob@h_transport=udp"},
		{"a\nb\rc\td", "a_b_c_d"},
		{"\033[31m", "_[31m"},
		{"\x7f", "_"},
		{"\xc2\x9b", "_"},				  /* C1 */
		{"\xc3\xa9\xe6\xbc\xa2", "\xc3\xa9\xe6\xbc\xa2"}, /* printable UTF-8 stays */
		{"\xff\xc3", "__"},				  /* invalid, cut short */
		{"\xc0\xaf", "__"},				  /* overlong */
		{"\xed\xa0\x80", "___"},			  /* surrogate */
		{"\xf4\x90\x80\x80", "____"},			  /* beyond Unicode */
		{"\xe2\x80\xa8x", "_x"},			  /* line separator */
	};
	char frame[FOLDED_FRAME_LEN];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("row %zu", i);
		CHECK_STR(folded__frame(frame, rows[i].in), rows[i].want);
	}
}

static void frames_are_cut_at_a_character(void)
{
	char name[FOLDED_FRAME_LEN * 2], frame[FOLDED_FRAME_LEN];

	memset(name, 'x', sizeof(name));
	memcpy(name + FOLDED_FRAME_LEN - 2, "\xc3\xa9", 2);
	name[sizeof(name) - 1] = '\0';
	folded__frame(frame, name);
	CHECK_UINT(strlen(frame), FOLDED_FRAME_LEN - 2);
}

static void lines_sorted_merged_and_complete(void)
{
	static const struct folded_stage b[] = {{"tx", 3}, {"app", 90}, {"nothing", 0}};
	static const struct folded_stage a[] = {{"app", 5}};
	static const struct folded_row rows[] = {
		{.service = "sip b",
		 .side = "server",
		 .method = "BYE",
		 .stage = b,
		 .stage_cnt = 3,
		 .total_ns = 100},
		{.service = "sip;a",
		 .side = "",
		 .method = "",
		 .stage = a,
		 .stage_cnt = 1,
		 .total_ns = 5},
		{.service = "sip_a",
		 .side = NULL,
		 .method = "unknown",
		 .stage = a,
		 .stage_cnt = 1,
		 .total_ns = 5},
		{.service = "empty", .side = "client", .method = "BYE", .total_ns = 0},
	};
	char text[OUT_LEN];
	unsigned int bad = 77;

	if (!CHECK_OK(write_text(rows, 4, text, &bad)))
		return;
	CHECK_STR(text, "sip b (server);BYE;app 90\n"
			"sip b (server);BYE;tx 3\n"
			"sip b (server);BYE;unattributed 7\n"
			"sip_a;unknown;app 10\n");
	CHECK_UINT(bad, 77);
}

static void contradictions_write_nothing(void)
{
	static const struct folded_stage over[] = {{"app", 6}, {"tx", 5}},
					 all[] = {{"app", UINT64_MAX}};
	static const struct folded_row bad_row[] = {
		{.service = "a",
		 .side = "s",
		 .method = "m",
		 .stage = over,
		 .stage_cnt = 1,
		 .total_ns = 6},
		{.service = "b",
		 .side = "s",
		 .method = "m",
		 .stage = over,
		 .stage_cnt = 2,
		 .total_ns = 10},
	};
	static const struct folded_row too_much[] = {
		{.service = "a",
		 .side = "s",
		 .method = "m",
		 .stage = all,
		 .stage_cnt = 1,
		 .total_ns = UINT64_MAX},
		{.service = "a",
		 .side = "s",
		 .method = "m",
		 .stage = all,
		 .stage_cnt = 1,
		 .total_ns = UINT64_MAX},
	};
	char text[OUT_LEN];
	unsigned int bad = 77;

	CHECK_INT(write_text(bad_row, 2, text, &bad), -ERANGE);
	CHECK_UINT(bad, 1);
	CHECK_STR(text, "");
	CHECK_INT(write_text(too_much, 2, text, &bad), -ERANGE);
	CHECK_UINT(bad, 2);
	CHECK_STR(text, "");
}

static void full_disk_is_an_error(void)
{
	static const struct folded_stage stage[] = {{"app", 6}};
	static const struct folded_row row = {.service = "a",
					      .side = "s",
					      .method = "m",
					      .stage = stage,
					      .stage_cnt = 1,
					      .total_ns = 6};
	unsigned int bad;
	FILE *out = fopen("/dev/full", "w");

	if (!out) {
		test__skip("/dev/full is missing");
		return;
	}
	CHECK_INT(folded__write(out, &row, 1, &bad), -EIO);
	fclose(out);
}

/* Many random rows, compared with plain addition. */
static void weights_sum_to_the_totals(void)
{
	enum { ROWS = 40, STAGES = 6 };
	struct folded_stage stage[ROWS][STAGES];
	struct folded_row row[ROWS];
	static const char *const names[] = {"a", "b", "c", "d"};
	uint64_t seed = 1, want = 0, got = 0, ns;
	unsigned int bad;
	char *text = NULL, *at;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!CHECK(out))
		return;
	for (int i = 0; i < ROWS; i++) {
		row[i] = (struct folded_row){.service = names[test__random(&seed) % 4],
					     .side = "server",
					     .method = names[test__random(&seed) % 4],
					     .stage = stage[i],
					     .stage_cnt = STAGES,
					     .total_ns = test__random(&seed) % 1000};
		for (int j = 0; j < STAGES; j++) {
			stage[i][j] = (struct folded_stage){names[test__random(&seed) % 4],
							    test__random(&seed) >> 24};
			row[i].total_ns += stage[i][j].ns;
		}
		want += row[i].total_ns;
	}
	CHECK_OK(folded__write(out, row, ROWS, &bad));
	fclose(out);
	for (at = text; at && (at = strchr(at, '\n')); at++) {
		const char *blank = memrchr(text, ' ', (size_t)(at - text));

		if (CHECK(blank) && CHECK(sscanf(blank, "%" SCNu64, &ns) == 1))
			got += ns;
	}
	CHECK_UINT(got, want);
	free(text);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"frames_are_safe", frames_are_safe, TEST_PLAIN},
		{"frames_are_cut_at_a_character", frames_are_cut_at_a_character, TEST_PLAIN},
		{"lines_sorted_merged_and_complete", lines_sorted_merged_and_complete, TEST_WALK},
		{"contradictions_write_nothing", contradictions_write_nothing, TEST_PLAIN},
		{"full_disk_is_an_error", full_disk_is_an_error, TEST_PLAIN},
		{"weights_sum_to_the_totals", weights_sum_to_the_totals, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

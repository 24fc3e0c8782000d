/* SPDX-License-Identifier: BSD-2-Clause */
#include "play.h"

#include <errno.h>

#include "test.h"

static void says_what_is_to_change(void)
{
	static const struct {
		struct play play;
		bool is_paused;
		const char *want; /* NULL: nothing */
	} row[] = {
		{{0, 0, false}, false, NULL},
		{{-10000000000, 0, false}, false, "{\"cmd\":\"play\",\"by_ns\":-10000000000}"},
		{{0, 1, false}, false, "{\"cmd\":\"play\",\"times\":2.0000000000}"},
		{{0, -99, false}, false, "{\"cmd\":\"play\",\"times\":0.0009765625}"},
		{{0, 0, true}, false, "{\"cmd\":\"play\",\"paused\":true}"},
		{{5, 2, true},
		 true,
		 "{\"cmd\":\"play\",\"by_ns\":5,\"times\":4.0000000000,\"paused\":false}"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct model_replay r = {.is_paused = row[i].is_paused};
		struct play p = row[i].play;
		char line[160];
		bool has_any = play__request(&p, &r, line, sizeof(line));

		CHECK_CASE("%zu", i);
		CHECK(has_any == (row[i].want != NULL));
		if (row[i].want)
			CHECK_STR(line, row[i].want);
		CHECK(!play__request(&p, &r, line, sizeof(line)));
	}
}

static void tells_its_state(void)
{
	static const struct {
		struct model_replay replay;
		int cols;
		const char *want;
	} row[] = {
		{{true, "/tmp/a.pcap", 45500000000, 80000000000, 2, true, "paused", ""},
		 80,
		 "00:45 of 01:20  2x  PAUSED"},
		{{true, "/tmp/a.pcap", 0, MODEL_NONE, 0.0625, false, "seeking", ""},
		 120,
		 "a.pcap 00:00 of --  0.0625x  SEEKING"},
		{{true, "a", 3600000000000, 36000000000000, 1, false, "?", ""},
		 120,
		 "a 1:00:00 of 10:00:00  1x  ?"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char text[PLAY_LEN];

		CHECK_CASE("%zu", i);
		CHECK_STR(play__text(&row[i].replay, row[i].cols, text), row[i].want);
	}
}

static void takes_the_reply(void)
{
	char err[MODEL_ERROR_LEN];
	struct model m = {};

	CHECK_INT(model__parse_play(
			  "{\"replay\":{\"file\":\"a\\u001b[\",\"pos_ns\":5,\"len_ns\":null,"
			  "\"speed\":2.0,\"paused\":true,\"state\":\"paused\"}}",
			  &m, err),
		  0);
	CHECK(m.replay.is_played && m.replay.is_paused && m.replay.file[1] != 27);
	CHECK_UINT(m.replay.len_ns, MODEL_NONE);
	CHECK_INT(model__parse_play("{\"error\":\"no\"}", &m, err), -EBADMSG);
	CHECK_STR(err, "the player does not understand: no");
	CHECK_UINT(m.replay.pos_ns, 5);
	CHECK_INT(model__parse_play("[", &m, err), -EBADMSG);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"says_what_is_to_change", says_what_is_to_change, TEST_PLAIN},
		{"tells_its_state", tells_its_state, TEST_PLAIN},
		{"takes_the_reply", takes_the_reply, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "play.h"

#include <errno.h>

#include "keys.h"
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

/* They add up until they can be sent, and mean nothing without a file. */
static void keys_gather(void)
{
	static struct ui ui;
	struct model m = {};

	view__init(&ui, &view_overview);
	keys__press(&ui, ',', false);
	CHECK(ui.note[0] && !ui.play.by_ns);
	ui.model = &m;
	m.replay.is_played = true;
	for (const char *key = ",,.{{{}"; *key; key++)
		keys__press(&ui, (unsigned char)*key, false);
	keys__press(&ui, ' ', false);
	CHECK(!ui.note[0] && !ui.frozen_ns && ui.play.toggle);
	CHECK_INT(ui.play.by_ns, -PLAY_STEP_NS);
	CHECK_INT(ui.play.faster, -2);
	keys__press(&ui, ' ', false);
	CHECK(!ui.play.toggle);
	ui.model = NULL;
	view__done(&ui);
}

static void keys_are_told_where_they_work(void)
{
	const struct action *a = action__at(ACTION_REWIND);

	CHECK(action__is_told(a, VIEW_OVERVIEW, true));
	CHECK(!action__is_told(a, VIEW_OVERVIEW, false));
	CHECK(action__is_told(action__at(ACTION_QUIT), VIEW_HELP, false));
	CHECK(!action__is_told(action__at(ACTION_SORT), VIEW_HELP, true));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"says_what_is_to_change", says_what_is_to_change, TEST_PLAIN},
		{"tells_its_state", tells_its_state, TEST_PLAIN},
		{"takes_the_reply", takes_the_reply, TEST_PLAIN},
		{"keys_gather", keys_gather, TEST_PLAIN},
		{"keys_are_told_where_they_work", keys_are_told_where_they_work, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

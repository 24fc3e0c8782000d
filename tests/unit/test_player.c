/* SPDX-License-Identifier: BSD-2-Clause */
/* A clock of the test's own; replies compared byte by byte. */
#include "player.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture_played.h"
#include "test.h"

#define SECOND_NS 1000000000ull
#define ROW	  ",\"service\":\"sip 10.0.0.1:5060\",\"side\":\"wire\",\"method\":\"OPTIONS\"}"
#define SNAPSHOT  "{\"cmd\":\"snapshot\"}"

struct bench {
	char root[32], path[TREE_PATH_LEN];
	struct player *p;
	uint64_t now_ns;
};

static bool start(struct bench *b, uint64_t seek_ns, bool is_paused, uint32_t cut)
{
	char err[REPLAY_ERROR_LEN] = "";
	struct player_opts o = {.speed = 1, .seek_ns = seek_ns, .is_paused = is_paused};

	*b = (struct bench){.now_ns = 5 * SECOND_NS};
	if (!played__make(b->root, b->path, cut))
		return false;
	o.replay.path = b->path;
	o.replay.sip_anywhere = true;
	replay_settings__init(&o.replay.settings);
	return CHECK_OK(player__new(&o, &b->p, err));
}

static void stop(struct bench *b)
{
	player__free(b->p);
	tree_remove(b->root);
}

/* Until nothing is due at this time. */
static void settle(struct bench *b)
{
	while (!player__step(b->p, b->now_ns))
		;
}

static void pass(struct bench *b, uint64_t ns)
{
	for (uint64_t end_ns = b->now_ns + ns; b->now_ns < end_ns;) {
		b->now_ns += SECOND_NS / 2;
		settle(b);
	}
}

static char *ask(struct bench *b, const char *request)
{
	return player__reply(b->p, request, strlen(request));
}

/* The "replay" of a reply; "" of another. */
static void check_state(struct bench *b, const char *request, const char *state, double pos_s)
{
	char *line = ask(b, request);
	json_t *reply = line ? json_loads(line, 0, NULL) : NULL;
	const json_t *r = json_object_get(reply, "replay");

	CHECK_STR(json_string_value(json_object_get(r, "state")), state);
	CHECK_NEAR((double)json_integer_value(json_object_get(r, "pos_ns")) / 1e9, pos_s, 1e-6);
	json_decref(reply);
	free(line);
}

static void plays_by_the_clock(void)
{
	struct bench b;

	if (start(&b, 0, false, 0)) {
		check_state(&b, SNAPSHOT, "seeking", 0);
		settle(&b);
		check_state(&b, SNAPSHOT, "playing", 0);
		pass(&b, 12 * SECOND_NS);
		check_state(&b, SNAPSHOT, "playing", 12);
		check_state(&b, "{\"cmd\":\"play\",\"speed\":4}", "playing", 12);
		pass(&b, 5 * SECOND_NS);
		check_state(&b, "{\"cmd\":\"play\",\"paused\":true}", "paused", 32);
		pass(&b, 5 * SECOND_NS);
		check_state(&b, SNAPSHOT, "paused", 32);
		check_state(&b, "{\"cmd\":\"play\",\"paused\":false}", "playing", 32);
		b.now_ns += 3600 * SECOND_NS; /* stopped: one second passes, four of the file */
		settle(&b);
		check_state(&b, SNAPSHOT, "playing", 36);
		pass(&b, 60 * SECOND_NS);
		check_state(&b, SNAPSHOT, "ended", (double)PLAYED_LEN_NS / 1e9);
	}
	stop(&b);
}

/* Straight, or there and back. */
static void a_place_is_a_place(void)
{
	static const char *const requests[] = {SNAPSHOT,
					       "{\"cmd\":\"sessions\",\"limit\":10}",
					       "{\"cmd\":\"exemplars\"}",
					       "{\"cmd\":\"heat\"" ROW,
					       "{\"cmd\":\"stages\"" ROW,
					       "{\"cmd\":\"metrics\"}",
					       "{\"cmd\":\"beats\"}"};
	struct bench a, b;
	bool is_made = start(&a, 45 * SECOND_NS, true, 0);

	if (start(&b, 0, false, 0) && is_made) {
		settle(&a);
		settle(&b);
		pass(&b, 30 * SECOND_NS);
		check_state(&b, "{\"cmd\":\"play\",\"by_ns\":1000000000000,\"paused\":true}",
			    "seeking", 30);
		settle(&b);
		check_state(&b, SNAPSHOT, "ended", (double)PLAYED_LEN_NS / 1e9);
		check_state(&b, "{\"cmd\":\"play\",\"seek_ns\":45000000000}", "seeking", 0);
		settle(&b);
		for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
			char *want = ask(&a, requests[i]), *got = ask(&b, requests[i]);
			char *root = got ? strstr(got, b.root) : NULL;

			for (; root; root = strstr(root, b.root))
				memcpy(root, a.root, strlen(a.root));
			CHECK_STR(got, want);
			free(want);
			free(got);
		}
		check_state(&b, SNAPSHOT, "paused", 45);
	}
	stop(&a);
	stop(&b);
}

static void tells_a_defect(void)
{
	struct bench b;

	if (start(&b, 1000 * SECOND_NS, false, 1)) {
		char *line;

		settle(&b);
		check_state(&b, SNAPSHOT, "ended", 70.005);
		line = ask(&b, SNAPSHOT);
		CHECK(line && strstr(line, "the file ends inside a packet"));
		free(line);
		check_state(&b, "{\"cmd\":\"play\",\"by_ns\":-10000000000}", "seeking", 0);
		settle(&b);
		check_state(&b, SNAPSHOT, "playing", 60.005);
	}
	stop(&b);
}

static void refuses(void)
{
	static const char *const wrong[] = {"{\"cmd\":\"play\",\"speed\":0}",
					    "{\"cmd\":\"play\",\"speed\":\"x\"}",
					    "{\"cmd\":\"play\",\"times\":-1}",
					    "{\"cmd\":\"play\",\"seek_ns\":-1}",
					    "{\"cmd\":\"play\",\"seek_ns\":1.5}",
					    "{\"cmd\":\"play\",\"paused\":1}",
					    "{\"cmd\":\"record\"}",
					    "[",
					    ""};
	char err[REPLAY_ERROR_LEN];
	const struct player_opts o = {.replay.path = "/dev/null", .speed = 1};
	struct bench b;
	struct player *p;

	CHECK_INT(player__new(&o, &p, err), -ESPIPE);
	if (start(&b, 0, true, 0)) {
		for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
			char *line = ask(&b, wrong[i]);

			CHECK_CASE("%s", wrong[i]);
			CHECK(line && strstr(line, "\"type\":\"error\""));
			free(line);
		}
	}
	stop(&b);
}

static void answers_in_its_own_process(void)
{
	static const char request[] = "{\"cmd\":\"play\",\"tag\":7}\n";
	char reply[1024] = "";
	struct bench b;
	int fd = -1, pid, status = -1;

	if (start(&b, 0, true, 0)) {
		pid = player__fork(b.p, &fd);
		if (CHECK(pid > 0)) {
			CHECK_INT(send(fd, request, sizeof(request) - 1, 0), sizeof(request) - 1);
			CHECK(recv(fd, reply, sizeof(reply) - 1, 0) > 0);
			CHECK(strstr(reply, "\"tag\":7"));
			close(fd);
			CHECK_INT(waitpid(pid, &status, 0), pid);
			CHECK_INT(status, 0);
		}
	}
	stop(&b);
}

static void without_memory(void)
{
	struct bench b;

	if (start(&b, 0, true, 0)) {
		settle(&b);
		free(ask(&b, SNAPSHOT));
		free(ask(&b, "{\"cmd\":\"play\",\"seek_ns\":1000}"));
		settle(&b);
		free(ask(&b, "{\"cmd\":\"play\",\"seek_ns\":0}"));
		settle(&b);
	}
	stop(&b);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"plays_by_the_clock", plays_by_the_clock, TEST_PLAIN},
		{"a_place_is_a_place", a_place_is_a_place, TEST_PLAIN},
		{"tells_a_defect", tells_a_defect, TEST_PLAIN},
		{"refuses", refuses, TEST_PLAIN},
		{"answers_in_its_own_process", answers_in_its_own_process, TEST_PLAIN},
		{"without_memory", without_memory, TEST_WALK},
		{},
	};

	return test__run(tests, argc, argv);
}

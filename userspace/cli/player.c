/* SPDX-License-Identifier: BSD-2-Clause */
/* Position, speed, and what `play` changes about them. */
#include "player.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "jvalue.h"
#include "replay_reply.h"
#include "span.h"

#define SLICE	    4096 /* packets between two looks at the socket: some ms */
#define STEP_MS	    20
#define STEP_MAX_NS 1000000000ull /* longer ones are gaps: this process was stopped */

struct player {
	struct player_opts opts;
	struct replay *replay;
	struct span span;
	bool is_measured; /* span is done, first_ns and len_ns are known */
	uint64_t first_ns, len_ns;
	uint64_t pos_ns; /* reached; from first_ns, as the next one */
	uint64_t target_ns;
	uint64_t seen_ns; /* CLOCK_MONOTONIC of the latest step, 0 none */
	double speed;
	bool is_paused, is_seeking, is_ended;
	char error[REPLAY_ERROR_LEN];
};

static int check_file(const char *path, char *err)
{
	struct stat st;

	if (stat(path, &st) || S_ISREG(st.st_mode))
		return 0; /* replay__new tells what is wrong */
	snprintf(err, REPLAY_ERROR_LEN,
		 "%s: no regular file; what is played must be read more than once, save it first",
		 path);
	return -ESPIPE;
}

int player__new(const struct player_opts *opts, struct player **ret, char *err)
{
	int rc = check_file(opts->replay.path, err);
	struct player *p = rc ? NULL : calloc(1, sizeof(*p));

	if (rc)
		return rc;
	if (!p) {
		snprintf(err, REPLAY_ERROR_LEN, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	p->opts = *opts;
	p->opts.replay.window_ns = PLAYER_WINDOW_NS;
	p->span.source.fd = -1;
	p->speed = opts->speed;
	p->is_paused = opts->is_paused;
	p->target_ns = opts->seek_ns;
	p->is_seeking = true;
	rc = replay__new(&p->opts.replay, &p->replay, err);
	rc = rc ? rc : span__open(&p->span, opts->replay.path);
	if (rc) {
		if (!err[0])
			snprintf(err, REPLAY_ERROR_LEN, "%s: %s", opts->replay.path, strerror(-rc));
		player__free(p);
		return rc;
	}
	*ret = p;
	return 0;
}

void player__free(struct player *p)
{
	if (!p)
		return;
	replay__free(p->replay);
	span__done(&p->span);
	free(p);
}

/* --- playing --- */

static void end_measuring(struct player *p)
{
	const struct span *s = &p->span;

	p->first_ns = s->first_ns ? s->first_ns : s->last_ns;
	p->len_ns = s->last_ns > p->first_ns ? s->last_ns - p->first_ns : 0;
	p->is_measured = true;
	if (p->target_ns > p->len_ns)
		p->target_ns = p->len_ns;
	span__done(&p->span);
}

static void move_target(struct player *p, uint64_t elapsed_ns)
{
	double step_ns = (double)elapsed_ns * p->speed;
	uint64_t left_ns = p->len_ns - p->target_ns;

	if (p->is_seeking || p->is_paused || p->is_ended)
		return;
	p->target_ns += step_ns < (double)left_ns ? (uint64_t)step_ns : left_ns;
}

/* Where the file's clock is: never behind the first packet. */
static uint64_t reached_ns(const struct player *p)
{
	uint64_t now_ns = replay__now_ns(p->replay);
	uint64_t ns = now_ns > p->first_ns ? now_ns - p->first_ns : 0;

	return ns < p->target_ns ? ns : p->target_ns;
}

static int take_slice(struct player *p)
{
	/* At the end everything, also what bears an earlier or no stamp. */
	uint64_t until_ns = p->target_ns == p->len_ns ? UINT64_MAX : p->first_ns + p->target_ns;
	int rc = replay__advance(p->replay, until_ns, SLICE, p->error);

	if (rc == -EAGAIN) {
		uint64_t ns = reached_ns(p);

		p->pos_ns = ns > p->pos_ns ? ns : p->pos_ns;
		if (!p->is_seeking) /* slower than asked rather than further and further behind */
			p->target_ns = p->pos_ns;
		return 0;
	}
	p->is_seeking = false;
	p->is_ended = rc != 0;
	p->pos_ns = p->target_ns;
	return p->is_ended || p->is_paused ? -1 : STEP_MS;
}

int player__step(struct player *p, uint64_t now_ns)
{
	uint64_t elapsed_ns = p->seen_ns ? now_ns - p->seen_ns : 0;

	p->seen_ns = now_ns;
	if (!p->is_measured) {
		if (!span__work(&p->span, SLICE))
			end_measuring(p);
		return 0;
	}
	if (p->is_ended)
		return -1;
	move_target(p, elapsed_ns < STEP_MAX_NS ? elapsed_ns : STEP_MAX_NS);
	return take_slice(p);
}

/* What was read stays when the file cannot be opened any more. */
static void start_again(struct player *p)
{
	struct replay *r;

	if (replay__new(&p->opts.replay, &r, p->error)) {
		p->is_ended = true;
		return;
	}
	replay__free(p->replay);
	p->replay = r;
	p->pos_ns = 0;
	p->is_ended = false;
}

static void seek(struct player *p, uint64_t ns)
{
	uint64_t max_ns = p->is_measured ? p->len_ns : INT64_MAX;

	p->target_ns = ns < max_ns ? ns : max_ns;
	if (p->target_ns < p->pos_ns)
		start_again(p);
	p->is_seeking = !p->is_ended;
	if (p->is_ended)
		p->target_ns = p->pos_ns;
}

static void seek_by(struct player *p, int64_t by_ns)
{
	uint64_t back_ns = (uint64_t)0 - (uint64_t)by_ns;

	if (by_ns >= 0)
		seek(p, p->target_ns + (uint64_t)by_ns);
	else
		seek(p, p->target_ns > back_ns ? p->target_ns - back_ns : 0);
}

/* --- requests --- */

static const char *state_of(const struct player *p)
{
	if (!p->is_measured || p->is_seeking)
		return "seeking";
	if (p->is_ended)
		return "ended";
	return p->is_paused ? "paused" : "playing";
}

static struct snapshot_replay view_of(const struct player *p)
{
	return (struct snapshot_replay){.file = p->opts.replay.path,
					.pos_ns = p->pos_ns,
					.len_ns = p->len_ns,
					.has_len = p->is_measured,
					.speed = p->speed,
					.is_paused = p->is_paused,
					.state = state_of(p),
					.error = p->error};
}

static double within(double speed)
{
	if (speed < PLAYER_SPEED_MIN)
		return PLAYER_SPEED_MIN;
	return speed > PLAYER_SPEED_MAX ? PLAYER_SPEED_MAX : speed;
}

/* NULL, or what is wrong with the request. */
static const char *check_play(json_t *o)
{
	static const struct {
		const char *name, *error;
		bool is_integer;
	} row[] = {{"speed", "speed is no number above 0", false},
		   {"times", "times is no number above 0", false},
		   {"seek_ns", "seek_ns is no whole number", true},
		   {"by_ns", "by_ns is no whole number", true}};
	const json_t *paused = json_object_get(o, "paused"), *v;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		v = json_object_get(o, row[i].name);
		if (v && (row[i].is_integer ? !json_is_integer(v) : !(json_number_value(v) > 0)))
			return row[i].error;
	}
	if (json_integer_value(json_object_get(o, "seek_ns")) < 0)
		return "seek_ns is before the beginning";
	return paused && !json_is_boolean(paused) ? "paused is neither true nor false" : NULL;
}

static void change(struct player *p, json_t *o)
{
	const json_t *speed = json_object_get(o, "speed"), *times = json_object_get(o, "times");
	const json_t *at = json_object_get(o, "seek_ns"), *by = json_object_get(o, "by_ns");
	const json_t *paused = json_object_get(o, "paused");

	if (speed)
		p->speed = within(json_number_value(speed));
	if (times)
		p->speed = within(p->speed * json_number_value(times));
	if (paused)
		p->is_paused = json_is_true(paused);
	if (at)
		seek(p, (uint64_t)json_integer_value(at));
	if (by)
		seek_by(p, json_integer_value(by));
}

static char *play_reply(struct player *p, json_t *request)
{
	const char *error = check_play(request);
	json_t *tag = json_object_get(request, "tag"), *reply;
	struct snapshot_replay view;

	if (error) {
		reply = json_pack("{s:s, s:s, s:s}", "type", "error", "error", error, "hint",
				  "play takes speed, times, paused, seek_ns, by_ns");
	} else {
		change(p, request);
		view = view_of(p);
		reply = jvalue__merge(json_pack("{s:s}", "type", "play"),
				      snapshot__replay_json(&view));
	}
	if (reply && json_is_number(tag))
		reply = jvalue__merge(reply, json_pack("{s:O}", "tag", tag));
	return jvalue__line(reply);
}

char *player__reply(struct player *p, const char *line, size_t len)
{
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *cmd = json_string_value(json_object_get(request, "cmd"));
	struct snapshot_replay view = view_of(p);
	struct replay_view from = {.file = p->opts.replay.path,
				   .now_ns = p->is_measured ? p->first_ns + p->pos_ns : 0,
				   .window_ns = PLAYER_WINDOW_NS,
				   .replay = &view};
	char *reply = cmd && !strcmp(cmd, "play") ? play_reply(p, request)
						  : replay_reply__line(p->replay, &from, line, len);

	json_decref(request);
	return reply;
}

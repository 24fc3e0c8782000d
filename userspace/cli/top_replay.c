/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of a file that is played, and its process. */
#include "top_replay.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "command.h"
#include "player.h"
#include "replay_option.h"

#define REQUEST	   "{\"cmd\":\"snapshot\"}"
#define SEEK_MAX_S 1e9

/* A number within [min, max], `missing` where the option was not given; negative: told. */
static double parse(const struct options *o, enum option_id id, const char *name, double min,
		    double max, double missing)
{
	const char *text = o->value[id];
	char *end;
	double v;

	if (!text)
		return missing;
	v = strtod(text, &end);
	if (end != text && !*end && v >= min && v <= max)
		return v;
	fprintf(stderr, "sigpath top: --%s: '%s' is no number from %g to %g\n", name, text, min,
		max);
	return -1;
}

/* keep: lives as long as the player. */
static int open_player(const struct options *o, struct replay_option *keep, struct player **ret)
{
	double speed = parse(o, OPTION_SPEED, "speed", PLAYER_SPEED_MIN, PLAYER_SPEED_MAX, 1);
	double seek_s = speed < 0 ? -1 : parse(o, OPTION_SEEK, "seek", 0, SEEK_MAX_S, 0);
	struct player_opts po = {.replay.path = o->value[OPTION_REPLAY],
				 .speed = speed,
				 .is_paused = o->value[OPTION_PAUSED] || o->value[OPTION_ONCE]};
	char err[REPLAY_ERROR_LEN] = "";

	if (seek_s < 0 || replay_option__set("top", o, keep, &po.replay))
		return EXIT_USAGE;
	po.seek_ns = (uint64_t)(seek_s * 1e9);
	if (!player__new(&po, ret, err))
		return EXIT_DONE;
	fprintf(stderr, "sigpath top: %s\n", err);
	return EXIT_FAIL;
}

int top_replay__start(const struct options *o, int *fd, int *pid)
{
	struct replay_option keep;
	struct player *p = NULL;
	int status = o->value[OPTION_REPLAY] ? open_player(o, &keep, &p) : EXIT_DONE;

	if (!p)
		return status;
	*pid = player__fork(p, fd);
	if (*pid < 0) {
		fprintf(stderr, "sigpath top: the player cannot be started: %s\n", strerror(-*pid));
		status = EXIT_FAIL;
	}
	player__free(p);
	return status;
}

void top_replay__stop(int pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM); /* it ends with its connection too, unless nobody came to close that */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int print(const struct options *o, const char *line)
{
	char err[MODEL_ERROR_LEN];
	struct model *m = NULL;
	int status;

	if (o->value[OPTION_JSON]) {
		puts(line);
		return EXIT_DONE;
	}
	if (model__parse(line, &m, err)) {
		fprintf(stderr, "sigpath top: %s\n", err);
		return EXIT_FAIL;
	}
	status = top_once__print(m, o->value[OPTION_ASCII]);
	if (m->replay.error[0])
		fprintf(stderr, "sigpath top: %s\n", m->replay.error);
	model__free(m);
	return status;
}

int top_replay__once(const struct options *o)
{
	struct replay_option keep;
	struct player *p = NULL;
	char *line;
	int status;

	status = open_player(o, &keep, &p);
	if (status != EXIT_DONE)
		return status;
	while (!player__step(p, 1)) /* until it is there */
		;
	line = player__reply(p, REQUEST, strlen(REQUEST));
	if (!line)
		fputs("sigpath top: no memory\n", stderr);
	status = line ? print(o, line) : EXIT_FAIL;
	free(line);
	player__free(p);
	return status;
}

bool top_replay__is_misused(const struct options *o)
{
	static const struct {
		enum option_id id;
		const char *name;
	} row[] = {{OPTION_SPEED, "speed"},	    {OPTION_SEEK, "seek"},
		   {OPTION_PAUSED, "paused"},	    {OPTION_LOCAL, "local"},
		   {OPTION_SIP_PORTS, "sip-ports"}, {OPTION_STUN_PORTS, "stun-ports"}};

	for (size_t i = 0; !o->value[OPTION_REPLAY] && i < sizeof(row) / sizeof(row[0]); i++) {
		if (!o->value[row[i].id])
			continue;
		fprintf(stderr, "sigpath top: --%s needs --replay FILE\n", row[i].name);
		return true;
	}
	return false;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* A file played like a tape, answering as the daemon would at that place of it. It has no clock of
 * its own: the caller says what time it is. The tables are a function of the position alone, so a
 * paused file gives the same replies however it came there. */
#ifndef SIGPATH_PLAYER_H
#define SIGPATH_PLAYER_H

#include "replay.h"

#define PLAYER_SPEED_MIN 0.0625
#define PLAYER_SPEED_MAX 1024.0
#define PLAYER_WINDOW_NS 60000000000ull /* as the daemon's */

struct player_opts {
	struct replay_opts replay; /* path, ports; path and what it points to are borrowed */
	double speed;		   /* PLAYER_SPEED_MIN to MAX */
	uint64_t seek_ns;	   /* where to begin, from the first packet */
	bool is_paused;
};

struct player;

/* Opens the file, which must be a regular one (-ESPIPE). On failure err (REPLAY_ERROR_LEN) says
 * what to try. Nothing is read yet: its length is found first, then it goes to the place to begin
 * at. */
int player__new(const struct player_opts *opts, struct player **ret, char *err);
void player__free(struct player *p);
/* Plays up to what is due at now_ns (CLOCK_MONOTONIC), but not for long. Returns ms until it is to
 * be called again, 0 at once, -1 not before the next request. */
int player__step(struct player *p, uint64_t now_ns);
/* The reply to a line, returned owned; NULL: no memory. Beside the daemon's requests it knows
 * `play` (userspace/serve/PROTOCOL.md). */
char *player__reply(struct player *p, const char *line, size_t len);

/* Forks a process that plays and answers on *fd (owned by the caller) until that is closed. The
 * caller's own player is no longer used then. Returns its id, for waitpid, or negative. */
int player__fork(struct player *p, int *fd);

#endif

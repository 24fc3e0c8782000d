/* SPDX-License-Identifier: BSD-2-Clause */
/* `top --replay`: a file in place of the daemon. */
#ifndef SIGPATH_TOP_REPLAY_H
#define SIGPATH_TOP_REPLAY_H

#include "option.h"

/* Starts the player's process; answers come from *fd, which the caller takes. *pid is for
 * top_replay__stop. Without --replay nothing happens. EXIT_DONE, or what the command is to return
 * after telling why. */
int top_replay__start(const struct options *o, int *fd, int *pid);
/* Ends it and waits for that; pid 0: there is none. */
void top_replay__stop(int pid);
/* `--once`: the picture at the place to begin at. Returns the exit status. */
int top_replay__once(const struct options *o);
/* Are options of replay given without it? Told on stderr. */
bool top_replay__is_misused(const struct options *o);

#endif

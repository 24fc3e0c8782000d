/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of `sigpath`, one file each. A command gets its parsed options and returns the exit
 * status: 0 done, 1 it could not be done (reason on stderr), 2 used wrongly. */
#ifndef SIGPATH_COMMAND_H
#define SIGPATH_COMMAND_H

#include "model.h"
#include "option.h"

#define EXIT_DONE  0
#define EXIT_FAIL  1
#define EXIT_USAGE 2

int top__run(const struct options *o);
int doctor__run(const struct options *o);
int export__run(const struct options *o);
int health__run(const struct options *o);
int replay__command(const struct options *o);
int record__run(const struct options *o);
int sessions__run(const struct options *o);
int show__run(const struct options *o);

/* `top --once`. */
int top_once__run(const struct options *o);
/* The same picture of a snapshot that came from elsewhere. */
int top_once__print(const struct model *m, bool ascii);

/* Asks the daemon; *line is returned owned. An error is told on stderr, with what to try. 0 or
 * negative. */
int command__ask(const char *command, const char *socket, const char *request, char **line);
/* Asks for a snapshot and parses it; *line may be NULL. */
int command__ask_model(const char *command, const char *socket, const char *request,
		       struct model **ret);

#endif

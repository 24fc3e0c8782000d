/* SPDX-License-Identifier: BSD-2-Clause */
/* Command-line options: one const table (option.def) from which parsing and help derive. */
#ifndef SIGPATH_OPTION_H
#define SIGPATH_OPTION_H

#include <stdbool.h>
#include <stdio.h>

enum option_for {
	FOR_TOP = 1,
	FOR_DOCTOR = 2,
	FOR_EXPORT = 4,
	FOR_HEALTH = 8,
	FOR_REPLAY = 16,
	FOR_RECORD = 32,
	FOR_SESSIONS = 64,
	FOR_SHOW = 128,
	FOR_OPERAND = 1u << 31, /* takes one argument that is no option */
};

enum option_id {
#define OPTION(id, name, letter, arg, help, belongs) OPTION_##id,
#include "option.def"
#undef OPTION
	OPTION_CNT,
};

struct options {
	/* Argument of each option given, "" for a flag, NULL when it was not given. Borrowed from
	 * argv. */
	const char *value[OPTION_CNT];
	const char *operand; /* NULL: none was given */
	bool help;
};

/* Parses the arguments after the command's name. 0, or -EINVAL after telling stderr what is wrong
 * and what is valid. */
int option__parse(const char *command, unsigned int belongs, int argc, char **argv,
		  struct options *ret);
/* One line per option of the command. */
void option__print_help(FILE *out, unsigned int belongs);
/* --socket, else $SIGPATH_SOCKET, else the default. */
const char *option__socket(const struct options *o);
/* True when value is one of the words of a "a|b|c" argument. */
bool option__is_word(const char *words, const char *value);
/* The argument column of an option's help: "stages|tail". */
const char *option__argument(enum option_id id);

#endif

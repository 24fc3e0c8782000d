/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter language as a user of the command line meets it: errors, help. */
#ifndef SIGPATH_FILTER_TEXT_H
#define SIGPATH_FILTER_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* Tells stderr of an error reply of the daemon; with a "column" in it, a mark under that of filter.
 * Returns the exit status. */
int filter_text__refuse(const char *command, const json_t *reply, const char *filter);
/* Fields and operators. */
void filter_text__print_help(FILE *out);

#endif

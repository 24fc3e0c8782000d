/* SPDX-License-Identifier: BSD-2-Clause */
/* The request that begins and ends a recording. */
#ifndef SIGPATH_RECORD_COMMAND_H
#define SIGPATH_RECORD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "recorder.h"

/* {"cmd":"record"} with a pipe begins one, {"cmd":"record","stop":true} with any descriptor ends
 * it. Takes fd. head: what a recording that begins now says of itself. Returns owned; NULL: no
 * memory. */
char *record_command__reply(struct recorder *r, const struct recording_head *head, const char *line,
			    size_t len, int fd, bool is_owner);

#endif

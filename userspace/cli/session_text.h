/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions as text, from the JSON of userspace/serve/PROTOCOL.md, wherever it came from: the daemon
 * or a replay. What strangers wrote in it is made safe for a terminal. Prints on stdout. */
#ifndef SIGPATH_SESSION_TEXT_H
#define SIGPATH_SESSION_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct session_text {
	unsigned int cols; /* of the terminal */
	bool utf8;	   /* lines and bars as such, else ASCII */
};

/* A "sessions" reply as a table, one line each. */
void session_text__list(const struct session_text *t, const json_t *reply);
/* A "session" reply: what it is, its ladder, payloads where they are, its waterfall. */
void session_text__show(const struct session_text *t, const json_t *reply);
/* "metrics", "exemplars" and "beats" replies. */
void session_text__metrics(const struct session_text *t, const json_t *reply);
void session_text__exemplars(const struct session_text *t, const json_t *reply);
void session_text__beats(const struct session_text *t, const json_t *reply);

/* The two parts of show. */
void session_ladder__print(const struct session_text *t, const json_t *session);
void session_waterfall__print(const struct session_text *t, const json_t *session);

/* --- what they share --- */

/* A string of an object, cleaned and cut to cols; "-" when there is none. Returns buf. */
const char *session_text__word(const struct session_text *t, const json_t *object,
			       const char *field, unsigned int cols, char *buf, size_t size);
/* A number of an object; FIGURE_NONE when there is none. */
uint64_t session_text__number(const json_t *object, const char *field);
bool session_text__has_flag(const json_t *message, const char *flag);
/* "app 12.1ms, runq 3.00ms": the longest `most` of an array of stages. */
void session_text__stages(const json_t *stages, unsigned int most, char *buf, size_t size);

#endif

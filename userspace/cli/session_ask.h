/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions about sessions, and what becomes of the replies: the same for the daemon and for a
 * replay. */
#ifndef SIGPATH_SESSION_ASK_H
#define SIGPATH_SESSION_ASK_H

#include "option.h"
#include "session_text.h"

struct session_ask {
	const char *command; /* who asks, for errors */
	char *request;	     /* one line, owned: free() */
	const char *filter;  /* borrowed; NULL none */
	const char *type;    /* of the reply */
	void (*print)(const struct session_text *t, const json_t *reply);
};

/* 0; -EINVAL after telling that an option is senseless, -ENOMEM. ret->command is set by the caller.
 */
int session_ask__sessions(const struct options *o, const char *filter, struct session_ask *ret);
/* which: an id or a Call-ID. */
int session_ask__show(const struct options *o, const char *which, struct session_ask *ret);
/* Prints a reply as the options say; an error of it goes to stderr, with a
 * mark where a filter is wrong. Exit status. */
int session_ask__print(const struct options *o, const struct session_ask *ask, const char *line);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* `top` without a terminal: pictures, plain lines or the replies themselves, once or each second.
 */
#ifndef SIGPATH_TOP_PLAIN_H
#define SIGPATH_TOP_PLAIN_H

#include "view.h"

enum top_form {
	TOP_PICTURE, /* the screen as text */
	TOP_LINES,   /* one fact a line */
	TOP_JSON,    /* replies as they came */
};

struct top_plain_opts {
	const char *socket;
	int fd; /* a connection to use instead, taken; 0 none */
	const struct view *view;
	enum top_form form;
	int cols;
	int lines;
	bool once;
	bool ascii;
};

/* Returns the exit status; errors are told on stderr. */
int top_plain__run(const struct top_plain_opts *opts);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The setup of a session, and the stages of one message, as lines of text with bars. Bars are
 * filled with letters: of a setup with those of whoever held the critical path, of a message with
 * its stages'. Exact to the ns, so that it can be added up. */
#ifndef SIGPATH_SETUP_TEXT_H
#define SIGPATH_SETUP_TEXT_H

#include "model_session.h"

#define SETUP_LINE  1024
#define SETUP_LINES 32

/* Lines of at most cols columns, at most SETUP_LINES. */
struct setup_text {
	unsigned int cols;
	bool utf8;
	unsigned int cnt;
	char line[SETUP_LINES][SETUP_LINE];
};

/* Phases on one axis of time, then whose time it was. */
void setup_text__waterfall(struct setup_text *t, const struct model_setup *s);
/* One line a stage, then their sum. */
void setup_text__stages(struct setup_text *t, const struct model_message *m);
/* "this host 17.0ms (2%)  peer+network 793ms (94%)" */
void setup_text__owners(const struct model_setup *s, char line[SETUP_LINE]);

#endif

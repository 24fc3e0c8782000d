/* SPDX-License-Identifier: BSD-2-Clause */
/* The ladder of a session as lines of text: ends as columns, messages as arrows between them, when
 * each came, and what this host had of it. Pure: no curses, no clock.
 *
 *       +ms    since  A                  B                  C          wait
 *       0.0      0.0  |----- INVITE ---->|                  |   >>>  15.1ms  app 12.1ms; offer
 */
#ifndef SIGPATH_LADDER_H
#define SIGPATH_LADDER_H

#include "model_session.h"

#define LADDER_LINE  1024
#define LADDER_LANES 320 /* most columns of all arrows */
/* A message that this host had longer than this is marked: the ear hears what comes to 20 ms. */
#define LADDER_SLOW_NS 10000000u

struct ladder {
	const struct model_session *session; /* borrowed */
	unsigned int cols;
	bool utf8;
	bool is_other;	/* the other kind of time */
	bool is_narrow; /* one column of time, no detail */
	unsigned int
		lanes;	  /* ends that have a column of their own; the last stands for all others */
	unsigned int gap; /* columns from one end to the next */
	unsigned int width; /* of all arrows */
	unsigned int time_cols;
	uint64_t top_ns;  /* host wait of the largest; 0 none */
	uint64_t high_ns; /* what n and N stop at: the five largest, and all slow ones */
};

/* is_other: clock time (UTC) instead of ms since the start; on a narrow screen ms since the message
 * before. */
void ladder__init(struct ladder *l, const struct model_session *s, unsigned int cols, bool utf8,
		  bool is_other);
/* Titles of the columns. */
void ladder__head(const struct ladder *l, char line[LADDER_LINE]);
/* Message i, one line of at most l->cols columns. */
void ladder__row(const struct ladder *l, unsigned int i, char line[LADDER_LINE]);
/* "A 10.77.0.1:5062  B 10.77.0.2:5060 (this host)" */
void ladder__ends(const struct ladder *l, char line[LADDER_LINE]);
/* Is message i marked with >>>? */
bool ladder__is_slow(const struct ladder *l, unsigned int i);
/* The next message after i (back: before it), round the end, that is among those with the largest
 * host wait; i when none is. */
unsigned int ladder__next(const struct ladder *l, unsigned int i, bool back);
/* The message with the largest host wait, else 0. */
unsigned int ladder__largest(const struct model_session *s);
/* What is to be known of a message beside its times: "again; Timer A #1; self-inflicted". */
void ladder__note(const struct model_message *m, char note[LADDER_LINE]);
/* Since the session began, in ms; 0 where not known. */
double ladder__ms(const struct model_session *s, const struct model_message *m);

#endif

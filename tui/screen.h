/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal: a canvas is copied to it by curses, which sends only what differs. */
#ifndef SIGPATH_SCREEN_H
#define SIGPATH_SCREEN_H

#include <stddef.h>

#include "paint.h"

struct screen;

/* Takes the terminal of stdin and stdout. Sets utf8 and color of *p; ascii: no UTF-8 whatever the
 * locale says. -ENOTTY: it is none, or of a kind that cannot be drawn on; -ENOMEM. */
int screen__start(struct screen **ret, struct paint *p, bool ascii);
/* Leaves the terminal as it was found. */
void screen__free(struct screen *s);
/* Sets *p and its canvas to the size of the terminal now. -ENOMEM: as it was. */
int screen__resize(struct paint *p);
/* redraw: everything, whatever the terminal should show by now. */
void screen__show(const struct canvas *c, bool redraw);
/* Gives the terminal back until it is shown again. */
void screen__suspend(void);

#endif

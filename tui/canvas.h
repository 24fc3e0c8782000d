/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture of characters in memory: what is drawn before it goes to a terminal, a file or a pipe.
 */
#ifndef SIGPATH_CANVAS_H
#define SIGPATH_CANVAS_H

#include <stdbool.h>
#include <stdio.h>

/* How a cell looks: a colour and these. */
#define CANVAS_COLOR	0xffu /* 0: that of the terminal; else as paint gives them out */
#define CANVAS_BOLD	0x100u
#define CANVAS_REVERSE	0x200u
#define CANVAS_DIM	0x400u
#define CANVAS_CELL_LEN 8

struct canvas_cell {
	char text[CANVAS_CELL_LEN]; /* one character, UTF-8; "" a blank, or what a wide one covers
				     */
	unsigned short attr;
	bool is_covered; /* by the wide character before it */
};

struct canvas {
	int cols;
	int lines;
	struct canvas_cell *cell; /* cols * lines, owned */
};

/* Blank, of another size. All zero before the first time. -ENOMEM: as it was. */
int canvas__resize(struct canvas *c, int cols, int lines);
void canvas__done(struct canvas *c);
void canvas__clear(struct canvas *c);
/* Writes text (cleaned and fitted by text__fit) from (y, x) on; what is outside is left out. */
void canvas__put(struct canvas *c, int y, int x, unsigned int attr, const char *text);
const struct canvas_cell *canvas__at(const struct canvas *c, int y, int x);
/* As lines of text without blanks at their ends. */
void canvas__write(const struct canvas *c, FILE *out);

#endif

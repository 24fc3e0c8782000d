/* SPDX-License-Identifier: BSD-2-Clause */
/* A picture that is on no terminal, for drawing at all sizes and reading what was drawn. */
#ifndef SIGPATH_FIXTURE_SCREEN_H
#define SIGPATH_FIXTURE_SCREEN_H

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "test.h"
#include "view.h"

#define FIXTURE_SCREEN_LINE 2048

struct fixture_screen {
	struct canvas canvas;
};

/* The one in use: readers need not name it. */
static struct fixture_screen *fixture_screen;

/* False: the running test is skipped. */
static inline bool fixture_screen__start(struct fixture_screen *s)
{
	*s = (struct fixture_screen){0};
	fixture_screen = s;
	if (setlocale(LC_ALL, "C.UTF-8"))
		return true;
	test__skip("no locale C.UTF-8");
	return false;
}

static inline void fixture_screen__stop(struct fixture_screen *s)
{
	canvas__done(&s->canvas);
	fixture_screen = NULL;
}

/* Blank, of another size. */
static inline void fixture_screen__resize(struct ui *ui, int cols, int lines, bool utf8)
{
	struct canvas *canvas = &fixture_screen->canvas;

	CHECK_INT(canvas__resize(canvas, cols, lines), 0);
	ui->paint = (struct paint){.cols = cols, .lines = lines, .utf8 = utf8, .canvas = canvas};
}

/* Line y as it is on the screen, without blanks at its end; "" below the last one. */
static inline void fixture_screen__read(int y, char line[FIXTURE_SCREEN_LINE])
{
	const struct canvas *canvas = &fixture_screen->canvas;
	size_t len = 0;

	for (int x = 0; y < canvas->lines && x < canvas->cols; x++) {
		const struct canvas_cell *cell = canvas__at(canvas, y, x);

		if (cell && !cell->is_covered && len + CANVAS_CELL_LEN < FIXTURE_SCREEN_LINE)
			len += (size_t)sprintf(line + len, "%s", cell->text[0] ? cell->text : " ");
	}
	while (len && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
}

static inline bool fixture_screen__has(const struct ui *ui, const char *text)
{
	char line[FIXTURE_SCREEN_LINE];

	for (int y = 0; y < ui->paint.lines; y++) {
		fixture_screen__read(y, line);
		if (strstr(line, text))
			return true;
	}
	return false;
}

#endif

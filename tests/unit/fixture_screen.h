/* SPDX-License-Identifier: BSD-2-Clause */
/* A curses screen that is on no terminal, for drawing at all sizes and reading what was drawn. */
#ifndef SIGPATH_FIXTURE_SCREEN_H
#define SIGPATH_FIXTURE_SCREEN_H

#include <locale.h>
#include <ncurses.h>
#include <stdio.h>
#include <string.h>

#include "test.h"
#include "view.h"

#define FIXTURE_SCREEN_LINE 1024

struct fixture_screen {
	FILE *null;
	SCREEN *screen;
};

/* False: the running test is skipped. */
static inline bool fixture_screen__start(struct fixture_screen *s)
{
	setlocale(LC_ALL, "C.UTF-8");
	s->null = fopen("/dev/null", "r+");
	s->screen = s->null ? newterm("xterm", s->null, s->null) : NULL;
	if (s->screen)
		return true;
	if (s->null)
		fclose(s->null);
	test__skip("no terminal description of xterm");
	return false;
}

static inline void fixture_screen__stop(struct fixture_screen *s)
{
	endwin();
	delscreen(s->screen);
	fclose(s->null);
}

static inline void fixture_screen__resize(struct ui *ui, int cols, int lines, bool utf8)
{
	resizeterm(lines, cols);
	erase();
	ui->paint = (struct paint){.cols = cols, .lines = lines, .utf8 = utf8};
}

/* Line y as it is on the screen, without blanks at its end. */
static inline void fixture_screen__read(int y, char line[FIXTURE_SCREEN_LINE])
{
	size_t len;

	mvinnstr(y, 0, line, FIXTURE_SCREEN_LINE - 1);
	for (len = strlen(line); len && line[len - 1] == ' ';)
		line[--len] = '\0';
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

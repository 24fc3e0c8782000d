/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal by curses. */
#include "screen.h"
#include "text.h"

#include <errno.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct screen {
	SCREEN *curses;
};

/* No red beside green; each is readable on a dark and on a light ground. */
static const short colors[] = {
	[PAINT_COLOR_ALERT] = COLOR_YELLOW,	 [PAINT_COLOR_STAGE] = COLOR_CYAN,
	[PAINT_COLOR_STAGE + 1] = COLOR_YELLOW,	 [PAINT_COLOR_STAGE + 2] = COLOR_BLUE,
	[PAINT_COLOR_STAGE + 3] = COLOR_MAGENTA,
};

static void start_colors(struct paint *p)
{
	const char *no_color = getenv("NO_COLOR");

	p->color = !(no_color && *no_color) && has_colors();
	if (!p->color)
		return;
	start_color();
	use_default_colors();
	for (size_t i = PAINT_COLOR_ALERT; i < sizeof(colors) / sizeof(colors[0]); i++)
		init_pair((short)i, colors[i], -1);
}

int screen__start(struct screen **ret, struct paint *p, bool ascii)
{
	const char *term = getenv("TERM");
	bool utf8 = text__set_locale();
	struct screen *s;

	/* It has a name but neither cursor nor colours: pictures would be written one under the
	 * other. */
	if (!term || !strcmp(term, "dumb"))
		return -ENOTTY;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->curses = newterm(NULL, stdout, stdin);
	if (!s->curses) {
		free(s);
		return -ENOTTY;
	}
	set_escdelay(25);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	p->utf8 = utf8 && !ascii;
	start_colors(p);
	*ret = s;
	return 0;
}

void screen__free(struct screen *s)
{
	if (!s)
		return;
	endwin();
	delscreen(s->curses);
	free(s);
}

int screen__resize(struct paint *p)
{
	struct winsize size;
	int rc;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	rc = canvas__resize(p->canvas, COLS, LINES);
	if (rc)
		return rc;
	p->cols = COLS;
	p->lines = LINES;
	return 0;
}

static attr_t get_attr(unsigned int attr)
{
	return (attr & CANVAS_BOLD ? A_BOLD : 0) | (attr & CANVAS_REVERSE ? A_REVERSE : 0) |
	       (attr & CANVAS_DIM ? A_DIM : 0) | COLOR_PAIR(attr & CANVAS_COLOR);
}

void screen__show(const struct canvas *c, bool redraw)
{
	if (redraw)
		clearok(curscr, TRUE);
	erase();
	for (int y = 0; y < c->lines; y++) {
		for (int x = 0; x < c->cols; x++) {
			const struct canvas_cell *cell = canvas__at(c, y, x);

			if (cell->is_covered || (!cell->text[0] && !cell->attr))
				continue;
			attrset(get_attr(cell->attr));
			mvaddstr(y, x, cell->text[0] ? cell->text : " ");
		}
	}
	attrset(A_NORMAL);
	refresh();
}

void screen__suspend(void)
{
	endwin();
}

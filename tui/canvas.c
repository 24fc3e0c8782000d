/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures of characters. */
#include "canvas.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

int canvas__resize(struct canvas *c, int cols, int lines)
{
	struct canvas_cell *cell;

	if (cols < 1 || lines < 1)
		return -EINVAL;
	cell = calloc((size_t)cols * (size_t)lines, sizeof(*cell));
	if (!cell)
		return -ENOMEM;
	free(c->cell);
	*c = (struct canvas){.cols = cols, .lines = lines, .cell = cell};
	return 0;
}

void canvas__done(struct canvas *c)
{
	free(c->cell);
	*c = (struct canvas){0};
}

void canvas__clear(struct canvas *c)
{
	if (c->cell)
		memset(c->cell, 0, (size_t)c->cols * (size_t)c->lines * sizeof(*c->cell));
}

static struct canvas_cell *get_cell(const struct canvas *c, int y, int x)
{
	return &c->cell[(size_t)y * (size_t)c->cols + (size_t)x];
}

const struct canvas_cell *canvas__at(const struct canvas *c, int y, int x)
{
	return get_cell(c, y, x);
}

/* Half a wide character cannot be shown: what is left of one becomes a blank. */
static void cut_wide(struct canvas *c, int y, int x)
{
	if (get_cell(c, y, x)->is_covered && x)
		get_cell(c, y, x - 1)->text[0] = '\0';
	if (x + 1 < c->cols)
		get_cell(c, y, x + 1)->is_covered = false;
}

void canvas__put(struct canvas *c, int y, int x, unsigned int attr, const char *text)
{
	size_t len = strlen(text);

	if (!c->cell || y < 0 || y >= c->lines || x < 0)
		return;
	while (len) {
		uint32_t cp;
		size_t take = text__next(text, len, &cp);
		int width = cp < 0x80 ? 1 : wcwidth((wchar_t)cp);
		struct canvas_cell *cell;

		if (width < 1 || take >= CANVAS_CELL_LEN)
			width = 1;
		if (x + width > c->cols)
			return;
		cell = get_cell(c, y, x);
		cut_wide(c, y, x + width - 1);
		cut_wide(c, y, x);
		*cell = (struct canvas_cell){.attr = (unsigned short)attr};
		memcpy(cell->text, text, take);
		if (width == 2)
			cell[1] = (struct canvas_cell){.attr = (unsigned short)attr,
						       .is_covered = true};
		x += width;
		text += take;
		len -= take;
	}
}

static int get_end(const struct canvas *c, int y)
{
	int end = c->cols;

	while (end && !canvas__at(c, y, end - 1)->is_covered &&
	       (!canvas__at(c, y, end - 1)->text[0] || canvas__at(c, y, end - 1)->text[0] == ' '))
		end--;
	return end;
}

void canvas__write(const struct canvas *c, FILE *out)
{
	for (int y = 0; y < c->lines; y++) {
		int end = get_end(c, y);

		for (int x = 0; x < end; x++) {
			const struct canvas_cell *cell = canvas__at(c, y, x);

			if (!cell->is_covered)
				fputs(cell->text[0] ? cell->text : " ", out);
		}
		putc('\n', out);
	}
}

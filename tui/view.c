/* SPDX-License-Identifier: BSD-2-Clause */
/* What views of scrolled lines have in common. */
#include "view.h"
#include "text.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_LEN 512

void view__show(struct ui *ui, const struct view *view)
{
	ui->view = view;
	ui->scroll = 0;
}

static void put_line(struct view_lines *l, unsigned int indent, enum paint_style style,
		     const char *text)
{
	unsigned int at = l->cnt++;
	char line[LINE_LEN * 2];

	if (at < l->ui->scroll || at - l->ui->scroll >= (unsigned int)l->height)
		return;
	snprintf(line, sizeof(line), "%*s%s", (int)indent, "", text);
	paint__cell(&l->ui->paint, l->y + (int)(at - l->ui->scroll), 0,
		    (unsigned int)l->ui->paint.cols, style, false, line);
}

/* Bytes of text that fit in cols columns, ending at a blank if there is one. */
static size_t get_break(const char *text, unsigned int cols)
{
	size_t blank = 0, i;

	for (i = 0; text[i] && i < cols; i++) {
		if (text[i] == ' ')
			blank = i;
	}
	if (!text[i])
		return i;
	if (blank)
		return blank;
	while (i && ((unsigned char)text[i] >> 6) == 2) /* not inside a character */
		i--;
	return i ? i : 1;
}

void view__line(struct view_lines *l, unsigned int first, unsigned int rest, enum paint_style style,
		const char *fmt, ...)
{
	unsigned int screen = (unsigned int)l->ui->paint.cols, indent = first;
	char text[LINE_LEN], part[LINE_LEN];
	const char *at = text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	do {
		size_t len = get_break(at, screen > indent + 1 ? screen - indent - 1 : 1);

		snprintf(part, sizeof(part), "%.*s", (int)len, at);
		put_line(l, indent, style, part);
		indent = rest;
		at += len;
		at += strspn(at, " ");
	} while (*at);
}

bool view__lines_end(struct view_lines *l)
{
	unsigned int last = l->cnt > (unsigned int)l->height ? l->cnt - (unsigned int)l->height : 0;

	l->ui->page = (unsigned int)l->height;
	if (l->ui->scroll <= last)
		return false;
	l->ui->scroll = last;
	return true;
}

bool view__lines_act(struct ui *ui, enum action_id id)
{
	unsigned int page = ui->page > 1 ? ui->page - 1 : 1;

	switch (id) {
	case ACTION_UP:
		ui->scroll -= ui->scroll ? 1 : 0;
		return true;
	case ACTION_DOWN:
		ui->scroll++;
		return true;
	case ACTION_PAGE_UP:
		ui->scroll -= ui->scroll < page ? ui->scroll : page;
		return true;
	case ACTION_PAGE_DOWN:
		ui->scroll += page;
		return true;
	case ACTION_HOME:
		ui->scroll = 0;
		return true;
	case ACTION_END:
		ui->scroll = UINT_MAX / 2;
		return true;
	case ACTION_BACK:
		view__show(ui, ui->under ? ui->under : &view_top);
		ui->under = NULL;
		return true;
	default:
		return false;
	}
}

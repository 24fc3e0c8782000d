/* SPDX-License-Identifier: BSD-2-Clause */
/* Which views there are, going from one to the other, and what views of scrolled lines have in
 * common. */
#include "view.h"
#include "text.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_LEN 512

static const struct view *const views[VIEW_CNT] = {
	[VIEW_OVERVIEW] = &view_overview, [VIEW_STAGES] = &view_stages,
	[VIEW_HEATMAP] = &view_heatmap,	  [VIEW_SESSIONS] = &view_sessions,
	[VIEW_LADDER] = &view_ladder,	  [VIEW_PROBES] = &view_probes,
	[VIEW_FASTPATH] = &view_fastpath, [VIEW_NAT] = &view_nat,
	[VIEW_LOSSES] = &view_losses,	  [VIEW_HELP] = &view_help,
};

static const struct view_tab tabs[VIEW_CNT] = {
#define VIEW(id, digit, name, title, help) [VIEW_##id] = {digit, name, title, help},
#include "view.def"
#undef VIEW
};

const struct view *view__at(enum view_id id)
{
	return views[id];
}

const struct view_tab *view__tab(enum view_id id)
{
	return &tabs[id];
}

const struct view *view__by_digit(int key)
{
	for (unsigned int id = 0; key && id < VIEW_CNT; id++) {
		if (tabs[id].digit == key)
			return views[id];
	}
	return NULL;
}

const struct view *view__by_name(const char *name)
{
	for (unsigned int id = 0; id < VIEW_CNT; id++) {
		if (!strcmp(tabs[id].name, name))
			return views[id];
	}
	return NULL;
}

bool view__is_played(const struct ui *ui)
{
	return ui->model && ui->model->replay.is_played;
}

struct page *view__page(struct ui *ui)
{
	return &ui->page[ui->view->id];
}

void view__update(struct ui *ui, const struct view *view)
{
	struct page *page = &ui->page[view->id];

	if (!page->is_shown || !view->update)
		return;
	/* Rows that could not be replaced may be of a snapshot that is gone. */
	if (view->update(ui))
		page->grid.cnt = 0;
	if (view->select)
		view->select(ui);
}

int view__replace(struct ui *ui, const struct view *view, void *state, char err[MODEL_ERROR_LEN])
{
	struct page *page = &ui->page[view->id];
	void *old = page->state, *gone = old;
	int rc;

	page->state = state;
	rc = view->update(ui);
	if (rc) {
		gone = state;
		snprintf(err, MODEL_ERROR_LEN, "no memory for this view");
	}
	page->state = gone;
	view->done(page);
	page->state = rc ? old : state;
	return rc;
}

void view__take_model(struct ui *ui, struct model *m)
{
	struct model *old = ui->model;

	ui->model = m;
	ui->received_ns = ui->now_ns;
	for (unsigned int id = 0; id < VIEW_CNT; id++)
		view__update(ui, views[id]);
	model__free(old);
}

/* False: there is no memory for it, the view stays. */
static bool enter(struct ui *ui, const struct view *view)
{
	if (view->show && view->show(ui)) {
		snprintf(ui->note, sizeof(ui->note), "no memory to show this");
		return false;
	}
	ui->page[view->id].is_shown = true;
	ui->view = view;
	view__update(ui, view);
	return true;
}

void view__show(struct ui *ui, const struct view *view, bool drill)
{
	const struct view *from = ui->view;

	if (view == from || !enter(ui, view))
		return;
	ui->page[from->id].grid.is_chosen = true; /* what is shown now is about that row */
	if (!drill) {
		ui->trail_cnt = 0;
		return;
	}
	if (ui->trail_cnt == VIEW_TRAIL) {
		memmove(ui->trail, ui->trail + 1, sizeof(ui->trail[0]) * (VIEW_TRAIL - 1));
		ui->trail_cnt--;
	}
	ui->trail[ui->trail_cnt++] = from;
}

void view__up(struct ui *ui)
{
	enter(ui, ui->trail_cnt ? ui->trail[--ui->trail_cnt] : &view_overview);
}

void view__init(struct ui *ui, const struct view *first)
{
	for (unsigned int id = 0; id < VIEW_CNT; id++) {
		if (views[id]->table)
			grid__init(&ui->page[id].grid, views[id]->table);
	}
	ui->view = &view_overview;
	enter(ui, &view_overview);
	if (first != &view_overview) {
		ui->page[VIEW_OVERVIEW].grid.is_chosen = true;
		enter(ui, first);
	}
}

void view__done(struct ui *ui)
{
	for (unsigned int id = 0; id < VIEW_CNT; id++) {
		if (views[id]->done)
			views[id]->done(&ui->page[id]);
		grid__done(&ui->page[id].grid);
	}
	model__free(ui->model);
	ui->model = NULL;
}

static void put_line(struct view_lines *l, unsigned int indent, enum paint_style style,
		     const char *text)
{
	unsigned int at = l->cnt++, scroll = view__page(l->ui)->scroll;
	char line[LINE_LEN * 2];

	if (at < scroll || at - scroll >= (unsigned int)l->height)
		return;
	snprintf(line, sizeof(line), "%*s%s", (int)indent, "", text);
	paint__cell(&l->ui->paint, l->y + (int)(at - scroll), 0, (unsigned int)l->ui->paint.cols,
		    style, false, line);
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
	struct page *page = view__page(l->ui);

	l->ui->height = (unsigned int)l->height;
	if (page->scroll <= last)
		return false;
	page->scroll = last;
	return true;
}

bool view__lines_act(struct ui *ui, enum action_id id)
{
	unsigned int *scroll = &view__page(ui)->scroll;
	unsigned int screen = ui->height > 1 ? ui->height - 1 : 1;

	switch (id) {
	case ACTION_UP:
		*scroll -= *scroll ? 1 : 0;
		return true;
	case ACTION_DOWN:
		(*scroll)++;
		return true;
	case ACTION_PAGE_UP:
		*scroll -= *scroll < screen ? *scroll : screen;
		return true;
	case ACTION_PAGE_DOWN:
		*scroll += screen;
		return true;
	case ACTION_HOME:
		*scroll = 0;
		return true;
	case ACTION_END:
		*scroll = UINT_MAX / 2;
		return true;
	default:
		return false;
	}
}

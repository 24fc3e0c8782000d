/* SPDX-License-Identifier: BSD-2-Clause */
/* A view with a table, fed with two replies: what it says as plain lines, and that it draws its own
 * lines only, at whatever size. */
#ifndef SIGPATH_FIXTURE_TABLE_VIEW_H
#define SIGPATH_FIXTURE_TABLE_VIEW_H

#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_screen.h"
#include "test.h"

#define SEC 1000000000ull

struct table_view_shows {
	int cols, lines;
	const char *text; /* on the screen after the second reply; NULL: whatever */
};

struct table_view_case {
	const struct view *view;
	struct model *model; /* borrowed; may be NULL */
	const char *first, *second;
	unsigned int rows;		      /* of the table after the second */
	const char *const *says;	      /* NULL ends */
	const struct table_view_shows *shows; /* ends with 0 columns */
};

/* The lines of say(), owned. */
static inline char *table_view__lines(const struct ui *ui)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ui->view->say(ui, out);
	fclose(out);
	return text;
}

static inline int table_view__feed(struct ui *ui, const char *line, uint64_t now_ns)
{
	char err[MODEL_ERROR_LEN];

	ui->now_ns = now_ns;
	return ui->view->take(ui, line, err);
}

static inline bool table_view__start(const struct table_view_case *c, struct ui *ui)
{
	*ui = (struct ui){.view = c->view, .model = c->model};
	grid__init(&ui->page[c->view->id].grid, c->view->table);
	return !c->view->show || CHECK_OK(c->view->show(ui));
}

static inline void table_view__stop(struct ui *ui)
{
	struct page *page = &ui->page[ui->view->id];

	ui->view->done(page);
	CHECK(!page->state);
	grid__done(&page->grid);
}

static inline void table_view__check_says(const struct table_view_case *c)
{
	char *text = NULL;
	struct ui ui;

	if (!table_view__start(c, &ui))
		return;
	if (!CHECK_OK(table_view__feed(&ui, c->first, SEC)) ||
	    !CHECK_OK(table_view__feed(&ui, c->second, 2 * SEC)))
		goto out;
	CHECK_UINT(ui.page[c->view->id].grid.cnt, c->rows);
	CHECK_INT(table_view__feed(&ui, "{\"type\":\"hello\"}", 3 * SEC),
		  -EBADMSG); /* the state is as it was */
	text = table_view__lines(&ui);
	for (const char *const *says = c->says; *says; says++) {
		CHECK_CASE("%s", *says);
		if (!CHECK(strstr(text, *says)))
			puts(text);
	}
out:
	free(text);
	table_view__stop(&ui);
}

/* Before the first reply. */
static inline void table_view__check_asks(const struct table_view_case *c)
{
	struct ui ui = {.view = c->view};
	char line[VIEW_REQUEST_LEN], *text = table_view__lines(&ui);

	CHECK(text);
	CHECK(ui.view->request(&ui, line));
	CHECK(strstr(line, "\"cmd\""));
	CHECK_INT(ui.view->update(&ui), 0);
	ui.view->done(&ui.page[c->view->id]);
	free(text);
}

/* One way of `shows`: with and without UTF-8, refused or not. */
static inline void table_view__draw(struct ui *ui, const struct table_view_shows *shows,
				    unsigned int way, bool is_told)
{
	struct page *page = &ui->page[ui->view->id];
	char line[FIXTURE_SCREEN_LINE];

	grid__move(&page->grid, ui->view->table, 1);
	strcpy(page->refused, way == 3 ? "unknown command" : "");
	fixture_screen__resize(ui, shows->cols, shows->lines, way & 1);
	ui->view->draw(ui, 2, ui->paint.lines - 3);
	for (int y = 0; y < ui->paint.lines; y = y == 1 ? ui->paint.lines - 1 : y + 1) {
		fixture_screen__read(y, line);
		CHECK_STR(line, "");
	}
	if (is_told && way != 3 && shows->text && !CHECK(fixture_screen__has(ui, shows->text)))
		puts(shows->text);
}

static inline void table_view__check_draws(const struct table_view_case *c)
{
	static const struct table_view_shows others[] = {
		{41, 11, NULL}, {60, 14, NULL}, {119, 50, NULL}, {250, 80, NULL},
		{40, 6, NULL},	{40, 4, NULL},	{0, 0, NULL}};
	const struct table_view_shows *const tables[] = {c->shows, others};
	struct fixture_screen screen;
	unsigned int cnt = 0;
	struct ui ui;

	if (!fixture_screen__start(&screen))
		return;
	if (table_view__start(c, &ui)) {
		for (size_t i = 0; i < 2; i++) {
			for (const struct table_view_shows *s = tables[i]; s->cols; s++) {
				for (unsigned int way = 0; way < 4; way++, cnt++) {
					CHECK_CASE("%dx%d, %u", s->cols, s->lines, way);
					if (cnt == 2) { /* nothing came before */
						CHECK_OK(table_view__feed(&ui, c->first, SEC));
						CHECK_OK(table_view__feed(&ui, c->second, 2 * SEC));
					}
					table_view__draw(&ui, s, way, cnt >= 2);
				}
			}
		}
		table_view__stop(&ui);
	}
	fixture_screen__stop(&screen);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls and other sessions: one row each. Filter and order are the daemon's business, who has more
 * of them than are sent. */
#include "figure.h"
#include "model_sessions.h"
#include "session_column.h"
#include "view.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MOST    500
#define DETAIL_MOST 4  /* lines of the selected session, with the rule above */
#define DETAIL_FROM 10 /* lines a view must have to show them all */

/* --- operations --- */

static const struct page *page_of(const struct ui *ui)
{
	return &ui->page[VIEW_SESSIONS];
}

static const char *get_order(const struct grid *g, bool *desc)
{
	const struct grid_ops *table = &session_column__table;
	unsigned int sort = session_column__order(g->sort) ? g->sort : table->sort;

	*desc = table->column[sort].is_text == g->is_inverted;
	return session_column__order(sort);
}

static bool request(const struct ui *ui, char line[VIEW_REQUEST_LEN])
{
	const struct grid *g = &page_of(ui)->grid;
	unsigned int screen = ui->paint.lines > 0 ? (unsigned int)ui->paint.lines : 24;
	/* Twice the screen, and as much below the selection. */
	unsigned int limit = (g->cnt ? g->selected / screen + 2 : 2) * screen;
	bool desc;
	const char *word = get_order(g, &desc);
	json_t *v = json_pack("{s:s, s:s, s:i, s:s, s:b}", "cmd", "sessions", "filter", g->filter,
			      "limit", (int)(limit < ASK_MOST ? limit : ASK_MOST), "sort", word,
			      "desc", desc);
	size_t len = v ? json_dumpb(v, line, VIEW_REQUEST_LEN - 1, JSON_COMPACT) : 0;

	json_decref(v);
	if (!len || len >= VIEW_REQUEST_LEN)
		return false;
	line[len] = '\0';
	return true;
}

static void set_ages(struct model_sessions *m, const struct model *snapshot)
{
	for (unsigned int i = 0; i < m->cnt; i++) {
		struct model_call *c = &m->call[i];
		bool known = snapshot && snapshot->mono_ns && c->start_ns != MODEL_NONE;

		c->age_ns = !known			      ? MODEL_NONE
			    : snapshot->mono_ns > c->start_ns ? snapshot->mono_ns - c->start_ns
							      : 0;
	}
}

static int update(struct ui *ui)
{
	struct page *page = &ui->page[VIEW_SESSIONS];
	struct model_sessions *m = page->state;

	if (!m)
		return 0;
	set_ages(m, ui->model);
	return grid__update(&page->grid, &session_column__table, m->call, sizeof(*m->call), m->cnt);
}

static int take(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN])
{
	struct model_sessions *m = NULL;
	int rc = model_sessions__parse(line, &m, err);

	return rc ? rc : view__replace(ui, &view_sessions, m, err);
}

static void done(struct page *page)
{
	model_sessions__free(page->state);
	page->state = NULL;
}

/* --- drawing --- */

static void draw_counts(const struct ui *ui, int y)
{
	const struct page *page = page_of(ui);
	const struct model_sessions *m = page->state;
	struct paint_strip s = {.paint = &ui->paint, .y = y};
	char n[FIGURE_LEN];
	bool desc;
	const char *word = get_order(&page->grid, &desc);

	if (!m) {
		paint__strip(&s, PAINT_PLAIN, "sessions: asked for");
		return;
	}
	paint__strip(&s, PAINT_TITLE, "%s sessions", figure__count(n, m->total, 9));
	paint__strip(&s, PAINT_PLAIN, "%s match", figure__count(n, m->matched, 9));
	if (m->has_more)
		paint__strip(&s, PAINT_PLAIN, "the first %u shown", m->cnt);
	paint__strip(&s, PAINT_PLAIN, "order %s, %s", word, desc ? "largest first" : "upwards");
	if (m->filter[0])
		paint__strip(&s, PAINT_PLAIN, "filter: %s", m->filter);
	paint__strip(&s, PAINT_DIM, ". none, x never ended, ... under way");
}

static void who_of(const struct model_call *c, char text[GRID_TEXT_LEN * 2])
{
	if (c->from[0] || c->to[0])
		snprintf(text, GRID_TEXT_LEN * 2, "%s -> %s", c->from[0] ? c->from : "?",
			 c->to[0] ? c->to : "?");
	else
		snprintf(text, GRID_TEXT_LEN * 2, "%s", c->service);
}

static void draw_detail(const struct ui *ui, const struct model_call *c, int y, int lines)
{
	char why[MODEL_ERROR_LEN], who[GRID_TEXT_LEN * 2], text[GRID_TEXT_LEN * 4];
	unsigned int cols = (unsigned int)ui->paint.cols;

	model_call__why(c, why);
	who_of(c, who);
	if (lines > 1)
		paint__rule(&ui->paint, y++);
	if (lines == 1) {
		snprintf(text, sizeof(text), " %s%s", why[0] ? "! " : "", why[0] ? why : who);
		paint__text(&ui->paint, y, 0, cols, why[0] ? PAINT_ALERT : PAINT_PLAIN, text);
		return;
	}
	snprintf(text, sizeof(text), " %" PRIu64 " %s %s", c->id, c->kind, c->call_id);
	paint__text(&ui->paint, y++, 0, cols, PAINT_TITLE, text);
	snprintf(text, sizeof(text), " %s%s%s", who, c->comm[0] ? "  here: " : "", c->comm);
	paint__text(&ui->paint, y++, 0, cols, PAINT_PLAIN, text);
	snprintf(text, sizeof(text), " %s%s", why[0] ? "! " : "",
		 why[0] ? why : "nothing is wrong so far");
	paint__text(&ui->paint, y, 0, cols, why[0] ? PAINT_ALERT : PAINT_PLAIN, text);
}

/* Goes on in a second line when there is one. Returns the lines used. */
static int draw_refused(const struct ui *ui, int y, int lines)
{
	unsigned int cols = ui->paint.cols > 0 ? (unsigned int)ui->paint.cols : 1;
	const char *why = page_of(ui)->refused, *hint = strstr(why, "; ");
	char text[VIEW_BANNER_LEN + 32];
	bool two = lines > 1 && hint && strlen(why) + 12 > cols;

	snprintf(text, sizeof(text), " ! refused %.*s", two ? (int)(hint - why) : VIEW_BANNER_LEN,
		 why);
	paint__text(&ui->paint, y, 0, cols, PAINT_ALERT, text);
	if (two) {
		snprintf(text, sizeof(text), "   %s", hint + 2);
		paint__text(&ui->paint, y + 1, 0, cols, PAINT_PLAIN, text);
	}
	return two ? 2 : 1;
}

static void draw(struct ui *ui, int y, int height)
{
	struct page *page = &ui->page[VIEW_SESSIONS];
	const struct model_call *c = grid__selected(&page->grid);
	int detail = !c || height < 6 ? 0 : height < DETAIL_FROM ? 1 : DETAIL_MOST;

	draw_counts(ui, y++);
	height--;
	if (page->refused[0] && height > 2) {
		int used = draw_refused(ui, y, height > DETAIL_FROM ? 2 : 1);

		y += used;
		height -= used;
	}
	ui->height = height - detail > 1 ? (unsigned int)(height - detail - 1) : 1;
	if (page->state)
		grid__draw(&page->grid, &session_column__table, &ui->paint, y, height - detail);
	if (detail)
		draw_detail(ui, c, y + height - detail, detail);
}

static void say(const struct ui *ui, FILE *out)
{
	const struct page *page = page_of(ui);
	const struct model_sessions *m = page->state;
	char total[FIGURE_LEN], matched[FIGURE_LEN], why[MODEL_ERROR_LEN];

	if (page->refused[0])
		fprintf(out, "request refused: %s\n", page->refused);
	if (!m)
		return;
	fprintf(out, "sessions %s, matched %s, listed %u\n", figure__count(total, m->total, 20),
		figure__count(matched, m->matched, 20), m->cnt);
	grid__say(&page->grid, &session_column__table, out);
	for (unsigned int i = 0; i < m->cnt; i++) {
		model_call__why(&m->call[i], why);
		if (why[0])
			fprintf(out, "session %" PRIu64 ": %s\n", m->call[i].id, why);
	}
}

/* Only orders that the daemon knows. */
static void sort_next(struct ui *ui, bool back)
{
	struct grid *g = &ui->page[VIEW_SESSIONS].grid;
	unsigned int width[GRID_COLUMNS];

	grid__choose(&session_column__table, (unsigned int)ui->paint.cols - 1, width);
	for (unsigned int i = 0; i < session_column__table.column_cnt; i++) {
		grid__sort_next(g, &session_column__table, width, back);
		if (session_column__order(g->sort))
			return;
	}
}

static bool act(struct ui *ui, enum action_id id)
{
	const struct model_call *c;

	switch (id) {
	case ACTION_SORT:
	case ACTION_SORT_PREV:
		sort_next(ui, id == ACTION_SORT_PREV);
		return true;
	case ACTION_ENTER:
		c = grid__selected(&ui->page[VIEW_SESSIONS].grid);
		if (c) {
			ui->session_id = c->id;
			view__show(ui, &view_ladder, true);
		}
		return true;
	default:
		return false;
	}
}

const struct view view_sessions = {
	.id = VIEW_SESSIONS,
	.table = &session_column__table,
	.done = done,
	.request = request,
	.take = take,
	.update = update,
	.draw = draw,
	.say = say,
	.act = act,
};

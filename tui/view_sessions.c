/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls and other sessions: one row each. Filter and order are the daemon's business, who has more
 * of them than are sent. */
#include "figure.h"
#include "model_sessions.h"
#include "view.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MOST    500
#define DETAIL_MOST 4  /* lines of the selected session, with the rule above */
#define DETAIL_FROM 10 /* lines a view must have to show them all */

/* --- columns --- */

static const struct model_call *call_of(const void *row)
{
	return row;
}

static double number_of(uint64_t n)
{
	return n == MODEL_NONE ? -1 : (double)n;
}

static void print_state(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_call *c = row;

	snprintf(text, GRID_TEXT_LEN, "%s%s", model_call__is_bad(c) ? "!" : "", c->state);
}

static enum paint_style style_state(const void *row)
{
	return model_call__is_bad(row)	  ? PAINT_ALERT
	       : model_call__is_over(row) ? PAINT_DIM
					  : PAINT_PLAIN;
}

static void print_age(const void *row, char text[GRID_TEXT_LEN])
{
	char ns[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__ns(ns, call_of(row)->age_ns));
}

static double number_age(const void *row)
{
	return number_of(call_of(row)->age_ns);
}

static void print_kind(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", call_of(row)->kind);
}

static void print_method(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_call *c = row;

	snprintf(text, GRID_TEXT_LEN, "%s", c->method[0] ? c->method : c->kind);
}

static void print_pod(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_call *c = row;

	snprintf(text, GRID_TEXT_LEN, "%s", c->pod[0] ? c->pod : c->comm);
}

static void print_peer(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", call_of(row)->peer);
}

static void print_id(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%" PRIu64, call_of(row)->id);
}

static double number_id(const void *row)
{
	return number_of(call_of(row)->id);
}

/* "210ms", ".": there was none, "x": it never ended, "...": it is under way. */
static void print_phase(const struct model_call *c, enum model_phase_id id,
			char text[GRID_TEXT_LEN])
{
	const struct model_phase *phase = &c->phase[id];
	char ns[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s",
		 !phase->has_begun	   ? "."
		 : phase->ns != MODEL_NONE ? figure__ns(ns, phase->ns)
		 : model_call__is_over(c)  ? "x"
					   : "...");
}

static void print_offer(const void *row, char text[GRID_TEXT_LEN])
{
	print_phase(row, MODEL_PHASE_OFFER, text);
}

static double number_offer(const void *row)
{
	return number_of(call_of(row)->phase[MODEL_PHASE_OFFER].ns);
}

static void print_ice(const void *row, char text[GRID_TEXT_LEN])
{
	print_phase(row, MODEL_PHASE_ICE, text);
}

static double number_ice(const void *row)
{
	return number_of(call_of(row)->phase[MODEL_PHASE_ICE].ns);
}

static void print_dtls(const void *row, char text[GRID_TEXT_LEN])
{
	print_phase(row, MODEL_PHASE_DTLS, text);
}

static double number_dtls(const void *row)
{
	return number_of(call_of(row)->phase[MODEL_PHASE_DTLS].ns);
}

static void print_setup(const void *row, char text[GRID_TEXT_LEN])
{
	char ns[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__ns(ns, call_of(row)->setup_ns));
}

static double number_setup(const void *row)
{
	return number_of(call_of(row)->setup_ns);
}

static void print_code(const void *row, char text[GRID_TEXT_LEN])
{
	char code[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__count(code, call_of(row)->code, 4));
}

static double number_code(const void *row)
{
	return number_of(call_of(row)->code);
}

static void print_messages(const void *row, char text[GRID_TEXT_LEN])
{
	char n[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__count(n, call_of(row)->messages, 5));
}

static double number_messages(const void *row)
{
	return number_of(call_of(row)->messages);
}

/* "2", or "2/1": of these self-inflicted. */
static void print_again(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_call *c = row;

	if (c->self_inflicted)
		snprintf(text, GRID_TEXT_LEN, "%" PRIu64 "/%" PRIu64, c->retransmits,
			 c->self_inflicted);
	else
		snprintf(text, GRID_TEXT_LEN, "%" PRIu64, c->retransmits);
}

static double number_again(const void *row)
{
	return number_of(call_of(row)->retransmits);
}

/* In the order of display; word: what the daemon calls it as an order, NULL it knows no such order.
 */
#define COLUMNS(X)                                                                          \
	X(STATE, "state", "STATE", 9, 10, 0, true, print_state, NULL, style_state)          \
	X(AGE, "age", "AGE", 6, 6, 3, false, print_age, number_age, NULL)                   \
	X(KIND, NULL, "KIND", 6, 9, 11, true, print_kind, NULL, NULL)                       \
	X(METHOD, NULL, "METHOD", 8, 12, 8, true, print_method, NULL, NULL)                 \
	X(POD, NULL, "POD/COMM", 10, 40, 10, true, print_pod, NULL, NULL)                   \
	X(PEER, "peer", "PEER", 15, 47, 2, true, print_peer, NULL, NULL)                    \
	X(ID, "id", "ID", 6, 10, 7, false, print_id, number_id, NULL)                       \
	X(OFFER, NULL, "OFFER", 6, 6, 4, false, print_offer, number_offer, NULL)            \
	X(ICE, NULL, "ICE", 6, 6, 5, false, print_ice, number_ice, NULL)                    \
	X(DTLS, NULL, "DTLS", 6, 6, 6, false, print_dtls, number_dtls, NULL)                \
	X(SETUP, "setup", "SETUP", 6, 6, 1, false, print_setup, number_setup, NULL)         \
	X(CODE, NULL, "CODE", 4, 4, 9, false, print_code, number_code, NULL)                \
	X(MSGS, "messages", "MSGS", 5, 5, 12, false, print_messages, number_messages, NULL) \
	X(RETX, NULL, "RETX(self)", 10, 10, 13, false, print_again, number_again, NULL)

enum session_column {
#define X(id, ...) SESSION_##id,
	COLUMNS(X)
#undef X
		SESSION_COLUMN_CNT,
};

static const struct grid_column columns[] = {
#define X(id, word, name, least, most, order, text, printer, sort_key, styler) \
	{.title = name,                                                        \
	 .width = least,                                                       \
	 .max_width = most,                                                    \
	 .rank = order,                                                        \
	 .is_text = text,                                                      \
	 .print = printer,                                                     \
	 .number = sort_key,                                                   \
	 .style = styler},
	COLUMNS(X)
#undef X
};

static const char *const order_words[] = {
#define X(id, word, ...) word,
	COLUMNS(X)
#undef X
};

static void get_key(const void *row, char key[GRID_KEY_LEN])
{
	snprintf(key, GRID_KEY_LEN, "%" PRIu64, call_of(row)->id);
}

static const struct grid_ops ops = {
	.column = columns,
	.column_cnt = SESSION_COLUMN_CNT,
	.sort = SESSION_ID, /* newest first */
	.key = get_key,
	.empty = "no session matches",
	.is_remote = true,
};

/* --- operations --- */

static const struct page *page_of(const struct ui *ui)
{
	return &ui->page[VIEW_SESSIONS];
}

static const char *get_order(const struct grid *g, bool *desc)
{
	unsigned int sort =
		g->sort < SESSION_COLUMN_CNT && order_words[g->sort] ? g->sort : SESSION_ID;

	*desc = columns[sort].is_text == g->is_inverted;
	return order_words[sort];
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
	return grid__update(&page->grid, &ops, m->call, sizeof(*m->call), m->cnt);
}

/* The old rows go when the table has the new ones. */
static int take(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN])
{
	struct page *page = &ui->page[VIEW_SESSIONS];
	struct model_sessions *old = page->state, *m = NULL;
	int rc = model_sessions__parse(line, &m, err);

	if (rc)
		return rc;
	page->state = m;
	rc = update(ui);
	if (rc) {
		page->state = old;
		old = m;
		snprintf(err, MODEL_ERROR_LEN, "no memory for the sessions");
	}
	model_sessions__free(old);
	return rc;
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
		grid__draw(&page->grid, &ops, &ui->paint, y, height - detail);
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
	grid__say(&page->grid, &ops, out);
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

	grid__choose(&ops, (unsigned int)ui->paint.cols - 1, width);
	for (unsigned int i = 0; i < SESSION_COLUMN_CNT; i++) {
		grid__sort_next(g, &ops, width, back);
		if (order_words[g->sort])
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
	.table = &ops,
	.done = done,
	.request = request,
	.take = take,
	.update = update,
	.draw = draw,
	.say = say,
	.act = act,
};

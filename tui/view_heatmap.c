/* SPDX-License-Identifier: BSD-2-Clause */
/* One row over time: how many requests of each latency in each time slot, or the stage that took
 * most. */
#include "figure.h"
#include "heat_text.h"
#include "subject.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_COLS  9 /* "  8.19ms|" */
#define MARGIN_COLS 5 /* " P999" */
#define TICK_COLS   12
#define WIDE_COLS   120 /* percentiles in the columns */
#define WIDE_LINES  30
#define TITLE_REST  34 /* columns of the title after the name */
#define PAGE_ROWS   5

struct heat_page {
	struct model_heat *reply; /* NULL before the first one */
	struct subject subject;	  /* of the reply */
	struct heat_cursor cursor;
	struct heat_grid grid; /* drawn last */
	unsigned int zoom;
	bool is_stages; /* letters of stages instead of counts */
};

/* NULL while what is known is of another row. */
static const struct model_heat *reply_of(const struct ui *ui)
{
	const struct heat_page *p = ui->page[VIEW_HEATMAP].state;

	return p && p->reply && subject__is_same(&p->subject, &ui->subject) ? p->reply : NULL;
}

static int show(struct ui *ui)
{
	struct page *page = &ui->page[VIEW_HEATMAP];
	struct heat_page *p = page->state;

	subject__choose(ui);
	if (!p && !(page->state = p = calloc(1, sizeof(*p))))
		return -ENOMEM;
	if (!p->zoom)
		p->zoom = 1;
	return 0;
}

static void done(struct page *page)
{
	struct heat_page *p = page->state;

	if (p)
		model_heat__free(p->reply);
	free(p);
	page->state = NULL;
}

static bool request(const struct ui *ui, char line[VIEW_REQUEST_LEN])
{
	return subject__request(ui, "heat", line);
}

static int take(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN])
{
	struct heat_page *p = ui->page[VIEW_HEATMAP].state;
	struct model_heat *new = NULL;
	int rc;

	if (!p)
		return 0;
	rc = model_heat__parse(line, &new, err);
	if (rc)
		return rc;
	if (!subject__is_same(&p->subject, &ui->subject))
		p->cursor = (struct heat_cursor){};
	model_heat__free(p->reply);
	p->reply = new;
	p->subject = ui->subject;
	return 0;
}

static int update(struct ui *ui)
{
	subject__choose(ui);
	return 0;
}

/* --- drawing --- */

struct shade {
	const char *utf8;
	unsigned int attr;
};

/* Each glyph in two strengths: where strengths are not to be seen the glyphs still tell. */
static const struct shade shades[] = {
	{" ", 0},      {"\u2591", CANVAS_DIM},	{"\u2591", 0}, {"\u2592", CANVAS_DIM},
	{"\u2592", 0}, {"\u2593", CANVAS_DIM},	{"\u2593", 0}, {"\u2588", CANVAS_DIM},
	{"\u2588", 0}, {"\u2588", CANVAS_BOLD},
};
static const char ascii_shades[] = " .:-=+*#%@";

#define LEVELS 9

static uint64_t find_most(const struct heat_grid *g, const struct model_heat *m)
{
	uint64_t most = 0;

	for (unsigned int col = 0; col < g->cols; col++) {
		for (unsigned int row = 0; row < g->rows; row++) {
			uint64_t n = heat_grid__count(g, m, col, row);

			most = n > most ? n : most;
		}
	}
	return most;
}

/* '5', '9' or 'X' where a percentile of the column is, the highest one of those that meet; else 0.
 */
static char get_mark(const struct heat_grid *g, const struct model_heat *m, unsigned int col,
		     unsigned int row)
{
	static const char marks[] = "59X";

	for (unsigned int which = 3; which--;) {
		uint64_t ns = heat_grid__quantile(g, m, col, which);

		if (ns != MODEL_NONE && heat_grid__row(g, m, ns) == row)
			return marks[which];
	}
	return '\0';
}

/* A cell of the map, by how full it is. */
static void draw_shade(const struct ui *ui, int y, int x, unsigned int level, unsigned int extra)
{
	const char ascii[2] = {ascii_shades[level], '\0'};
	bool utf8 = ui->paint.utf8;

	paint__put(&ui->paint, y, x, (utf8 ? shades[level].attr : 0) | extra,
		   utf8 ? shades[level].utf8 : ascii);
}

static void draw_letter(const struct ui *ui, int y, int x, const struct model_heat *m,
			const struct heat_sum *sum, unsigned int extra)
{
	unsigned int top = heat_grid__top(sum);
	char letter[2] = "";

	if (top == HEAT_STAGES_MAX) {
		paint__put(&ui->paint, y, x, extra, sum->n ? "?" : " ");
		return;
	}
	letter[0] = m->stage[top].letter;
	paint__put(&ui->paint, y, x,
		   paint__stage_attr(&ui->paint, top) | (top & 1 ? CANVAS_BOLD : 0) | extra,
		   letter);
}

static void draw_label(const struct ui *ui, const struct heat_grid *g, const struct model_heat *m,
		       int y, unsigned int row)
{
	char text[FIGURE_LEN + 4], ns[FIGURE_LEN];
	uint64_t from_ns, to_ns;

	heat_grid__range(g, m, row, &from_ns, &to_ns);
	if (from_ns)
		snprintf(text, sizeof(text), "%s", figure__ns(ns, from_ns));
	else
		snprintf(text, sizeof(text), "<%s", figure__ns(ns, to_ns));
	paint__cell(&ui->paint, y, 0, LABEL_COLS - 1, PAINT_PLAIN, true, text);
	paint__text(&ui->paint, y, LABEL_COLS - 1, 1, PAINT_PLAIN, ui->paint.utf8 ? "\u2502" : "|");
}

/* The latest percentiles that are known, at the right. */
static void draw_margin(const struct ui *ui, const struct heat_grid *g, const struct model_heat *m,
			int y, unsigned int row)
{
	static const char *const names[] = {"P50", "P99", "P999"};

	for (unsigned int which = 3; which--;) {
		uint64_t ns = MODEL_NONE;

		for (unsigned int col = g->cols; col-- && ns == MODEL_NONE;)
			ns = heat_grid__quantile(g, m, col, which);
		if (ns == MODEL_NONE || heat_grid__row(g, m, ns) != row)
			continue;
		paint__text(&ui->paint, y, LABEL_COLS + 1 + (int)g->cols, MARGIN_COLS - 1,
			    PAINT_TITLE, names[which]);
		return;
	}
}

static void draw_row(const struct ui *ui, const struct heat_page *p, const struct model_heat *m,
		     int y, unsigned int row, uint64_t most)
{
	const struct heat_grid *g = &p->grid;
	bool wide = ui->paint.cols >= WIDE_COLS && ui->paint.lines >= WIDE_LINES && !p->is_stages;
	unsigned int at_col, at_row;

	heat_cursor__place(&p->cursor, g, m, &at_col, &at_row);
	draw_label(ui, g, m, y, row);
	for (unsigned int col = 0; col < g->cols; col++) {
		unsigned int extra = col == at_col && row == at_row ? CANVAS_REVERSE : 0;
		const char mark[2] = {wide ? get_mark(g, m, col, row) : '\0', '\0'};
		int x = LABEL_COLS + (int)col;
		struct heat_sum sum;

		if (mark[0]) {
			paint__put(&ui->paint, y, x, CANVAS_BOLD | extra, mark);
		} else if (p->is_stages) {
			heat_grid__sum(g, m, col, row, &sum);
			draw_letter(ui, y, x, m, &sum, extra);
		} else {
			draw_shade(ui, y, x,
				   heat_grid__level(heat_grid__count(g, m, col, row), most, LEVELS),
				   extra);
		}
	}
	draw_margin(ui, g, m, y, row);
}

static void draw_axis(const struct ui *ui, const struct heat_grid *g, const struct model_heat *m,
		      int y)
{
	unsigned int cols = (unsigned int)ui->paint.cols;
	char clock[HEAT_CLOCK_LEN];

	paint__text(&ui->paint, y, LABEL_COLS - 1, 1, PAINT_PLAIN, ui->paint.utf8 ? "\u2514" : "+");
	for (unsigned int col = 0; col < g->cols; col++) {
		/* Counted from the right, so that ticks stay where they are. */
		bool tick = (g->cols - 1 - col) % TICK_COLS == TICK_COLS - 1;
		const char *glyph =
			ui->paint.utf8 ? (tick ? "\u2534" : "\u2500") : (tick ? "+" : "-");

		paint__text(&ui->paint, y, LABEL_COLS + (int)col, 1, PAINT_PLAIN, glyph);
		if (tick)
			paint__text(&ui->paint, y + 1, LABEL_COLS + (int)col, cols, PAINT_PLAIN,
				    heat_text__clock(clock, ui->model, heat_grid__time(g, m, col)));
	}
	if (g->cols < TICK_COLS)
		paint__text(&ui->paint, y + 1, LABEL_COLS, cols, PAINT_PLAIN,
			    heat_text__clock(clock, ui->model, heat_grid__time(g, m, 0)));
}

static void draw_title(const struct ui *ui, const struct heat_page *p, const struct model_heat *m,
		       int y, uint64_t most)
{
	struct paint_strip s = {.paint = &ui->paint, .y = y};
	char title[SUBJECT_TITLE_LEN], fit[SUBJECT_TITLE_LEN], length[FIGURE_LEN], n[FIGURE_LEN];
	unsigned int cols = (unsigned int)ui->paint.cols;

	subject__title(&ui->subject, title);
	/* The name may be long: what follows it must still fit. */
	text__fit(fit, sizeof(fit), title, cols > TITLE_REST + 20 ? cols - TITLE_REST : cols,
		  ui->paint.utf8);
	paint__strip(&s, PAINT_TITLE, "%s", fit);
	if (p->is_stages)
		paint__strip(&s, PAINT_PLAIN, "stage with most time per %s",
			     figure__seconds(length, heat_grid__length(&p->grid, m)));
	else
		paint__strip(&s, PAINT_PLAIN, "requests per %s",
			     figure__seconds(length, heat_grid__length(&p->grid, m)));
	if (!p->is_stages)
		paint__strip(&s, PAINT_PLAIN, "log %s to %s",
			     ui->paint.utf8 ? "\u2591\u2592\u2593\u2588" : ascii_shades + 1,
			     figure__count(n, most, 5));
	for (unsigned int i = 0; p->is_stages && i < m->stage_cnt; i++)
		paint__strip(&s, PAINT_PLAIN, "%c=%s", m->stage[i].letter, m->stage[i].name);
	if (m->evicted)
		paint__strip(&s, PAINT_ALERT, "! %" PRIu64 " cells lost", m->evicted);
	if (ui->paint.cols >= WIDE_COLS && ui->paint.lines >= WIDE_LINES && !p->is_stages)
		paint__strip(&s, PAINT_DIM, "5=P50 9=P99 X=P999");
}

static void draw_cursor(const struct ui *ui, const struct heat_page *p, const struct model_heat *m,
			int y, int height)
{
	unsigned int cols = (unsigned int)ui->paint.cols, col, row;
	char text[HEAT_LINE_LEN];
	struct heat_sum sum;

	heat_cursor__place(&p->cursor, &p->grid, m, &col, &row);
	if (height > 0) {
		heat_text__cell(text, ui->model, &p->grid, m, col, row);
		paint__text(&ui->paint, y, 1, cols, PAINT_PLAIN, text);
	}
	if (height < 2)
		return;
	heat_grid__sum(&p->grid, m, col, row, &sum);
	heat_text__stages(text, m, &sum);
	paint__text(&ui->paint, y + 1, 1, cols, PAINT_PLAIN, text);
}

/* Title, rows, axis and clock, two lines about the cursor; when there is little room first the axis
 * goes, then the title. */
static void draw(struct ui *ui, int y, int height)
{
	struct page *page = &ui->page[VIEW_HEATMAP];
	struct heat_page *p = page->state;
	const struct model_heat *m = reply_of(ui);
	int cols = ui->paint.cols - LABEL_COLS - MARGIN_COLS, axis, about, refused;
	uint64_t most;

	ui->height = height > 0 ? (unsigned int)height : 0;
	if (height < 3)
		return;
	if (!m) {
		subject__draw_missing(ui, page, y, height);
		return;
	}
	refused = subject__draw_refused(ui, page, y, height - 2);
	y += refused;
	height -= refused;
	axis = height >= 9 ? 2 : 0;
	about = height >= 7 ? 2 : 1;
	heat_grid__init(&p->grid, m, p->zoom, cols > 0 ? (unsigned int)cols : 0,
			(unsigned int)(height - 1 - axis - about));
	most = find_most(&p->grid, m);
	draw_title(ui, p, m, y, most);
	if (!p->grid.rows) {
		paint__text(&ui->paint, y + 1, 1, (unsigned int)ui->paint.cols, PAINT_PLAIN,
			    "no requests of it since the daemon remembers");
		return;
	}
	for (unsigned int row = 0; row < p->grid.rows; row++)
		draw_row(ui, p, m, y + 1 + (int)row, row, most);
	y += 1 + (int)p->grid.rows;
	if (axis)
		draw_axis(ui, &p->grid, m, y);
	draw_cursor(ui, p, m, y + axis, about);
}

/* --- as lines --- */

static void say(const struct ui *ui, FILE *out)
{
	const struct heat_page *p = ui->page[VIEW_HEATMAP].state;
	const struct model_heat *m = reply_of(ui);
	char title[SUBJECT_TITLE_LEN];

	subject__say(ui, &ui->page[VIEW_HEATMAP], m != NULL, out);
	if (!m)
		return;
	subject__title(&ui->subject, title);
	heat_text__say(m, ui->model, p->zoom, title, out);
}

/* --- actions --- */

static void open_sessions(struct ui *ui, struct heat_page *p, const struct model_heat *m)
{
	unsigned int col, row;
	struct heat_sum sum = {};

	if (p->grid.rows) {
		heat_cursor__place(&p->cursor, &p->grid, m, &col, &row);
		heat_grid__sum(&p->grid, m, col, row, &sum);
	}
	if (!sum.session_cnt) {
		snprintf(ui->note, sizeof(ui->note), "no session is known of this cell");
		return;
	}
	heat_text__filter(ui->page[VIEW_SESSIONS].grid.filter, GRID_WORD_LEN, &sum);
	view__show(ui, &view_sessions, true);
}

static void move_cursor(struct heat_page *p, const struct model_heat *m, enum action_id id)
{
	long cols = 0, rows = 0;

	switch (id) {
	case ACTION_LEFT:
	case ACTION_RIGHT:
		cols = id == ACTION_LEFT ? -1 : 1;
		break;
	case ACTION_HOME:
		cols = -HEAT_SLOTS_MAX - 1;
		break;
	case ACTION_UP:
	case ACTION_DOWN:
		rows = id == ACTION_UP ? -1 : 1;
		break;
	default:
		rows = id == ACTION_PAGE_UP ? -PAGE_ROWS : PAGE_ROWS;
	}
	heat_cursor__move(&p->cursor, &p->grid, m, cols, rows);
}

static void zoom(struct heat_page *p, bool in)
{
	if (in && p->zoom > 1)
		p->zoom /= 2;
	else if (!in && p->zoom < HEAT_ZOOM_MAX)
		p->zoom *= 2;
}

static bool act(struct ui *ui, enum action_id id)
{
	struct heat_page *p = ui->page[VIEW_HEATMAP].state;
	const struct model_heat *m = reply_of(ui);

	if (!p)
		return false;
	switch (id) {
	case ACTION_MODE:
		p->is_stages = !p->is_stages;
		return true;
	case ACTION_ZOOM_IN:
	case ACTION_ZOOM_OUT:
		zoom(p, id == ACTION_ZOOM_IN);
		return true;
	case ACTION_END: /* the newest again, and stays there */
		p->cursor = (struct heat_cursor){};
		return true;
	case ACTION_ENTER:
		if (m)
			open_sessions(ui, p, m);
		return true;
	case ACTION_LEFT:
	case ACTION_RIGHT:
	case ACTION_UP:
	case ACTION_DOWN:
	case ACTION_PAGE_UP:
	case ACTION_PAGE_DOWN:
	case ACTION_HOME:
		if (m)
			move_cursor(p, m, id);
		return true;
	default:
		return false;
	}
}

const struct view view_heatmap = {
	.id = VIEW_HEATMAP,
	.show = show,
	.done = done,
	.request = request,
	.take = take,
	.update = update,
	.draw = draw,
	.say = say,
	.act = act,
};

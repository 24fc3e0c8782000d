/* SPDX-License-Identifier: BSD-2-Clause */
/* One row: percentiles of each stage, where the time goes around P50, P99 and P999, why the slow
 * requests were slow, and which they were. */
#include "figure.h"
#include "stages_text.h"
#include "subject.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_COLS     13 /* " P999 31.2ms " */
#define NAME_COLS      9  /* of a stage */
#define NAME_MAX_COLS  40
#define FEW_LINES      14 /* below: the title in one line */
#define EXEMPLAR_LINES 3  /* kept free for them when there are many causes */

struct stages_page {
	struct model_stages *reply; /* NULL before the first one */
	struct subject subject;	    /* of the reply */
	unsigned int selected;	    /* exemplar */
	bool is_followed;	    /* scroll so that the selection is seen */
};

/* NULL while what is known is of another row. */
static const struct model_stages *reply_of(const struct ui *ui)
{
	const struct stages_page *p = ui->page[VIEW_STAGES].state;

	return p && p->reply && subject__is_same(&p->subject, &ui->subject) ? p->reply : NULL;
}

static int show(struct ui *ui)
{
	struct page *page = &ui->page[VIEW_STAGES];

	subject__choose(ui);
	if (!page->state)
		page->state = calloc(1, sizeof(struct stages_page));
	return page->state ? 0 : -ENOMEM;
}

static void done(struct page *page)
{
	struct stages_page *p = page->state;

	if (p)
		model_stages__free(p->reply);
	free(p);
	page->state = NULL;
}

static bool request(const struct ui *ui, char line[VIEW_REQUEST_LEN])
{
	return subject__request(ui, "stages", line);
}

/* The selection belongs to a request and not to a place. */
static unsigned int find_again(const struct model_stages *m, const struct stages_exemplar *e)
{
	for (unsigned int i = 0; i < m->exemplar_cnt; i++) {
		if (m->exemplar[i].start_ns == e->start_ns &&
		    m->exemplar[i].total_ns == e->total_ns)
			return i;
	}
	return 0;
}

static int take(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN])
{
	struct stages_page *p = ui->page[VIEW_STAGES].state;
	struct model_stages *new = NULL;
	int rc;

	if (!p)
		return 0;
	rc = model_stages__parse(line, &new, err);
	if (rc)
		return rc;
	p->selected = p->reply && p->selected < p->reply->exemplar_cnt
			      ? find_again(new, &p->reply->exemplar[p->selected])
			      : 0;
	model_stages__free(p->reply);
	p->reply = new;
	p->subject = ui->subject;
	return 0;
}

static int update(struct ui *ui)
{
	subject__choose(ui);
	return 0;
}

/* --- lines that scroll --- */

struct sheet {
	const struct ui *ui;
	int y, height;
	unsigned int scroll, cnt;
	unsigned int selected; /* line of the selected exemplar */
};

/* Where the next line goes; -1: scrolled out. */
static int next_line(struct sheet *s)
{
	unsigned int at = s->cnt++;

	return at < s->scroll || at - s->scroll >= (unsigned int)s->height
		       ? -1
		       : s->y + (int)(at - s->scroll);
}

static void put(struct sheet *s, enum paint_style style, const char *text)
{
	int y = next_line(s);

	if (y >= 0)
		paint__cell(&s->ui->paint, y, 0, (unsigned int)s->ui->paint.cols, style, false,
			    text);
}

/* --- title --- */

static void draw_title(struct sheet *sheet, const struct model_stages *m)
{
	struct paint_strip s = {.paint = &sheet->ui->paint, .y = next_line(sheet)};
	char title[SUBJECT_TITLE_LEN], n[FIGURE_LEN], window[FIGURE_LEN], ns[FIGURE_LEN], range[80];

	subject__title(&sheet->ui->subject, title);
	if (s.y >= 0)
		paint__strip(&s, PAINT_TITLE, "%s", title);
	if (sheet->height >= FEW_LINES && sheet->ui->paint.cols < 120)
		s = (struct paint_strip){.paint = &sheet->ui->paint, .y = next_line(sheet)};
	if (s.y < 0)
		return;
	paint__strip(&s, PAINT_PLAIN, "n=%s in %s", figure__count(n, m->n, 7),
		     figure__seconds(window, m->window_ns));
	paint__strip(&s, PAINT_PLAIN, "P50 %s", figure__ns(ns, m->p50.ns));
	paint__strip(&s, PAINT_TITLE, "P99 %s", stages_text__range(range, &m->p99));
	paint__strip(&s, PAINT_PLAIN, "P999 %s", figure__ns(ns, m->p999.ns));
	paint__strip(&s, PAINT_PLAIN, "max %s", figure__ns(ns, m->max_ns));
}

/* --- table --- */

static const struct {
	const char *title;
	unsigned int width;
	unsigned int rank; /* 0 is shown first */
} columns[COL_CNT] = {
	[COL_N] = {"n", 6, 6},
	[COL_P50] = {"P50", 6, 2},
	[COL_P90] = {"P90", 6, 7},
	[COL_P99] = {"P99", 6, 0},
	[COL_P999] = {"P999", 6, 5},
	[COL_MAX] = {"MAX", 6, 4},
	[COL_ALL] = {"%all", 5, 3},
	[COL_SHARE_P50] = {"%P50", 5, 9},
	[COL_SHARE_P99] = {"%P99", 5, 1},
	[COL_SHARE_P999] = {"%P999", 5, 8},
};

/* By rank, as many as fit beside the name. Returns the columns of the name. */
static unsigned int choose(unsigned int cols, bool shown[COL_CNT])
{
	unsigned int used = 3 + NAME_COLS, rank = 0;

	memset(shown, 0, COL_CNT * sizeof(*shown));
	for (; rank < COL_CNT; rank++) {
		unsigned int id = 0;

		while (columns[id].rank != rank)
			id++;
		if (used + columns[id].width + 1 > cols)
			break;
		shown[id] = true;
		used += columns[id].width + 1;
	}
	used = NAME_COLS + (cols > used ? cols - used : 0);
	return used < NAME_MAX_COLS ? used : NAME_MAX_COLS;
}

static void draw_table(struct sheet *s, const struct model_stages *m)
{
	const struct paint *p = &s->ui->paint;
	bool shown[COL_CNT];
	unsigned int name_cols = choose((unsigned int)p->cols, shown);
	char text[STAGES_LINE_LEN], value[FIGURE_LEN];
	int len = snprintf(text, sizeof(text), "   %-*s", (int)name_cols, "STAGE");

	for (unsigned int c = 0; c < COL_CNT; c++)
		len += shown[c] ? snprintf(text + len, sizeof(text) - (size_t)len, " %*s",
					   (int)columns[c].width, columns[c].title)
				: 0;
	put(s, PAINT_TITLE, text);
	for (unsigned int i = 0; i < m->line_cnt; i++) {
		int y = next_line(s), x = 3 + (int)name_cols;

		if (y < 0)
			continue;
		paint__letters(p, y, 1, 1, i, m->line[i].letter);
		paint__text(p, y, 3, name_cols, PAINT_PLAIN, m->line[i].name);
		for (unsigned int c = 0; c < COL_CNT; c++) {
			if (!shown[c])
				continue;
			stages_text__value(value, m, &m->line[i], c);
			paint__cell(p, y, x + 1, columns[c].width, PAINT_PLAIN, true, value);
			x += 1 + (int)columns[c].width;
		}
	}
	if (!m->line_cnt)
		put(s, PAINT_PLAIN, "   no stages are measured for it");
}

/* --- bars, causes, exemplars --- */

static void draw_bars(struct sheet *s, const struct model_stages *m)
{
	const struct paint *p = &s->ui->paint;

	for (unsigned int band = 0; band < STAGES_BAND_CNT; band++) {
		const struct stages_band *b = &m->band[band];
		int y = next_line(s);
		struct breakdown parts;
		char label[STAGES_LINE_LEN], mean[FIGURE_LEN];

		if (y < 0)
			continue;
		figure__ns(mean, b->is_known ? breakdown__mean_ns(b->total_ns, b->n) : MODEL_NONE);
		snprintf(label, sizeof(label), "%-4s %6s", model_stages__band_name(band), mean);
		paint__text(p, y, 1, LABEL_COLS, PAINT_TITLE, label);
		model_stages__bar(m, band, &parts);
		if (b->is_known && parts.all_ns && p->cols > LABEL_COLS + 1)
			paint__bar(p, y, LABEL_COLS, (unsigned int)p->cols - LABEL_COLS - 1, &parts,
				   false);
		else
			paint__text(p, y, LABEL_COLS, (unsigned int)p->cols, PAINT_DIM,
				    "too few requests to tell");
	}
}

static void draw_why(struct sheet *s, const struct model_stages *m)
{
	unsigned int fixed = s->cnt + EXEMPLAR_LINES, room = (unsigned int)s->height, cnt;
	char text[STAGES_LINE_LEN], line[STAGES_LINE_LEN * 2], edge[FIGURE_LEN];

	cnt = room > fixed + 1 ? room - fixed : 1;
	cnt = cnt < m->cause_cnt ? cnt : m->cause_cnt;
	for (unsigned int i = 0; i < cnt; i++) {
		char more[64] = "", fit[STAGES_LINE_LEN];
		unsigned int cols = (unsigned int)s->ui->paint.cols - 7;

		stages_text__cause(text, m, &m->cause[i]);
		if (i + 1 == cnt && cnt < m->cause_cnt)
			snprintf(more, sizeof(more), "  (%u more)", m->cause_cnt - cnt);
		text__fit(fit, sizeof(fit), text,
			  cols > strlen(more) ? cols - (unsigned int)strlen(more) : 0,
			  s->ui->paint.utf8);
		snprintf(line, sizeof(line), " %-5s %s%s", i ? "" : "why", fit, more);
		put(s, PAINT_PLAIN, line);
	}
	if (cnt)
		return;
	if (m->has_why)
		snprintf(line, sizeof(line),
			 " why   not known of the %" PRIu64 " that took %s or more", m->why_n,
			 figure__ns(edge, m->why_edge_ns));
	else
		snprintf(line, sizeof(line), " why   too few slow requests to tell");
	put(s, PAINT_DIM, line);
}

static void draw_exemplars(struct sheet *s, const struct stages_page *p)
{
	const struct model_stages *m = p->reply;
	char text[STAGES_LINE_LEN], line[STAGES_LINE_LEN * 2];

	for (unsigned int i = 0; i < m->exemplar_cnt; i++) {
		bool selected = i == p->selected;

		if (selected)
			s->selected = s->cnt;
		stages_text__exemplar(text, &m->exemplar[i]);
		snprintf(line, sizeof(line), "%c%-5s%s", selected ? '>' : ' ', i ? "" : "slow",
			 text);
		put(s, selected ? PAINT_SELECTED : PAINT_PLAIN, line);
	}
	if (!m->exemplar_cnt)
		put(s, PAINT_DIM, " slow  no request is kept of this window");
}

static void draw_sheet(struct sheet *s, const struct stages_page *p)
{
	const struct model_stages *m = p->reply;
	bool roomy = s->height >= 30;

	draw_title(s, m);
	if (!m->is_known) {
		put(s, PAINT_PLAIN, " there is no such row any more: nothing of it in the window");
		return;
	}
	draw_table(s, m);
	if (roomy)
		put(s, PAINT_PLAIN, "");
	draw_bars(s, m);
	if (roomy)
		put(s, PAINT_PLAIN, "");
	draw_why(s, m);
	if (roomy)
		put(s, PAINT_PLAIN, "");
	draw_exemplars(s, p);
}

/* Blank lines, where a drawing before left something. */
static void wipe(const struct ui *ui, int y, int height)
{
	for (int i = 0; i < height; i++)
		paint__cell(&ui->paint, y + i, 0, (unsigned int)ui->paint.cols, PAINT_PLAIN, false,
			    "");
}

static void draw(struct ui *ui, int y, int height)
{
	struct page *page = &ui->page[VIEW_STAGES];
	struct stages_page *p = page->state;
	struct sheet s;
	int refused;

	ui->height = height > 0 ? (unsigned int)height : 0;
	if (height < 1)
		return;
	if (!reply_of(ui)) {
		subject__draw_missing(ui, page, y, height);
		return;
	}
	refused = subject__draw_refused(ui, page, y, height);
	y += refused;
	height -= refused;
	for (int again = 0; again < 2; again++) {
		unsigned int last, scroll = page->scroll;

		s = (struct sheet){.ui = ui, .y = y, .height = height, .scroll = scroll};
		draw_sheet(&s, p);
		last = s.cnt > (unsigned int)height ? s.cnt - (unsigned int)height : 0;
		if (p->is_followed && s.selected >= scroll + (unsigned int)height)
			page->scroll = s.selected + 1 - (unsigned int)height;
		else if (p->is_followed && s.selected && s.selected < scroll)
			page->scroll = s.selected;
		if (page->scroll > last)
			page->scroll = last;
		if (page->scroll == scroll)
			break;
		wipe(ui, y, height);
	}
}

/* --- as lines --- */

static void say(const struct ui *ui, FILE *out)
{
	const struct model_stages *m = reply_of(ui);
	char title[SUBJECT_TITLE_LEN];

	subject__title(&ui->subject, title);
	subject__say(ui, &ui->page[VIEW_STAGES], m != NULL, out);
	if (!m)
		return;
	if (!m->is_known) {
		fprintf(out, "%s: there is no such row any more\n", title);
		return;
	}
	stages_text__say(m, title, out);
}

/* --- actions --- */

static void open_session(struct ui *ui, struct stages_page *p)
{
	const struct model_stages *m = reply_of(ui);

	if (!m || p->selected >= m->exemplar_cnt ||
	    m->exemplar[p->selected].session == MODEL_NONE) {
		snprintf(ui->note, sizeof(ui->note), "no session is known for it");
		return;
	}
	ui->session_id = m->exemplar[p->selected].session;
	view__show(ui, &view_ladder, true);
}

static void scroll(struct page *page, long by)
{
	long to = (long)page->scroll + by;

	page->scroll = to < 0	   ? 0
		       : to > 1000 ? 1000
				   : (unsigned int)to; /* draw holds it at the end */
}

static void move_selection(struct ui *ui, struct stages_page *p, int by)
{
	const struct model_stages *m = reply_of(ui);

	p->is_followed = true;
	if (!m || !m->exemplar_cnt)
		scroll(&ui->page[VIEW_STAGES], by);
	else if (by > 0 && p->selected + 1 < m->exemplar_cnt)
		p->selected++;
	else if (by < 0 && p->selected)
		p->selected--;
	else if (by < 0) {
		scroll(&ui->page[VIEW_STAGES], by); /* above the first one is the table */
		p->is_followed = false;
	}
}

static bool act(struct ui *ui, enum action_id id)
{
	struct page *page = &ui->page[VIEW_STAGES];
	struct stages_page *p = page->state;
	long by = ui->height > 1 ? (long)ui->height - 1 : 1;

	if (!p)
		return false;
	p->is_followed = false;
	switch (id) {
	case ACTION_UP:
	case ACTION_DOWN:
		move_selection(ui, p, id == ACTION_UP ? -1 : 1);
		return true;
	case ACTION_ENTER:
		open_session(ui, p);
		return true;
	case ACTION_PAGE_UP:
	case ACTION_PAGE_DOWN:
		scroll(page, id == ACTION_PAGE_UP ? -by : by);
		return true;
	case ACTION_HOME:
	case ACTION_END:
		scroll(page, id == ACTION_HOME ? -1000 : 1000);
		return true;
	default:
		return false;
	}
}

const struct view view_stages = {
	.id = VIEW_STAGES,
	.show = show,
	.done = done,
	.request = request,
	.take = take,
	.update = update,
	.draw = draw,
	.say = say,
	.act = act,
};

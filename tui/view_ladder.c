/* SPDX-License-Identifier: BSD-2-Clause */
/* One session: its messages as arrows with what this host had of each; below, the stages of the
 * selected message or the setup. */
#include "figure.h"
#include "ladder.h"
#include "setup_text.h"
#include "view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SMALL	   12  /* lines of a view with only what is needed most */
#define ROWS_LEAST 4   /* of the ladder above a panel */
#define WIDE_COLS  120 /* both panels, if there are as many lines */
#define WIDE_LINES 33

struct ladder_page {
	struct model_session *session; /* NULL before the first reply */
	unsigned int selected, top;    /* messages */
	bool is_setup;		       /* of the panels that of the setup */
	bool is_other;		       /* the other kind of time */
};

/* NULL while what is known is of another session. */
static const struct model_session *session_of(const struct ui *ui)
{
	const struct ladder_page *p = ui->page[VIEW_LADDER].state;

	return p && p->session && p->session->call.id == ui->session_id ? p->session : NULL;
}

static int show(struct ui *ui)
{
	struct page *page = &ui->page[VIEW_LADDER];

	if (!page->state)
		page->state = calloc(1, sizeof(struct ladder_page));
	return page->state ? 0 : -ENOMEM;
}

static void done(struct page *page)
{
	struct ladder_page *p = page->state;

	if (p)
		model_session__free(p->session);
	free(p);
	page->state = NULL;
}

static bool request(const struct ui *ui, char line[VIEW_REQUEST_LEN])
{
	snprintf(line, VIEW_REQUEST_LEN, "{\"cmd\":\"show\",\"id\":%" PRIu64 "}", ui->session_id);
	return ui->session_id != 0;
}

/* The selection belongs to a message; of another session it begins with the one this host kept
 * waiting longest. */
static void select_again(struct ladder_page *p, const struct model_session *old,
			 const struct model_session *new)
{
	uint64_t n;

	if (!old || old->call.id != new->call.id || p->selected >= old->message_cnt) {
		p->selected = ladder__largest(new);
		p->top = 0;
		return;
	}
	n = old->message[p->selected].n;
	for (unsigned int i = 0; i < new->message_cnt; i++) {
		if (new->message[i].n == n) {
			p->selected = i;
			return;
		}
	}
	p->selected = new->message_cnt ? new->message_cnt - 1 : 0;
}

static int take(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN])
{
	struct ladder_page *p = ui->page[VIEW_LADDER].state;
	struct model_session *new = NULL;
	int rc;

	if (!p)
		return 0;
	rc = model_session__parse(line, &new, err);
	if (rc)
		return rc;
	select_again(p, p->session, new);
	model_session__free(p->session);
	p->session = new;
	return 0;
}

/* --- drawing --- */

static void title_of(const struct model_session *s, char text[LADDER_LINE])
{
	const struct model_call *c = &s->call;
	char setup[FIGURE_LEN], code[32] = "", self[64] = "", left_out[48] = "";

	if (c->code != MODEL_NONE)
		snprintf(code, sizeof(code), " %" PRIu64, c->code);
	if (c->self_inflicted)
		snprintf(self, sizeof(self), " (%" PRIu64 " self-inflicted)", c->self_inflicted);
	if (c->left_out)
		snprintf(left_out, sizeof(left_out), " + %" PRIu64 " not kept", c->left_out);
	snprintf(text, LADDER_LINE,
		 " %" PRIu64 " %s %s%s%s%s%s  setup %s  %u messages, %" PRIu64 " again%s  %s",
		 c->id, c->kind, model_call__is_bad(c) ? "!" : "", c->state,
		 c->method[0] ? " " : "", c->method, code, figure__ns(setup, c->setup_ns),
		 s->message_cnt, c->retransmits, self, c->call_id);
}

static void put(const struct ui *ui, int y, enum paint_style style, const char *text)
{
	paint__cell(&ui->paint, y, 0, (unsigned int)ui->paint.cols, style, false, text);
}

/* Two lines at most: the setup's owners or what went wrong come with the ends. */
static int draw_head(const struct ui *ui, const struct ladder *l, int y, int height)
{
	const struct model_session *s = l->session;
	char text[LADDER_LINE], why[MODEL_ERROR_LEN];
	int lines = 0;

	title_of(s, text);
	put(ui, y + lines++, model_call__is_bad(&s->call) ? PAINT_ALERT : PAINT_TITLE, text);
	if (height >= SMALL) {
		ladder__ends(l, text);
		put(ui, y + lines++, PAINT_PLAIN, text);
	}
	model_call__why(&s->call, why);
	if (why[0] && height >= SMALL) {
		snprintf(text, sizeof(text), " ! %s", why);
		put(ui, y + lines++, PAINT_ALERT, text);
	}
	ladder__head(l, text);
	put(ui, y + lines++, PAINT_TITLE, text);
	return lines;
}

static void draw_rows(const struct ui *ui, struct ladder_page *p, const struct ladder *l, int y,
		      int height)
{
	unsigned int rows = height > 0 ? (unsigned int)height : 0, cnt = p->session->message_cnt;
	char line[LADDER_LINE];

	if (!cnt && rows)
		put(ui, y, PAINT_PLAIN, " no messages are kept");
	if (p->top + rows > cnt)
		p->top = cnt > rows ? cnt - rows : 0;
	if (p->selected < p->top)
		p->top = p->selected;
	if (rows && p->selected >= p->top + rows)
		p->top = p->selected - rows + 1;
	for (unsigned int i = p->top; i < cnt && i < p->top + rows; i++) {
		bool is_selected = i == p->selected;

		ladder__row(l, i, line);
		if (is_selected)
			line[0] = '>';
		put(ui, y + (int)(i - p->top),
		    is_selected		    ? PAINT_SELECTED
		    : ladder__is_slow(l, i) ? PAINT_ALERT
					    : PAINT_PLAIN,
		    line);
	}
}

static int draw_panel(const struct ui *ui, const struct setup_text *t, int y, int most)
{
	int lines = 0;

	if (most < 2)
		return 0;
	paint__rule(&ui->paint, y);
	for (unsigned int i = 0; i < t->cnt && lines + 1 < most; i++, lines++)
		put(ui, y + 1 + lines, i ? PAINT_PLAIN : PAINT_TITLE, t->line[i]);
	return lines + 1;
}

static void draw_panels(const struct ui *ui, struct setup_text *const panel[2], unsigned int cnt,
			int y, int height)
{
	for (unsigned int i = 0; i < cnt; i++) {
		int used = draw_panel(ui, panel[i], y, height);

		y += used;
		height -= used;
	}
}

static void draw_session(struct ui *ui, struct ladder_page *p, int y, int height)
{
	bool is_wide = ui->paint.cols >= WIDE_COLS && height >= WIDE_LINES;
	struct setup_text stages = {.cols = (unsigned int)ui->paint.cols, .utf8 = ui->paint.utf8};
	struct setup_text setup = {.cols = stages.cols, .utf8 = stages.utf8};
	struct setup_text *const panel[2] = {is_wide || !p->is_setup ? &stages : &setup, &setup};
	unsigned int cnt = is_wide ? 2 : 1;
	struct ladder l;
	int used, want = 0, room, rows = (int)p->session->message_cnt;

	ladder__init(&l, p->session, stages.cols, stages.utf8, p->is_other);
	used = draw_head(ui, &l, y, height);
	room = height - used;
	if (rows)
		setup_text__stages(&stages, &p->session->message[p->selected]);
	setup_text__waterfall(&setup, &p->session->setup);
	for (unsigned int i = 0; i < cnt; i++)
		want += (int)panel[i]->cnt + 1;
	/* The ladder gets what the panels leave, and a few rows in any case. */
	if (want > room - ROWS_LEAST)
		want = room > ROWS_LEAST ? room - ROWS_LEAST : 0;
	want = want < 2 ? 0 : want;
	draw_rows(ui, p, &l, y + used, room - want);
	draw_panels(ui, panel, cnt, y + height - want, want);
	ui->height = (unsigned int)(room - want > 0 ? room - want : 1);
}

static void draw(struct ui *ui, int y, int height)
{
	const struct page *page = &ui->page[VIEW_LADDER];
	char text[VIEW_BANNER_LEN + 64];

	if (page->refused[0] && ui->session_id && height > 1) {
		snprintf(text, sizeof(text), " ! session %" PRIu64 ": %s", ui->session_id,
			 page->refused);
		put(ui, y++, PAINT_ALERT, text);
		height--;
	}
	if (session_of(ui)) {
		draw_session(ui, page->state, y, height);
		return;
	}
	if (!ui->session_id) {
		put(ui, y, PAINT_PLAIN, " No session is chosen yet.");
		put(ui, y + 1, PAINT_PLAIN, " Press 4, go to one with Up and Down, press Enter.");
	} else if (!page->refused[0]) {
		snprintf(text, sizeof(text), " session %" PRIu64 ": asked for", ui->session_id);
		put(ui, y, PAINT_PLAIN, text);
	}
}

/* --- as lines --- */

static const char *addr_of(const struct model_session *s, uint64_t end)
{
	return end < s->end_cnt ? s->end[end].addr : "?";
}

static void say_message(const struct model_session *s, const struct model_message *m, FILE *out)
{
	char ns[FIGURE_LEN], note[LADDER_LINE];

	fprintf(out, "message %" PRIu64 " at %.3f ms: %s from %s to %s, host wait %s", m->n,
		ladder__ms(s, m), m->label, addr_of(s, m->src), addr_of(s, m->dst),
		figure__ns(ns, m->host_ns));
	for (unsigned int i = 0; i < m->part_cnt; i++)
		fprintf(out, ", %s %s", m->part[i].name, figure__ns(ns, m->part[i].ns));
	ladder__note(m, note);
	fprintf(out, "%s%s\n", note[0] ? "; " : "", note);
}

static void say_setup(const struct model_setup *s, FILE *out)
{
	char ns[FIGURE_LEN], share[FIGURE_LEN];

	if (!s->is_known || s->is_invalid) {
		fprintf(out, "setup not measured\n");
		return;
	}
	fprintf(out, "setup %s%s\n", figure__ns(ns, s->end_ns - s->start_ns),
		s->is_complete ? "" : ", no media yet");
	for (unsigned int i = 0; i < s->phase_cnt; i++)
		fprintf(out, "phase %s %s\n", s->phase[i].name,
			figure__ns(ns, s->phase[i].to_ns - s->phase[i].from_ns));
	for (unsigned int i = 0; i < s->owner_cnt; i++)
		fprintf(out, "time of %s %s, %s\n", s->owner[i].name,
			figure__ns(ns, s->owner[i].ns),
			figure__percent(share, s->owner[i].ns, s->end_ns - s->start_ns));
	if (s->human_ns)
		fprintf(out, "of it ringing %s\n", figure__ns(ns, s->human_ns));
}

static void say(const struct ui *ui, FILE *out)
{
	const struct model_session *s = session_of(ui);
	char text[LADDER_LINE];

	if (ui->page[VIEW_LADDER].refused[0])
		fprintf(out, "request refused: %s\n", ui->page[VIEW_LADDER].refused);
	if (!s) {
		if (!ui->session_id)
			fprintf(out, "no session is chosen\n");
		return;
	}
	title_of(s, text);
	fprintf(out, "session%s\n", text);
	for (unsigned int i = 0; i < s->message_cnt; i++)
		say_message(s, &s->message[i], out);
	say_setup(&s->setup, out);
}

/* --- keys --- */

static void move_by(struct ladder_page *p, long delta)
{
	long at = (long)p->selected + delta, last = (long)p->session->message_cnt - 1;

	p->selected = (unsigned int)(at < 0 || last < 0 ? 0 : at > last ? last : at);
}

static void move_slow(const struct ui *ui, struct ladder_page *p, bool back)
{
	struct ladder l;

	ladder__init(&l, p->session, (unsigned int)ui->paint.cols, false, false);
	p->selected = ladder__next(&l, p->selected, back);
}

static bool move(struct ui *ui, struct ladder_page *p, enum action_id id)
{
	long page = ui->height > 1 ? (long)ui->height - 1 : 1;

	switch (id) {
	case ACTION_UP:
		move_by(p, -1);
		return true;
	case ACTION_DOWN:
		move_by(p, 1);
		return true;
	case ACTION_PAGE_UP:
		move_by(p, -page);
		return true;
	case ACTION_PAGE_DOWN:
		move_by(p, page);
		return true;
	case ACTION_HOME:
		p->selected = 0;
		return true;
	case ACTION_END:
		move_by(p, (long)p->session->message_cnt);
		return true;
	case ACTION_NEXT:
	case ACTION_PREV:
		move_slow(ui, p, id == ACTION_PREV);
		return true;
	default:
		return false;
	}
}

static bool act(struct ui *ui, enum action_id id)
{
	struct ladder_page *p = ui->page[VIEW_LADDER].state;

	if (!p)
		return false;
	switch (id) {
	case ACTION_MODE:
		p->is_setup = !p->is_setup;
		return true;
	case ACTION_TIMES:
		p->is_other = !p->is_other;
		return true;
	case ACTION_ENTER:
		p->is_setup = false;
		return true;
	default:
		return session_of(ui) && move(ui, p, id);
	}
}

const struct view view_ladder = {
	.id = VIEW_LADDER,
	.show = show,
	.done = done,
	.request = request,
	.take = take,
	.draw = draw,
	.say = say,
	.act = act,
};

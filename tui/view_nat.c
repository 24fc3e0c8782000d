/* SPDX-License-Identifier: BSD-2-Clause */
/* Peers that send heartbeats: how regularly, what comes back, and whose address translator is
 * likely to lose them. */
#include "figure.h"
#include "model_beats.h"
#include "view.h"

#include <inttypes.h>
#include <stdlib.h>

#define DETAIL_FROM 10 /* lines a view must have to show more than one of details */
#define DETAIL_MOST 10
#define INDENT	    3

/* --- columns --- */

static const struct model_beat *peer_of(const void *row)
{
	return row;
}

static double number_of(uint64_t n)
{
	return n == MODEL_NONE ? -1 : (double)n;
}

static void put_ns(char text[GRID_TEXT_LEN], uint64_t ns)
{
	char figure[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__ns(figure, ns));
}

static void put_count(char text[GRID_TEXT_LEN], uint64_t count)
{
	char figure[FIGURE_LEN];

	snprintf(text, GRID_TEXT_LEN, "%s", figure__count(figure, count, 5));
}

static void print_addr(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", peer_of(row)->addr);
}

static void print_service(const void *row, char text[GRID_TEXT_LEN])
{
	snprintf(text, GRID_TEXT_LEN, "%s", peer_of(row)->service);
}

static void print_interval(const void *row, char text[GRID_TEXT_LEN])
{
	put_ns(text, peer_of(row)->interval_ns);
}

static double number_interval(const void *row)
{
	return number_of(peer_of(row)->interval_ns);
}

static void print_jitter(const void *row, char text[GRID_TEXT_LEN])
{
	put_ns(text, peer_of(row)->jitter_ns);
}

static double number_jitter(const void *row)
{
	return number_of(peer_of(row)->jitter_ns);
}

static void print_age(const void *row, char text[GRID_TEXT_LEN])
{
	put_ns(text, peer_of(row)->age_ns);
}

static double number_age(const void *row)
{
	return number_of(peer_of(row)->age_ns);
}

static void print_beats(const void *row, char text[GRID_TEXT_LEN])
{
	put_count(text, peer_of(row)->beats);
}

static double number_beats(const void *row)
{
	return (double)peer_of(row)->beats;
}

static void print_echo(const void *row, char text[GRID_TEXT_LEN])
{
	put_ns(text, peer_of(row)->echo_mean_ns);
}

static double number_echo(const void *row)
{
	return number_of(peer_of(row)->echo_mean_ns);
}

static void print_misses(const void *row, char text[GRID_TEXT_LEN])
{
	put_count(text, peer_of(row)->misses);
}

static double number_misses(const void *row)
{
	return (double)peer_of(row)->misses;
}

static void print_map(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_beat *p = row;
	char count[FIGURE_LEN];

	if (p->changes)
		snprintf(text, GRID_TEXT_LEN, "x%s", figure__count(count, p->changes, 4));
	else
		snprintf(text, GRID_TEXT_LEN, "-");
}

static double number_map(const void *row)
{
	return (double)peer_of(row)->changes;
}

/* Where it was before the latest change. */
static void print_was(const void *row, char text[GRID_TEXT_LEN])
{
	const struct model_beat *p = row;

	snprintf(text, GRID_TEXT_LEN, "%s", p->old_addr[0] ? p->old_addr : "-");
}

static void print_risk(const void *row, char text[GRID_TEXT_LEN])
{
	enum model_risk risk = peer_of(row)->risk;

	snprintf(text, GRID_TEXT_LEN, "%s%s", risk == MODEL_RISK_HIGH ? "!" : "",
		 model_beats__risk_name(risk));
}

static double number_risk(const void *row)
{
	return model_beats__risk_order(row);
}

static enum paint_style style_risk(const void *row)
{
	return peer_of(row)->risk == MODEL_RISK_HIGH ? PAINT_ALERT : PAINT_PLAIN;
}

enum nat_column { NAT_RISK = 9 };

static const struct grid_column columns[] = {
	{"PEER", 15, 47, 0, true, print_addr, NULL, NULL},
	{"SERVICE", 14, 47, 4, true, print_service, NULL, NULL},
	{"IVL", 5, 6, 2, false, print_interval, number_interval, NULL},
	{"JITTER", 6, 6, 6, false, print_jitter, number_jitter, NULL},
	{"AGE", 5, 6, 5, false, print_age, number_age, NULL},
	{"BEATS", 5, 6, 9, false, print_beats, number_beats, NULL},
	{"ECHO", 5, 6, 8, false, print_echo, number_echo, NULL},
	{"MISS", 4, 6, 3, false, print_misses, number_misses, NULL},
	{"MAP", 3, 5, 7, false, print_map, number_map, NULL},
	{"RISK", 5, 5, 1, false, print_risk, number_risk, style_risk},
	{"WAS", 15, 47, 10, true, print_was, NULL, NULL},
};

static void get_key(const void *row, char key[GRID_KEY_LEN])
{
	snprintf(key, GRID_KEY_LEN, "%" PRIu64, peer_of(row)->id);
}

static const struct grid_ops ops = {
	.column = columns,
	.column_cnt = sizeof(columns) / sizeof(columns[0]),
	.sort = NAT_RISK,
	.key = get_key,
	.empty = "no heartbeats seen yet",
	.is_ranked = true,
};

/* --- operations --- */

static void done(struct page *page)
{
	model_beats__free(page->state);
	page->state = NULL;
}

static bool request(const struct ui *ui, char line[VIEW_REQUEST_LEN])
{
	(void)ui;
	snprintf(line, VIEW_REQUEST_LEN, "{\"cmd\":\"beats\"}");
	return true;
}

static int update(struct ui *ui)
{
	struct page *page = &ui->page[VIEW_NAT];
	struct model_beats *m = page->state;

	return m ? grid__update(&page->grid, &ops, m->peer, sizeof(*m->peer), m->cnt) : 0;
}

static int take(struct ui *ui, const char *line, char err[MODEL_ERROR_LEN])
{
	struct model_beats *m = NULL;
	int rc = model_beats__parse(line, &m, err);

	return rc ? rc : view__replace(ui, &view_nat, m, err);
}

/* --- drawing --- */

struct nat_totals {
	uint64_t beats, misses, changes;
	unsigned int high;
};

static struct nat_totals sum_up(const struct model_beats *m)
{
	struct nat_totals t = {0};

	for (unsigned int i = 0; m && i < m->cnt; i++) {
		t.beats += m->peer[i].beats;
		t.misses += m->peer[i].misses;
		t.changes += m->peer[i].changes;
		t.high += m->peer[i].risk == MODEL_RISK_HIGH;
	}
	return t;
}

static void draw_head(const struct ui *ui, const struct model_beats *m, int y)
{
	struct paint_strip s = {.paint = &ui->paint, .y = y};
	struct nat_totals t = sum_up(m);
	char beats[FIGURE_LEN], misses[FIGURE_LEN], changes[FIGURE_LEN];

	if (!m) {
		paint__strip(&s, PAINT_PLAIN, "heartbeats: asked for");
		return;
	}
	paint__strip(&s, PAINT_TITLE, "%u peers", m->cnt);
	paint__strip(&s, t.high ? PAINT_ALERT : PAINT_PLAIN, "%s%u at high risk",
		     t.high ? "! " : "", t.high);
	paint__strip(&s, PAINT_PLAIN, "heartbeats %s", figure__count(beats, t.beats, 8));
	paint__strip(&s, PAINT_PLAIN, "missed %s", figure__count(misses, t.misses, 8));
	paint__strip(&s, PAINT_PLAIN, "address changes %s", figure__count(changes, t.changes, 8));
}

static void draw_peer(struct view_lines *l, const struct model_beat *p)
{
	char interval[FIGURE_LEN], age[FIGURE_LEN], least[FIGURE_LEN], mean[FIGURE_LEN];
	char beats[FIGURE_LEN], echoes[FIGURE_LEN], misses[FIGURE_LEN], changes[FIGURE_LEN];

	if (p->changes)
		view__line(l, 1, INDENT, PAINT_ALERT,
			   "! %s changed its address %s times, the latest was %s", p->addr,
			   figure__count(changes, p->changes, 8),
			   p->old_addr[0] ? p->old_addr : "--");
	view__line(l, 1, INDENT, PAINT_TITLE,
		   "%s to %s: a heartbeat every %s, the latest %s ago, %s of them, missed %s",
		   p->addr, p->service, figure__ns(interval, p->interval_ns),
		   figure__ns(age, p->age_ns), figure__count(beats, p->beats, 8),
		   figure__count(misses, p->misses, 8));
	view__line(l, 1, INDENT, PAINT_PLAIN, "echoes %s, after %s at least, %s on average",
		   figure__count(echoes, p->echoes, 8), figure__ns(least, p->echo_min_ns),
		   figure__ns(mean, p->echo_mean_ns));
}

/* Lines for the details, the rule above included. */
static int detail_height(int height)
{
	int lines = height / 2 - 1;

	if (height < DETAIL_FROM)
		return height < 6 ? 0 : 1;
	return lines < DETAIL_MOST ? lines : DETAIL_MOST;
}

static void draw(struct ui *ui, int y, int height)
{
	struct page *page = &ui->page[VIEW_NAT];
	const struct model_beat *p = grid__selected(&page->grid);
	int detail = detail_height(--height);
	struct view_lines l = {.ui = ui, .y = y + 1 + height - detail, .height = detail};

	draw_head(ui, page->state, y++);
	if (page->refused[0] && height > 2) {
		struct paint_strip s = {.paint = &ui->paint, .y = y++};

		paint__strip(&s, PAINT_ALERT, "! refused: %s", page->refused);
		height--;
	}
	ui->height = height - detail > 1 ? (unsigned int)(height - detail - 1) : 1;
	if (page->state)
		grid__draw(&page->grid, &ops, &ui->paint, y, height - detail);
	if (detail > 1) {
		paint__rule(&ui->paint, l.y++);
		l.height--;
	}
	if (p && detail)
		draw_peer(&l, p);
	if (detail > 1)
		view__line(&l, 1, INDENT, PAINT_DIM, "risk %s", MODEL_BEATS_RULE);
}

static void say(const struct ui *ui, FILE *out)
{
	const struct page *page = &ui->page[VIEW_NAT];
	const struct model_beats *m = page->state;
	struct nat_totals t = sum_up(m);

	if (page->refused[0])
		fprintf(out, "request refused: %s\n", page->refused);
	if (!m)
		return;
	fprintf(out,
		"peers %u, at high risk %u, heartbeats %" PRIu64 ", missed %" PRIu64
		", address changes %" PRIu64 "\n",
		m->cnt, t.high, t.beats, t.misses, t.changes);
	fprintf(out, "risk %s\n", MODEL_BEATS_RULE);
	grid__say(&page->grid, &ops, out);
}

const struct view view_nat = {
	.id = VIEW_NAT,
	.table = &ops,
	.done = done,
	.request = request,
	.take = take,
	.update = update,
	.draw = draw,
	.say = say,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of the ladder. */
#include "ladder.h"
#include "figure.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NARROW	  60 /* screens below have one column of time */
#define MARK_COLS 1  /* the selection's, left to the view */
#define MS_COLS	  9
#define WAIT_COLS 11 /* ">>>", a blank, seven of a figure */
#define NOTE_COLS 14
#define GAP_LEAST 15
#define GAP_MOST  28
#define HIGH_CNT  5
#define DAY_S	  86400

/* Cells of a row that are drawn otherwise in UTF-8. */
enum { DRAW_BAR = 1, DRAW_LINE, DRAW_MEDIA, DRAW_RIGHT, DRAW_LEFT, DRAW_END };

/* --- layout --- */

static uint64_t find_high(const struct model_session *s)
{
	uint64_t high[HIGH_CNT] = {0}; /* largest first */

	for (unsigned int i = 0; i < s->message_cnt; i++) {
		uint64_t ns = s->message[i].host_ns;

		for (unsigned int k = 0; ns != MODEL_NONE && k < HIGH_CNT; k++) {
			if (ns > high[k]) {
				uint64_t less = high[k];

				high[k] = ns;
				ns = less;
			}
		}
	}
	for (unsigned int k = HIGH_CNT; k--;) {
		if (high[k])
			return high[k] < LADDER_SLOW_NS ? high[k] : LADDER_SLOW_NS;
	}
	return 0;
}

unsigned int ladder__largest(const struct model_session *s)
{
	unsigned int best = 0;
	uint64_t most = 0;

	for (unsigned int i = 0; i < s->message_cnt; i++) {
		if (s->message[i].host_ns != MODEL_NONE && s->message[i].host_ns > most) {
			most = s->message[i].host_ns;
			best = i;
		}
	}
	return best;
}

void ladder__init(struct ladder *l, const struct model_session *s, unsigned int cols, bool utf8,
		  bool is_other)
{
	unsigned int used, room;

	*l = (struct ladder){.session = s, .cols = cols, .utf8 = utf8, .is_other = is_other};
	l->is_narrow = cols < NARROW;
	l->time_cols = l->is_narrow ? MS_COLS : MS_COLS * 2 + (is_other ? 4 : 0);
	used = MARK_COLS + l->time_cols + 1 + WAIT_COLS + (l->is_narrow ? 0 : 2 + NOTE_COLS);
	room = cols > used + GAP_LEAST + 1 ? cols - used - 1 : GAP_LEAST;
	if (room > LADDER_LANES - 2)
		room = LADDER_LANES - 2;
	l->lanes = s->end_cnt;
	if (l->lanes > 1 + room / GAP_LEAST)
		l->lanes = 1 + room / GAP_LEAST;
	if (l->lanes > 26)
		l->lanes = 26;
	l->gap = l->lanes > 1 ? room / (l->lanes - 1) : GAP_MOST;
	l->gap = l->gap > GAP_MOST ? GAP_MOST : l->gap;
	l->gap = l->lanes < 2 && l->gap > room ? room : l->gap;
	l->width = l->lanes > 1 ? (l->lanes - 1) * l->gap + 1 : l->gap;
	if (s->message_cnt) {
		l->top_ns = s->message[ladder__largest(s)].host_ns;
		l->top_ns = l->top_ns == MODEL_NONE ? 0 : l->top_ns;
	}
	l->high_ns = find_high(s);
}

bool ladder__is_slow(const struct ladder *l, unsigned int i)
{
	uint64_t ns = l->session->message[i].host_ns;

	return ns != MODEL_NONE && ns && (ns > LADDER_SLOW_NS || ns == l->top_ns);
}

unsigned int ladder__next(const struct ladder *l, unsigned int i, bool back)
{
	unsigned int cnt = l->session->message_cnt;

	for (unsigned int step = 1; l->high_ns && step <= cnt; step++) {
		unsigned int at = (back ? i + cnt - step : i + step) % cnt;
		uint64_t ns = l->session->message[at].host_ns;

		if (ns != MODEL_NONE && ns >= l->high_ns)
			return at;
	}
	return i;
}

/* --- times --- */

double ladder__ms(const struct model_session *s, const struct model_message *m)
{
	if (m->ts_ns == MODEL_NONE || s->call.start_ns == MODEL_NONE)
		return 0;
	return ((double)m->ts_ns - (double)s->call.start_ns) / 1e6;
}

/* "08:00:00.123" UTC of the session's start and what has passed since. */
static void print_clock(const struct ladder *l, const struct model_message *m, char *buf,
			size_t size)
{
	const char *at = strchr(l->session->call.time, 'T');
	unsigned int h, min;
	double s;

	if (!at || sscanf(at + 1, "%2u:%2u:%9lf", &h, &min, &s) != 3) {
		snprintf(buf, size, "--");
		return;
	}
	s += h * 3600.0 + min * 60.0 + ladder__ms(l->session, m) / 1e3;
	if (!(s >= 0 && s < 1e12)) {
		snprintf(buf, size, "--");
		return;
	}
	snprintf(buf, size, "%02u:%02u:%06.3f", (unsigned int)((uint64_t)(s / 3600) % 24),
		 (unsigned int)((uint64_t)(s / 60) % 60),
		 s - (double)((uint64_t)(s / 60)) * 60 > 59.999
			 ? 59.999
			 : s - (double)((uint64_t)(s / 60)) * 60);
}

/* In 8 columns: ms with one digit after the point, of very long ones a figure with its unit. */
static void print_ms(double ms, char *buf, size_t size)
{
	char ns[FIGURE_LEN];

	if (ms > -99999.95 && ms < 999999.95) {
		snprintf(buf, size, "%.1f", ms);
		return;
	}
	figure__ns(ns, (uint64_t)((ms < 0 ? -ms : ms) * 1e6));
	snprintf(buf, size, "%s%s", ms < 0 ? "-" : "", ns);
}

static void print_times(const struct ladder *l, unsigned int i, char *buf, size_t size)
{
	const struct model_message *m = &l->session->message[i];
	double ms = ladder__ms(l->session, m);
	char first[32] = "--", since[32] = "--";

	if (m->ts_ns != MODEL_NONE) {
		if (l->is_other && !l->is_narrow)
			print_clock(l, m, first, sizeof(first));
		else
			print_ms(ms, first, sizeof(first));
		if (!i)
			print_ms(0, since, sizeof(since));
		else if (m[-1].ts_ns != MODEL_NONE)
			print_ms(ms - ladder__ms(l->session, m - 1), since, sizeof(since));
	}
	if (l->is_narrow)
		snprintf(buf, size, "%*s", MS_COLS, l->is_other ? since : first);
	else
		snprintf(buf, size, "%*s%*s", (int)l->time_cols - MS_COLS, first, MS_COLS, since);
}

/* --- arrows --- */

static void put_cell(const struct ladder *l, char *line, size_t *len, char cell)
{
	static const char *const utf8[] = {"", "│", "─", "═", "▶", "◀"};
	static const char *const ascii[] = {"", "|", "-", "=", ">", "<"};
	const char plain[2] = {cell, '\0'}, *text = plain;

	if (cell >= DRAW_BAR && cell < DRAW_END)
		text = l->utf8 ? utf8[(int)cell] : ascii[(int)cell];
	*len += (size_t)snprintf(line + *len, LADDER_LINE - *len, "%s", text);
}

static void put_lanes(const struct ladder *l, char *line, size_t *len, const char *lane)
{
	for (unsigned int i = 0; i < l->width && *len < LADDER_LINE - 4; i++)
		put_cell(l, line, len, lane[i]);
}

static unsigned int lane_of(const struct ladder *l, uint64_t end)
{
	return end < l->lanes ? (unsigned int)end : l->lanes - 1;
}

static void draw_arrow(const struct ladder *l, char lane[LADDER_LANES],
		       const struct model_message *m)
{
	unsigned int from = lane_of(l, m->src) * l->gap, to = lane_of(l, m->dst) * l->gap;
	unsigned int left = from < to ? from : to, right = from < to ? to : from, at, len;
	char label[MODEL_WORD_LEN * 4];

	/* Cells are bytes: the label is ASCII. */
	text__fit(label, sizeof(label), m->label[0] ? m->label : "?",
		  right > left ? right - left - 5 : l->gap - 3, false);
	len = (unsigned int)strlen(label);
	if (left == right) { /* to itself, or between ends that share the last column */
		at = left + 2 + len <= l->width ? left + 2 : l->width - len - 2;
		memcpy(lane + at, label, len);
		return;
	}
	memset(lane + left + 1, m->flags & MESSAGE_MEDIA ? DRAW_MEDIA : DRAW_LINE,
	       right - left - 1);
	for (at = left + 2; at < right && m->flags & MESSAGE_RETRANSMIT; at += 2)
		lane[at] = ' '; /* dashed */
	lane[from < to ? right - 1 : left + 1] = from < to ? DRAW_RIGHT : DRAW_LEFT;
	at = left + (right - left - len) / 2;
	at = at < left + 2 ? left + 2 : at;
	memcpy(lane + at, label, len);
}

/* --- rows --- */

static void add(char note[LADDER_LINE], const char *text)
{
	size_t n = strlen(note);

	snprintf(note + n, LADDER_LINE - n, "%s%s", n ? "; " : "", text);
}

void ladder__note(const struct model_message *m, char note[LADDER_LINE])
{
	static const struct {
		unsigned int flag;
		const char *text;
	} flags[] = {
		{MESSAGE_DROPPED, "DROPPED"},	  {MESSAGE_UNREAD, "UNREAD"},
		{MESSAGE_SELF, "self-inflicted"}, {MESSAGE_OFFER, "offer"},
		{MESSAGE_ANSWER, "answer"},	  {MESSAGE_CANDIDATE, "candidate"},
		{MESSAGE_NOMINATES, "nominates"}, {MESSAGE_MEDIA, "first media"},
	};
	char timer[MODEL_WORD_LEN + 32];

	note[0] = '\0';
	if (m->flags & MESSAGE_RETRANSMIT)
		add(note, "again");
	if (m->timer[0]) {
		snprintf(timer, sizeof(timer), "%s #%" PRIu64, m->timer, m->timer_nth);
		add(note, timer);
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (m->flags & flags[i].flag)
			add(note, flags[i].text);
	}
}

/* The largest stage, then the note. */
static void put_detail(const struct ladder *l, const struct model_message *m, char *line,
		       size_t len)
{
	unsigned int used = MARK_COLS + l->time_cols + 1 + l->width + WAIT_COLS + 2;
	const struct model_part *part = model_session__largest(m->part, m->part_cnt);
	char note[LADDER_LINE], text[LADDER_LINE * 2], ns[FIGURE_LEN];

	if (l->is_narrow || used >= l->cols)
		return;
	ladder__note(m, note);
	snprintf(text, sizeof(text), "%s%s%s%s%s", part ? part->name : "", part ? " " : "",
		 part ? figure__ns(ns, part->ns) : "", part && note[0] ? "; " : "", note);
	if (!text[0])
		return;
	len += (size_t)snprintf(line + len, LADDER_LINE - len, "  ");
	text__fit(line + len, LADDER_LINE - len, text, l->cols - used, l->utf8);
}

void ladder__row(const struct ladder *l, unsigned int i, char line[LADDER_LINE])
{
	const struct model_message *m = &l->session->message[i];
	char lane[LADDER_LANES], times[64], ns[FIGURE_LEN], whole[LADDER_LINE];
	size_t len;

	print_times(l, i, times, sizeof(times));
	len = (size_t)snprintf(line, LADDER_LINE, "%*s%s ", MARK_COLS, "", times);
	memset(lane, ' ', sizeof(lane));
	for (unsigned int k = 0; k < l->lanes; k++)
		lane[k * l->gap] = DRAW_BAR;
	if (l->lanes)
		draw_arrow(l, lane, m);
	put_lanes(l, line, &len, lane);
	len += (size_t)snprintf(line + len, LADDER_LINE - len, " %3s %6s",
				ladder__is_slow(l, i) ? ">>>" : "", figure__ns(ns, m->host_ns));
	put_detail(l, m, line, len);
	snprintf(whole, sizeof(whole), "%s", line);
	text__fit(line, LADDER_LINE, whole, l->cols, l->utf8); /* figures of years are long */
}

void ladder__head(const struct ladder *l, char line[LADDER_LINE])
{
	static const char here[] = "this host";
	const char *first = l->is_other ? "UTC" : "+ms";
	char lane[LADDER_LANES];
	size_t len;

	if (l->is_narrow)
		len = (size_t)snprintf(line, LADDER_LINE, "%*s%*s ", MARK_COLS, "", MS_COLS,
				       l->is_other ? "since ms" : "+ms");
	else
		len = (size_t)snprintf(line, LADDER_LINE, "%*s%*s%*s ", MARK_COLS, "",
				       (int)l->time_cols - MS_COLS, first, MS_COLS, "since ms");
	memset(lane, ' ', sizeof(lane));
	for (unsigned int i = 0; i < l->lanes; i++) {
		lane[i * l->gap] = (char)('A' + i);
		if (!l->session->end[i].is_local)
			continue;
		if (i + 1 < l->lanes)
			memcpy(lane + i * l->gap + 2, here, strlen(here));
		else if (i && !l->session->end[i - 1].is_local)
			memcpy(lane + i * l->gap - strlen(here) - 1, here, strlen(here));
	}
	put_lanes(l, line, &len, lane);
	snprintf(line + len, LADDER_LINE - len, " %*s%s", WAIT_COLS - 1, "host wait",
		 l->is_narrow ? "" : "  largest stage");
	text__fit(lane, sizeof(lane), line, l->cols, l->utf8);
	snprintf(line, LADDER_LINE, "%s", lane);
}

void ladder__ends(const struct ladder *l, char line[LADDER_LINE])
{
	const struct model_session *s = l->session;
	size_t len = 0;

	line[0] = '\0';
	for (unsigned int i = 0; i < s->end_cnt && len < LADDER_LINE - 1; i++)
		len += (size_t)snprintf(line + len, LADDER_LINE - len, "%s%c %s%s", i ? "  " : " ",
					'A' + (int)lane_of(l, i), s->end[i].addr,
					s->end[i].is_local ? " (this host)" : "");
}

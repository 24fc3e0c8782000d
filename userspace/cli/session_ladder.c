/* SPDX-License-Identifier: BSD-2-Clause */
/* The ladder of a session: ends as columns, messages as arrows, with what this host had of each. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "figure.h"
#include "session_text.h"
#include "text.h"

#define ENDS_MAX  12
#define TIME_COLS 11
#define GAP_LEAST 16
#define GAP_MOST  28
#define NOTE_COLS 24 /* beside the ladder; longer ones take a line of their own */
#define ROW_LEN	  512
#define NOTE_LEN  256

enum { DRAW_BAR = 1, DRAW_LINE, DRAW_RIGHT, DRAW_LEFT }; /* in a row of ASCII */

struct ladder {
	const struct session_text *t;
	unsigned int ends; /* columns */
	unsigned int gap, width;
	uint64_t start_ns;
};

static unsigned int column_of(const struct ladder *l, const json_t *m, const char *field)
{
	uint64_t end = session_text__number(m, field);

	return end < l->ends ? (unsigned int)end : l->ends - 1; /* the last stands for all others */
}

static void put_cell(const struct ladder *l, char cell)
{
	static const char *const utf8[] = {"", "│", "─", "▶", "◀"};
	static const char ascii[] = {0, '|', '-', '>', '<'};

	if (cell >= DRAW_BAR && cell <= DRAW_LEFT && l->t->utf8)
		fputs(utf8[(int)cell], stdout);
	else
		putchar(cell >= DRAW_BAR && cell <= DRAW_LEFT ? ascii[(int)cell] : cell);
}

static void clear(const struct ladder *l, char row[ROW_LEN])
{
	memset(row, ' ', l->width);
	for (unsigned int i = 0; i < l->ends; i++)
		row[i * l->gap] = DRAW_BAR;
}

static void put_row(const struct ladder *l, const char row[ROW_LEN])
{
	for (unsigned int i = 0; i < l->width; i++)
		put_cell(l, row[i]);
}

/* label: ASCII. */
static void draw_arrow(const struct ladder *l, char row[ROW_LEN], unsigned int from,
		       unsigned int to, const char *label)
{
	unsigned int left = (from < to ? from : to) * l->gap,
		     right = (from < to ? to : from) * l->gap;
	unsigned int len = (unsigned int)strlen(label), at;

	if (left == right) { /* to itself, or between ends that share the last column */
		at = left + 2 + len < l->width ? left + 2
		     : l->width > len + 2      ? l->width - len - 2
					       : 0;
		memcpy(row + at, label, len < l->width - at ? len : l->width - at);
		return;
	}
	memset(row + left + 1, DRAW_LINE, right - left - 1);
	row[from < to ? right - 1 : left + 1] = from < to ? DRAW_RIGHT : DRAW_LEFT;
	at = left + (right - left - len) / 2;
	row[at - 1] = row[at + len] = ' ';
	memcpy(row + at, label, len);
}

/* --- notes --- */

static void add(char *note, const char *text)
{
	size_t n = strlen(note);

	snprintf(note + n, NOTE_LEN - n, "%s%s", n ? "; " : "", text);
}

static void note_of(const json_t *m, char note[NOTE_LEN])
{
	static const struct {
		const char *flag, *text;
	} flags[] = {{"dropped", "DROPPED"},	 {"unread", "UNREAD"},
		     {"offer", "offer"},	 {"answer", "answer"},
		     {"candidate", "candidate"}, {"nominates", "nominates"},
		     {"media", "first media"}};
	const struct session_text ascii = {0};
	const json_t *timer = json_object_get(m, "timer");
	uint64_t host_ns = session_text__number(m, "host_ns");
	char stages[128], ns[FIGURE_LEN], text[192], name[32];

	note[0] = '\0';
	if (host_ns != FIGURE_NONE && host_ns) {
		session_text__stages(json_object_get(m, "stages"), 3, stages, sizeof(stages));
		snprintf(text, sizeof(text), "host %s%s%s%s", figure__ns(ns, host_ns),
			 stages[0] ? " (" : "", stages, stages[0] ? ")" : "");
		add(note, text);
	}
	if (session_text__has_flag(m, "retransmit"))
		add(note, "again");
	if (json_is_object(timer)) {
		snprintf(text, sizeof(text), "%s #%" PRId64,
			 session_text__word(&ascii, timer, "name", 20, name, sizeof(name)),
			 (int64_t)json_integer_value(json_object_get(timer, "nth")));
		add(note, text);
	}
	if (session_text__has_flag(m, "self"))
		add(note, "self-inflicted");
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (session_text__has_flag(m, flags[i].flag))
			add(note, flags[i].text);
}

/* --- rows --- */

static void print_message(const struct ladder *l, const json_t *m)
{
	const struct session_text ascii = {0};
	unsigned int from = column_of(l, m, "src"), to = column_of(l, m, "dst");
	unsigned int span = (from < to ? to - from : from - to) * l->gap;
	unsigned int room = span ? span - 6 : l->gap - 4;
	uint64_t ts_ns = session_text__number(m, "ts_ns");
	char row[ROW_LEN], label[ROW_LEN], note[NOTE_LEN], cut[NOTE_LEN];
	unsigned int beside =
		l->t->cols > TIME_COLS + l->width + 2 ? l->t->cols - TIME_COLS - l->width - 2 : 0;

	clear(l, row);
	session_text__word(&ascii, m, "label", room, label, sizeof(label));
	draw_arrow(l, row, from, to, label);
	if (ts_ns == FIGURE_NONE)
		printf("%*s", TIME_COLS, "");
	else
		printf("%10.3f ", ((double)ts_ns - (double)l->start_ns) / 1e6);
	put_row(l, row);
	note_of(m, note);
	text__fit(cut, sizeof(cut), note, l->t->cols - 4, false);
	if (note[0])
		printf("%s%s", strlen(note) <= beside ? "  " : "\n    ", cut);
	putchar('\n');
}

static void print_ends(const struct ladder *l, const json_t *ends)
{
	char addr[80], row[ROW_LEN];
	const json_t *end;
	size_t i;

	json_array_foreach (ends, i, end)
		printf("%c  %s%s%s\n", 'A' + (int)(i < l->ends ? i : l->ends - 1),
		       session_text__word(l->t, end, "addr", 60, addr, sizeof(addr)),
		       json_is_true(json_object_get(end, "local")) ? "  this host" : "",
		       i >= l->ends ? "  (in the last column)" : "");
	memset(row, ' ', l->width);
	for (i = 0; i < l->ends; i++)
		row[i * l->gap] = (char)('A' + i);
	printf("%10s ", "ms");
	put_row(l, row);
	putchar('\n');
}

void session_ladder__print(const struct session_text *t, const json_t *session)
{
	const json_t *m, *messages = json_object_get(session, "messages");
	const json_t *ends = json_object_get(session, "ends");
	unsigned int room = t->cols > TIME_COLS + NOTE_COLS + GAP_LEAST
				    ? t->cols - TIME_COLS - NOTE_COLS - 1
				    : GAP_LEAST;
	struct ladder l = {.t = t, .ends = (unsigned int)json_array_size(ends)};
	uint64_t left_out = session_text__number(session, "left_out");
	size_t i;

	if (!l.ends || !json_array_size(messages)) {
		puts("no messages are kept");
		return;
	}
	if (room > ROW_LEN - 2)
		room = ROW_LEN - 2;
	if (l.ends > ENDS_MAX)
		l.ends = ENDS_MAX;
	if (l.ends > 1 + room / GAP_LEAST)
		l.ends = 1 + room / GAP_LEAST;
	l.gap = l.ends > 1 ? room / (l.ends - 1) : GAP_MOST;
	l.gap = l.gap > GAP_MOST ? GAP_MOST : l.gap;
	l.width = l.ends > 1 ? (l.ends - 1) * l.gap + 1 : l.gap;
	l.start_ns = session_text__number(json_array_get(messages, 0), "ts_ns");
	print_ends(&l, ends);
	json_array_foreach (messages, i, m)
		print_message(&l, m);
	if (left_out != FIGURE_NONE && left_out)
		printf("%" PRIu64 " messages in the middle are not kept\n", left_out);
}

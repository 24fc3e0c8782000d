/* SPDX-License-Identifier: BSD-2-Clause */
/* Bars of setups and of messages. */
#include "setup_text.h"
#include "bar.h"
#include "figure.h"
#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BAR_MOST  240
#define BAR_LEAST 8
#define NAME_COLS 10
#define TEXT_LEN  2048

enum { CELL_REST = 1 }; /* of a phase, what is not on the critical path */

static void __attribute__((format(printf, 2, 3))) put(struct setup_text *t, const char *fmt, ...)
{
	char text[TEXT_LEN];
	va_list ap;

	if (t->cnt >= SETUP_LINES)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text__fit(t->line[t->cnt++], SETUP_LINE, text, t->cols, t->utf8);
}

static unsigned int bar_cols(const struct setup_text *t, unsigned int used)
{
	unsigned int cols = t->cols > used + BAR_LEAST ? t->cols - used : BAR_LEAST;

	return cols > BAR_MOST ? BAR_MOST : cols;
}

static const char *pad(char name[64], const char *text, bool utf8)
{
	unsigned int used = text__fit(name, 64 - NAME_COLS, text, NAME_COLS, utf8);

	memset(name + strlen(name), 0, 1);
	while (used++ < NAME_COLS)
		strcat(name, " ");
	return name;
}

/* --- one message --- */

static void put_stage(struct setup_text *t, const struct model_part *part, uint64_t host_ns,
		      unsigned int at, unsigned int len, unsigned int cols)
{
	char bar[BAR_MOST + 1], name[64], share[FIGURE_LEN];

	memset(bar, ' ', cols);
	memset(bar + at, part->letter, len);
	bar[cols] = '\0';
	put(t, " %s %10" PRIu64 "ns %4s |%s|", pad(name, part->name, t->utf8), part->ns,
	    figure__percent(share, part->ns, host_ns), bar);
}

void setup_text__stages(struct setup_text *t, const struct model_message *m)
{
	unsigned int cols = bar_cols(t, 1 + NAME_COLS + 1 + 12 + 5 + 3), width[BAR_PARTS_MAX];
	unsigned int cnt = m->part_cnt < BAR_PARTS_MAX ? m->part_cnt : BAR_PARTS_MAX, at = 0;
	uint64_t ns[BAR_PARTS_MAX], sum_ns = 0;
	char took[FIGURE_LEN], name[64];

	t->cnt = 0;
	put(t, " message %" PRIu64 " %s: this host had it %s%s%s", m->n, m->label,
	    figure__ns(took, m->host_ns), m->comm[0] ? ", " : "", m->comm);
	if (m->host_ns == MODEL_NONE || !m->part_cnt) {
		put(t, " its stages were not measured");
		return;
	}
	for (unsigned int i = 0; i < cnt; i++)
		ns[i] = m->part[i].ns;
	bar__divide(ns, cnt, cols, width);
	for (unsigned int i = 0; i < cnt; i++) {
		put_stage(t, &m->part[i], m->host_ns, at, width[i], cols);
		at += width[i];
		sum_ns += ns[i];
	}
	put(t, " %s %10" PRIu64 "ns %4s", pad(name, "total", t->utf8), sum_ns,
	    figure__percent(took, sum_ns, m->host_ns));
}

/* --- setup --- */

static unsigned int place(const struct model_setup *s, uint64_t ns, unsigned int cols)
{
	if (ns <= s->start_ns)
		return 0;
	if (ns >= s->end_ns)
		return cols;
	return (unsigned int)((unsigned __int128)(ns - s->start_ns) * cols /
			      (s->end_ns - s->start_ns));
}

/* What is too short for a column gets one. */
static void fill(const struct model_setup *s, const struct model_span *span, char *bar,
		 unsigned int cols, char with)
{
	unsigned int at = place(s, span->from_ns, cols), end = place(s, span->to_ns, cols);

	at = at < cols ? at : cols - 1;
	memset(bar + at, with, end > at ? end - at : 1);
}

static char letter_of(const char *owner)
{
	return !strcmp(owner, "host") ? 'H' : !strcmp(owner, "unattributed") ? '?' : 'p';
}

static void put_phase(struct setup_text *t, const struct model_setup *s,
		      const struct model_span *phase, unsigned int cols)
{
	static const char order[] = "p?H"; /* the host last: what it had is never hidden */
	char cell[BAR_MOST], bar[BAR_MOST * 4] = "", name[64], took[FIGURE_LEN];
	size_t len = 0;

	memset(cell, ' ', sizeof(cell));
	fill(s, phase, cell, cols, CELL_REST);
	for (size_t k = 0; order[k]; k++) {
		for (unsigned int i = 0; i < s->part_cnt; i++) {
			if (letter_of(s->part[i].owner) == order[k] &&
			    !strcmp(s->part[i].name, phase->name))
				fill(s, &s->part[i], cell, cols, order[k]);
		}
	}
	for (unsigned int i = 0; i < cols; i++) {
		if (cell[i] == CELL_REST)
			len += (size_t)sprintf(bar + len, "%s", t->utf8 ? "─" : "-");
		else
			bar[len++] = cell[i];
	}
	bar[len] = '\0';
	put(t, " %s %6s |%s|", pad(name, phase->name, t->utf8),
	    figure__ns(took, phase->to_ns - phase->from_ns), bar);
}

void setup_text__owners(const struct model_setup *s, char line[SETUP_LINE])
{
	uint64_t total_ns = s->end_ns - s->start_ns;
	char ns[FIGURE_LEN], share[FIGURE_LEN];
	size_t len = 0;

	line[0] = '\0';
	for (unsigned int i = 0; i < s->owner_cnt && len < SETUP_LINE - 1; i++) {
		const struct model_part *owner = &s->owner[i];

		if (owner->ns || !strcmp(owner->name, "host"))
			len += (size_t)snprintf(
				line + len, SETUP_LINE - len, "%s%s %s (%s)", i ? "  " : " ",
				strcmp(owner->name, "host") ? owner->name : "this host",
				figure__ns(ns, owner->ns),
				figure__percent(share, owner->ns, total_ns));
	}
}

static void put_host_stages(struct setup_text *t, const struct model_setup *s)
{
	char line[SETUP_LINE], ns[FIGURE_LEN];
	size_t len = 0;

	for (unsigned int i = 0; i < s->stage_cnt && len < sizeof(line) - 1; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s %s", i ? ", " : "",
					s->stage[i].name, figure__ns(ns, s->stage[i].ns));
	if (len)
		put(t, " of this host: %s", line);
}

void setup_text__waterfall(struct setup_text *t, const struct model_setup *s)
{
	unsigned int cols = bar_cols(t, 1 + NAME_COLS + 1 + 6 + 3);
	char line[SETUP_LINE], took[FIGURE_LEN];

	t->cnt = 0;
	if (!s->is_known) {
		put(t, " no setup was measured");
		return;
	}
	if (s->is_invalid) {
		put(t, " the instants of this setup contradict each other: not measured");
		return;
	}
	put(t, " setup %s%s  H this host  p peer+network  ? not attributed  %s not critical",
	    figure__ns(took, s->end_ns - s->start_ns), s->is_complete ? "" : ", no media yet",
	    t->utf8 ? "─" : "-");
	for (unsigned int i = 0; i < s->phase_cnt && i < SETUP_LINES - 4; i++)
		put_phase(t, s, &s->phase[i], cols);
	setup_text__owners(s, line);
	put(t, "%s", line);
	if (s->human_ns)
		put(t, " of it, it rang for %s: nobody on the way had it then",
		    figure__ns(took, s->human_ns));
	put_host_stages(t, s);
}

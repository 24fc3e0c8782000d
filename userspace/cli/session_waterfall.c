/* SPDX-License-Identifier: BSD-2-Clause */
/* The waterfall of a setup: its phases on one time axis, what of them was on the critical path, and
 * whose time it was. Exact to the nanosecond, so that it can be added up. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "figure.h"
#include "session_text.h"
#include "text.h"

#define NAME_COLS 12
#define HEAD_COLS (NAME_COLS + 2 * 8)
#define BAR_MOST  240

enum { BAR_NONE, BAR_PHASE, BAR_CRITICAL };

struct axis {
	uint64_t start_ns, end_ns;
	unsigned int cols;
};

static unsigned int place(const struct axis *a, uint64_t ns)
{
	unsigned __int128 at;

	if (ns <= a->start_ns)
		return 0;
	if (ns >= a->end_ns)
		return a->cols;
	at = (unsigned __int128)(ns - a->start_ns) * a->cols / (a->end_ns - a->start_ns);
	return (unsigned int)at;
}

/* What is too short for a column gets one. */
static void fill(const struct axis *a, char bar[BAR_MOST], const json_t *span, char with)
{
	uint64_t from = session_text__number(span, "from_ns"),
		 to = session_text__number(span, "to_ns");
	unsigned int at, end;

	if (from == FIGURE_NONE || to == FIGURE_NONE || to < from)
		return;
	at = place(a, from);
	end = place(a, to);
	at = at < a->cols ? at : a->cols - 1;
	end = end > at ? end : at + 1;
	memset(bar + at, with, end - at);
}

static void put_bar(const struct session_text *t, const struct axis *a, const char bar[BAR_MOST])
{
	static const char *const utf8[] = {" ", "░", "█"};
	static const char ascii[] = {' ', '-', '#'};

	for (unsigned int i = 0; i < a->cols; i++) {
		if (t->utf8)
			fputs(utf8[(int)bar[i]], stdout);
		else
			putchar(ascii[(int)bar[i]]);
	}
}

static bool is_same(const json_t *part, const json_t *phase)
{
	const char *a = json_string_value(json_object_get(part, "phase"));
	const char *b = json_string_value(json_object_get(phase, "name"));

	return a && b && !strcmp(a, b);
}

static void print_phase(const struct session_text *t, const struct axis *a, const json_t *w,
			const json_t *phase)
{
	uint64_t from = session_text__number(phase, "from_ns"),
		 to = session_text__number(phase, "to_ns");
	char bar[BAR_MOST] = {0}, name[64], since[FIGURE_LEN], took[FIGURE_LEN];
	const json_t *part;
	size_t i;

	if (from == FIGURE_NONE || to == FIGURE_NONE || to < from)
		return;
	fill(a, bar, phase, BAR_PHASE);
	json_array_foreach (json_object_get(w, "parts"), i, part)
		if (is_same(part, phase))
			fill(a, bar, part, BAR_CRITICAL);
	printf("%-*s %6s %7s  ", NAME_COLS - 1,
	       session_text__word(t, phase, "name", NAME_COLS - 1, name, sizeof(name)),
	       figure__ns(since, from > a->start_ns ? from - a->start_ns : 0),
	       figure__ns(took, to - from));
	put_bar(t, a, bar);
	putchar('\n');
}

static void print_ms(const char *indent, const char *name, uint64_t ns, uint64_t total_ns)
{
	char part[FIGURE_LEN];

	if (ns == FIGURE_NONE)
		return;
	printf("%s%-*s %6" PRIu64 ".%06" PRIu64 " ms  %4s\n", indent, (int)(22 - strlen(indent)),
	       name, ns / 1000000, ns % 1000000, figure__percent(part, ns, total_ns));
}

/* A telephone that rings waits for somebody: of what nobody on the way had. */
static void print_human(const json_t *w, uint64_t total_ns)
{
	uint64_t ns = session_text__number(w, "human_ns");

	if (ns != FIGURE_NONE && ns)
		print_ms("  ", "of it, it rang", ns, total_ns);
}

/* Owners, and below the host its stages. */
static void print_owners(const struct session_text *t, const json_t *w, uint64_t total_ns)
{
	const json_t *value, *stage, *owners = json_object_get(w, "owners");
	const char *owner;
	char name[64];
	size_t i;

	json_object_foreach ((json_t *)owners, owner, value) {
		bool is_host = !strcmp(owner, "host");
		uint64_t ns = session_text__number(owners, owner);

		if (!ns)
			continue;
		text__clean(name, sizeof(name), is_host ? "this host" : owner,
			    strlen(is_host ? "this host" : owner));
		print_ms("", name, ns, total_ns);
		if (!is_host)
			continue;
		json_array_foreach (json_object_get(w, "stages"), i, stage)
			print_ms("  ", session_text__word(t, stage, "name", 18, name, sizeof(name)),
				 session_text__number(stage, "ns"), total_ns);
	}
	print_human(w, total_ns);
	print_ms("", "total", total_ns, total_ns);
}

void session_waterfall__print(const struct session_text *t, const json_t *session)
{
	const json_t *phase, *w = json_object_get(session, "waterfall");
	struct axis a = {.start_ns = session_text__number(w, "start_ns"),
			 .end_ns = session_text__number(w, "end_ns")};
	size_t i;

	if (!json_is_object(w) || a.end_ns == FIGURE_NONE || a.end_ns <= a.start_ns) {
		puts("no setup was measured");
		return;
	}
	if (json_is_true(json_object_get(w, "invalid"))) {
		puts("the instants of this setup contradict each other: not measured");
		return;
	}
	a.cols = t->cols > HEAD_COLS + 11 ? t->cols - HEAD_COLS - 1 : 10;
	if (a.cols > BAR_MOST)
		a.cols = BAR_MOST;
	printf("%-*s %6s %7s  %s critical path  %s rest%s\n", NAME_COLS - 1, "PHASE", "AT", "TOOK",
	       t->utf8 ? "█" : "#", t->utf8 ? "░" : "-",
	       json_is_true(json_object_get(w, "complete")) ? "" : "; no media yet");
	json_array_foreach (json_object_get(w, "phases"), i, phase)
		print_phase(t, &a, w, phase);
	putchar('\n');
	print_owners(t, w, a.end_ns - a.start_ns);
}

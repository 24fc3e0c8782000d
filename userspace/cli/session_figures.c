/* SPDX-License-Identifier: BSD-2-Clause */
/* What is measured over sessions, as text: RFC 6076, exemplars, heartbeats. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "figure.h"
#include "session_text.h"
#include "text.h"

#define NAME_COLS 16

static uint64_t count_of(const json_t *o, const char *field)
{
	uint64_t n = session_text__number(o, field);

	return n == FIGURE_NONE ? 0 : n;
}

/* Text of strangers in a column of its own. */
static void put_word(const struct session_text *t, const json_t *o, const char *field,
		     unsigned int cols)
{
	char word[256], fit[256];
	unsigned int used;

	session_text__word(t, o, field, cols, word, sizeof(word));
	used = text__fit(fit, sizeof(fit), word, cols, t->utf8);
	printf("%s%*s", fit, (int)(cols - used), "");
}

/* --- metrics --- */

static void print_delay(const json_t *d)
{
	static const char *const fields[] = {"mean_ns", "p50_ns", "p99_ns", "min_ns", "max_ns"};
	char text[FIGURE_LEN];

	printf(" %8s", figure__count(text, count_of(d, "n"), 8));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		printf(" %8s", figure__ns(text, session_text__number(d, fields[i])));
	putchar('\n');
}

static void print_ratio(const json_t *r)
{
	const json_t *percent = json_object_get(r, "percent");

	printf(" %8" PRIu64 " of %" PRIu64, count_of(r, "n"), count_of(r, "of"));
	if (json_is_number(percent))
		printf(", %.1f %%\n", json_number_value(percent));
	else
		puts("");
}

void session_text__metrics(const struct session_text *t, const json_t *reply)
{
	const json_t *value, *metrics = json_object_get(reply, "rfc6076");
	char clean[64], fit[64];
	unsigned int used;
	const char *name;

	printf("%-*s %8s %8s %8s %8s %8s %8s\n", NAME_COLS, "RFC 6076", "N", "MEAN", "P50", "P99",
	       "MIN", "MAX");
	json_object_foreach ((json_t *)metrics, name, value) {
		text__clean(clean, sizeof(clean), name, strlen(name));
		used = text__fit(fit, sizeof(fit), clean, NAME_COLS, t->utf8);
		printf("%s%*s", fit, (int)(NAME_COLS - used), "");
		if (json_object_get(value, "of"))
			print_ratio(value);
		else
			print_delay(value);
	}
}

/* --- exemplars --- */

static void print_exemplar(const struct session_text *t, const json_t *e)
{
	char stages[256], call_id[128], total[FIGURE_LEN], cut[512], line[512];
	uint64_t code = session_text__number(e, "code"),
		 session = session_text__number(e, "session");
	int n;

	session_text__stages(json_object_get(e, "stages"), 4, stages, sizeof(stages));
	session_text__word(t, e, "call_id", 40, call_id, sizeof(call_id));
	n = snprintf(line, sizeof(line), "  %s %7s",
		     json_is_true(json_object_get(e, "worst")) ? "worst " : "random",
		     figure__ns(total, session_text__number(e, "total_ns")));
	if (code != FIGURE_NONE)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %" PRIu64, code);
	if (session != FIGURE_NONE)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " session %" PRIu64, session);
	snprintf(line + n, sizeof(line) - (size_t)n, " %s  %s", call_id, stages);
	text__fit(cut, sizeof(cut), line, t->cols, t->utf8);
	puts(cut);
}

void session_text__exemplars(const struct session_text *t, const json_t *reply)
{
	const json_t *row, *e, *rows = json_object_get(reply, "rows");
	char service[128], side[16], method[32];
	size_t i, j;

	json_array_foreach (rows, i, row) {
		printf("%s (%s) %s, of %" PRIu64 "\n",
		       session_text__word(t, row, "service", 60, service, sizeof(service)),
		       session_text__word(t, row, "side", 12, side, sizeof(side)),
		       session_text__word(t, row, "method", 24, method, sizeof(method)),
		       count_of(row, "seen"));
		json_array_foreach (json_object_get(row, "exemplars"), j, e)
			print_exemplar(t, e);
	}
	if (!json_array_size(rows))
		puts("no exemplars yet");
}

/* --- heartbeats --- */

static void print_beat(const struct session_text *t, const json_t *peer)
{
	static const char *const fields[] = {"interval_ns", "jitter_ns", "echo_mean_ns"};
	char text[FIGURE_LEN], old[128];

	put_word(t, peer, "addr", 21);
	putchar(' ');
	put_word(t, peer, "service", 21);
	printf(" %5s", figure__count(text, count_of(peer, "beats"), 5));
	printf(" %4s", figure__count(text, count_of(peer, "misses"), 4));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		printf(" %6s", figure__ns(text, session_text__number(peer, fields[i])));
	putchar('\n');
	if (count_of(peer, "changes"))
		printf("  changed its address %" PRIu64 " times, was %s\n",
		       count_of(peer, "changes"),
		       session_text__word(t, peer, "old_addr", 40, old, sizeof(old)));
}

void session_text__beats(const struct session_text *t, const json_t *reply)
{
	const json_t *peer, *peers = json_object_get(reply, "peers");
	size_t i;

	if (!json_array_size(peers)) {
		puts("no heartbeats seen yet");
		return;
	}
	printf("%-21s %-21s %5s %4s %6s %6s %6s\n", "PEER", "SERVICE", "BEATS", "MISS", "EVERY",
	       "JITTER", "ECHO");
	json_array_foreach (peers, i, peer)
		print_beat(t, peer);
}

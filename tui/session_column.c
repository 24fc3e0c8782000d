/* SPDX-License-Identifier: BSD-2-Clause */
/* Columns of the table of sessions. */
#include "session_column.h"
#include "figure.h"
#include "model_sessions.h"

#include <inttypes.h>
#include <stdio.h>

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

const struct grid_ops session_column__table = {
	.column = columns,
	.column_cnt = SESSION_COLUMN_CNT,
	.sort = SESSION_ID, /* newest first */
	.key = get_key,
	.empty = "no session matches",
	.is_remote = true,
};

const char *session_column__order(unsigned int column)
{
	return column < SESSION_COLUMN_CNT ? order_words[column] : NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters: errors point into the text and print; what parses has answers that the laws of logic
 * hold for. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "call_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct call calls[] = {
	{.id = 1,
	 .kind = CALL_INVITE,
	 .state = CALL_STATE_FAILED,
	 .code = 486,
	 .method = "INVITE",
	 .at = {[CALL_AT_START] = 1000, [CALL_AT_OFFER] = 1000, [CALL_AT_ANSWER] = 500001000},
	 .seen_ns = 900001000,
	 .call_id = "abc@host",
	 .from = "sip:alice@a.example",
	 .to = "sip:bob@b.example;x=y",
	 .service = "sip 10.0.0.1:5060",
	 .retransmits = 2,
	 .end_cnt = 2,
	 .end = {{.addr = {[10] = 0xff, 0xff, 10, 0, 0, 1}, .port = 5060, .is_local = true},
		 {.addr = {[10] = 0xff, 0xff, 10, 9, 0, 1}, .port = 40000}},
	 .comm = "kamailio"},
	{.id = 2,
	 .kind = CALL_ICE,
	 .call_id = "x:y",
	 .end_cnt = 1,
	 .end = {{.addr = {0x20, 1, 0xd, 0xb8, [15] = 1}, .port = 3478}}},
	{.end_cnt = CALL_ENDS_MAX},
};
#define CALL_CNT (sizeof(calls) / sizeof(calls[0]))

static void require(bool held)
{
	if (!held)
		abort();
}

static unsigned int answers(const struct call_filter *f)
{
	unsigned int bits = 0;

	for (unsigned int i = 0; i < CALL_CNT; i++) {
		struct call_subject s = {.call = &calls[i], .now_ns = 2000000000};

		if (i == 0) {
			s.from = "sip:u-12345678@a.example";
			s.pod = "sbc-0";
		}
		bits |= (unsigned int)call_filter__match(f, &s) << i;
	}
	return bits;
}

/* The text in other words, and what they must answer. */
static void check_law(const char *before, const char *text, size_t len, const char *between,
		      bool is_twice, const char *after, unsigned int want)
{
	char buf[3 * FILTER_TEXT_LEN];
	struct call_filter f;
	size_t n = strlen(before);

	memcpy(buf, before, n);
	memcpy(buf + n, text, len);
	n += len;
	memcpy(buf + n, between, strlen(between));
	n += strlen(between);
	if (is_twice) {
		memcpy(buf + n, text, len);
		n += len;
	}
	memcpy(buf + n, after, strlen(after));
	n += strlen(after);
	if (call_filter__parse(buf, (uint32_t)n, &f, NULL))
		return; /* too long, too deep */
	require(answers(&f) == want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned int all = (1u << CALL_CNT) - 1;
	struct filter_error error = {0};
	struct call_filter f;
	unsigned int got;
	char *text;

	if (size > 2 * FILTER_TEXT_LEN)
		return 0;
	text = malloc(size ? size : 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	if (call_filter__parse(text, (uint32_t)size, &f, &error)) {
		require(error.column >= 1 && error.column <= size + 1);
		require(error.text[0] && strlen(error.text) < sizeof(error.text));
		for (char *c = error.text; *c; c++)
			require(*c >= ' ' && *c <= '~');
		require(answers(&f) == all);
	} else {
		require(f.node_cnt <= FILTER_NODES_MAX && f.value_cnt <= FILTER_NODES_MAX);
		got = answers(&f);
		if (!f.node_cnt)
			require(got == all);
		else if (size <= FILTER_TEXT_LEN) {
			check_law("(", text, size, "", false, ")", got);
			check_law("not (", text, size, "", false, ")", got ^ all);
			check_law("!(", text, size, ") !(", true, ")", got ^ all);
			check_law("(", text, size, ") or (", true, ")", got);
			check_law("id=2 or ", text, size, "", false, "", got | 2);
			check_law("(", text, size, ") and not (", true, ")", 0);
		}
	}
	free(text);
	return 0;
}

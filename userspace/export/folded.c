/* SPDX-License-Identifier: BSD-2-Clause */
/* Folded stacks writer. */
#include "folded.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STACK_LEN (3 * FOLDED_FRAME_LEN)

struct stack {
	char *text;
	uint64_t ns;
};

struct stacks {
	struct stack *stack;
	unsigned int cnt;
	unsigned int size;
};

/* Bytes of the well-formed UTF-8 character at s, 0 when it is none. */
static size_t get_char_len(const unsigned char *s)
{
	size_t len = s[0] < 0x80       ? 1
		     : s[0] >> 5 == 6  ? 2
		     : s[0] >> 4 == 14 ? 3
		     : s[0] >> 3 == 30 ? 4
				       : 0;

	for (size_t i = 1; i < len; i++) {
		if (s[i] >> 6 != 2) /* a terminating NUL ends up here too */
			return 0;
	}
	if ((len == 2 && s[0] < 0xc2) || (len == 3 && s[0] == 0xe0 && s[1] < 0xa0) ||
	    (len == 3 && s[0] == 0xed && s[1] > 0x9f) ||
	    (len == 4 && s[0] == 0xf0 && s[1] < 0x90) ||
	    (len == 4 && (s[0] > 0xf4 || (s[0] == 0xf4 && s[1] > 0x8f))))
		return 0;
	return len;
}

static bool is_safe(const unsigned char *s, size_t len)
{
	if (len == 1)
		return s[0] >= 0x20 && s[0] != 0x7f && s[0] != ';';
	/* C1; line and paragraph separator, which some readers take for the end of a line */
	return len > 1 && !(s[0] == 0xc2 && s[1] < 0xa0) &&
	       !(s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9));
}

char *folded__frame(char frame[FOLDED_FRAME_LEN], const char *name)
{
	const unsigned char *s = (const unsigned char *)(name ? name : "");
	size_t at = 0;

	s += strspn((const char *)s, " ");
	while (*s) {
		size_t len = get_char_len(s);
		bool safe = is_safe(s, len);
		size_t bytes = safe ? len : 1;

		if (at + bytes >= FOLDED_FRAME_LEN)
			break;
		memcpy(frame + at, safe ? (const char *)s : "_", bytes);
		at += bytes;
		s += len ? len : 1;
	}
	while (at && frame[at - 1] == ' ')
		at--;
	frame[at] = '\0';
	return at ? frame : strcpy(frame, "unknown");
}

static int add_stack(struct stacks *s, const struct folded_row *row, const char *stage, uint64_t ns)
{
	char service[FOLDED_FRAME_LEN], side[FOLDED_FRAME_LEN], method[FOLDED_FRAME_LEN],
		leaf[FOLDED_FRAME_LEN];
	bool has_side = row->side && row->side[0];
	char *text = NULL;

	if (!ns)
		return 0;
	if (s->cnt == s->size) {
		unsigned int size = s->size ? s->size * 2 : 64;
		struct stack *stack = realloc(s->stack, size * sizeof(*stack));

		if (!stack)
			return -ENOMEM;
		s->stack = stack;
		s->size = size;
	}
	text = malloc(STACK_LEN + FOLDED_FRAME_LEN);
	if (!text)
		return -ENOMEM;
	folded__frame(service, row->service);
	folded__frame(side, row->side);
	snprintf(text, STACK_LEN + FOLDED_FRAME_LEN, "%s%s%s%s;%s;%s", service,
		 has_side ? " (" : "", has_side ? side : "", has_side ? ")" : "",
		 folded__frame(method, row->method), folded__frame(leaf, stage));
	s->stack[s->cnt++] = (struct stack){.text = text, .ns = ns};
	return 0;
}

static int add_row(struct stacks *s, const struct folded_row *row)
{
	uint64_t left_ns = row->total_ns;

	for (unsigned int i = 0; i < row->stage_cnt; i++) {
		int rc;

		if (row->stage[i].ns > left_ns)
			return -ERANGE;
		left_ns -= row->stage[i].ns;
		rc = add_stack(s, row, row->stage[i].name, row->stage[i].ns);
		if (rc)
			return rc;
	}
	return add_stack(s, row, "unattributed", left_ns);
}

static int compare_stacks(const void *a, const void *b)
{
	return strcmp(((const struct stack *)a)->text, ((const struct stack *)b)->text);
}

static int merge_equal(struct stacks *s)
{
	unsigned int kept = 0;

	if (s->cnt)
		qsort(s->stack, s->cnt, sizeof(*s->stack), compare_stacks);
	for (unsigned int i = 1; i < s->cnt; i++) {
		struct stack *last = &s->stack[kept];

		if (strcmp(last->text, s->stack[i].text)) {
			struct stack swap = s->stack[++kept];

			s->stack[kept] = s->stack[i];
			s->stack[i] = swap;
		} else if (__builtin_add_overflow(last->ns, s->stack[i].ns, &last->ns)) {
			return -ERANGE;
		} else {
			s->stack[i].ns = 0; /* stays to be freed; 0 is not written */
		}
	}
	return 0;
}

int folded__write(FILE *out, const struct folded_row *row, unsigned int row_cnt,
		  unsigned int *bad_row)
{
	struct stacks s = {0};
	unsigned int at = 0;
	int rc = 0;

	for (; at < row_cnt; at++) {
		rc = add_row(&s, &row[at]);
		if (rc)
			goto out;
	}
	rc = merge_equal(&s);
	for (unsigned int i = 0; i < s.cnt && !rc; i++) {
		if (s.stack[i].ns &&
		    fprintf(out, "%s %" PRIu64 "\n", s.stack[i].text, s.stack[i].ns) < 0)
			rc = -EIO;
	}
	if (!rc && fflush(out))
		rc = -EIO;
out:
	if (rc == -ERANGE)
		*bad_row = at;
	for (unsigned int i = 0; i < s.cnt; i++)
		free(s.stack[i].text);
	free(s.stack);
	return rc;
}

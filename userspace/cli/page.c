/* SPDX-License-Identifier: BSD-2-Clause */
/* Paragraphs on standard output. */
#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TEXT_LEN   2048
#define COLS_LEAST 40

unsigned int page__cols(void)
{
	const char *text = getenv("COLUMNS");
	struct winsize size;
	unsigned long cols = 80;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		cols = size.ws_col;
	else if (text && *text)
		cols = strtoul(text, NULL, 10);
	if (cols > 1000)
		cols = 1000;
	return cols < COLS_LEAST ? COLS_LEAST : (unsigned int)cols;
}

/* Bytes of the next line: up to the last blank within cols, or one whole word. */
static size_t get_break(const char *at, size_t cols)
{
	size_t len = strlen(at), cut;

	if (len <= cols)
		return len;
	for (cut = cols; cut && at[cut] != ' '; cut--)
		;
	return cut ? cut : strcspn(at, " ");
}

void page__print(unsigned int first, unsigned int rest, const char *fmt, ...)
{
	unsigned int cols = page__cols(), indent = first;
	char text[TEXT_LEN];
	const char *at = text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	do {
		size_t len = get_break(at, cols > indent + 10 ? cols - indent : 10);

		printf("%*s%.*s\n", (int)indent, "", (int)len, at);
		at += len;
		at += strspn(at, " ");
		indent = rest;
	} while (*at);
}

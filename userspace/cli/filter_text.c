/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters on the command line. */
#include "filter_text.h"

#include <string.h>

#include "call_filter.h"
#include "command.h"
#include "text.h"

#define TEXT_LEN 1024

/* The filter, and a mark below a column of it (from 1, bytes). */
static void print_mark(const char *filter, size_t column)
{
	bool utf8 = text__set_locale();
	char clean[TEXT_LEN], fit[TEXT_LEN];
	unsigned int used;

	text__clean(clean, sizeof(clean), filter, column - 1);
	used = text__fit(fit, sizeof(fit), clean, TEXT_LEN, utf8);
	text__clean(clean, sizeof(clean), filter, strlen(filter));
	text__fit(fit, sizeof(fit), clean, TEXT_LEN, utf8);
	fprintf(stderr, "  %s\n  %*s^\n", fit, (int)used, "");
}

int filter_text__refuse(const char *command, const json_t *reply, const char *filter)
{
	const char *error = json_string_value(json_object_get(reply, "error"));
	const char *hint = json_string_value(json_object_get(reply, "hint"));
	json_int_t column = json_integer_value(json_object_get(reply, "column"));
	bool is_marked = filter && column > 0 && (size_t)column <= strlen(filter) + 1;
	char text[TEXT_LEN], more[TEXT_LEN];

	if (!error)
		error = "no such reply; is the daemon older than this client?";
	text__clean(text, sizeof(text), error, strlen(error));
	text__clean(more, sizeof(more), hint ? hint : "", hint ? strlen(hint) : 0);
	if (!is_marked) {
		fprintf(stderr, "sigpath %s: %s%s%s\n", command, text, more[0] ? "; " : "", more);
		return EXIT_FAIL;
	}
	fprintf(stderr, "sigpath %s: %s\n", command, text);
	print_mark(filter, (size_t)column);
	if (more[0])
		fprintf(stderr, "%s\n", more);
	return EXIT_USAGE;
}

void filter_text__print_help(FILE *out)
{
	fputs("\nFILTER is one argument. Terms FIELD OPERATOR VALUE side by side must all hold; "
	      "`or`,\n"
	      "`not` (!) and parentheses join them. Operators: = != < <= > >= and ~ (contains).\n"
	      "Commas separate alternatives, quotes protect blanks, * and ? stand for any "
	      "characters.\n"
	      "A bare word is looked for in Call-ID, from and to, or is an address.\n\n"
	      "  sigpath sessions 'state=failed code=4xx peer=10.0.0.0/8'\n"
	      "  sigpath sessions 'setup>500ms or retransmits>0'\n\nFields:\n",
	      out);
	for (unsigned int i = 0; filter_field__name(i); i++)
		fprintf(out, "  %-11s  %s\n", filter_field__name(i), filter_field__help(i));
}

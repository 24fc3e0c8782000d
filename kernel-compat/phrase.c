/* SPDX-License-Identifier: BSD-2-Clause */
#include "phrase.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void phrase__add(char *text, size_t len, const char *fmt, ...)
{
	size_t at = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + at, len - at, fmt, ap);
	va_end(ap);
}

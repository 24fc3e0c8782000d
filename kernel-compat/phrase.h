/* SPDX-License-Identifier: BSD-2-Clause */
/* A sentence put together from parts. */
#ifndef SIGPATH_PHRASE_H
#define SIGPATH_PHRASE_H

#include <stddef.h>

/* Behind what text holds already; what does not fit into len bytes is cut off. */
void phrase__add(char *text, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif

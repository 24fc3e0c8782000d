/* SPDX-License-Identifier: BSD-2-Clause */
/* Text of strangers (service names, methods, thread names come out of packets) made safe for a
 * terminal and cut to columns. UTF-8 is decoded here and not by the C library, so that the result
 * is the same in every locale; only the width of a character is the library's (wcwidth). */
#ifndef SIGPATH_TEXT_H
#define SIGPATH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one character of s (len >= 1 bytes). Returns the bytes it takes; invalid input takes 1
 * and gives *cp = 0. */
size_t text__next(const char *s, size_t len, uint32_t *cp);

/* Copies len bytes of src to dst (size >= 1), cut at a character's end. Everything a terminal could
 * obey or that hides text becomes '?': C0, C1, DEL, invalid UTF-8, line separators, bidirectional
 * controls, zero-width characters. */
void text__clean(char *dst, size_t size, const char *src, size_t len);

/* Cuts src to at most cols columns; what was cut is marked by a last '~'. Without utf8, all but
 * ASCII becomes '?'. Characters without width are left out. Returns the columns used. */
unsigned int text__fit(char *dst, size_t size, const char *src, unsigned int cols, bool utf8);

/* Is the locale set with setlocale() UTF-8? */
bool text__is_utf8(void);

/* Sets LC_CTYPE from the environment, C.UTF-8 if that names no locale at all. Returns
 * text__is_utf8(). */
bool text__set_locale(void);

#endif

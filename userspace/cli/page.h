/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain text output: paragraphs wrapped to a width. */
#ifndef SIGPATH_PAGE_H
#define SIGPATH_PAGE_H

/* Columns of standard output: of the terminal, else $COLUMNS, else 80. Never below 40. */
unsigned int page__cols(void);

/* Prints a paragraph on stdout: first line indented by `first`, the others by `rest`, words kept
 * whole where possible. */
void page__print(unsigned int first, unsigned int rest, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif

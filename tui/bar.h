/* SPDX-License-Identifier: BSD-2-Clause */
/* A stacked bar: shares of a whole as whole columns. */
#ifndef SIGPATH_BAR_H
#define SIGPATH_BAR_H

#include <stdint.h>

#define BAR_PARTS_MAX 48

/* Divides cols among cnt (at most BAR_PARTS_MAX) parts by largest remainder: the columns sum to
 * cols exactly, or are all 0 when every part is 0. A part never gets a column more or less than its
 * share rounded up or down. */
void bar__divide(const uint64_t *part, unsigned int cnt, unsigned int cols, unsigned int *ret);

#endif

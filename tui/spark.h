/* SPDX-License-Identifier: BSD-2-Clause */
/* A sparkline: values over time as bars of a character each, by their own scale. */
#ifndef SIGPATH_SPARK_H
#define SIGPATH_SPARK_H

#include <stddef.h>
#include <stdint.h>

#define SPARK_COLS 10
/* Bytes of the longest one. */
#define SPARK_LEN (SPARK_COLS * 3 + 1)

/* Draws cnt values (UINT64_MAX: none) into SPARK_COLS columns, several values in one by their
 * largest: that is what an eye looks for. A column without a value is blank. The scale starts at 0
 * and ends at the largest. UTF-8; paint has ASCII twins of the bars. */
void spark__draw(const uint64_t *value, unsigned int cnt, char text[SPARK_LEN]);

#endif

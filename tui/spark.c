/* SPDX-License-Identifier: BSD-2-Clause */
/* Sparklines. */
#include "spark.h"

#include <stdbool.h>
#include <string.h>

static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

#define BAR_CNT (sizeof(bars) / sizeof(bars[0]))

static uint64_t get_largest(const uint64_t *value, unsigned int from, unsigned int to)
{
	uint64_t most = 0;
	bool any = false;

	for (unsigned int i = from; i < to; i++) {
		if (value[i] == UINT64_MAX)
			continue;
		most = value[i] > most ? value[i] : most;
		any = true;
	}
	return any ? most : UINT64_MAX;
}

void spark__draw(const uint64_t *value, unsigned int cnt, char text[SPARK_LEN])
{
	unsigned int per = (cnt + SPARK_COLS - 1) / SPARK_COLS,
		     cols = per ? (cnt + per - 1) / per : 0;
	uint64_t top = get_largest(value, 0, cnt);
	size_t len = 0;

	/* What is newest stays at the right side: the first column takes what is left over. */
	for (unsigned int col = 0; col < cols; col++) {
		unsigned int to = cnt - (cols - 1 - col) * per, from = to > per ? to - per : 0;
		uint64_t most = get_largest(value, from, to);
		unsigned int bar = BAR_CNT - 1;

		if (most != UINT64_MAX && top)
			bar = (unsigned int)((double)most / (double)top * (BAR_CNT - 1) + 0.5);
		strcpy(text + len, most == UINT64_MAX ? " " : bars[top ? bar : 0]);
		len += strlen(text + len);
	}
	text[len] = '\0';
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Stacked bars by largest remainder. */
#include "bar.h"

void bar__divide(const uint64_t *part, unsigned int cnt, unsigned int cols, unsigned int *ret)
{
	unsigned __int128 rest[BAR_PARTS_MAX], whole = 0;
	unsigned int given = 0;

	for (unsigned int i = 0; i < cnt; i++)
		whole += part[i];
	for (unsigned int i = 0; i < cnt; i++) {
		unsigned __int128 share = (unsigned __int128)part[i] * cols;

		ret[i] = whole ? (unsigned int)(share / whole) : 0;
		rest[i] = whole ? share % whole : 0;
		given += ret[i];
	}
	for (; whole && given < cols; given++) {
		unsigned int best = 0;

		for (unsigned int i = 1; i < cnt; i++) {
			if (rest[i] > rest[best])
				best = i;
		}
		ret[best]++;
		rest[best] = 0;
	}
}

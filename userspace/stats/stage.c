/* SPDX-License-Identifier: BSD-2-Clause */
/* Printed names, letters and order of stage sets, all from the rows in stage.h. */
#include "stage.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct stage_row {
	const char *name;
	char letter;
	const char *help;
};

static const struct stage_row rows[STAGE_BITS] = {
#define X(bit, id, name, letter, help) [bit] = {name, letter, help},
	STAGES(X)
#undef X
};

/* The only set of several base stages with a name of its own. */
static const char sockq_name[] = "sockq";

static unsigned int first_bit(stage_mask_t mask)
{
	return mask ? (unsigned int)__builtin_ctz(mask) : STAGE_BITS;
}

int stage__name(stage_mask_t mask, char *buf, size_t len)
{
	size_t used = 0;

	if (!len)
		return 0;
	buf[0] = '\0';
	mask &= STAGE_ALL;
	while (mask) {
		bool is_sockq =
			(mask & STAGE_SOCKQ) == STAGE_SOCKQ && (mask & -mask) == STAGE_WAKEUP;
		const char *name = is_sockq ? sockq_name : rows[first_bit(mask)].name;
		int n = snprintf(buf + used, len - used, "%s%s", used ? "+" : "", name);

		if ((size_t)n >= len - used)
			return (int)(len - 1);
		used += (size_t)n;
		mask &= (stage_mask_t) ~(is_sockq ? STAGE_SOCKQ : mask & -mask);
	}
	return (int)used;
}

static stage_mask_t find_one(const char *name, size_t len)
{
	if (len == strlen(sockq_name) && !memcmp(name, sockq_name, len))
		return STAGE_SOCKQ;
	for (unsigned int i = 0; i < STAGE_BITS; i++) {
		if (len == strlen(rows[i].name) && !memcmp(name, rows[i].name, len))
			return (stage_mask_t)(1u << i);
	}
	return 0;
}

stage_mask_t stage__find(const char *name)
{
	stage_mask_t mask = 0;

	for (;;) {
		size_t len = strcspn(name, "+");
		stage_mask_t one = find_one(name, len);

		if (!one || (mask & one))
			return 0;
		mask |= one;
		if (!name[len])
			return mask;
		name += len + 1;
	}
}

char stage__letter(stage_mask_t mask)
{
	mask &= STAGE_ALL;
	return mask ? rows[first_bit(mask)].letter : '?';
}

const char *stage__help(stage_mask_t mask)
{
	mask &= STAGE_ALL;
	if (mask == STAGE_SOCKQ)
		return "network stack done to read by the application";
	return mask && !(mask & (mask - 1)) ? rows[first_bit(mask)].help : NULL;
}

int stage__compare(stage_mask_t a, stage_mask_t b)
{
	unsigned int first_a = first_bit(a), first_b = first_bit(b);

	if (first_a != first_b)
		return first_a < first_b ? -1 : 1;
	return (a > b) - (a < b);
}

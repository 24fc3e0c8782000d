/* SPDX-License-Identifier: BSD-2-Clause */
/* One setting of config.def as a value: its row, and setting, printing and clearing its field in a
 * struct config. */
#ifndef SIGPATH_SETTING_H
#define SIGPATH_SETTING_H

#include <stdio.h>

#include "config.h"

enum setting_type {
	SETTING_STRING,
	SETTING_PATH,
	SETTING_BOOL,
	SETTING_UINT,
	SETTING_OCTAL,
	SETTING_DURATION,
	SETTING_SIZE,
	SETTING_POW2,
	SETTING_ENUM,
	SETTING_LIST,
	SETTING_PORTS,
};

struct setting {
	const char *key;
	enum setting_type type;
	const char *def;
	size_t offset; /* of the field in struct config */
	uint64_t lo;
	uint64_t hi;
	const char *metavar;
	const char *help;
};

enum {
#define CONFIG(key, type, def, field, lo, hi, metavar, help) SETTING_IDX_##field,
#include "config.def"
#undef CONFIG
	SETTING_CNT
};

/* Rows of config.def, SETTING_CNT of them. */
extern const struct setting setting__table[];

/* The row of a key, NULL if there is none. The key need not be terminated. */
const struct setting *setting__find(const char *key, size_t len);
/* The key that is spelt most like it; never NULL. */
const char *setting__nearest(const char *key, size_t len);

/* A list appends, the others replace. -EINVAL: not a value for it; -E2BIG: a list with too many;
 * -ENOMEM. On failure a list may keep what came before the bad item. */
int setting__set(const struct setting *s, struct config *c, const char *value);
/* Frees and empties lists and strings (which become NULL); leaves the rest. */
void setting__clear(const struct setting *s, struct config *c);
/* What setting__set accepts, for an error message. 128 bytes are enough. */
void setting__expected(const struct setting *s, char *buf, size_t len);
/* The field's value as setting__set reads it, to a stdio stream. */
void setting__print(const struct setting *s, const struct config *c, FILE *to);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of the filter language: text to numbers, sets, networks. */
#ifndef SIGPATH_FILTER_VALUE_H
#define SIGPATH_FILTER_VALUE_H

#include "call_filter.h"

/* One alternative of a field of this type; does not touch ret->text. 0 or -EINVAL. */
int filter_value__parse(enum filter_type type, const char *p, uint32_t len,
			struct filter_value *ret);
/* What a value of this type looks like, for messages: "a duration such as 500ms". */
const char *filter_value__expected(enum filter_type type);
/* Whether an operator makes sense. */
bool filter_value__takes(enum filter_type type, enum filter_op op);
/* Pattern with * and ?, either case. */
bool filter_value__is_like(const char *pattern, uint32_t pattern_len, const char *text,
			   uint32_t len);
/* The same anywhere in the text. */
bool filter_value__is_in(const char *pattern, uint32_t pattern_len, const char *text, uint32_t len);
bool filter_net__has(const struct filter_net *net, const uint8_t addr[16], uint16_t port);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The first few of many calls by a chosen order, without a list of all of them: a heap of as many
 * as are wanted. What is not known comes last whatever the direction; equal ones the newest first.
 */
#ifndef SIGPATH_SESSION_SORT_H
#define SIGPATH_SESSION_SORT_H

#include <stdbool.h>
#include <stdint.h>

#include "calls.h"

/* id, name of it in a request */
#define SESSION_SORTS(X)        \
	X(ID, "id")             \
	X(SETUP, "setup")       \
	X(AGE, "age")           \
	X(MESSAGES, "messages") \
	X(STATE, "state")       \
	X(PEER, "peer")

enum session_sort_by {
#define X(id, name) SESSION_SORT_##id,
	SESSION_SORTS(X)
#undef X
		SESSION_SORT_CNT
};

struct session_entry {
	const struct call *call;
	uint64_t key;
	bool is_unknown;
};

struct session_sort {
	const struct calls *calls; /* borrowed */
	enum session_sort_by by;
	bool is_desc;
	unsigned int cnt, max;
	struct session_entry *entry; /* owned; a heap whose root is the last one */
};

/* -EINVAL: no such order. */
int session_sort__find(const char *name, enum session_sort_by *ret);
/* max: how many are wanted. -ENOMEM. */
int session_sort__init(struct session_sort *s, const struct calls *calls, enum session_sort_by by,
		       bool is_desc, unsigned int max);
void session_sort__done(struct session_sort *s);
void session_sort__add(struct session_sort *s, const struct call *call);
/* From now on entry[0..cnt) is in order; nothing is added any more. */
void session_sort__finish(struct session_sort *s);

#endif

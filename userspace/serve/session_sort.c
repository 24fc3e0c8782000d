/* SPDX-License-Identifier: BSD-2-Clause */
/* Heap of the first calls by an order. */
#include "session_sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "waterfall.h"

int session_sort__find(const char *name, enum session_sort_by *ret)
{
	static const char *const names[] = {
#define X(id, text) text,
		SESSION_SORTS(X)
#undef X
	};

	for (unsigned int i = 0; i < SESSION_SORT_CNT; i++) {
		if (!strcmp(name, names[i])) {
			*ret = (enum session_sort_by)i;
			return 0;
		}
	}
	return -EINVAL;
}

int session_sort__init(struct session_sort *s, const struct calls *calls, enum session_sort_by by,
		       bool is_desc, unsigned int max)
{
	*s = (struct session_sort){.calls = calls, .by = by, .is_desc = is_desc, .max = max};
	if (max)
		s->entry = calloc(max, sizeof(*s->entry));
	return s->entry || !max ? 0 : -ENOMEM;
}

void session_sort__done(struct session_sort *s)
{
	free(s->entry);
	*s = (struct session_sort){0};
}

/* --- the order --- */

/* The first end that is not of this host, as lists show it. */
static const struct call_end *peer_of(const struct call *call)
{
	for (unsigned int i = 0; i < call->end_cnt; i++) {
		if (!call->end[i].is_local)
			return &call->end[i];
	}
	return call->end_cnt ? &call->end[0] : NULL;
}

static struct session_entry entry_of(const struct session_sort *s, const struct call *call)
{
	struct session_entry e = {.call = call};
	struct waterfall w;

	switch (s->by) {
	case SESSION_SORT_SETUP:
		e.is_unknown = waterfall__build(s->calls, call, &w) || w.is_invalid;
		e.key = e.is_unknown ? 0 : w.end_ns - w.start_ns;
		break;
	case SESSION_SORT_AGE:
		e.key = UINT64_MAX - call->at[CALL_AT_START];
		break;
	case SESSION_SORT_MESSAGES:
		e.key = call->msg_cnt;
		break;
	case SESSION_SORT_STATE:
		e.key = call->state;
		break;
	case SESSION_SORT_PEER:
		e.is_unknown = !call->end_cnt;
		break;
	default:
		e.key = call->id;
	}
	return e;
}

static int compare_peers(const struct call *a, const struct call *b)
{
	const struct call_end *x = peer_of(a), *y = peer_of(b);
	int by_addr = x && y ? memcmp(x->addr, y->addr, sizeof(x->addr)) : 0;

	return by_addr || !x || !y ? by_addr : (x->port > y->port) - (x->port < y->port);
}

static bool is_before(const struct session_sort *s, const struct session_entry *a,
		      const struct session_entry *b)
{
	int order = (a->key > b->key) - (a->key < b->key);

	if (a->is_unknown != b->is_unknown)
		return b->is_unknown;
	if (s->by == SESSION_SORT_PEER)
		order = compare_peers(a->call, b->call);
	if (order)
		return s->is_desc ? order > 0 : order < 0;
	return a->call->id > b->call->id;
}

/* --- the heap --- */

static void swap(struct session_entry *a, struct session_entry *b)
{
	struct session_entry kept = *a;

	*a = *b;
	*b = kept;
}

static void sift_down(struct session_sort *s, unsigned int i, unsigned int cnt)
{
	for (unsigned int child = 2 * i + 1; child < cnt; i = child, child = 2 * i + 1) {
		if (child + 1 < cnt && is_before(s, &s->entry[child], &s->entry[child + 1]))
			child++;
		if (!is_before(s, &s->entry[i], &s->entry[child]))
			return;
		swap(&s->entry[i], &s->entry[child]);
	}
}

static void sift_up(struct session_sort *s, unsigned int i)
{
	while (i && is_before(s, &s->entry[(i - 1) / 2], &s->entry[i])) {
		swap(&s->entry[(i - 1) / 2], &s->entry[i]);
		i = (i - 1) / 2;
	}
}

void session_sort__add(struct session_sort *s, const struct call *call)
{
	struct session_entry e;

	if (!s->max)
		return;
	e = entry_of(s, call);
	if (s->cnt < s->max) {
		s->entry[s->cnt++] = e;
		sift_up(s, s->cnt - 1);
	} else if (is_before(s, &e, &s->entry[0])) {
		s->entry[0] = e;
		sift_down(s, 0, s->cnt);
	}
}

void session_sort__finish(struct session_sort *s)
{
	for (unsigned int left = s->cnt; left > 1; left--) {
		swap(&s->entry[0], &s->entry[left - 1]);
		sift_down(s, 0, left - 1);
	}
}

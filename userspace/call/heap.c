/* SPDX-License-Identifier: BSD-2-Clause */
/* Due times of calls: a heap of four ways, times beside indices so that comparing touches no call.
 * A message makes a call due later, which costs nothing: the heap keeps the earlier time, and
 * calls__tick() puts it right when that comes. */
#include "calls_impl.h"

static void place(struct calls *c, uint32_t at, struct call_due due)
{
	c->heap[at] = due;
	call_node__at(c, due.idx)->heap_at = at;
}

static void sift_up(struct calls *c, uint32_t at)
{
	struct call_due due = c->heap[at];

	while (at) {
		uint32_t up = (at - 1) / CALL_HEAP_WAYS;

		if (c->heap[up].ns <= due.ns)
			break;
		place(c, at, c->heap[up]);
		at = up;
	}
	place(c, at, due);
}

/* The child that is due first; `at` itself where there is none. */
static uint32_t first_child(const struct calls *c, uint32_t at)
{
	uint32_t child = at * CALL_HEAP_WAYS + 1, best = child;

	if (child >= c->live)
		return at;
	for (uint32_t i = 1; i < CALL_HEAP_WAYS && child + i < c->live; i++)
		if (c->heap[child + i].ns < c->heap[best].ns)
			best = child + i;
	return best;
}

static void sift_down(struct calls *c, uint32_t at)
{
	struct call_due due = c->heap[at];

	for (;;) {
		uint32_t down = first_child(c, at);

		if (down == at || c->heap[down].ns >= due.ns)
			break;
		place(c, at, c->heap[down]);
		at = down;
	}
	place(c, at, due);
}

void call_heap__add(struct calls *c, struct call_node *n, uint64_t ns)
{
	c->heap[c->live] = (struct call_due){ns, n->call.idx};
	sift_up(c, c->live++);
}

void call_heap__remove(struct calls *c, struct call_node *n)
{
	uint32_t at = n->heap_at;

	c->live--;
	if (at == c->live)
		return;
	place(c, at, c->heap[c->live]);
	sift_down(c, at);
	sift_up(c, at);
}

void call_heap__set(struct calls *c, struct call_node *n, uint64_t ns)
{
	uint64_t was = c->heap[n->heap_at].ns;

	c->heap[n->heap_at].ns = ns;
	if (ns < was)
		sift_up(c, n->heap_at);
	else
		sift_down(c, n->heap_at);
}

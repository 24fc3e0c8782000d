/* SPDX-License-Identifier: BSD-2-Clause */
/* Due times of calls: a binary heap of call indices. A message makes a call due later, which costs
 * nothing: the heap keeps the earlier time, and calls__tick() puts it right when that comes. */
#include "calls_impl.h"

static void place(struct calls *c, uint32_t at, uint32_t idx)
{
	c->heap[at] = idx;
	call_node__at(c, idx)->heap_at = at;
}

static void sift_up(struct calls *c, uint32_t at)
{
	uint32_t idx = c->heap[at];
	uint64_t ns = call_node__at(c, idx)->heap_ns;

	while (at) {
		uint32_t up = (at - 1) / 2;

		if (call_node__at(c, c->heap[up])->heap_ns <= ns)
			break;
		place(c, at, c->heap[up]);
		at = up;
	}
	place(c, at, idx);
}

static void sift_down(struct calls *c, uint32_t at)
{
	uint32_t idx = c->heap[at];
	uint64_t ns = call_node__at(c, idx)->heap_ns;

	for (;;) {
		uint32_t down = at * 2 + 1;

		if (down >= c->live)
			break;
		if (down + 1 < c->live && call_node__at(c, c->heap[down + 1])->heap_ns <
						  call_node__at(c, c->heap[down])->heap_ns)
			down++;
		if (call_node__at(c, c->heap[down])->heap_ns >= ns)
			break;
		place(c, at, c->heap[down]);
		at = down;
	}
	place(c, at, idx);
}

void call_heap__add(struct calls *c, struct call_node *n, uint64_t ns)
{
	n->heap_ns = ns;
	c->heap[c->live] = n->call.idx;
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
	uint64_t was = n->heap_ns;

	n->heap_ns = ns;
	if (ns < was)
		sift_up(c, n->heap_at);
	else
		sift_down(c, n->heap_at);
}

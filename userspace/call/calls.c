/* SPDX-License-Identifier: BSD-2-Clause */
/* The table: calls in chunks allocated as needed, in lists by whether they are over, oldest idle
 * first. */
#include "calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "calls_impl.h"
#include "dialog.h"
#include "handshake.h"
#include "ice.h"
#include "tie.h"

int calls__new(const struct calls_opts *opts, struct calls **ret)
{
	struct calls *c = calloc(1, sizeof(*c));
	uint32_t ids = 1024;

	if (!c)
		return -ENOMEM;
	c->opts = *opts;
	if (!c->opts.max_calls)
		c->opts.max_calls = 1;
	if (c->opts.max_call_messages < 4)
		c->opts.max_call_messages = 4;
	while (ids < c->opts.max_calls * 2ull && ids < 1u << 24)
		ids *= 2;
	c->by_id_mask = ids - 1;
	c->chunk_cnt = (c->opts.max_calls + CALL_CHUNK - 1) / CALL_CHUNK;
	c->msg_chunk_cnt = c->opts.max_messages / CALL_MSG_CHUNK + 1;
	rfc6076__init(&c->rfc6076);
	c->chunk = calloc(c->chunk_cnt, sizeof(*c->chunk));
	c->msg_chunk = calloc(c->msg_chunk_cnt, sizeof(*c->msg_chunk));
	c->heap = calloc(c->opts.max_calls, sizeof(*c->heap));
	c->by_id = calloc(ids, sizeof(*c->by_id));
	if (call_keys__init(&c->keys, c->opts.max_calls) ||
	    payload__init(&c->payload, opts->payload_memory) || !c->chunk || !c->msg_chunk ||
	    !c->heap || !c->by_id || tie__init(c)) {
		calls__free(c);
		return -ENOMEM;
	}
	*ret = c;
	return 0;
}

void calls__free(struct calls *c)
{
	if (!c)
		return;
	while (c->id_head)
		calls__forget(c, &call_node__at(c, c->id_head - 1)->call);
	for (unsigned int i = 0; c->chunk && i < c->chunk_cnt; i++)
		free(c->chunk[i]);
	for (unsigned int i = 0; c->msg_chunk && i < c->msg_chunk_cnt; i++)
		free(c->msg_chunk[i]);
	tie__done(c);
	call_keys__done(&c->keys);
	payload__done(&c->payload);
	free(c->chunk);
	free(c->msg_chunk);
	free(c->heap);
	free(c->by_id);
	free(c);
}

static void list_push(struct calls *c, struct call_node *n, uint8_t list)
{
	uint32_t idx1 = n->call.idx + 1;

	n->list = list;
	n->prev = c->list[list].tail;
	n->next = 0;
	if (n->prev)
		call_node__at(c, n->prev - 1)->next = idx1;
	else
		c->list[list].head = idx1;
	c->list[list].tail = idx1;
}

static void list_unlink(struct calls *c, struct call_node *n)
{
	if (n->prev)
		call_node__at(c, n->prev - 1)->next = n->next;
	else
		c->list[n->list].head = n->next;
	if (n->next)
		call_node__at(c, n->next - 1)->prev = n->prev;
	else
		c->list[n->list].tail = n->prev;
}

/* When the heap has to look at it. */
static uint64_t due_of(const struct calls *c, const struct call_node *n)
{
	if (n->list == CALL_LIST_OVER)
		return (n->due_ns > n->call.seen_ns ? n->due_ns : n->call.seen_ns) +
		       c->opts.idle_ns;
	return n->due_ns ? n->due_ns : n->call.seen_ns + c->opts.lost_ns;
}

/* A place for one more, made free where there is none. NULL: no memory. */
static struct call_node *take_place(struct calls *c)
{
	struct call_node **chunk;
	struct call_node *n;

	if (c->live == c->opts.max_calls) {
		uint8_t list = c->list[CALL_LIST_OVER].head ? CALL_LIST_OVER : CALL_LIST_OPEN;

		n = call_node__at(c, c->list[list].head - 1);
		if (list == CALL_LIST_OVER)
			c->count.evicted_over++;
		else
			c->count.evicted_open++;
		calls__forget(c, &n->call);
	}
	if (c->call_free) {
		n = call_node__at(c, c->call_free - 1);
		c->call_free = n->next_free;
		return n;
	}
	chunk = &c->chunk[c->made / CALL_CHUNK];
	if (!*chunk)
		*chunk = calloc(CALL_CHUNK, sizeof(**chunk));
	if (!*chunk)
		return NULL;
	n = &(*chunk)[c->made % CALL_CHUNK];
	n->call.idx = c->made++;
	return n;
}

struct call *calls__open(struct calls *c, enum call_kind kind, const struct message *m,
			 const char *method)
{
	struct call_node *n = take_place(c);
	uint32_t idx;

	if (!n) {
		c->count.no_memory++;
		return NULL;
	}
	idx = n->call.idx;
	memset(n, 0, sizeof(*n));
	n->call.idx = idx;
	n->call.id = ++c->last_id;
	n->call.kind = (uint8_t)kind;
	n->call.state = CALL_STATE_TRYING;
	n->call.method = method;
	n->call.at[CALL_AT_START] = n->call.seen_ns = m->ts_ns;
	c->by_id[n->call.id & c->by_id_mask] = idx + 1;
	n->id_prev = c->id_tail;
	if (c->id_tail)
		call_node__at(c, c->id_tail - 1)->id_next = idx + 1;
	else
		c->id_head = idx + 1;
	c->id_tail = idx + 1;
	list_push(c, n, CALL_LIST_OPEN);
	call_heap__add(c, n, due_of(c, n));
	c->count.opened++;
	return &n->call;
}

void calls__forget(struct calls *c, struct call *call)
{
	struct call_node *n = call_node__of(call);

	ladder__free(c, call);
	call_key__remove(c, call);
	ice__free(call->ice);
	handshake__free(call->handshake);
	call->ice = NULL;
	call->handshake = NULL;
	list_unlink(c, n);
	call_heap__remove(c, n);
	if (n->id_prev)
		call_node__at(c, n->id_prev - 1)->id_next = n->id_next;
	else
		c->id_head = n->id_next;
	if (n->id_next)
		call_node__at(c, n->id_next - 1)->id_prev = n->id_prev;
	else
		c->id_tail = n->id_prev;
	n->list = CALL_LIST_FREE;
	n->call.id = 0;
	n->next_free = c->call_free;
	c->call_free = call->idx + 1;
}

void calls__touch(struct calls *c, struct call *call, uint64_t ts_ns)
{
	struct call_node *n = call_node__of(call);

	if (ts_ns > call->seen_ns)
		call->seen_ns = ts_ns;
	if (!n->next)
		return;
	list_unlink(c, n);
	list_push(c, n, n->list);
}

void calls__at(struct call *call, enum call_instant at, uint64_t ts_ns)
{
	if (!call->at[at])
		call->at[at] = ts_ns;
}

void calls__told(struct calls *c, struct call *call)
{
	struct call_node *n = call_node__of(call);

	if (n->is_told)
		return;
	n->is_told = true;
	if (call->is_media_seen)
		c->count.setups++;
	tie__measure(c, call);
	if (c->opts.on_setup)
		c->opts.on_setup(c->opts.ctx, call);
}

void calls__move(struct calls *c, struct call *call, enum call_state state)
{
	struct call_node *n = call_node__of(call);
	bool is_over = call_state__is_over(state);

	if (call->state == state)
		return;
	call->state = (uint8_t)state;
	if (is_over != (n->list == CALL_LIST_OVER)) {
		list_unlink(c, n);
		list_push(c, n, is_over ? CALL_LIST_OVER : CALL_LIST_OPEN);
		n->due_ns = is_over ? c->now_ns : 0;
		if (due_of(c, n) < c->heap[n->heap_at].ns)
			call_heap__set(c, n, due_of(c, n));
	}
	if (!is_over)
		return;
	if (!n->is_counted)
		c->count.over++;
	n->is_counted = true;
	if (state == CALL_STATE_LOST)
		c->count.lost++;
	calls__told(c, call);
}

void calls__due(struct calls *c, struct call *call, uint64_t due_ns, enum call_state state)
{
	struct call_node *n = call_node__of(call);
	uint64_t due;

	if (n->list == CALL_LIST_OVER)
		return;
	n->due_ns = due_ns;
	n->due_state = (uint8_t)state;
	due = due_of(c, n);
	if (due < c->heap[n->heap_at].ns)
		call_heap__set(c, n, due);
}

void calls__relate(struct call *a, struct call *b, const char *by)
{
	if (a == b)
		return;
	for (unsigned int i = 0; i < a->related_cnt; i++)
		if (a->related[i].id == b->id)
			return;
	if (a->related_cnt == CALL_RELATED_MAX || b->related_cnt == CALL_RELATED_MAX)
		return;
	a->related[a->related_cnt++] = (struct call_related){b->id, by};
	b->related[b->related_cnt++] = (struct call_related){a->id, by};
}

call_msg_ref_t calls__add(struct calls *c, const struct message *m, const struct facts *f,
			  const struct call_verdict *v)
{
	bool is_mine = false;
	call_msg_ref_t ref = 0;

	if (m->ts_ns > c->now_ns)
		c->now_ns = m->ts_ns;
	if (m->proto == PROTO_SIP)
		ref = dialog__add(c, m, f, v, &is_mine);
	else
		ref = tie__message(c, m, f, v, &is_mine);
	if (!is_mine)
		c->count.stray++;
	return ref;
}

void calls__media(struct calls *c, const struct rec_flow *flow, uint8_t proto, enum message_dir dir,
		  uint32_t msg_len, const uint8_t first[16], uint64_t ts_ns)
{
	if (ts_ns > c->now_ns)
		c->now_ns = ts_ns;
	tie__media(c, flow, proto, dir, msg_len, first, ts_ns);
}

void calls__tick(struct calls *c, uint64_t now_ns)
{
	if (now_ns > c->now_ns)
		c->now_ns = now_ns;
	while (c->live) {
		struct call_node *n = call_node__at(c, c->heap[0].idx);
		uint64_t due;

		if (c->heap[0].ns > now_ns)
			return;
		due = due_of(c, n);
		if (due > c->heap[0].ns && due > now_ns) {
			call_heap__set(c, n, due);
			continue;
		}
		if (n->list == CALL_LIST_OVER) {
			c->count.forgotten++;
			calls__forget(c, &n->call);
			continue;
		}
		if (n->due_ns && n->call.kind <= CALL_REQUEST)
			dialog__expire(c, &n->call, n->due_ns);
		calls__at(&n->call, CALL_AT_END, n->call.seen_ns);
		calls__move(c, &n->call, n->due_ns ? n->due_state : CALL_STATE_LOST);
	}
}

const struct calls_counts *calls__counts(const struct calls *c)
{
	return &c->count;
}

const struct rfc6076 *calls__rfc6076(const struct calls *c)
{
	return &c->rfc6076;
}

unsigned int calls__cnt(const struct calls *c)
{
	return c->live;
}

const struct call *calls__find(const struct calls *c, uint64_t id)
{
	uint32_t idx1 = id ? c->by_id[id & c->by_id_mask] : 0;

	if (!idx1)
		return NULL;
	if (call_node__at(c, idx1 - 1)->call.id == id)
		return &call_node__at(c, idx1 - 1)->call;
	/* Its place went to a younger one: it has lived for long. */
	for (idx1 = c->id_head; idx1; idx1 = call_node__at(c, idx1 - 1)->id_next) {
		const struct call *call = &call_node__at(c, idx1 - 1)->call;

		if (call->id >= id)
			return call->id == id ? call : NULL;
	}
	return NULL;
}

static const struct call *call_or_null(const struct calls *c, uint32_t idx1)
{
	return idx1 ? &call_node__at(c, idx1 - 1)->call : NULL;
}

const struct call *calls__next(const struct calls *c, uint64_t from)
{
	const struct call *call = calls__find(c, from);

	if (call)
		return call_or_null(c, ((const struct call_node *)call)->id_next);
	call = call_or_null(c, c->id_head);
	while (call && call->id <= from)
		call = call_or_null(c, ((const struct call_node *)call)->id_next);
	return call;
}

const struct call *calls__prev(const struct calls *c, uint64_t before)
{
	const struct call *call = before <= c->last_id ? calls__find(c, before) : NULL;

	if (call)
		return call_or_null(c, ((const struct call_node *)call)->id_prev);
	call = call_or_null(c, c->id_tail);
	while (call && call->id >= before)
		call = call_or_null(c, ((const struct call_node *)call)->id_prev);
	return call;
}

const struct call *calls__find_text(const struct calls *c, const char *call_id)
{
	const struct call *call = NULL;
	uint64_t before = UINT64_MAX;

	while ((call = calls__prev(c, before))) {
		if (!strncmp(call->call_id, call_id, CALL_ID_LEN - 1))
			return call;
		before = call->id;
	}
	return NULL;
}

const struct call_msg *calls__msg(const struct calls *c, uint32_t idx1)
{
	const struct call_msg *msg;

	if (!idx1 || idx1 > c->msg_made)
		return NULL;
	msg = call_msg__at(c, idx1 - 1);
	return msg->call ? msg : NULL;
}

uint32_t calls__payload(const struct calls *c, const struct call_msg *m, uint8_t *buf, uint32_t len)
{
	return payload__read(&c->payload, m->payload_at, buf, len);
}

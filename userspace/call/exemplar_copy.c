/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies a transaction or a setup out of the tables. */
#include "exemplar_copy.h"

#include <stdlib.h>
#include <string.h>

void exemplar_copy__start(struct exemplar_copy *x, const struct redact *r, const struct call *call)
{
	struct exemplar *e = &x->head;

	memset(e, 0, sizeof(*e));
	x->text_len = 0;
	if (!call)
		return;
	e->call = call->id;
	memcpy(e->call_id, call->call_id, sizeof(e->call_id));
	memcpy(e->comm, call->comm, sizeof(e->comm));
	redact__uri(r, call->from, (uint32_t)strnlen(call->from, sizeof(call->from)), e->from,
		    sizeof(e->from));
	redact__uri(r, call->to, (uint32_t)strnlen(call->to, sizeof(call->to)), e->to,
		    sizeof(e->to));
	e->end_cnt = call->end_cnt < CALL_ENDS_MAX ? call->end_cnt : CALL_ENDS_MAX;
	memcpy(e->end, call->end, sizeof(e->end));
}

static bool is_of(const struct call_msg *m, uint64_t key_lo)
{
	return !key_lo || m->key_lo == key_lo || m->parent_lo == key_lo;
}

/* Redacted behind the others. */
static void add_payload(struct exemplar_copy *x, const struct redact *r, const struct calls *calls,
			const struct call_msg *m, struct exemplar_msg *to)
{
	uint32_t len, room = EXEMPLAR_TEXT_MAX - x->text_len;

	if (!(m->flags & CALL_MSG_KEPT) || room < 2)
		return;
	len = calls__payload(calls, m, x->payload, sizeof(x->payload));
	if (!len)
		return;
	to->text = x->text_len;
	to->text_len = redact__message(r, m->proto, x->payload, len, m->len > len ? m->len : len,
				       x->text + x->text_len, room);
	x->text_len += to->text_len + 1;
}

static void add_msg(struct exemplar_copy *x, const struct redact *r, const struct calls *calls,
		    const struct call_msg *m)
{
	struct exemplar_msg *to = &x->msg[x->head.msg_cnt++];

	memset(to, 0, sizeof(*to));
	to->msg = *m;
	add_payload(x, r, calls, m, to);
}

void exemplar_copy__messages(struct exemplar_copy *x, const struct redact *r,
			     const struct calls *calls, const struct call *call, uint64_t key_lo)
{
	const unsigned int first = EXEMPLAR_MSGS_MAX * 3 / 4;
	unsigned int cnt = 0, at = 0, left_out;
	const struct call_msg *m;

	for (m = calls__msg(calls, call->first_msg); m; m = calls__msg(calls, m->next))
		cnt += is_of(m, key_lo);
	left_out = cnt > EXEMPLAR_MSGS_MAX ? cnt - EXEMPLAR_MSGS_MAX : 0;
	for (m = calls__msg(calls, call->first_msg); m; m = calls__msg(calls, m->next)) {
		if (!is_of(m, key_lo))
			continue;
		if (at < first || at >= first + left_out)
			add_msg(x, r, calls, m);
		at++;
	}
	x->head.msgs_left_out = left_out;
}

size_t exemplar_copy__size(const struct exemplar_copy *x)
{
	return sizeof(struct exemplar) + x->head.msg_cnt * sizeof(struct exemplar_msg) +
	       x->text_len;
}

struct exemplar *exemplar_copy__finish(const struct exemplar_copy *x)
{
	size_t size = exemplar_copy__size(x);
	struct exemplar *e = malloc(size);
	struct exemplar_msg *msg;
	char *text;

	if (!e)
		return NULL;
	*e = x->head;
	msg = (struct exemplar_msg *)(e + 1);
	text = (char *)(msg + e->msg_cnt);
	memcpy(msg, x->msg, e->msg_cnt * sizeof(*msg));
	memcpy(text, x->text, x->text_len);
	e->msg = msg;
	e->text = text;
	e->size = size;
	e->refs = 0;
	return e;
}

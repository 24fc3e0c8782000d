/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages of a call. Of a long call the first half and the latest half are kept. A message
 * between two sockets of this host is seen twice and is one arrow. */
#include <stdlib.h>
#include <string.h>

#include "calls_impl.h"

/* idx + 1 of a message nobody uses, 0 none. */
static uint32_t take_free(struct calls *c)
{
	uint32_t idx1 = c->msg_free;
	struct call_msg **chunk;

	if (idx1) {
		c->msg_free = call_msg__at(c, idx1 - 1)->next;
		return idx1;
	}
	if (c->msg_made == c->opts.max_messages) {
		c->count.messages_evicted++;
		return 0;
	}
	chunk = &c->msg_chunk[c->msg_made / CALL_MSG_CHUNK];
	if (!*chunk)
		*chunk = calloc(CALL_MSG_CHUNK, sizeof(**chunk));
	if (!*chunk) {
		c->count.no_memory++;
		return 0;
	}
	(*chunk)[c->msg_made % CALL_MSG_CHUNK].idx = c->msg_made;
	return ++c->msg_made;
}

static void give_back(struct calls *c, struct call_msg *msg)
{
	msg->gen++; /* handles of it are void from now on */
	msg->call = 0;
	msg->next = c->msg_free;
	c->msg_free = msg->idx + 1;
}

static void drop_recent(struct call_node *n, uint32_t idx1)
{
	for (unsigned int i = 0; i < CALL_RECENT; i++)
		if (n->recent[i] == idx1)
			n->recent[i] = 0;
}

/* Makes room in a call that is full: the oldest message of the latest half goes. */
static void leave_out(struct calls *c, struct call_node *n)
{
	struct call_msg *half = call_msg__at(c, n->half - 1);
	struct call_msg *gone = call_msg__at(c, half->next - 1);

	half->next = gone->next;
	if (n->call.last_msg == gone->idx + 1)
		n->call.last_msg = n->half;
	drop_recent(n, gone->idx + 1);
	give_back(c, gone);
	n->call.msg_cnt--;
	n->call.msgs_left_out++;
	c->count.messages_left_out++;
}

/* The table of messages is full: of calls that are over the one idle for the longest goes, else
 * this one keeps its first two messages and its latest. A short one gets no more (take_free
 * counts). */
static void make_room(struct calls *c, struct call_node *n)
{
	uint32_t over = c->list[CALL_LIST_OVER].head;
	struct call_node *old = over ? call_node__at(c, over - 1) : NULL;
	struct call *call = &n->call;

	if (old && old != n && old->call.msg_cnt) {
		c->count.evicted_over++;
		calls__forget(c, &old->call);
	} else if (call->msg_cnt >= 4) {
		if (n->half == call->last_msg)
			n->half = call_msg__at(c, call->first_msg - 1)->next;
		leave_out(c, n);
	}
}

static struct call_msg *append(struct calls *c, struct call_node *n)
{
	struct call *call = &n->call;
	struct call_msg *msg;
	uint32_t idx1;

	if (call->msg_cnt >= c->opts.max_call_messages)
		leave_out(c, n);
	else if (!c->msg_free && c->msg_made == c->opts.max_messages)
		make_room(c, n);
	idx1 = take_free(c);
	if (!idx1)
		return NULL;
	msg = call_msg__at(c, idx1 - 1);
	memset(&msg->call, 0, sizeof(*msg) - offsetof(struct call_msg, call));
	msg->call = call->idx + 1;
	if (call->last_msg)
		call_msg__at(c, call->last_msg - 1)->next = idx1;
	else
		call->first_msg = idx1;
	call->last_msg = idx1;
	if (++call->msg_cnt <= c->opts.max_call_messages / 2)
		n->half = idx1;
	return msg;
}

uint8_t calls__end(struct call *call, const uint8_t addr[16], uint16_t port, bool is_local)
{
	struct call_end *e;
	uint8_t i;

	for (i = 0; i < call->end_cnt; i++) {
		e = &call->end[i];
		if (e->port == port && !memcmp(e->addr, addr, 16)) {
			e->is_local |= is_local;
			return i;
		}
	}
	if (i == CALL_ENDS_MAX)
		return CALL_ENDS_MAX - 1;
	call->end_cnt++;
	e = &call->end[i];
	memcpy(e->addr, addr, 16);
	e->port = port;
	e->is_local = is_local;
	e->role = 0;
	return i;
}

static uint32_t leg_of(uint8_t dir)
{
	return dir == MESSAGE_IN ? CALL_MSG_IN : dir == MESSAGE_OUT ? CALL_MSG_OUT : 0;
}

/* The arrow that this is the other leg of: the oldest one that lacks it, as copies keep their
 * order. */
static struct call_msg *first_sight(const struct calls *c, const struct call_node *n,
				    const struct message *m, uint8_t src, uint8_t dst)
{
	uint32_t legs = CALL_MSG_IN | CALL_MSG_OUT, want = legs & ~leg_of(m->dir);

	if (m->dir == MESSAGE_WIRE)
		return NULL;
	for (unsigned int i = 0; i < CALL_RECENT; i++) {
		unsigned int at = (n->recent_at + i) % CALL_RECENT;
		struct call_msg *msg;

		if (!n->recent[at] || n->recent_hash[at] != (uint16_t)m->hash)
			continue;
		msg = call_msg__at(c, n->recent[at] - 1);
		if (msg->hash == m->hash && (msg->flags & legs) == want && msg->src == src &&
		    msg->dst == dst && msg->len == m->msg_len && msg->proto == m->proto &&
		    m->ts_ns < msg->ts_ns + CALL_SIGHT_NS && msg->ts_ns < m->ts_ns + CALL_SIGHT_NS)
			return msg;
	}
	return NULL;
}

static void remember(struct call_node *n, const struct call_msg *msg)
{
	n->recent[n->recent_at] = msg->idx + 1;
	n->recent_hash[n->recent_at] = (uint16_t)msg->hash;
	n->recent_at = (n->recent_at + 1) % CALL_RECENT;
}

/* A first reply to a request that was retransmitted: the time until the copy that brought it was
 * lost. */
static void count_wait(const struct calls *c, struct call_node *n, const struct call_msg *reply)
{
	uint64_t first = 0, latest = 0;

	for (unsigned int i = 0; i < CALL_RECENT; i++) {
		unsigned int at = (n->recent_at + i) % CALL_RECENT;
		const struct call_msg *m =
			n->recent[at] ? call_msg__at(c, n->recent[at] - 1) : NULL;

		if (!m || m == reply || m->key_lo != reply->key_lo)
			continue;
		if (!(m->flags & CALL_MSG_REQUEST))
			return;
		if (m->flags & CALL_MSG_RETRANSMIT)
			latest = m->ts_ns;
		else if (!first)
			first = m->ts_ns;
	}
	if (first && latest > first)
		n->call.retransmit_wait_ns += latest - first;
}

static void set_task(struct call *call, struct call_msg *msg, const struct rec_task *task)
{
	if (!task || !task->tgid)
		return;
	msg->pid = call->pid = task->tgid;
	memcpy(msg->comm, task->comm, sizeof(msg->comm));
	memcpy(call->comm, task->comm, sizeof(call->comm));
	if (task->netns)
		msg->netns = task->netns;
	if (task->cgroup_id)
		call->cgroup_id = task->cgroup_id;
}

static void add_leg(struct call *call, struct call_msg *msg, const struct message *m)
{
	msg->flags |= leg_of(m->dir);
	if (m->dir == MESSAGE_IN)
		msg->rx = m->rx;
	else if (m->dir == MESSAGE_OUT)
		msg->tx = m->tx;
	if (m->netns)
		msg->netns = m->netns;
	set_task(call, msg, m->task);
}

static uint32_t flags_of(const struct brief *b, const struct call_verdict *v)
{
	uint32_t flags = 0;

	if (b->is_request)
		flags |= CALL_MSG_REQUEST;
	if (b->is_final)
		flags |= CALL_MSG_FINAL;
	if (b->is_error)
		flags |= CALL_MSG_ERROR;
	if (v && v->is_retransmit)
		flags |= CALL_MSG_RETRANSMIT;
	if (v && v->is_self_inflicted)
		flags |= CALL_MSG_SELF;
	return flags;
}

static void fill(struct call_msg *msg, const struct message *m, const struct facts *f)
{
	const struct brief *b = &f->brief;

	msg->proto = m->proto;
	msg->transport = m->transport;
	msg->code = b->code;
	msg->cseq = (uint16_t)b->cseq;
	if (m->proto == PROTO_STUN)
		msg->what = (uint32_t)f->stun.brief.method << 2 | f->stun.brief.class;
	else if (m->proto == PROTO_DTLS || m->proto == PROTO_TLS)
		msg->what = f->dtls.types;
	msg->len = m->msg_len;
	msg->method = b->method ? b->method : "?";
	msg->ts_ns = m->ts_ns;
	if (f->has_txn) {
		msg->key_lo = b->key.lo;
		msg->parent_lo = b->has_parent ? b->parent_lo : 0;
	}
	msg->hash = m->hash;
}

struct call_msg *calls__ladder(struct calls *c, struct call *call, const struct message *m,
			       const struct facts *f, const struct call_verdict *v, uint32_t flags,
			       bool *is_second)
{
	struct call_node *n = call_node__of(call);
	uint8_t src = calls__end(call, m->flow->saddr, m->flow->sport, m->dir == MESSAGE_OUT);
	uint8_t dst = calls__end(call, m->flow->daddr, m->flow->dport, m->dir == MESSAGE_IN);
	struct call_msg *msg = first_sight(c, n, m, src, dst);

	*is_second = msg != NULL;
	calls__touch(c, call, m->ts_ns);
	if (msg) {
		if (m->ts_ns < msg->ts_ns)
			msg->ts_ns = m->ts_ns;
		add_leg(call, msg, m);
		return msg;
	}
	c->count.messages++;
	flags |= flags_of(&f->brief, v);
	if (flags & CALL_MSG_RETRANSMIT)
		call->retransmits++;
	if (flags & CALL_MSG_SELF)
		call->self_inflicted++;
	msg = append(c, n);
	if (!msg)
		return NULL;
	fill(msg, m, f);
	msg->flags = flags;
	msg->src = src;
	msg->dst = dst;
	add_leg(call, msg, m);
	msg->payload_at =
		payload__add(&c->payload, m->p, m->len < m->msg_len ? m->len : m->msg_len);
	if (msg->payload_at)
		msg->flags |= CALL_MSG_KEPT;
	remember(n, msg);
	if (call->retransmits && msg->key_lo && !(flags & (CALL_MSG_REQUEST | CALL_MSG_RETRANSMIT)))
		count_wait(c, n, msg);
	return msg;
}

call_msg_ref_t calls__ref(const struct call_msg *msg)
{
	return msg ? (uint64_t)msg->gen << 32 | (msg->idx + 1) : 0;
}

static struct call_msg *msg_of(const struct calls *c, call_msg_ref_t ref)
{
	uint32_t idx1 = (uint32_t)ref;
	struct call_msg *msg;

	if (!idx1 || idx1 > c->msg_made)
		return NULL;
	msg = call_msg__at(c, idx1 - 1);
	return msg->call && msg->gen == (uint32_t)(ref >> 32) ? msg : NULL;
}

void calls__settle(struct calls *c, call_msg_ref_t ref, enum call_fate fate,
		   const struct rx_leg *rx, const struct tx_leg *tx, const struct rec_task *task)
{
	struct call_msg *msg = msg_of(c, ref);

	if (!msg)
		return;
	if (rx)
		msg->rx = *rx;
	if (tx)
		msg->tx = *tx;
	if (fate == CALL_FATE_DROPPED)
		msg->flags |= CALL_MSG_DROPPED;
	else if (fate == CALL_FATE_UNREAD)
		msg->flags |= CALL_MSG_UNREAD;
	set_task(&call_node__at(c, msg->call - 1)->call, msg, task);
}

void ladder__free(struct calls *c, struct call *call)
{
	uint32_t next;

	for (uint32_t at = call->first_msg; at; at = next) {
		struct call_msg *msg = call_msg__at(c, at - 1);

		next = msg->next;
		give_back(c, msg);
	}
	call->first_msg = call->last_msg = call->msg_cnt = 0;
}

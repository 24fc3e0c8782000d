/* SPDX-License-Identifier: BSD-2-Clause */
/* A request finds its call by its ufrags, a response by the request: its transaction id and
 * addresses. */
#include "ice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ice_check.h"
#include "tie.h"
#include "turn.h"

#define STUN_BINDING 1

#define ICE_WAYS 4

struct ice_table {
	uint32_t mask; /* of sets */
	struct ice_check check[];
};

int ice_table__new(unsigned int max_calls, struct ice_table **ret)
{
	uint32_t sets = 64;
	struct ice_table *t;

	while (sets < max_calls && sets < 16384)
		sets *= 2;
	t = calloc(1, sizeof(*t) + (size_t)sets * ICE_WAYS * sizeof(t->check[0]));
	if (!t)
		return -ENOMEM;
	t->mask = sets - 1;
	*ret = t;
	return 0;
}

void ice_table__free(struct ice_table *t)
{
	free(t);
}

struct call *ice_check__call(const struct calls *c, const struct ice_check *k)
{
	struct call *call = &call_node__at(c, k->call - 1)->call;

	return call->id == k->call_id ? call : NULL;
}

uint64_t ice_check__hash(const struct message *m, const struct stun_head *s)
{
	uint64_t h = call_key__bytes(call_key__flow(m->flow), s->brief.txid, STUN_TXID_LEN);

	return h ? h : 1;
}

struct ice_check *ice_check__find(const struct calls *c, uint64_t hash)
{
	struct ice_check *set = &c->ice->check[(hash & c->ice->mask) * ICE_WAYS];

	for (unsigned int i = 0; i < ICE_WAYS; i++)
		if (set[i].hash == hash)
			return &set[i];
	return NULL;
}

static struct ice_check *add_check(struct calls *c, uint64_t hash)
{
	struct ice_check *set = &c->ice->check[(hash & c->ice->mask) * ICE_WAYS], *k = set;

	for (unsigned int i = 0; i < ICE_WAYS; i++) {
		if (set[i].hash == hash) {
			k = &set[i];
			break;
		}
		if (set[i].last_ns < k->last_ns)
			k = &set[i];
	}
	*k = (struct ice_check){.hash = hash};
	return k;
}

struct call_ice *ice__of(struct calls *c, struct call *call)
{
	if (!call->ice)
		call->ice = calloc(1, sizeof(*call->ice));
	if (!call->ice)
		c->count.no_memory++;
	return call->ice;
}

static void add_ufrag(struct calls *c, struct call *call, uint64_t hash)
{
	struct call_ice *ice = ice__of(c, call);

	if (!ice || ice__has_ufrag(call, hash))
		return;
	if (ice->ufrag_cnt ==
	    ICE_UFRAGS_MAX) { /* restarts: the oldest one is not checked any more */
		memmove(ice->ufrag, ice->ufrag + 1, sizeof(ice->ufrag) - sizeof(ice->ufrag[0]));
		ice->ufrag_cnt--;
	}
	ice->ufrag[ice->ufrag_cnt++] = hash;
	call_key__add(c, call, KEY_UFRAG, hash);
}

void ice__add_ufrag(struct calls *c, struct call *call, const uint8_t *p, uint32_t len)
{
	if (len)
		add_ufrag(c, call, ice__hash_ufrag(p, len));
}

/* Both ufrags of a check, whichever way it goes. */
struct ufrags {
	uint64_t a, b, pair;
};

static bool split_username(const struct message *m, const struct stun_head *s, struct ufrags *u)
{
	const uint8_t *p = m->p + s->username.off, *colon;

	if (!s->username.len || s->username.off + (uint64_t)s->username.len > m->len)
		return false;
	colon = memchr(p, ':', s->username.len);
	if (!colon || colon == p || colon + 1 == p + s->username.len)
		return false;
	u->a = ice__hash_ufrag(p, (uint32_t)(colon - p));
	u->b = ice__hash_ufrag(colon + 1, (uint32_t)(p + s->username.len - colon - 1));
	u->pair = u->a < u->b ? call_key__mix(u->a, u->b) : call_key__mix(u->b, u->a);
	return true;
}

/* Among calls with the same ufrags (generators repeat them): the one that checks these addresses,
 * else one that is not over, else the newest. */
static struct call *find_by_pair(const struct calls *c, const struct ufrags *u,
				 const struct rec_flow *flow)
{
	struct call *call, *best = NULL;
	uint64_t at = 0;

	while ((call = call_key__find(c, KEY_UFRAGS, u->pair, &at))) {
		if (!ice__has_ufrag(call, u->a) || !ice__has_ufrag(call, u->b))
			continue;
		if (ice__find_pair(call->ice, flow))
			return call;
		if (!best ||
		    (call_state__is_over(best->state) && !call_state__is_over(call->state)))
			best = call;
	}
	return best;
}

/* The call whose descriptions named both; or one of them where the other description was not seen:
 * if it is the only such call. */
static struct call *find_by_one(struct calls *c, uint64_t key, uint64_t other)
{
	struct call *call, *half = NULL;
	unsigned int halves = 0;
	uint64_t at = 0;

	while ((call = call_key__find(c, KEY_UFRAG, key, &at))) {
		if (call_state__is_over(call->state) || !ice__has_ufrag(call, key))
			continue;
		if (ice__has_ufrag(call, other))
			return call;
		if (call->ice->is_offered && call->ice->is_answered)
			continue;
		half = call;
		halves++;
	}
	return halves == 1 ? half : NULL;
}

static void set_text(struct call *call, const uint8_t *p, uint32_t len)
{
	uint32_t n = len < CALL_ID_LEN - 1 ? len : CALL_ID_LEN - 1;

	for (uint32_t i = 0; i < n; i++)
		call->call_id[i] = p[i] > ' ' && p[i] < 0x7f ? (char)p[i] : '?';
	call->call_id[n] = 0;
}

static struct call *find_checked(struct calls *c, const struct message *m, const struct facts *f)
{
	struct ufrags u;
	struct call *call;

	if (!split_username(m, &f->stun, &u))
		return NULL;
	call = find_by_pair(c, &u, m->flow);
	if (call)
		return call;
	call = find_by_one(c, u.a, u.b);
	if (!call)
		call = find_by_one(c, u.b, u.a);
	if (!call) {
		call = calls__open(c, CALL_ICE, m, f->brief.method);
		if (!call)
			return NULL;
		tie__service(call, "stun", m);
		calls__due(c, call, m->ts_ns + ICE_CHECKS_NS, CALL_STATE_TIMEOUT);
	}
	if (!call->call_id[0])
		set_text(call, m->p + f->stun.username.off, f->stun.username.len);
	add_ufrag(c, call, u.a);
	add_ufrag(c, call, u.b);
	call_key__add(c, call, KEY_UFRAGS, u.pair);
	return call;
}

struct ice_check *ice_check__add(struct calls *c, struct call *call, const struct message *m,
				 uint64_t hash)
{
	struct ice_check *k = add_check(c, hash);

	k->call = call->idx + 1;
	k->call_id = call->id;
	k->first_ns = k->last_ns = m->ts_ns;
	k->copies = 1;
	k->asked_dirs = (uint8_t)(1u << m->dir);
	return k;
}

bool ice_check__is_other_end(struct ice_check *k, const struct message *m)
{
	uint8_t dir = (uint8_t)(1u << m->dir);

	if (k->asked_dirs & dir || m->dir == MESSAGE_WIRE)
		return false;
	k->asked_dirs |= dir;
	return true;
}

static void note_role(struct call_ice *ice, const struct message *m, const struct stun_head *s)
{
	bool is_other = memcmp(ice->controlling, m->flow->saddr, 16) != 0 ||
			ice->controlling_port != m->flow->sport;

	if (!s->is_controlling)
		return;
	if (!ice->has_controlling || is_other)
		ice->is_controlling_local = false;
	memcpy(ice->controlling, m->flow->saddr, 16);
	ice->controlling_port = m->flow->sport;
	ice->has_controlling = true;
	ice->is_controlling_local |= m->dir == MESSAGE_OUT;
}

static void note_consent(struct calls *c, struct ice_pair *p, uint64_t ts_ns)
{
	if (p->state != ICE_PAIR_NOMINATED || p->is_consent_lost ||
	    ts_ns < p->success_ns + ICE_CONSENT_NS)
		return;
	p->is_consent_lost = true;
	p->consent_lost++;
	c->count.consent_lost++;
}

static call_msg_ref_t add_request(struct calls *c, const struct message *m, const struct facts *f,
				  const struct call_verdict *v, bool *is_mine)
{
	uint64_t hash = ice_check__hash(m, &f->stun);
	struct ice_check *k = ice_check__find(c, hash);
	struct call *call = k ? ice_check__call(c, k) : NULL;
	uint32_t flags = f->stun.use_candidate ? CALL_MSG_NOMINATES : 0;
	struct call_msg *msg;
	struct call_ice *ice;
	struct ice_pair *p;
	bool is_second;

	if (!call)
		k = NULL;
	if (!call)
		call = find_checked(c, m, f);
	if (!call)
		return 0;
	*is_mine = true;
	msg = calls__ladder(c, call, m, f, v, flags, &is_second);
	ice = ice__of(c, call);
	if (!ice)
		return calls__ref(msg);
	note_role(ice, m, &f->stun);
	if (k && ice_check__is_other_end(k, m))
		return calls__ref(msg);
	p = ice__pair(ice, m);
	if (p)
		note_consent(c, p, m->ts_ns);
	if (k) {
		k->copies++;
		k->last_ns = m->ts_ns;
		ice->retransmits++;
		if (p)
			p->retransmits++;
		return calls__ref(msg);
	}
	k = ice_check__add(c, call, m, hash);
	k->pair = p ? (uint8_t)(p - ice->pair + 1) : 0;
	k->is_nominating = f->stun.use_candidate;
	ice->checks++;
	if (p) {
		p->checks++;
		p->is_asked |= f->stun.use_candidate;
	}
	calls__at(call, CALL_AT_CHECK, m->ts_ns);
	return calls__ref(msg);
}

/* The first time that a check of this pair succeeds. */
static void note_valid(struct calls *c, struct call *call, struct ice_pair *p,
		       const struct message *m)
{
	p->valid_ns = m->ts_ns;
	if (p->state != ICE_PAIR_NOMINATED)
		p->state = ICE_PAIR_VALID;
	call_key__add(c, call, KEY_FLOW, call_key__flow(m->flow));
	if (!c->opts.on_expect_media)
		return;
	c->opts.on_expect_media(c->opts.ctx, p->a, p->a_port);
	c->opts.on_expect_media(c->opts.ctx, p->b, p->b_port);
}

static void note_success(struct calls *c, struct call *call, struct ice_pair *p,
			 const struct ice_check *k, const struct message *m)
{
	bool is_from_here = k->asked_dirs & (1u << MESSAGE_OUT | 1u << MESSAGE_WIRE);
	uint64_t rtt = m->ts_ns > k->first_ns ? m->ts_ns - k->first_ns : 0;

	p->answered++;
	p->success_ns = m->ts_ns;
	p->is_consent_lost = false;
	if (!p->valid_ns)
		note_valid(c, call, p, m);
	if (k->copies == 1 && is_from_here && rtt && (!p->rtt_min_ns || rtt < p->rtt_min_ns))
		p->rtt_min_ns = rtt;
	if (k->is_nominating && !p->nominated_ns) {
		p->nominated_ns = m->ts_ns;
		p->state = ICE_PAIR_NOMINATED;
		call->ice->nominated = k->pair;
	}
}

static void note_response(struct calls *c, struct call *call, const struct ice_check *k,
			  const struct message *m, const struct stun_head *s)
{
	struct call_ice *ice = call->ice;
	struct ice_pair *p = k->pair && k->pair <= ice->pair_cnt ? &ice->pair[k->pair - 1] : NULL;
	uint64_t wait = k->copies > 1 ? k->last_ns - k->first_ns : 0;

	ice->rto_wait_ns += wait;
	if (p)
		p->rto_wait_ns += wait;
	if (s->brief.class == STUN_ERROR) {
		if (s->error_code == 487) { /* RFC 8445 7.3.1.1: asked again in the other role */
			ice->conflicts++;
			return;
		}
		ice->failed++;
		if (p) {
			p->failed++;
			p->code = s->error_code;
			if (!p->valid_ns)
				p->state = ICE_PAIR_FAILED;
		}
		return;
	}
	ice->answered++;
	if (p)
		note_success(c, call, p, k, m);
	calls__at(call, CALL_AT_CONNECTED, m->ts_ns);
	if (k->is_nominating)
		calls__at(call, CALL_AT_NOMINATED, m->ts_ns);
	if (call->kind == CALL_ICE && call->state == CALL_STATE_TRYING) {
		calls__due(c, call, 0, CALL_STATE_LOST);
		calls__move(c, call, CALL_STATE_ANSWERED);
	}
}

static call_msg_ref_t add_response(struct calls *c, const struct message *m, const struct facts *f,
				   const struct call_verdict *v, bool *is_mine)
{
	struct ice_check *k = ice_check__find(c, ice_check__hash(m, &f->stun));
	struct call *call = k ? ice_check__call(c, k) : NULL;
	struct call_msg *msg;
	bool is_first, is_second;

	if (!call)
		return 0;
	*is_mine = true;
	msg = calls__ladder(c, call, m, f, v, 0, &is_second);
	is_first = !k->answered_dirs;
	k->answered_dirs |= (uint8_t)(1u << m->dir);
	if (!is_first || !call->ice)
		return calls__ref(msg);
	if (f->stun.brief.method == STUN_BINDING)
		note_response(c, call, k, m, &f->stun);
	else if (call->kind == CALL_TURN)
		turn__answered(c, call, m, &f->stun);
	return calls__ref(msg);
}

call_msg_ref_t ice__add(struct calls *c, const struct message *m, const struct facts *f,
			const struct call_verdict *v, bool *is_mine)
{
	const struct stun_brief *b = &f->stun.brief;
	struct call *call;
	bool is_second;

	if (b->class == STUN_SUCCESS || b->class == STUN_ERROR)
		return add_response(c, m, f, v, is_mine);
	if (b->method != STUN_BINDING)
		return turn__add(c, m, f, v, is_mine);
	if (b->class == STUN_REQUEST)
		return add_request(c, m, f, v, is_mine);
	call = ice__find_flow(c, m->flow, false); /* RFC 8445 11: keepalives */
	if (!call)
		return 0;
	*is_mine = true;
	return calls__ref(calls__ladder(c, call, m, f, v, 0, &is_second));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* One SIP message: its call, its event, the new state, the instants and timers that go with it. */
#include "dialog.h"

#include <string.h>

#include "call_event.h"
#include "dialog_offer.h"
#include "legs.h"
#include "meter.h"
#include "session.h"
#include "tie.h"

#define RETRY_NS                                                                        \
	SIP_TIMER_B_NS /* a failed call may be tried again with its Call-ID for so long \
			*/

struct sight { /* of one message, for the functions below */
	struct calls *c;
	struct call *call;
	struct dialog *d;
	const struct message *m;
	const struct facts *f;
	const struct sip_head *h;
	uint64_t key; /* transaction, 0 none */
	uint64_t ts_ns;
};

static void fire(const struct sight *s, enum call_event ev)
{
	calls__move(s->c, s->call, call_event__next(s->call->kind, s->call->state, ev));
}

static bool has(const struct sip_head *h, uint32_t bits)
{
	return (h->have & bits) == bits;
}

static bool is_text(const struct sight *s, struct sip_span span, const char *text)
{
	return span.len == strlen(text) &&
	       !strncasecmp((const char *)s->m->p + span.off, text, span.len);
}

/* --- the request that makes a call, and its answers --- */

static enum call_kind kind_of(enum sip_method method)
{
	switch (method) {
	case SIP_INVITE:
	case SIP_BYE:
	case SIP_PRACK:
	case SIP_UPDATE:
	case SIP_INFO:
	case SIP_ACK:
	case SIP_CANCEL:
		return CALL_INVITE;
	case SIP_REGISTER:
		return CALL_REGISTER;
	case SIP_SUBSCRIBE:
	case SIP_NOTIFY:
		return CALL_SUBSCRIBE;
	default:
		return CALL_REQUEST;
	}
}

/* In the dialog an INVITE has a To tag: it changes a session, it does not ask for one. */
static bool is_asking(const struct sight *s)
{
	const struct sip_head *h = s->h;

	switch (s->call->kind) {
	case CALL_INVITE:
		return h->method == SIP_INVITE && !has(h, SIP_HAVE_TO_TAG);
	case CALL_REGISTER:
		return h->method == SIP_REGISTER;
	case CALL_SUBSCRIBE:
		return h->method == SIP_SUBSCRIBE;
	default:
		return kind_of(h->method) == CALL_REQUEST;
	}
}

static void note_expires(const struct sight *s)
{
	s->d->expires_s = has(s->h, SIP_HAVE_EXPIRES)	     ? s->h->expires
			  : has(s->h, SIP_HAVE_CONTACT_STAR) ? 0
							     : SIP_EXPIRES_S;
}

static void ask(const struct sight *s)
{
	struct dialog *d = s->d;

	/* A further hop or fork of the same request. */
	if (d->is_known && s->h->cseq <= d->cseq && !call_state__is_over(s->call->state))
		return;
	if (s->call->kind == CALL_INVITE) {
		meter__invite(&s->c->rfc6076, d, s->ts_ns);
		legs__join(s->c, s->call, s->m, s->h);
	} else if (s->call->kind == CALL_REGISTER) {
		meter__register(&s->c->rfc6076, d, s->ts_ns);
	}
	if (s->call->kind == CALL_REGISTER || s->call->kind == CALL_SUBSCRIBE)
		note_expires(s);
	d->is_known = true;
	d->is_challenged = d->is_cancelled = false;
	d->cseq = s->h->cseq;
	d->key = s->key;
	fire(s, CALL_EV_ASK);
	if (s->call->state == CALL_STATE_TRYING)
		calls__due(s->c, s->call, s->ts_ns + SIP_TIMER_B_NS, CALL_STATE_TIMEOUT);
}

static void note_tag(const struct sight *s)
{
	uint32_t hash;

	if (!has(s->h, SIP_HAVE_TO_TAG))
		return;
	hash = (uint32_t)call_key__bytes(0, s->m->p + s->h->to_tag.off, s->h->to_tag.len);
	for (unsigned int i = 0; i < s->call->fork_cnt; i++)
		if (s->d->tag[i] == hash)
			return;
	if (s->call->fork_cnt < CALL_FORKS_MAX)
		s->d->tag[s->call->fork_cnt++] = hash;
}

static void provisional(const struct sight *s)
{
	uint16_t status = s->h->status;

	if (status == 100)
		calls__at(s->call, CALL_AT_TRYING, s->ts_ns);
	if (status >= 180 && status <= 189) {
		calls__at(s->call, CALL_AT_RINGING, s->ts_ns);
		fire(s, CALL_EV_RINGING);
	}
	if (s->call->kind == CALL_INVITE && !s->d->is_cancelled &&
	    s->call->state <= CALL_STATE_RINGING)
		calls__due(s->c, s->call, s->ts_ns + SIP_TIMER_C_NS, CALL_STATE_TIMEOUT);
}

/* When what was agreed on ends by itself. */
static void hold(const struct sight *s)
{
	uint32_t expires = s->d->expires_s;

	if (has(s->h, SIP_HAVE_EXPIRES) && expires)
		expires = s->h->expires;
	if (s->call->kind == CALL_INVITE) {
		calls__due(s->c, s->call, 0, CALL_STATE_LOST);
	} else if (s->call->kind == CALL_SUBSCRIBE && !expires) {
		calls__due(s->c, s->call, s->ts_ns + SIP_TIMER_B_NS, CALL_STATE_ENDED);
	} else {
		calls__due(s->c, s->call, s->ts_ns + expires * 1000000000ull, CALL_STATE_ENDED);
	}
}

static void succeed(const struct sight *s)
{
	if (s->call->kind == CALL_REGISTER && !s->d->expires_s) {
		fire(s, CALL_EV_TERMINATED);
		return;
	}
	fire(s, CALL_EV_OK);
	if (!call_state__is_over(s->call->state))
		hold(s);
}

/* Of several finals only that of the first hop decides, as it is what the caller gets: a proxy here
 * sees branches fail while others ring. A 2xx decides wherever it is seen. */
static void final(const struct sight *s)
{
	uint16_t status = s->h->status;
	bool is_first_hop = !s->d->is_known || s->key == s->d->key;

	if (status < 300)
		succeed(s);
	if (!is_first_hop)
		return;
	if (s->call->state != CALL_STATE_ACTIVE || status < 300)
		s->call->code = status;
	if (is_challenge(status) || (status >= 300 && status < 400)) {
		s->d->is_challenged = is_challenge(status);
		if (s->call->state <= CALL_STATE_RINGING)
			calls__due(s->c, s->call, s->ts_ns + RETRY_NS, CALL_STATE_FAILED);
		return;
	}
	calls__at(s->call, CALL_AT_FINAL, s->ts_ns);
	if (status == 487)
		fire(s, CALL_EV_CANCELLED);
	else if (status >= 400)
		fire(s, CALL_EV_REFUSED);
	if (call_state__is_over(s->call->state))
		calls__at(s->call, CALL_AT_END, s->ts_ns);
}

static void answer(const struct sight *s)
{
	uint16_t status = s->h->status;

	if (s->call->kind == CALL_INVITE && status > 100 && status < 300)
		note_tag(s);
	if (status > 100 && s->key == s->d->key) {
		if (s->call->kind == CALL_INVITE)
			meter__invite_answer(&s->c->rfc6076, s->d, status, s->ts_ns);
		else if (s->call->kind == CALL_REGISTER)
			meter__register_answer(&s->c->rfc6076, s->d, status, s->ts_ns);
	}
	if (status < 200)
		provisional(s);
	else
		final(s);
}

/* --- what else belongs to it --- */

static void notify(const struct sight *s)
{
	struct sip_span state = s->h->sub_state;

	if (s->call->kind != CALL_SUBSCRIBE)
		return;
	if (is_text(s, state, "terminated")) {
		fire(s, CALL_EV_TERMINATED);
		calls__at(s->call, CALL_AT_END, s->ts_ns);
	} else if (is_text(s, state, "active")) {
		fire(s, CALL_EV_NOTIFIED);
	} else if (is_text(s, state, "pending")) {
		fire(s, CALL_EV_PENDING);
	}
}

static void cancel(const struct sight *s)
{
	/* RFC 3261 9.1: 64*T1 without a 487, and it is taken as cancelled. */
	if (s->call->state > CALL_STATE_RINGING || s->d->is_cancelled)
		return;
	s->d->is_cancelled = true;
	calls__due(s->c, s->call, s->ts_ns + SIP_TIMER_B_NS, CALL_STATE_CANCELLED);
}

static void bye(const struct sight *s)
{
	calls__at(s->call, CALL_AT_BYE, s->ts_ns);
	if (s->d->bye_ns) {
		if (!s->d->bye_key)
			s->d->bye_key = s->key;
		return;
	}
	meter__bye(s->d, s->ts_ns);
	s->d->bye_key = s->key;
	if (!call_state__is_over(s->call->state))
		calls__due(s->c, s->call, s->ts_ns + SIP_TIMER_B_NS, CALL_STATE_ENDED);
}

static void bye_answer(const struct sight *s)
{
	uint16_t status = s->h->status;

	if (status < 200 || !s->d->bye_ns || s->key != s->d->bye_key)
		return;
	if (is_challenge(status) || status == 503) {
		s->d->bye_key = 0; /* the next BYE decides */
		return;
	}
	meter__bye_answer(&s->c->rfc6076, s->d, status, s->ts_ns);
	fire(s, CALL_EV_BYE_OK);
	calls__at(s->call, CALL_AT_END, s->ts_ns);
}

static void request(const struct sight *s)
{
	if (is_asking(s)) {
		ask(s);
		return;
	}
	switch (s->h->method) {
	case SIP_ACK:
		if (s->call->state == CALL_STATE_ANSWERED || s->call->state == CALL_STATE_ACTIVE)
			calls__at(s->call, CALL_AT_ACK, s->ts_ns);
		break;
	case SIP_CANCEL:
		cancel(s);
		break;
	case SIP_BYE:
		bye(s);
		break;
	case SIP_NOTIFY:
		notify(s);
		break;
	default:
		break;
	}
}

static void response(const struct sight *s)
{
	if (s->h->method == SIP_BYE)
		bye_answer(s);
	else if (s->h->method == SIP_CANCEL || s->h->method == SIP_NOTIFY)
		return;
	else if (kind_of(s->h->method) == s->call->kind && s->h->cseq == s->d->cseq &&
		 (s->call->kind != CALL_INVITE || s->h->method == SIP_INVITE))
		answer(s);
}

void dialog__expire(struct calls *c, struct call *call, uint64_t due_ns)
{
	struct dialog *d = &call_node__of(call)->dialog;

	if (call->kind == CALL_REGISTER)
		meter__register_timeout(&c->rfc6076, d);
	else if (call->kind == CALL_INVITE && d->bye_ns)
		meter__bye_timeout(&c->rfc6076, d, due_ns);
	else if (call->kind == CALL_INVITE && !d->is_challenged && !d->is_cancelled &&
		 call_node__of(call)->due_state == CALL_STATE_TIMEOUT)
		meter__invite_timeout(&c->rfc6076, d);
}

/* --- finding and making calls --- */

static void copy_text(char *dst, uint32_t size, const uint8_t *p, struct sip_span s)
{
	uint32_t n = s.len < size - 1 ? s.len : size - 1;

	for (uint32_t i = 0; i < n; i++)
		dst[i] = p[s.off + i] > 0x20 && p[s.off + i] < 0x7f ? (char)p[s.off + i] : '?';
	dst[n] = '\0';
}

/* The call a message of this Call-ID belongs to. One that ended is not asked again: a request for
 * another session makes another call. */
static struct call *find(const struct calls *c, const struct message *m, const struct sip_head *h,
			 uint64_t hash)
{
	bool is_new = h->is_request && h->method == SIP_INVITE && !has(h, SIP_HAVE_TO_TAG);
	uint64_t at = 0;
	struct call *call = call_key__find(c, KEY_CALL_ID, hash, &at);
	const struct dialog *d = call ? &call_node__of(call)->dialog : NULL;

	if (!call || call->kind > CALL_REQUEST)
		return NULL;
	if (is_new && call_state__is_over(call->state) && h->cseq != d->cseq &&
	    (call->state != CALL_STATE_FAILED || call->seen_ns + RETRY_NS < m->ts_ns))
		return NULL;
	return call;
}

/* Only requests make calls: what a response answers was not seen, and says little. */
static struct call *open_call(struct calls *c, const struct message *m, const struct facts *f,
			      uint64_t hash)
{
	static const char prefix[] = "sip ";
	const struct sip_head *h = &f->sip;
	struct call *call;

	if (!h->is_request || h->method == SIP_ACK || h->method == SIP_CANCEL)
		return NULL;
	call = calls__open(c, kind_of(h->method), m, f->brief.method);
	if (!call)
		return NULL;
	copy_text(call->call_id, sizeof(call->call_id), m->p, h->call_id);
	copy_text(call->from, sizeof(call->from), m->p, h->from_uri);
	copy_text(call->to, sizeof(call->to), m->p, h->to_uri);
	memcpy(call->service, prefix, sizeof(prefix));
	session__address(m->flow->daddr, m->flow->dport, call->service + sizeof(prefix) - 1,
			 sizeof(call->service) - sizeof(prefix) + 1);
	if (!call_key__add(c, call, KEY_CALL_ID, hash)) {
		c->count.evicted_open++;
		calls__forget(c, call);
		return NULL;
	}
	if (call->kind == CALL_INVITE && has(h, SIP_HAVE_TO_TAG))
		calls__move(c, call, CALL_STATE_ACTIVE);
	return call;
}

static uint32_t offer_flags(enum offer_kind kind)
{
	return kind == OFFER_OFFER	 ? CALL_MSG_OFFER
	       : kind == OFFER_ANSWER	 ? CALL_MSG_ANSWER
	       : kind == OFFER_CANDIDATE ? CALL_MSG_CANDIDATE
					 : 0;
}

call_msg_ref_t dialog__add(struct calls *c, const struct message *m, const struct facts *f,
			   const struct call_verdict *v, bool *is_mine)
{
	const struct sip_head *h = &f->sip;
	enum offer_kind kind;
	struct call_msg *msg;
	struct call *call;
	struct sight s;
	bool is_second;
	uint64_t hash;

	if (!has(h, SIP_HAVE_CALL_ID | SIP_HAVE_CSEQ))
		return 0;
	hash = call_key__bytes(KEY_CALL_ID, m->p + h->call_id.off, h->call_id.len);
	call = find(c, m, h, hash);
	if (!call)
		call = open_call(c, m, f, hash);
	if (!call)
		return 0;
	*is_mine = true;
	s = (struct sight){.c = c,
			   .call = call,
			   .d = &call_node__of(call)->dialog,
			   .m = m,
			   .f = f,
			   .h = h,
			   .key = f->has_txn ? f->brief.key.lo : 0,
			   .ts_ns = m->ts_ns};
	kind = dialog_offer__kind(s.d, h, &f->offer);
	msg = calls__ladder(c, call, m, f, v, offer_flags(kind), &is_second);
	if (is_second || (v && v->is_retransmit))
		return calls__ref(msg);
	if (kind == OFFER_OFFER)
		calls__at(call, CALL_AT_OFFER, s.ts_ns);
	else if (kind == OFFER_ANSWER && call->at[CALL_AT_OFFER])
		calls__at(call, CALL_AT_ANSWER, s.ts_ns);
	dialog_offer__take(s.d, h, kind);
	if (kind != OFFER_NONE)
		tie__offer(c, call, m, f, kind == OFFER_OFFER);
	if (h->is_request)
		request(&s);
	else
		response(&s);
	return calls__ref(msg);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a call fits a filter: one walk over the postfix, results on a stack of bits. */
#include <string.h>

#include "call_filter.h"
#include "filter_value.h"
#include "waterfall.h"

/* --- numbers --- */

static bool span(const struct call *c, enum call_instant from, enum call_instant to, uint64_t *ret)
{
	if (!c->at[from] || c->at[to] < c->at[from])
		return false;
	*ret = c->at[to] - c->at[from];
	return true;
}

/* As the waterfall has it, and as it is shown. */
static bool setup_span(const struct call *c, uint64_t *ret)
{
	uint64_t start_ns, end_ns;

	if (!waterfall__span(c, &start_ns, &end_ns))
		return false;
	*ret = end_ns - start_ns;
	return true;
}

bool filter_field__duration(enum filter_field field, const struct call *c, uint64_t now_ns,
			    uint64_t *ret_ns)
{
	uint64_t start_ns = c->at[CALL_AT_START];

	switch (field) {
	case FILTER_FIELD_SETUP:
		return setup_span(c, ret_ns);
	case FILTER_FIELD_SIGNALING:
		return span(c, CALL_AT_OFFER, CALL_AT_ANSWER, ret_ns) ||
		       (!c->at[CALL_AT_OFFER] && span(c, CALL_AT_START, CALL_AT_FINAL, ret_ns));
	case FILTER_FIELD_RINGING:
		return span(c, CALL_AT_START, CALL_AT_RINGING, ret_ns);
	case FILTER_FIELD_GATHER:
		return span(c, CALL_AT_ANSWER, CALL_AT_CHECK, ret_ns);
	case FILTER_FIELD_ICE:
		return span(c, CALL_AT_CHECK, CALL_AT_NOMINATED, ret_ns);
	case FILTER_FIELD_DTLS:
		return span(c, CALL_AT_HELLO, CALL_AT_HANDSHAKE, ret_ns);
	case FILTER_FIELD_MEDIA:
		return span(c, CALL_AT_HANDSHAKE, CALL_AT_MEDIA, ret_ns);
	case FILTER_FIELD_DURATION:
		*ret_ns = c->seen_ns - start_ns;
		return start_ns && c->seen_ns >= start_ns;
	case FILTER_FIELD_AGE:
		*ret_ns = now_ns - start_ns;
		return start_ns && now_ns >= start_ns;
	default:
		return false;
	}
}

static uint64_t count_of(enum filter_field field, const struct call *c)
{
	switch (field) {
	case FILTER_FIELD_PID:
		return c->pid;
	case FILTER_FIELD_RETRANSMITS:
		return c->retransmits;
	case FILTER_FIELD_SELF:
		return c->self_inflicted;
	case FILTER_FIELD_MESSAGES:
		return (uint64_t)c->msg_cnt + c->msgs_left_out;
	case FILTER_FIELD_FORKS:
		return c->fork_cnt;
	default:
		return c->id;
	}
}

/* Below and above a range ("4xx") are what lies outside of it on that side. */
static bool is_number(enum filter_op op, uint64_t got, const struct filter_value *v)
{
	switch (op) {
	case FILTER_LT:
		return got < v->lo;
	case FILTER_LE:
		return got <= v->hi;
	case FILTER_GT:
		return got > v->hi;
	case FILTER_GE:
		return got >= v->lo;
	default:
		return got >= v->lo && got <= v->hi;
	}
}

/* --- texts --- */

static bool is_text(const struct call_filter *f, const struct filter_value *v, bool has,
		    const char *text)
{
	uint32_t len;

	if (!text || !*text)
		return false;
	len = (uint32_t)strlen(text);
	if (has)
		return filter_value__is_in(f->text + v->text, v->text_len, text, len);
	return filter_value__is_like(f->text + v->text, v->text_len, text, len);
}

/* The real one: whole, or its user part, letter by letter; no patterns. */
static bool is_party(const struct call_filter *f, const struct filter_value *v, const char *uri)
{
	const char *colon = strchr(uri, ':'), *end;
	size_t len = strlen(uri);

	if (len == v->text_len && !memcmp(uri, f->text + v->text, len))
		return true;
	if (!colon)
		return false;
	end = strchr(colon, '@');
	if (!end)
		end = colon + 1 + strcspn(colon + 1, ";");
	len = (size_t)(end - colon - 1);
	return len == v->text_len && !memcmp(colon + 1, f->text + v->text, len);
}

/* --- terms --- */

/* role: 0 any end, 1 of this host, 2 not of it. */
static bool has_end(const struct call *c, int role, const struct filter_net *net)
{
	for (unsigned int i = 0; i < c->end_cnt && i < CALL_ENDS_MAX; i++) {
		if (role && c->end[i].is_local != (role == 1))
			continue;
		if (filter_net__has(net, c->end[i].addr, c->end[i].port))
			return true;
	}
	return false;
}

static bool is_word(const struct call_filter *f, const struct filter_value *v,
		    const struct call_subject *s)
{
	const struct call *c = s->call;

	if (v->has_net && has_end(c, 0, &v->net))
		return true;
	return is_text(f, v, true, c->call_id) ||
	       is_text(f, v, true, s->from ? s->from : c->from) ||
	       is_text(f, v, true, s->to ? s->to : c->to) || is_party(f, v, c->from) ||
	       is_party(f, v, c->to);
}

static const char *text_of(enum filter_field field, const struct call_subject *s)
{
	switch (field) {
	case FILTER_FIELD_METHOD:
		return s->call->method;
	case FILTER_FIELD_CALLID:
		return s->call->call_id;
	case FILTER_FIELD_SERVICE:
		return s->call->service;
	case FILTER_FIELD_COMM:
		return s->call->comm;
	case FILTER_FIELD_POD:
		return s->pod;
	default:
		return s->cgroup;
	}
}

static bool is_uri(const struct call_filter *f, const struct filter_value *v, bool has,
		   const char *shown, const char *real)
{
	return is_text(f, v, has, shown ? shown : real) || (!has && is_party(f, v, real));
}

/* One alternative; != is the caller's. */
static bool is_value(const struct call_filter *f, const struct filter_node *n,
		     const struct filter_value *v, const struct call_subject *s)
{
	const struct call *c = s->call;
	bool has = n->op == FILTER_HAS;
	uint64_t ns;

	switch ((enum filter_field)n->field) {
	case FILTER_FIELD_KIND:
		return v->lo >> c->kind & 1;
	case FILTER_FIELD_STATE:
		return v->lo >> c->state & 1;
	case FILTER_FIELD_CODE:
		return c->code && is_number(n->op, c->code, v);
	case FILTER_FIELD_PEER:
		return has_end(c, 2, &v->net);
	case FILTER_FIELD_LOCAL:
		return has_end(c, 1, &v->net);
	case FILTER_FIELD_END:
		return has_end(c, 0, &v->net);
	case FILTER_FIELD_FROM:
		return is_uri(f, v, has, s->from, c->from);
	case FILTER_FIELD_TO:
		return is_uri(f, v, has, s->to, c->to);
	case FILTER_FIELD_PID:
	case FILTER_FIELD_RETRANSMITS:
	case FILTER_FIELD_SELF:
	case FILTER_FIELD_MESSAGES:
	case FILTER_FIELD_FORKS:
	case FILTER_FIELD_ID:
		return is_number(n->op, count_of(n->field, c), v);
	case FILTER_FIELD_CNT:
		return is_word(f, v, s);
	case FILTER_FIELD_METHOD:
	case FILTER_FIELD_CALLID:
	case FILTER_FIELD_SERVICE:
	case FILTER_FIELD_COMM:
	case FILTER_FIELD_POD:
	case FILTER_FIELD_CGROUP:
		return is_text(f, v, has, text_of(n->field, s));
	default:
		return filter_field__duration(n->field, c, s->now_ns, &ns) &&
		       is_number(n->op, ns, v);
	}
}

static bool is_term(const struct call_filter *f, const struct filter_node *n,
		    const struct call_subject *s)
{
	bool holds = false;

	for (unsigned int i = 0; i < n->value_cnt && !holds; i++)
		holds = is_value(f, n, &f->value[n->value + i], s);
	return holds != (n->op == FILTER_NE);
}

bool call_filter__match(const struct call_filter *f, const struct call_subject *s)
{
	uint64_t stack = 1; /* the latest result in bit 0 */
	uint64_t top;

	for (unsigned int i = 0; i < f->node_cnt; i++) {
		const struct filter_node *n = &f->node[i];

		top = stack & 1;
		if (n->step == FILTER_TERM)
			stack = stack << 1 | is_term(f, n, s);
		else if (n->step == FILTER_NOT)
			stack ^= 1;
		else if (n->step == FILTER_AND)
			stack = (stack >> 1) & (top ? UINT64_MAX : ~1ull);
		else
			stack = stack >> 1 | top;
	}
	return stack & 1;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Two tables in sets of few places, the oldest makes room: open offers by connection, texts by
 * content. */
#include "web.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ice.h"
#include "sdp.h"
#include "tie.h"

#define WEB_WAYS 8

/* A call, or what was one. */
struct web_call {
	uint64_t id;
	uint32_t idx;
};

struct web_offer {
	uint64_t conn; /* 0 free */
	uint64_t exchange, offer_id, text, answer_text;
	uint64_t ts_ns;
	struct web_call call;
	uint8_t src[16];
	uint16_t sport;
	bool is_request, is_answered;
};

/* A description on one connection. */
struct web_text {
	uint64_t hash; /* 0 free */
	uint64_t conn, ts_ns;
	struct web_call call;
	struct rec_flow flow;
	uint8_t dirs; /* 1 << enum message_dir */
	bool is_answer, is_passed_on;
};

struct tie_table {
	uint32_t mask; /* of sets */
	struct web_offer *offer;
	struct web_text *text;
};

int web__new(unsigned int max_calls, struct tie_table **ret)
{
	struct tie_table *t = calloc(1, sizeof(*t));
	uint32_t sets = 64;

	if (!t)
		return -ENOMEM;
	while (sets < max_calls && sets < 8192)
		sets *= 2;
	t->mask = sets - 1;
	t->offer = calloc((size_t)sets * WEB_WAYS, sizeof(*t->offer));
	t->text = calloc((size_t)sets * WEB_WAYS, sizeof(*t->text));
	if (!t->offer || !t->text) {
		web__free(t);
		return -ENOMEM;
	}
	*ret = t;
	return 0;
}

void web__free(struct tie_table *t)
{
	if (!t)
		return;
	free(t->offer);
	free(t->text);
	free(t);
}

static struct call *call_of(const struct calls *c, const struct web_call *w)
{
	struct call *call = w->id ? &call_node__at(c, w->idx)->call : NULL;

	return call && call->id == w->id ? call : NULL;
}

static struct web_offer *offers_of(const struct calls *c, uint64_t conn)
{
	return &c->tie->offer[(call_key__mix(KEY_CONN, conn) & c->tie->mask) * WEB_WAYS];
}

static struct web_text *texts_of(const struct calls *c, uint64_t hash)
{
	return &c->tie->text[(hash & c->tie->mask) * WEB_WAYS];
}

static bool is_from(const uint8_t addr[16], uint16_t port, const struct rec_flow *f)
{
	return port == f->sport && !memcmp(addr, f->saddr, 16);
}

static bool is_to(const uint8_t addr[16], uint16_t port, const struct rec_flow *f)
{
	return port == f->dport && !memcmp(addr, f->daddr, 16);
}

/* This very offer at its other end, or again. */
static struct web_offer *same_offer(const struct calls *c, const struct message *m, uint64_t text)
{
	struct web_offer *set = offers_of(c, m->conn);

	for (unsigned int i = 0; i < WEB_WAYS; i++)
		if (set[i].conn == m->conn && set[i].text == text &&
		    set[i].exchange == m->exchange && is_from(set[i].src, set[i].sport, m->flow))
			return &set[i];
	return NULL;
}

/* The offer that this answers (or answered): it went the other way on the same connection. HTTP
 * responses: with the same exchange. Else the one with the same id, else the oldest that waits. */
static struct web_offer *find_offer(const struct calls *c, const struct message *m,
				    bool is_response, uint64_t id, uint64_t text)
{
	struct web_offer *set = offers_of(c, m->conn), *best = NULL;

	for (unsigned int i = 0; i < WEB_WAYS; i++) {
		struct web_offer *o = &set[i];

		if (o->conn != m->conn || !is_to(o->src, o->sport, m->flow) ||
		    !call_of(c, &o->call))
			continue;
		if (text && o->answer_text == text) /* seen at its other end */
			return o;
		if (is_response && o->is_request && o->exchange == m->exchange)
			return o;
		if ((is_response && o->is_request) || o->is_answered)
			continue;
		if (id && o->offer_id == id)
			return o;
		if (!best || o->ts_ns < best->ts_ns)
			best = o;
	}
	/* ids that differ name different exchanges */
	return best && id && best->offer_id && best->offer_id != id ? NULL : best;
}

static void add_offer(struct calls *c, const struct call *call, const struct message *m,
		      const struct facts *f, uint64_t text)
{
	struct web_offer *set = offers_of(c, m->conn), *o = set;

	for (unsigned int i = 1; i < WEB_WAYS && o->conn; i++)
		if (!set[i].conn || set[i].ts_ns < o->ts_ns)
			o = &set[i];
	*o = (struct web_offer){.conn = m->conn,
				.exchange = m->exchange,
				.offer_id = f->offer.id,
				.text = text,
				.ts_ns = m->ts_ns,
				.call = {call->id, call->idx},
				.sport = m->flow->sport,
				.is_request = m->proto == PROTO_HTTP && f->http.is_request};
	memcpy(o->src, m->flow->saddr, 16);
}

static void add_text(struct calls *c, const struct call *call, const struct message *m,
		     uint64_t hash, bool is_answer)
{
	struct web_text *set = texts_of(c, hash), *t = set;

	for (unsigned int i = 1; i < WEB_WAYS && t->hash; i++)
		if (!set[i].hash || set[i].ts_ns < t->ts_ns)
			t = &set[i];
	*t = (struct web_text){.hash = hash,
			       .conn = m->conn,
			       .ts_ns = m->ts_ns,
			       .call = {call->id, call->idx},
			       .flow = *m->flow,
			       .dirs = (uint8_t)(1u << m->dir),
			       .is_answer = is_answer};
}

static void see_other_end(struct calls *c, const struct message *m, uint64_t hash)
{
	struct web_text *set = texts_of(c, hash);

	for (unsigned int i = 0; i < WEB_WAYS; i++)
		if (set[i].hash == hash && set[i].conn == m->conn)
			set[i].dirs |= (uint8_t)(1u << m->dir);
}

/* Could `m` be `t`, sent on? From the very address that it went to (a server between two clients),
 * or by a proxy: received here, then sent from the same host to somewhere else. A generator's next
 * connection is neither. */
static bool is_hop(const struct web_text *t, const struct message *m)
{
	const struct rec_flow *f = m->flow;

	if (is_from(t->flow.daddr, t->flow.dport, f))
		return true;
	return m->dir == MESSAGE_OUT && t->dirs & 1u << MESSAGE_IN &&
	       !memcmp(t->flow.daddr, f->saddr, 16) && memcmp(t->flow.saddr, t->flow.daddr, 16) &&
	       !is_to(t->flow.daddr, t->flow.dport, f);
}

/* The only description that this can be another hop of; those that were not sent on yet first. */
static struct call *find_hop(struct calls *c, const struct message *m, uint64_t hash,
			     bool is_answer)
{
	struct web_text *set = texts_of(c, hash), *fresh = NULL, *again = NULL;
	unsigned int fresh_cnt = 0, again_cnt = 0;

	for (unsigned int i = 0; i < WEB_WAYS; i++) {
		struct web_text *t = &set[i];

		if (t->hash != hash || t->conn == m->conn || t->is_answer != is_answer ||
		    m->ts_ns > t->ts_ns + TIE_HOP_NS || t->ts_ns > m->ts_ns + TIE_HOP_NS ||
		    !is_hop(t, m) || !call_of(c, &t->call))
			continue;
		if (t->is_passed_on) {
			again = t;
			again_cnt++;
		} else {
			fresh = t;
			fresh_cnt++;
		}
	}
	if (!fresh_cnt && again_cnt == 1)
		fresh = again;
	else if (fresh_cnt != 1)
		return NULL;
	fresh->is_passed_on = true;
	return call_of(c, &fresh->call);
}

/* One live call with this key, NULL: none, or several. */
static struct call *find_only(const struct calls *c, enum call_key_kind kind, uint64_t hash)
{
	struct call *call, *only = NULL;
	uint64_t at = 0;

	while ((call = call_key__find(c, kind, hash, &at))) {
		if (call->kind != CALL_WEB || call_state__is_over(call->state) || call == only)
			continue;
		if (only)
			return NULL;
		only = call;
	}
	return only;
}

/* The o= line without its version (RFC 8866 5.2): the same in all offers of one session. 0: none.
 */
static uint64_t origin_on(uint64_t conn, const struct offer *o)
{
	const char *line = memmem(o->sdp, o->sdp_len < 512 ? o->sdp_len : 512, "\no=", 3);
	const char *end = o->sdp + o->sdp_len, *p;
	unsigned int words = 0;

	if (!line)
		return 0;
	for (p = line + 3; p < end && *p != '\r' && *p != '\n'; p++)
		if (*p == ' ' && ++words == 2)
			break;
	return call_key__bytes(conn, line + 3, (uint32_t)(p - line - 3));
}

/* Keys for what follows on this connection. */
static void name_exchange(struct calls *c, struct call *call, const struct message *m,
			  const struct facts *f)
{
	uint64_t origin = origin_on(m->conn, &f->offer);

	call_key__add(c, call, KEY_CONN, m->conn);
	if (origin)
		call_key__add(c, call, KEY_ORIGIN, origin);
	if (f->offer.id)
		call_key__add(c, call, KEY_OFFER_ID, f->offer.id);
}

static call_msg_ref_t add_arrow(struct calls *c, struct call *call, const struct message *m,
				const struct facts *f, const struct call_verdict *v, uint32_t flags)
{
	static const char *const name[] = {
		[0] = NULL, [1] = "offer", [2] = "answer", [3] = "candidate"};
	unsigned int what = flags & CALL_MSG_OFFER	 ? 1
			    : flags & CALL_MSG_ANSWER	 ? 2
			    : flags & CALL_MSG_CANDIDATE ? 3
							 : 0;
	struct call_msg *msg;
	bool is_second;

	msg = calls__ladder(c, call, m, f, v, flags, &is_second);
	if (msg && what && m->proto == PROTO_WS)
		msg->method = name[what];
	return calls__ref(msg);
}

static call_msg_ref_t take_answer(struct calls *c, const struct message *m, const struct facts *f,
				  const struct call_verdict *v, struct web_offer *o, uint64_t text,
				  bool *is_mine)
{
	struct call *call = o ? call_of(c, &o->call) : find_hop(c, m, text, true);
	bool is_again = o && o->answer_text == text;

	if (!call && f->offer.id)
		call = find_only(c, KEY_OFFER_ID, f->offer.id);
	if (!call)
		return 0;
	*is_mine = true;
	if (is_again) {
		see_other_end(c, m, text);
		return add_arrow(c, call, m, f, v, CALL_MSG_ANSWER);
	}
	if (o) {
		o->answer_text = text;
		o->is_answered = f->offer.kind != OFFER_PRANSWER;
	}
	add_text(c, call, m, text, true);
	name_exchange(c, call, m, f);
	tie__offer(c, call, m, f, false);
	if (call->state == CALL_STATE_TRYING) {
		calls__due(c, call, 0, CALL_STATE_LOST);
		calls__move(c, call, CALL_STATE_ANSWERED);
	}
	if (m->proto == PROTO_HTTP && !f->http.is_request) {
		calls__at(call, CALL_AT_FINAL, m->ts_ns);
		call->code = f->http.status;
	}
	return add_arrow(c, call, m, f, v, CALL_MSG_ANSWER);
}

static call_msg_ref_t take_offer(struct calls *c, const struct message *m, const struct facts *f,
				 const struct call_verdict *v, uint64_t text, bool *is_mine)
{
	struct web_offer *o = same_offer(c, m, text);
	struct call *call = o ? call_of(c, &o->call) : NULL;
	uint64_t origin = origin_on(m->conn, &f->offer);

	if (call) {
		*is_mine = true;
		see_other_end(c, m, text);
		return add_arrow(c, call, m, f, v, CALL_MSG_OFFER);
	}
	if (origin)
		call = find_only(c, KEY_ORIGIN, origin);
	if (!call)
		call = find_hop(c, m, text, false);
	if (!call) {
		call = calls__open(c, CALL_WEB, m,
				   m->proto == PROTO_WS ? "offer" : f->brief.method);
		if (!call)
			return 0;
		tie__service(call, m->proto == PROTO_WS ? "ws" : "http", m);
		calls__due(c, call, m->ts_ns + WEB_ANSWER_NS, CALL_STATE_TIMEOUT);
	}
	*is_mine = true;
	add_offer(c, call, m, f, text);
	add_text(c, call, m, text, false);
	name_exchange(c, call, m, f);
	tie__offer(c, call, m, f, true);
	return add_arrow(c, call, m, f, v, CALL_MSG_OFFER);
}

/* Candidates belong to the call that named their ufrag; without one, to the only call of the
 * connection. */
static call_msg_ref_t take_candidate(struct calls *c, const struct message *m,
				     const struct facts *f, const struct call_verdict *v,
				     bool *is_mine)
{
	struct call *call = NULL, *on_conn = NULL;
	struct sdp sdp;
	uint64_t at = 0, ufrag;

	if (!sdp__fragment(f->offer.sdp, f->offer.sdp_len, &sdp) && sdp.media[0].ufrag.len) {
		ufrag = ice__hash_ufrag((const uint8_t *)f->offer.sdp + sdp.media[0].ufrag.off,
					sdp.media[0].ufrag.len);
		while (!call && (on_conn = call_key__find(c, KEY_CONN, m->conn, &at)))
			if (on_conn->kind == CALL_WEB && ice__has_ufrag(on_conn, ufrag))
				call = on_conn;
		if (!call)
			call = find_only(c, KEY_UFRAG, ufrag);
	}
	if (!call)
		call = find_only(c, KEY_CONN, m->conn);
	if (!call)
		return 0;
	*is_mine = true;
	tie__offer(c, call, m, f, false);
	return add_arrow(c, call, m, f, v, CALL_MSG_CANDIDATE);
}

static bool is_method(const struct message *m, const struct facts *f, const char *name,
		      uint32_t len)
{
	const struct sip_span *s = &f->http.method;

	return f->http.is_request && s->len == len && s->off + len <= m->len &&
	       !memcmp(m->p + s->off, name, len);
}

/* HTTP without a description: what an offer was answered with, and the end of a session (RFC
 * 9725 4.2). */
static call_msg_ref_t take_plain(struct calls *c, const struct message *m, const struct facts *f,
				 const struct call_verdict *v, bool *is_mine)
{
	struct web_offer *o;
	struct call *call;

	if (m->proto != PROTO_HTTP)
		return 0;
	if (f->http.is_request) {
		call = is_method(m, f, "DELETE", 6) ? find_only(c, KEY_CONN, m->conn) : NULL;
		if (!call)
			return 0;
		*is_mine = true;
		calls__at(call, CALL_AT_BYE, m->ts_ns);
		calls__at(call, CALL_AT_END, m->ts_ns);
		calls__move(c, call, CALL_STATE_ENDED);
		return add_arrow(c, call, m, f, v, 0);
	}
	o = find_offer(c, m, true, 0, 0);
	if (!o || !o->is_request || o->exchange != m->exchange)
		return 0;
	call = call_of(c, &o->call);
	*is_mine = true;
	if (f->http.status >= 200) {
		calls__at(call, CALL_AT_FINAL, m->ts_ns);
		call->code = f->http.status;
	}
	if (f->http.status >= 400 && call->state == CALL_STATE_TRYING)
		calls__move(c, call, CALL_STATE_FAILED);
	return add_arrow(c, call, m, f, v, 0);
}

call_msg_ref_t web__add(struct calls *c, const struct message *m, const struct facts *f,
			const struct call_verdict *v, bool *is_mine)
{
	bool is_response = m->proto == PROTO_HTTP && !f->http.is_request;
	struct web_offer *o = NULL;
	uint64_t text;

	if (f->offer.kind == OFFER_NONE)
		return take_plain(c, m, f, v, is_mine);
	if (f->offer.kind == OFFER_CANDIDATE)
		return take_candidate(c, m, f, v, is_mine);
	text = call_key__bytes(1, f->offer.sdp, f->offer.sdp_len) | 1;
	if (f->offer.kind != OFFER_OFFER)
		o = find_offer(c, m, is_response, f->offer.id, text);
	/* RFC 3264: what comes while an offer waits is its answer */
	if (o || f->offer.kind == OFFER_ANSWER || f->offer.kind == OFFER_PRANSWER)
		return take_answer(c, m, f, v, o, text, is_mine);
	return take_offer(c, m, f, v, text, is_mine);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptions become keys, handshakes and media find their calls by them. */
#include "tie.h"

#include <stdio.h>
#include <string.h>

#include "handshake.h"
#include "ice.h"
#include "sdp.h"
#include "session.h"
#include "web.h"

#define TIE_MEDIA_MAX	  4  /* addresses of one description that become keys */
#define TIE_CANDIDATE_MAX 6  /* candidates that do */
#define TIE_EXPECT_MAX	  16 /* addresses of one description that the kernel is told */
#define TIE_DISCARD	  9  /* RFC 8840 4.1.1: trickled later */
#define TIE_MATCH_MAX	  8  /* calls with the same media addresses that are told apart */
#define TIE_HANDSHAKE_NS  60000000000ull /* RFC 6347 4.2.4.1: the longest wait of its timer */

int tie__init(struct calls *c)
{
	int rc = web__new(c->opts.max_calls, &c->tie);

	return rc ? rc : ice_table__new(c->opts.max_calls, &c->ice);
}

void tie__done(struct calls *c)
{
	web__free(c->tie);
	ice_table__free(c->ice);
	c->tie = NULL;
	c->ice = NULL;
}

void tie__service(struct call *call, const char *proto, const struct message *m)
{
	int n = snprintf(call->service, sizeof(call->service), "%s ", proto);

	session__address(m->flow->daddr, m->flow->dport, call->service + n,
			 sizeof(call->service) - (size_t)n);
}

/* What one description may still add. */
struct budget {
	unsigned int media, candidates, expect;
};

static void expect(struct calls *c, struct budget *b, const uint8_t addr[16], uint16_t port)
{
	if (!c->opts.on_expect_media || !b->expect || !port)
		return;
	b->expect--;
	c->opts.on_expect_media(c->opts.ctx, addr, port);
}

static void add_media(struct calls *c, struct call *call, const struct sdp *sdp, struct budget *b)
{
	for (unsigned int i = 0; i < sdp->media_cnt; i++) {
		const struct sdp_media *media = &sdp->media[i];

		if (!media->has_addr || !media->port || media->port == TIE_DISCARD)
			continue;
		if (b->media) {
			b->media--;
			call_key__add(c, call, KEY_MEDIA,
				      call_key__address(media->addr, media->port));
		}
		expect(c, b, media->addr, media->port);
		expect(c, b, media->addr, media->rtcp_port);
	}
}

static void add_candidates(struct calls *c, struct call *call, const struct sdp *sdp,
			   struct budget *b)
{
	for (unsigned int i = 0; i < sdp->candidate_cnt; i++) {
		const struct sdp_candidate *k = &sdp->candidate[i];

		if (!k->has_addr || k->is_tcp || !k->port || k->port == TIE_DISCARD)
			continue;
		if (b->candidates && k->component == 1) {
			b->candidates--;
			call_key__add(c, call, KEY_CANDIDATE, call_key__address(k->addr, k->port));
		}
		expect(c, b, k->addr, k->port);
	}
}

/* Shown as "ufrag:ufrag". Only calls that have no name of their own. */
static void add_text(struct call *call, const char *p, uint32_t len, bool is_offer)
{
	size_t at = strlen(call->call_id);

	if (call->kind != CALL_WEB || (is_offer ? at != 0 : !at || strchr(call->call_id, ':')))
		return;
	if (at && at < CALL_ID_LEN - 1)
		call->call_id[at++] = ':';
	for (uint32_t i = 0; i < len && at < CALL_ID_LEN - 1; i++)
		call->call_id[at++] = p[i] > ' ' && p[i] < 0x7f ? p[i] : '?';
	call->call_id[at] = 0;
}

static void add_secrets(struct calls *c, struct call *call, const struct offer *o,
			const struct sdp *sdp, bool is_offer)
{
	const struct sip_span *before = NULL;
	unsigned int ufrags = 0;

	for (unsigned int i = 0; i < sdp->media_cnt && ufrags < 4; i++) {
		const struct sip_span *u = &sdp->media[i].ufrag;

		/* a bundle repeats it in every medium */
		if (!u->len || (before && before->len == u->len &&
				!memcmp(o->sdp + before->off, o->sdp + u->off, u->len)))
			continue;
		if (!ufrags++ && o->kind != OFFER_CANDIDATE)
			add_text(call, o->sdp + u->off, u->len, is_offer);
		ice__add_ufrag(c, call, (const uint8_t *)o->sdp + u->off, u->len);
		before = u;
	}
	if (ufrags && call->ice && o->kind != OFFER_CANDIDATE) {
		call->ice->is_offered |= is_offer;
		call->ice->is_answered |= !is_offer;
	}
	if (sdp->media_cnt && sdp->media[0].fingerprint.len)
		call_key__add(c, call, KEY_FINGERPRINT,
			      call_key__bytes(0, o->sdp + sdp->media[0].fingerprint.off,
					      sdp->media[0].fingerprint.len));
}

void tie__offer(struct calls *c, struct call *call, const struct message *m, const struct facts *f,
		bool is_offer)
{
	struct budget budget = {TIE_MEDIA_MAX, TIE_CANDIDATE_MAX, TIE_EXPECT_MAX};
	const struct offer *o = &f->offer;
	struct sdp sdp;
	int rc;

	if (o->kind == OFFER_NONE)
		return;
	if (o->kind != OFFER_CANDIDATE)
		calls__at(call, is_offer ? CALL_AT_OFFER : CALL_AT_ANSWER, m->ts_ns);
	rc = o->kind == OFFER_CANDIDATE ? sdp__fragment(o->sdp, o->sdp_len, &sdp)
					: sdp__parse(o->sdp, o->sdp_len, &sdp);
	if (rc)
		return;
	add_secrets(c, call, o, &sdp, is_offer);
	if (o->kind != OFFER_CANDIDATE)
		add_media(c, call, &sdp, &budget);
	add_candidates(c, call, &sdp, &budget);
}

/* A call whose checks or handshake used this flow. */
static struct call *find_by_flow(const struct calls *c, const struct rec_flow *flow)
{
	uint64_t hash = call_key__flow(flow), at = 0;
	struct call *call;

	while ((call = call_key__find(c, KEY_FLOW, hash, &at)))
		if (call->kind != CALL_TURN && !call_state__is_over(call->state))
			return call;
	return NULL;
}

struct matches {
	struct call *call[TIE_MATCH_MAX];
	uint8_t ends[TIE_MATCH_MAX]; /* 1 source, 2 destination */
	unsigned int cnt;
	bool is_full;
};

static void match_end(const struct calls *c, struct matches *found, enum call_key_kind kind,
		      uint64_t hash, uint8_t end)
{
	struct call *call;
	uint64_t at = 0;
	unsigned int i;

	while ((call = call_key__find(c, kind, hash, &at))) {
		if (call_state__is_over(call->state))
			continue;
		for (i = 0; i < found->cnt && found->call[i] != call; i++)
			;
		if (i == TIE_MATCH_MAX) {
			found->is_full = true;
			return;
		}
		if (i == found->cnt) {
			found->call[found->cnt] = call;
			found->ends[found->cnt++] = 0;
		}
		found->ends[i] |= end;
	}
}

/* The only call that described both ends, else the only one that described one of them. Generators
 * that say the same address in all their calls get nothing: no call is better than the wrong one.
 */
static struct call *find_by_address(const struct calls *c, const struct rec_flow *f)
{
	struct matches found = {.cnt = 0};
	uint64_t src = call_key__address(f->saddr, f->sport);
	uint64_t dst = call_key__address(f->daddr, f->dport);
	struct call *both = NULL;
	unsigned int both_cnt = 0;

	match_end(c, &found, KEY_MEDIA, src, 1);
	match_end(c, &found, KEY_CANDIDATE, src, 1);
	match_end(c, &found, KEY_MEDIA, dst, 2);
	match_end(c, &found, KEY_CANDIDATE, dst, 2);
	if (found.is_full)
		return NULL;
	for (unsigned int i = 0; i < found.cnt; i++) {
		if (found.ends[i] == 3) {
			both = found.call[i];
			both_cnt++;
		}
	}
	if (both_cnt)
		return both_cnt == 1 ? both : NULL;
	return found.cnt == 1 ? found.call[0] : NULL;
}

/* One of the media datagrams' arrows: the first of each end, and its other end on this host. */
static bool is_first_media(struct call *call, const struct rec_flow *flow, enum message_dir dir)
{
	uint16_t *seen = dir == MESSAGE_IN ? &call->media_in : &call->media_out;
	uint8_t src = calls__end(call, flow->saddr, flow->sport, dir == MESSAGE_OUT);
	uint16_t bit = (uint16_t)(1u << src);

	if (*seen & bit)
		return false;
	*seen |= bit;
	return true;
}

static void note_media(struct calls *c, struct call *call, uint64_t ts_ns)
{
	bool is_setup = call->kind == CALL_WEB || call->kind == CALL_ICE || call->kind == CALL_DTLS;

	calls__at(call, CALL_AT_MEDIA, ts_ns);
	call->is_media_seen = true;
	/* early media: the answer makes the call active */
	if (call->state == CALL_STATE_ANSWERED || (is_setup && !call_state__is_over(call->state))) {
		calls__due(c, call, 0, CALL_STATE_LOST);
		calls__move(c, call, CALL_STATE_ACTIVE);
	}
	calls__told(c, call);
}

static const char *media_method(const struct call *call, uint8_t proto, const uint8_t first[16])
{
	/* RFC 5761 4: RTCP has packet types 192..223 where RTP has marker and payload type */
	bool is_rtcp = first[1] >= 192 && first[1] <= 223;

	if (proto == PROTO_DTLS)
		return "DTLS data";
	if (call->handshake)
		return is_rtcp ? "SRTCP" : "SRTP";
	return is_rtcp ? "RTCP" : "RTP";
}

/* What a handshake that moved on means for its call. */
static void note_events(struct calls *c, struct call *call, uint32_t events, uint64_t ts_ns)
{
	bool is_own = call->kind == CALL_DTLS || call->kind == CALL_TLS;

	if (events & HANDSHAKE_STARTED)
		calls__at(call, CALL_AT_HELLO, ts_ns);
	if (events & HANDSHAKE_COMPLETE) {
		calls__at(call, CALL_AT_HANDSHAKE, ts_ns);
		if (is_own) {
			calls__due(c, call, 0, CALL_STATE_LOST);
			calls__move(c, call, CALL_STATE_ACTIVE);
			calls__told(c, call);
		}
	}
	if (events & HANDSHAKE_APPLICATION && call->kind != CALL_TLS)
		note_media(c, call, ts_ns);
	if (events & HANDSHAKE_FAILED && !call->is_media_seen &&
	    (is_own || call->kind == CALL_ICE || call->kind == CALL_WEB))
		calls__move(c, call, CALL_STATE_FAILED);
}

void tie__media(struct calls *c, const struct rec_flow *flow, uint8_t proto, enum message_dir dir,
		uint32_t msg_len, const uint8_t first[16], uint64_t ts_ns)
{
	struct call *call = find_by_flow(c, flow);
	struct message m = {.flow = flow,
			    .proto = proto,
			    .dir = (uint8_t)dir,
			    .p = first,
			    .len = msg_len < 16 ? msg_len : 16,
			    .msg_len = msg_len,
			    .ts_ns = ts_ns};
	struct facts f = {0};
	bool is_second;

	if (!call)
		call = find_by_address(c, flow);
	if (!call) {
		c->count.stray++;
		return;
	}
	if (proto == PROTO_DTLS && call->handshake) {
		note_events(c, call, handshake__protected(call->handshake, flow, ts_ns), ts_ns);
		/* 1.3: what ends the handshake is protected, too */
		if (!call->is_media_seen)
			return;
	}
	if (is_first_media(call, flow, dir)) {
		f.brief.proto = proto;
		f.brief.method = media_method(call, proto, first);
		m.hash = call_key__bytes(msg_len, first, m.len);
		calls__ladder(c, call, &m, &f, NULL, CALL_MSG_MEDIA, &is_second);
	}
	calls__touch(c, call, ts_ns);
	note_media(c, call, ts_ns);
}

static struct call *find_handshake(struct calls *c, const struct message *m)
{
	uint64_t at = 0;
	struct call *call;

	if (m->proto == PROTO_DTLS) {
		call = find_by_flow(c, m->flow);
		return call ? call : find_by_address(c, m->flow);
	}
	while ((call = call_key__find(c, KEY_CONN, m->conn, &at)))
		if (call->kind == CALL_TLS && !call_state__is_over(call->state))
			return call;
	return NULL;
}

/* A handshake nobody announced. It begins with a hello: the rest of one is no call. */
static struct call *open_handshake(struct calls *c, const struct message *m, const struct facts *f)
{
	bool is_tls = m->proto == PROTO_TLS;
	struct call *call;

	if (!(f->dtls.types & 1u << DTLS_CLIENT_HELLO))
		return NULL;
	call = calls__open(c, is_tls ? CALL_TLS : CALL_DTLS, m, "ClientHello");
	if (!call)
		return NULL;
	tie__service(call, is_tls ? "tls" : "dtls", m);
	calls__due(c, call, m->ts_ns + TIE_HANDSHAKE_NS, CALL_STATE_TIMEOUT);
	return call;
}

static const char *handshake_method(const struct dtls_head *d)
{
	const char *name;

	if (d->types) {
		name = dtls_type__name((uint8_t)__builtin_ctz(d->types));
		return name ? name : "handshake";
	}
	return d->what & DTLS_HAS_ALERT			? "Alert"
	       : d->what & DTLS_HAS_CCS			? "ChangeCipherSpec"
	       : d->what & DTLS_HAS_ENCRYPTED_HANDSHAKE ? "Finished"
	       : d->what & DTLS_HAS_ACK			? "ACK"
							: "protected";
}

/* Another handshake behind the end of the first: a call of its own, where the first was one. */
static struct call *begin_again(struct calls *c, struct call *call, const struct message *m,
				const struct facts *f)
{
	handshake__free(call->handshake);
	call->handshake = NULL;
	if (call->kind != CALL_DTLS && call->kind != CALL_TLS)
		return call;
	calls__at(call, CALL_AT_END, m->ts_ns);
	calls__move(c, call, CALL_STATE_ENDED);
	return open_handshake(c, m, f);
}

static uint32_t hand_over(struct calls *c, struct call *call, const struct message *m,
			  const struct facts *f)
{
	struct call_handshake *h = call->handshake;
	uint64_t wait;
	uint32_t lost, events;

	if (!h) {
		if (handshake__new(&h)) {
			c->count.no_memory++;
			return 0;
		}
		call->handshake = h;
	}
	wait = h->retransmit_wait_ns;
	lost = h->frags_lost;
	events = handshake__message(h, m, &f->dtls);
	call->retransmit_wait_ns += h->retransmit_wait_ns - wait;
	c->count.frag_evicted += h->frags_lost - lost;
	return events;
}

static call_msg_ref_t add_handshake(struct calls *c, const struct message *m, const struct facts *f,
				    const struct call_verdict *v, bool *is_mine)
{
	struct call *call = find_handshake(c, m);
	struct call_msg *msg;
	uint32_t events;
	bool is_second;

	if (!call)
		call = open_handshake(c, m, f);
	if (!call)
		return 0;
	events = hand_over(c, call, m, f);
	if (events & HANDSHAKE_AGAIN) {
		call = begin_again(c, call, m, f);
		events = call ? hand_over(c, call, m, f) : 0;
	}
	if (!call)
		return 0;
	*is_mine = true;
	if (m->proto == PROTO_DTLS)
		call_key__add(c, call, KEY_FLOW, call_key__flow(m->flow));
	else
		call_key__add(c, call, KEY_CONN, m->conn);
	msg = calls__ladder(c, call, m, f, v, 0, &is_second);
	if (msg && !is_second) {
		msg->method = handshake_method(&f->dtls);
		if (events & HANDSHAKE_RETRANSMIT && !(msg->flags & CALL_MSG_RETRANSMIT)) {
			msg->flags |= CALL_MSG_RETRANSMIT;
			call->retransmits++;
		}
	}
	note_events(c, call, events, m->ts_ns);
	return calls__ref(msg);
}

call_msg_ref_t tie__message(struct calls *c, const struct message *m, const struct facts *f,
			    const struct call_verdict *v, bool *is_mine)
{
	*is_mine = false;
	switch (m->proto) {
	case PROTO_STUN:
		return ice__add(c, m, f, v, is_mine);
	case PROTO_DTLS:
	case PROTO_TLS:
		return add_handshake(c, m, f, v, is_mine);
	case PROTO_HTTP:
	case PROTO_WS:
		return web__add(c, m, f, v, is_mine);
	default:
		return 0;
	}
}

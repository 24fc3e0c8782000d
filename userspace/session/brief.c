/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of all protocols to the common brief. */
#include "brief.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdull;
	return h ^ (h >> 32);
}

static uint64_t hash_bytes(uint64_t h, const uint8_t *p, uint32_t len)
{
	uint64_t word;

	h = mix(h, len + 0x9e3779b97f4a7c15ull);
	for (uint32_t i = 0; i < len; i += 8) {
		word = 0;
		memcpy(&word, p + i, len - i < 8 ? len - i : 8);
		h = mix(h, word);
	}
	return h;
}

static uint64_t hash_span(uint64_t h, const uint8_t *p, struct sip_span s)
{
	return hash_bytes(h, p + s.off, s.len);
}

/* Copies printable ASCII, the rest becomes '?'. */
static void copy_text(char *dst, size_t size, const uint8_t *p, uint32_t len)
{
	size_t n = len < size - 1 ? len : size - 1;

	for (size_t i = 0; i < n; i++)
		dst[i] = p[i] > 0x20 && p[i] < 0x7f ? (char)p[i] : '?';
	dst[n] = '\0';
}

static void put_hex(char *dst, const uint8_t *p, uint32_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (uint32_t i = 0; i < len; i++) {
		*dst++ = digits[p[i] >> 4];
		*dst++ = digits[p[i] & 15];
	}
	*dst = '\0';
}

static bool has_cookie(const uint8_t *p, struct sip_span branch)
{
	return branch.len > 7 && !memcmp(p + branch.off, "z9hG4bK", 7);
}

/* Of the branch and the method; ACK belongs to its INVITE. */
static uint64_t branch_hash(const uint8_t *p, struct sip_span branch, const struct sip_head *h)
{
	uint64_t v = hash_span(PROTO_SIP, p, branch);

	if (h->method == SIP_OTHER)
		return hash_span(v, p, h->method_name);
	return mix(v, h->method == SIP_ACK ? SIP_INVITE : h->method);
}

static void sip_key(const uint8_t *p, const struct sip_head *h, struct txn_key *key)
{
	key->hi = hash_span(PROTO_SIP, p, h->sent_by);
	if (has_cookie(p, h->branch)) {
		key->lo = branch_hash(p, h->branch, h);
		return;
	}
	key->lo = branch_hash(p, h->call_id, h);
	key->lo = hash_span(mix(key->lo, h->cseq), p, h->from_tag);
}

/* Without the cookie every field that goes into the key must be there, or surely absent. */
static bool has_key(const uint8_t *p, const struct sip_head *h)
{
	const uint32_t need = SIP_HAVE_SENT_BY | SIP_HAVE_METHOD;
	const uint32_t old = SIP_HAVE_CALL_ID | SIP_HAVE_CSEQ;

	if ((h->have & need) != need)
		return false;
	if (has_cookie(p, h->branch))
		return true;
	return (h->have & old) == old && (h->have & SIP_HAVE_FROM_TAG || !h->truncated);
}

/* Challenges ask for credentials (RFC 3261 22), 487 answers a CANCEL (9.2): the caller's doing, no
 * failure. */
static bool is_sip_error(uint16_t status)
{
	return status >= 400 && status != 401 && status != 407 && status != 487;
}

static int sip_facts(const uint8_t *p, uint32_t len, char *buf, struct facts *f)
{
	struct brief *b = &f->brief;
	const struct sip_head *h = &f->sip;

	if (sip_head__parse(p, len, &f->sip))
		return -EBADMSG;
	if (h->body.len)
		offer__find(p + h->body.off, h->body.len, (const char *)p + h->content_type.off,
			    h->content_type.len, buf, &f->offer);
	b->is_request = h->is_request;
	b->code = h->status;
	b->is_final = !h->is_request && h->status >= 200;
	b->is_error = b->is_final && is_sip_error(h->status);
	b->expects_reply = h->is_request && h->method != SIP_ACK;
	b->method = sip_method__name(h->method);
	b->cseq = h->cseq;
	if (!has_key(p, h))
		return -ENODATA;
	sip_key(p, h, &b->key);
	if (h->is_request) {
		b->has_parent = h->have & SIP_HAVE_VIA2_BRANCH && has_cookie(p, h->via2_branch);
		if (b->has_parent)
			b->parent_lo = branch_hash(p, h->via2_branch, h);
	}
	copy_text(b->key_text, sizeof(b->key_text), p + h->branch.off, h->branch.len);
	copy_text(b->call_id, sizeof(b->call_id), p + h->call_id.off, h->call_id.len);
	f->has_txn = true;
	return 0;
}

/* 401 and 438 ask for credentials or a fresh nonce (RFC 8489 9.2.4), 487 settles a role conflict
 * (RFC 8445 7.3.1.1). */
static bool is_stun_error(uint16_t code)
{
	return code && code != 401 && code != 438 && code != 487;
}

static int stun_facts(const uint8_t *p, uint32_t len, struct facts *f)
{
	struct brief *b = &f->brief;
	struct stun_head h;

	if (stun_head__parse(p, len, &f->stun))
		return -EBADMSG;
	h = f->stun;
	b->is_request = h.brief.class <= 1;
	b->expects_reply = h.brief.class == 0;
	b->is_final = h.brief.class >= 2;
	b->code = h.error_code;
	b->is_error = h.brief.class == 3 && is_stun_error(h.error_code);
	b->method = stun_method__name(h.brief.method);
	b->key.lo = hash_bytes(PROTO_STUN, h.brief.txid, sizeof(h.brief.txid));
	b->key.hi = mix(PROTO_STUN, h.brief.method);
	put_hex(b->key_text, h.brief.txid, sizeof(h.brief.txid));
	f->has_txn = true;
	return 0;
}

static uint64_t conn_key(const struct message *m)
{
	return mix(m->proto, m->conn);
}

/* Request and response have the number of their exchange. */
static int http_facts(const struct message *m, char *buf, struct facts *f)
{
	struct brief *b = &f->brief;
	const struct http_head *h = &f->http;

	if (http_head__parse(m->p, m->len, &f->http))
		return -EBADMSG;
	b->is_request = b->expects_reply = h->is_request;
	b->is_final = !h->is_request && (h->status >= 200 || h->status == 101);
	b->code = h->status;
	b->is_error = b->is_final && h->status >= 400 && h->status != 401 && h->status != 407;
	b->method = h->is_request ? http_method__name(m->p, h->method) : "?";
	if (h->body_len && !h->is_encoded)
		offer__find(m->p + h->body_off, h->body_len,
			    (const char *)m->p + h->content_type.off, h->content_type.len, buf,
			    &f->offer);
	if (!m->conn || !m->exchange)
		return 0;
	b->key.lo = mix(conn_key(m), m->exchange);
	b->key.hi = m->conn;
	snprintf(b->key_text, sizeof(b->key_text), "%016llx-%llu", (unsigned long long)m->conn,
		 (unsigned long long)m->exchange);
	f->has_txn = true;
	return 0;
}

/* Who is described: the same on every connection that a relay passes the description through. */
static uint64_t offer_key(const struct offer *o)
{
	return hash_bytes(PROTO_WS, (const uint8_t *)o->sdp, o->sdp_len);
}

/* An offer asks, an answer replies; which offer it replies to is known to whoever keeps the
 * connection (session.c). Candidates and everything else are passed on. */
static int ws_facts(const struct message *m, char *buf, struct facts *f)
{
	struct brief *b = &f->brief;

	offer__find(m->p, m->len, NULL, 0, buf, &f->offer);
	b->method = "offer";
	b->conn = m->conn;
	if (f->offer.kind == OFFER_OFFER) {
		b->is_request = b->expects_reply = true;
		b->key.lo = offer_key(&f->offer);
		b->key.hi = mix(m->conn, m->ts_ns);
		b->has_parent = m->dir == MESSAGE_OUT;
		b->parent_lo = b->key.lo;
		f->has_txn = true;
	} else if (f->offer.kind == OFFER_ANSWER) {
		b->is_final = true;
		f->has_txn = true;
	}
	snprintf(b->key_text, sizeof(b->key_text), "%016llx-%016llx", (unsigned long long)m->conn,
		 (unsigned long long)b->key.lo);
	return 0;
}

/* A heartbeat and its echo carry the same bytes. */
static int beat_facts(const struct message *m, struct facts *f)
{
	struct brief *b = &f->brief;

	b->method = "heartbeat";
	b->key.lo = mix(PROTO_BEAT, m->hash);
	f->has_txn = true;
	return 0;
}

int facts__parse(const struct message *m, char *offer_buf, struct facts *ret)
{
	uint32_t len = m->len < m->msg_len ? m->len : m->msg_len;

	memset(&ret->brief, 0, sizeof(ret->brief));
	ret->has_txn = false;
	ret->offer = (struct offer){0};
	ret->brief.proto = m->proto;
	ret->brief.method = "?";
	switch (m->proto) {
	case PROTO_SIP:
		return sip_facts(m->p, len, offer_buf, ret);
	case PROTO_STUN:
		return stun_facts(m->p, len, ret);
	case PROTO_DTLS:
		return dtls_head__parse(m->p, len, m->msg_len, &ret->dtls);
	case PROTO_TLS:
		return tls_head__parse(m->p, len, &ret->dtls);
	case PROTO_HTTP:
		return http_facts(m, offer_buf, ret);
	case PROTO_WS:
		return ws_facts(m, offer_buf, ret);
	case PROTO_BEAT:
		return beat_facts(m, ret);
	default:
		return -EBADMSG;
	}
}

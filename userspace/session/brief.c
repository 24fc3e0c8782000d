/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP and STUN messages to the common brief. */
#include "brief.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sip_head.h"
#include "stun_head.h"

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

static int sip_brief(const uint8_t *p, uint32_t len, struct brief *b)
{
	struct sip_head h;

	if (sip_head__parse(p, len, &h))
		return -EBADMSG;
	b->is_request = h.is_request;
	b->code = h.status;
	b->is_final = !h.is_request && h.status >= 200;
	b->is_error = b->is_final && is_sip_error(h.status);
	b->expects_reply = h.is_request && h.method != SIP_ACK;
	b->method = sip_method__name(h.method);
	b->cseq = h.cseq;
	if (!has_key(p, &h))
		return -ENODATA;
	sip_key(p, &h, &b->key);
	if (h.is_request) {
		b->has_parent = h.have & SIP_HAVE_VIA2_BRANCH && has_cookie(p, h.via2_branch);
		if (b->has_parent)
			b->parent_lo = branch_hash(p, h.via2_branch, &h);
	}
	copy_text(b->key_text, sizeof(b->key_text), p + h.branch.off, h.branch.len);
	copy_text(b->call_id, sizeof(b->call_id), p + h.call_id.off, h.call_id.len);
	return 0;
}

/* 401 and 438 ask for credentials or a fresh nonce (RFC 8489 9.2.4), 487 settles a role conflict
 * (RFC 8445 7.3.1.1). */
static bool is_stun_error(uint16_t code)
{
	return code && code != 401 && code != 438 && code != 487;
}

static int stun_brief_of(const uint8_t *p, uint32_t len, struct brief *b)
{
	struct stun_head h;

	if (stun_head__parse(p, len, &h))
		return -EBADMSG;
	b->is_request = h.brief.class <= 1;
	b->expects_reply = h.brief.class == 0;
	b->is_final = h.brief.class >= 2;
	b->code = h.error_code;
	b->is_error = h.brief.class == 3 && is_stun_error(h.error_code);
	b->method = stun_method__name(h.brief.method);
	b->key.lo = hash_bytes(PROTO_STUN, h.brief.txid, sizeof(h.brief.txid));
	b->key.hi = mix(PROTO_STUN, h.brief.method);
	for (unsigned int i = 0; i < sizeof(h.brief.txid); i++)
		snprintf(b->key_text + 2 * i, 3, "%02x", h.brief.txid[i]);
	return 0;
}

int brief__parse(const uint8_t *payload, uint32_t snap_len, uint32_t msg_len, uint8_t proto,
		 struct brief *ret)
{
	uint32_t len = snap_len < msg_len ? snap_len : msg_len;

	memset(ret, 0, sizeof(*ret));
	ret->proto = proto;
	ret->method = "?";
	if (proto == PROTO_SIP)
		return sip_brief(payload, len, ret);
	if (proto == PROTO_STUN)
		return stun_brief_of(payload, len, ret);
	return -EBADMSG;
}

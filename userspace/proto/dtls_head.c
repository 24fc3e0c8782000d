/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks the records of one DTLS datagram, or of a piece of a TLS stream. */
#include "dtls_head.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "window.h"

#define DTLS_RECORD_LEN	   13
#define DTLS_HANDSHAKE_LEN 12
#define TLS_RECORD_LEN	   5
#define TLS_HANDSHAKE_LEN  4

/* RFC 8446 5.1, RFC 9147 4.1 */
enum content_type {
	CONTENT_CCS = 20,
	CONTENT_ALERT = 21,
	CONTENT_HANDSHAKE = 22,
	CONTENT_APPLICATION = 23,
	CONTENT_ACK = 26,
};

static uint32_t load_be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | load_be16(p + 1);
}

static uint64_t load_be48(const uint8_t *p)
{
	return (uint64_t)load_be16(p) << 32 | load_be32(p + 2);
}

static bool is_dtls_version(uint16_t v)
{
	return v == 0xfeff || v == 0xfefd || v == 0xfefc ||
	       v == 0x0100; /* 1.0, 1.2, 1.3, OpenSSL's */
}

static void keep_fragment(struct dtls_head *h, const struct dtls_frag *f)
{
	if (f->type < 32)
		h->types |= 1u << f->type;
	if (h->frag_cnt < DTLS_FRAG_MAX)
		h->frag[h->frag_cnt++] = *f;
	else
		h->frags_left_out = true;
}

static bool is_hello(uint8_t type)
{
	return type == DTLS_CLIENT_HELLO || type == DTLS_SERVER_HELLO;
}

/* Handshake messages and fragments in a cleartext record. False: they do not fill it. */
static bool read_dtls_handshake(const uint8_t *p, uint32_t pos, uint32_t end, uint64_t seq,
				struct dtls_head *h)
{
	while (pos + DTLS_HANDSHAKE_LEN <= end) {
		const uint8_t *m = p + pos;
		struct dtls_frag f = {.type = m[0],
				      .msg_seq = load_be16(m + 4),
				      .record_seq = seq,
				      .msg_len = load_be24(m + 1),
				      .frag_off = load_be24(m + 6),
				      .frag_len = load_be24(m + 9),
				      .off = pos + DTLS_HANDSHAKE_LEN};

		if (f.frag_len > end - f.off || f.frag_off > f.msg_len ||
		    f.frag_len > f.msg_len - f.frag_off)
			return false;
		keep_fragment(h, &f);
		if (is_hello(f.type) && f.frag_len == f.msg_len && !h->hello.is_known)
			dtls_hello__parse(p + f.off, f.frag_len, f.type, true, &h->hello);
		pos = f.off + f.frag_len;
	}
	return pos == end;
}

static void note_alert(const uint8_t *p, uint32_t len, struct dtls_head *h)
{
	h->what |= DTLS_HAS_ALERT;
	if (len == 2) {
		h->alert_level = p[0];
		h->alert_desc = p[1];
	}
}

/* One plaintext record whose fragment is [pos, end). */
static void read_dtls_record(const uint8_t *p, uint32_t rec, uint32_t end, struct dtls_head *h)
{
	uint16_t epoch = load_be16(p + rec + 3);
	uint32_t pos = rec + DTLS_RECORD_LEN;

	if (epoch > h->epoch)
		h->epoch = epoch;
	switch (p[rec]) {
	case CONTENT_CCS:
		h->what |= DTLS_HAS_CCS;
		break;
	case CONTENT_ALERT:
		if (epoch)
			h->what |= DTLS_HAS_ALERT;
		else
			note_alert(p + pos, end - pos, h);
		break;
	case CONTENT_HANDSHAKE:
		if (epoch)
			h->what |= DTLS_HAS_ENCRYPTED_HANDSHAKE;
		else if (read_dtls_handshake(p, pos, end, load_be48(p + rec + 5), h))
			h->what |= DTLS_HAS_CLEAR_HANDSHAKE;
		else
			h->what |= DTLS_HAS_CLEAR_HANDSHAKE | DTLS_HAS_BROKEN;
		break;
	case CONTENT_APPLICATION:
		h->what |= DTLS_HAS_APPLICATION;
		break;
	case CONTENT_ACK:
		h->what |= DTLS_HAS_ACK;
		break;
	}
}

/* RFC 9147 4: 001CSLEE; with L the record says how long it is, else it ends the datagram. With a
 * connection id its length is not known: the rest is taken as one record. 0: broken. */
static uint32_t unified_len(const uint8_t *p, uint32_t left)
{
	uint32_t head = 1 + (p[0] & 0x08 ? 2 : 1);

	if (p[0] & 0x10 || !(p[0] & 0x04))
		return left;
	if (head + 2 > left)
		return 0;
	head += 2 + load_be16(p + head);
	return head <= left ? head : 0;
}

static bool is_record(const uint8_t *p, uint32_t left)
{
	return left >= DTLS_RECORD_LEN && p[0] >= CONTENT_CCS && p[0] <= CONTENT_ACK &&
	       is_dtls_version(load_be16(p + 1));
}

int dtls_head__parse(const uint8_t *p, uint32_t len, uint32_t msg_len, struct dtls_head *out)
{
	uint32_t pos = 0, end;

	if (!len || (p[0] >> 5 != 1 && !is_record(p, len)))
		return -EBADMSG;
	memset(out, 0, offsetof(struct dtls_head, frag));
	out->hello.is_known = false;
	out->version = p[0] >> 5 == 1 ? 0xfefc : load_be16(p + 1);
	for (; pos < len; pos = end, out->record_cnt++) {
		if (p[pos] >> 5 == 1) {
			uint32_t n = unified_len(p + pos, len - pos);

			out->what |= n ? DTLS_HAS_UNIFIED : DTLS_HAS_BROKEN;
			end = n ? pos + n : len;
			continue;
		}
		if (!is_record(p + pos, len - pos)) {
			out->what |= len < msg_len ? 0 : DTLS_HAS_BROKEN;
			break;
		}
		end = pos + DTLS_RECORD_LEN + load_be16(p + pos + 11);
		if (end > len) {
			out->what |= len < msg_len && end <= msg_len ? 0 : DTLS_HAS_BROKEN;
			break;
		}
		read_dtls_record(p, pos, end, out);
	}
	return 0;
}

/* --- TLS --- */

/* Messages in consecutive cleartext records: copied together only to read a hello that spans them.
 */
struct tls_walk {
	struct dtls_head *h;
	uint32_t left; /* bytes of the message at hand in records to come */
	bool is_encrypted;
};

static void read_tls_handshake(const uint8_t *p, uint32_t pos, uint32_t end, struct tls_walk *w)
{
	struct dtls_head *h = w->h;

	h->what |= DTLS_HAS_CLEAR_HANDSHAKE;
	while (pos < end) {
		struct dtls_frag f = {0};

		if (w->left) {
			uint32_t n = w->left < end - pos ? w->left : end - pos;

			w->left -= n;
			pos += n;
			continue;
		}
		if (pos + TLS_HANDSHAKE_LEN > end) {
			h->what |= DTLS_HAS_BROKEN;
			return;
		}
		f.type = p[pos];
		f.msg_len = load_be24(p + pos + 1);
		f.off = pos + TLS_HANDSHAKE_LEN;
		f.frag_len = f.msg_len < end - f.off ? f.msg_len : end - f.off;
		keep_fragment(h, &f);
		if (is_hello(f.type) && f.frag_len == f.msg_len && !h->hello.is_known)
			dtls_hello__parse(p + f.off, f.frag_len, f.type, false, &h->hello);
		w->left = f.msg_len - f.frag_len;
		pos = f.off + f.frag_len;
	}
}

/* 1.3 sends a ChangeCipherSpec that changes nothing before the second ClientHello (RFC 8446 D.4).
 */
static bool is_clear_hello(const uint8_t *p, uint32_t pos, uint32_t end)
{
	return end - pos >= TLS_HANDSHAKE_LEN + 2 && is_hello(p[pos]) &&
	       load_be24(p + pos + 1) == end - pos - TLS_HANDSHAKE_LEN &&
	       load_be16(p + pos + TLS_HANDSHAKE_LEN) == 0x0303;
}

static void read_tls_record(const uint8_t *p, uint32_t rec, uint32_t end, struct tls_walk *w)
{
	uint32_t pos = rec + TLS_RECORD_LEN;

	switch (p[rec]) {
	case CONTENT_CCS:
		w->h->what |= DTLS_HAS_CCS;
		w->is_encrypted = true;
		break;
	case CONTENT_ALERT:
		note_alert(p + pos, end - pos, w->h);
		break;
	case CONTENT_HANDSHAKE:
		if (w->is_encrypted && !is_clear_hello(p, pos, end))
			w->h->what |= DTLS_HAS_ENCRYPTED_HANDSHAKE;
		else
			read_tls_handshake(p, pos, end, w);
		break;
	case CONTENT_APPLICATION:
		w->h->what |= DTLS_HAS_APPLICATION;
		break;
	}
}

int tls_head__parse(const uint8_t *p, uint32_t len, struct dtls_head *out)
{
	struct tls_walk w = {.h = out};
	uint32_t pos = 0, end;

	if (len < TLS_RECORD_LEN || p[0] < CONTENT_CCS || p[0] > CONTENT_APPLICATION || p[1] != 3)
		return -EBADMSG;
	memset(out, 0, offsetof(struct dtls_head, frag));
	out->hello.is_known = false;
	out->version = load_be16(p + 1);
	for (; pos + TLS_RECORD_LEN <= len; pos = end, out->record_cnt++) {
		end = pos + TLS_RECORD_LEN + load_be16(p + pos + 3);
		if (end > len) {
			out->what |= DTLS_HAS_BROKEN;
			end = len;
		}
		read_tls_record(p, pos, end, &w);
	}
	return 0;
}

const char *dtls_type__name(uint8_t type)
{
	switch (type) {
	case DTLS_CLIENT_HELLO:
		return "ClientHello";
	case DTLS_SERVER_HELLO:
		return "ServerHello";
	case DTLS_HELLO_VERIFY:
		return "HelloVerifyRequest";
	case DTLS_NEW_TICKET:
		return "NewSessionTicket";
	case DTLS_ENCRYPTED_EXT:
		return "EncryptedExtensions";
	case DTLS_CERTIFICATE:
		return "Certificate";
	case DTLS_SERVER_KEY:
		return "ServerKeyExchange";
	case DTLS_CERT_REQUEST:
		return "CertificateRequest";
	case DTLS_HELLO_DONE:
		return "ServerHelloDone";
	case DTLS_CERT_VERIFY:
		return "CertificateVerify";
	case DTLS_CLIENT_KEY:
		return "ClientKeyExchange";
	case DTLS_FINISHED:
		return "Finished";
	default:
		return NULL;
	}
}

/* RFC 5764 4.1.2, RFC 7714 14.2 */
const char *dtls_srtp__name(uint16_t profile)
{
	switch (profile) {
	case 1:
		return "SRTP_AES128_CM_HMAC_SHA1_80";
	case 2:
		return "SRTP_AES128_CM_HMAC_SHA1_32";
	case 5:
		return "SRTP_NULL_HMAC_SHA1_80";
	case 6:
		return "SRTP_NULL_HMAC_SHA1_32";
	case 7:
		return "SRTP_AEAD_AES_128_GCM";
	case 8:
		return "SRTP_AEAD_AES_256_GCM";
	default:
		return NULL;
	}
}

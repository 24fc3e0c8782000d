/* SPDX-License-Identifier: BSD-2-Clause */
/* ClientHello and ServerHello: what was negotiated (RFC 5246 7.4.1, RFC 6347 4.2.1, RFC 8446 4.1).
 *
 *   | version | random (32) | session id <0..32> | cookie <0..255> (DTLS client) |
 *   | cipher suites <2..> (client), cipher suite (server) | compression | extensions <0..2^16-1> |
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "dtls_head.h"
#include "window.h"

enum hello_ext {
	EXT_SERVER_NAME = 0,
	EXT_USE_SRTP = 14,
	EXT_SUPPORTED_VERSIONS = 43,
	EXT_COOKIE = 44,
};

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest" */
static const uint8_t retry_random[DTLS_RANDOM_LEN] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

struct reader {
	const uint8_t *p;
	uint32_t len;
};

/* n bytes, or NULL: there are not so many, and nothing is left then. */
static const uint8_t *take(struct reader *r, uint32_t n)
{
	const uint8_t *p = r->p;

	if (n > r->len) {
		r->len = 0;
		return NULL;
	}
	r->p += n;
	r->len -= n;
	return p;
}

/* A vector with a length of len_len bytes. False: cut short. */
static bool take_vector(struct reader *r, uint32_t len_len, struct reader *ret)
{
	const uint8_t *p = take(r, len_len);
	uint32_t n;

	if (!p)
		return false;
	n = len_len == 1 ? p[0] : load_be16(p);
	ret->p = take(r, n);
	ret->len = ret->p ? n : 0;
	return ret->p != NULL;
}

static bool is_newer(uint16_t a, uint16_t b, bool is_dtls)
{
	return is_dtls ? (a & 0xff) < (b & 0xff) : a > b;
}

/* GREASE (RFC 8701) and versions of the other protocol are passed over. */
static bool is_version(uint16_t v, bool is_dtls)
{
	return is_dtls ? v >> 8 == 0xfe : v >> 8 == 0x03;
}

static void note_versions(struct dtls_hello *h, struct reader ext, bool is_client, bool is_dtls)
{
	struct reader list = ext;
	const uint8_t *p;

	if (is_client && !take_vector(&ext, 1, &list))
		return;
	while ((p = take(&list, 2))) {
		uint16_t v = load_be16(p);

		if (is_version(v, is_dtls) && (!is_client || is_newer(v, h->version, is_dtls)))
			h->version = v;
	}
}

static void note_extension(struct dtls_hello *h, uint16_t type, struct reader ext, bool is_client,
			   bool is_dtls)
{
	struct reader list;
	const uint8_t *p;

	switch (type) {
	case EXT_SERVER_NAME:
		h->has_sni = true;
		break;
	case EXT_USE_SRTP:
		if (take_vector(&ext, 2, &list) && (p = take(&list, 2)))
			h->srtp_profile = load_be16(p);
		break;
	case EXT_SUPPORTED_VERSIONS:
		note_versions(h, ext, is_client, is_dtls);
		break;
	case EXT_COOKIE:
		if (is_client && take_vector(&ext, 2, &list))
			h->cookie_len = list.len < UINT8_MAX ? (uint8_t)list.len : UINT8_MAX;
		break;
	}
}

/* What is optional may be missing, but not be cut. */
static bool read_extensions(struct dtls_hello *h, struct reader *r, bool is_client, bool is_dtls)
{
	struct reader all, ext;
	const uint8_t *p;

	if (!r->len)
		return true;
	if (!take_vector(r, 2, &all))
		return false;
	while (all.len) {
		p = take(&all, 2);
		if (!p || !take_vector(&all, 2, &ext))
			return false;
		note_extension(h, load_be16(p), ext, is_client, is_dtls);
	}
	return true;
}

int dtls_hello__parse(const uint8_t *body, uint32_t len, uint8_t type, bool is_dtls,
		      struct dtls_hello *out)
{
	struct reader r = {body, len}, part;
	struct dtls_hello h = {0};
	bool is_client = type == DTLS_CLIENT_HELLO;
	const uint8_t *p = take(&r, 2 + DTLS_RANDOM_LEN);

	if (!p || !is_version(load_be16(p), is_dtls) || !take_vector(&r, 1, &part))
		return -EBADMSG;
	h.version = load_be16(p);
	memcpy(h.random, p + 2, DTLS_RANDOM_LEN);
	h.is_retry = !is_client && !memcmp(h.random, retry_random, DTLS_RANDOM_LEN);
	if (is_client) {
		if (is_dtls) {
			if (!take_vector(&r, 1, &part))
				return -EBADMSG;
			h.cookie_len = (uint8_t)part.len;
		}
		if (!take_vector(&r, 2, &part) || !take_vector(&r, 1, &part))
			return -EBADMSG;
	} else {
		p = take(&r, 3); /* cipher suite, compression method */
		if (!p)
			return -EBADMSG;
		h.cipher = load_be16(p);
	}
	if (!read_extensions(&h, &r, is_client, is_dtls))
		return -EBADMSG;
	h.is_known = true;
	*out = h;
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* One DTLS datagram (RFC 6347 4.1, RFC 9147 4), or the handshake records of a TLS stream (RFC 5246, RFC
 * 8446): its records, and of plaintext handshake fragments what they say. Fragments are joined by whoever
 * keeps the connection (userspace/call/handshake.h).
 *
 *   | type | version | epoch | sequence number (48) | length | fragment |      DTLS 1.2 record
 *   |001CSLEE| connection id | seq | length | encrypted |                       DTLS 1.3 unified header
 *   | msg_type | length (24) | message_seq | frag_offset (24) | frag_length (24) | body      handshake */
#ifndef SIGPATH_DTLS_HEAD_H
#define SIGPATH_DTLS_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#define DTLS_FRAG_MAX 16 /* handshake fragments kept of a datagram; more are counted */
#define DTLS_RANDOM_LEN 32

enum dtls_what {
	DTLS_HAS_CLEAR_HANDSHAKE = 1u << 0,
	DTLS_HAS_ENCRYPTED_HANDSHAKE = 1u << 1, /* type 22 in epoch > 0: Finished and what follows */
	DTLS_HAS_CCS = 1u << 2,
	DTLS_HAS_ALERT = 1u << 3,	  /* in clear; encrypted ones count as such only */
	DTLS_HAS_APPLICATION = 1u << 4,	  /* type 23 */
	DTLS_HAS_UNIFIED = 1u << 5,	  /* 1.3 encrypted: what it holds cannot be seen */
	DTLS_HAS_ACK = 1u << 6,		  /* type 26 */
	DTLS_HAS_BROKEN = 1u << 7,	  /* a record that does not fit the datagram: the rest is left out */
};

/* Handshake types, RFC 8446 B.3: bits of dtls_head.types are 1 << type (type < 32). */
enum dtls_type {
	DTLS_CLIENT_HELLO = 1, DTLS_SERVER_HELLO = 2, DTLS_HELLO_VERIFY = 3, DTLS_NEW_TICKET = 4,
	DTLS_ENCRYPTED_EXT = 8, DTLS_CERTIFICATE = 11, DTLS_SERVER_KEY = 12, DTLS_CERT_REQUEST = 13,
	DTLS_HELLO_DONE = 14, DTLS_CERT_VERIFY = 15, DTLS_CLIENT_KEY = 16, DTLS_FINISHED = 20,
};

struct dtls_frag {
	uint8_t type;
	uint16_t msg_seq; /* DTLS */
	uint16_t epoch;
	uint64_t record_seq;
	uint32_t msg_len, frag_off, frag_len;
	uint32_t off; /* of the fragment's body in the datagram */
};

struct dtls_hello { /* of a ClientHello, ServerHello or HelloRetryRequest whose bytes are all here */
	bool is_known;
	bool is_retry;	  /* ServerHello with the random of RFC 8446 4.1.3 */
	uint16_t version; /* negotiated, or the highest offered: 0xfefd, 0xfefc; 0x0303, 0x0304 */
	uint16_t cipher;  /* ServerHello */
	uint8_t cookie_len; /* ClientHello: of the cookie field, or 1.3's cookie extension */
	uint16_t srtp_profile; /* use_srtp (RFC 5764 4.1.2): the first offered or the chosen one, 0 none */
	bool has_sni;
	uint8_t random[DTLS_RANDOM_LEN];
};

struct dtls_head {
	uint32_t what;	/* enum dtls_what */
	uint32_t types; /* of clear handshake fragments, 1 << type */
	uint16_t record_cnt;
	uint16_t version; /* of the first record */
	uint16_t epoch;	  /* highest, of 1.2 records */
	uint8_t alert_level, alert_desc;
	uint8_t frag_cnt;
	bool frags_left_out;
	struct dtls_frag frag[DTLS_FRAG_MAX];
	struct dtls_hello hello;
};

/* 0, or -EBADMSG: the first record is none. len bytes at hand of msg_len. */
int dtls_head__parse(const uint8_t *p, uint32_t len, uint32_t msg_len, struct dtls_head *out);
/* The same for whole TLS records (userspace/stream cuts them). */
int tls_head__parse(const uint8_t *p, uint32_t len, struct dtls_head *out);
/* Body of a ClientHello or ServerHello joined from fragments. 0 or -EBADMSG. */
int dtls_hello__parse(const uint8_t *body, uint32_t len, uint8_t type, bool is_dtls, struct dtls_hello *out);
/* "ClientHello"; "handshake N" never: NULL for types without a name. Static storage. */
const char *dtls_type__name(uint8_t type);
/* "SRTP_AES128_CM_HMAC_SHA1_80" (RFC 5764, RFC 7714); NULL unknown. */
const char *dtls_srtp__name(uint16_t profile);

#endif

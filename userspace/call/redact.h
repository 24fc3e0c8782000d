/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages as text that may be shown: who called whom, and with what secret, is taken out.
 *
 *   From: "Alice" <sip:alice@example.com;x=y>;tag=1   From: <sip:u-5d41402a@example.com>;tag=1
 *   Authorization: Digest username="alice"...         Authorization: Digest [213 bytes]
 *   X-Anything: text                                  X-Anything: [4 bytes]
 *   (a body)                                          [120 bytes of application/pidf+xml]
 *   a=ice-pwd:8hhY...                                 a=ice-pwd:[24 bytes]
 *
 * What is shown is listed (redact_header.def, redact_sdp.c); all else shows its length. A user part
 * becomes a keyed hash: the same user is the same everywhere, as long as the key is the same.
 * Call-IDs, branches and tags stay: they join what is shown with other logs. */
#ifndef SIGPATH_REDACT_H
#define SIGPATH_REDACT_H

#include <stdbool.h>
#include <stdint.h>

#define REDACT_KEY_LEN 16

struct redact {
	bool is_off; /* texts as they are, made printable */
	uint8_t key[REDACT_KEY_LEN];
};

/* A key that nobody knows and that lasts as long as this process. -errno of getrandom. */
int redact__init(struct redact *r, bool is_off);
/* The same in every run, for output that is compared: hides from a glance, not from who tries
 * numbers. */
void redact__init_fixed(struct redact *r, bool is_off);

/* All of these write printable ASCII, at most cap - 1 bytes and a NUL, and return the length. cap
 * >= 1. */
uint32_t redact__uri(const struct redact *r, const char *uri, uint32_t len, char *buf,
		     uint32_t cap);
/* Lines end in \n. len bytes of a message of msg_len, of protocol enum rec_proto. */
uint32_t redact__message(const struct redact *r, uint8_t proto, const uint8_t *p, uint32_t len,
			 uint32_t msg_len, char *buf, uint32_t cap);

#endif

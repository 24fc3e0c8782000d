/* SPDX-License-Identifier: BSD-2-Clause */
/* One STUN or TURN message: fixed header and what its attributes say about the outcome (RFC 8489 5,
 * 14; RFC 8656).
 *
 *   | type          | length (value)  |
 *   | value, padded to a multiple of 4 ...      one attribute
 *
 * The transaction id in `brief` is the key of a transaction. */
#ifndef SIGPATH_STUN_HEAD_H
#define SIGPATH_STUN_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "stun.h"

struct stun_head {
	struct stun_brief brief;
	uint16_t error_code;  /* 300..699 of an error response, 0 none */
	uint16_t attr_cnt;    /* attributes walked */
	uint16_t unknown_cnt; /* comprehension-required ones that no RFC known here defines (a
				 server answers 420) */
	bool has_username;
	bool has_integrity; /* MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256; not verified */
	bool has_fingerprint;
	bool truncated; /* the message is longer than len */
	bool malformed; /* an attribute reaches beyond the message */
};

/* len bytes at p: the message, or its start where a snap length cut it. 0 and *out set, or
 * -EBADMSG. Accepts what stun_parse() accepts, and beyond that only messages cut short. */
int stun_head__parse(const uint8_t *p, uint32_t len, struct stun_head *out);

/* "Binding", "Allocate"...; "Other" for what is not registered. Static storage. */
const char *stun_method__name(uint16_t method);

#endif

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

struct stun_text {
	uint32_t off, len; /* in the message; len 0: absent */
};

struct stun_addr {
	uint8_t family;	  /* 4, 6; 0 absent */
	uint16_t port;
	uint8_t addr[16]; /* IPv4 as ::ffff:a.b.c.d; un-xored */
};

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
	/* Behind these: what check lists and allocations need. An address family of 0: absent. */
	struct stun_text username; /* ICE: "remote-ufrag:local-ufrag" of the sender (RFC 8445 7.2.2) */
	struct stun_text realm, software;
	bool has_priority, is_controlling, is_controlled, use_candidate, has_nonce;
	bool even_port, has_lifetime, has_data;
	uint32_t priority;
	uint64_t tie_breaker;
	uint32_t lifetime_s;
	uint16_t channel;	 /* CHANNEL-NUMBER, 0 none */
	uint8_t transport;	 /* REQUESTED-TRANSPORT, 0 none */
	struct stun_addr mapped; /* XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS */
	struct stun_addr peer, relayed, alternate;
	uint64_t unknown[4];	 /* bit per comprehension-required type below 0x100 that is not known */
};

/* len bytes at p: the message, or its start where a snap length cut it. 0 and *out set, or
 * -EBADMSG. Accepts what stun_parse() accepts, and beyond that only messages cut short. */
int stun_head__parse(const uint8_t *p, uint32_t len, struct stun_head *out);

/* "Binding", "Allocate"...; "Other" for what is not registered. Static storage. */
const char *stun_method__name(uint16_t method);

#endif

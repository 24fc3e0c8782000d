/* SPDX-License-Identifier: BSD-2-Clause */
/* What a transaction needs to know of a message, of any protocol, and what the deep parsers found in
 * it: parsed once, used by transactions and calls alike. */
#ifndef SIGPATH_BRIEF_H
#define SIGPATH_BRIEF_H

#include <stdbool.h>
#include <stdint.h>

#include "dtls_head.h"
#include "http_head.h"
#include "message.h"
#include "offer.h"
#include "record.h"
#include "sip_head.h"
#include "stun_head.h"

#define BRIEF_KEY_LEN  96
#define BRIEF_CALL_LEN 64

/* Names a transaction. SIP: branch, sent-by and CSeq method (RFC 3261 17.2.3 and, because the
 * response echoes the whole top Via, 17.1.3 too); without the magic cookie Call-ID, CSeq, From tag
 * and sent-by. STUN: transaction id. HTTP: connection and number of the exchange. WebSocket: an offer by
 * what it describes, an answer by the oldest offer that went the other way. */
struct txn_key {
	uint64_t lo; /* branch and method, or transaction id */
	uint64_t hi; /* sent-by, or STUN method */
};

struct brief {
	uint8_t proto; /* enum rec_proto */
	bool is_request;
	bool is_final;	    /* response that ends the transaction */
	bool expects_reply; /* request that is answered: not ACK, not an indication */
	bool is_error;	 /* final response that says failure; challenges and cancellations do not */
	bool has_parent; /* forwarded request: its second Via names the transaction it was forwarded
			    for */
	uint16_t code;	 /* SIP status, STUN error code (0 success) */
	uint32_t cseq;	 /* SIP */
	const char *method; /* static storage: "INVITE", "Binding" */
	struct txn_key key;
	uint64_t conn, offer_id; /* WebSocket: message.conn, offer.id */
	uint64_t parent_lo; /* key.lo of that transaction; its sent-by may have been rewritten */
	char key_text[BRIEF_KEY_LEN]; /* branch, or transaction id in hex */
	char call_id[BRIEF_CALL_LEN]; /* SIP, cut to fit */
};

/* A message taken apart. Spans count from message.p. */
struct facts {
	struct brief brief;
	bool has_txn; /* brief names a transaction: DTLS, TLS and most WebSocket messages have none */
	union {
		struct sip_head sip;	/* PROTO_SIP */
		struct stun_head stun;	/* PROTO_STUN */
		struct dtls_head dtls;	/* PROTO_DTLS, PROTO_TLS */
		struct http_head http;	/* PROTO_HTTP */
	};
	struct offer offer; /* the session description or candidate that it carries, kind NONE: none */
};

/* 0, -EBADMSG not parsed, -ENODATA: parsed, but the fields that name the transaction are missing;
 * when m->len < m->msg_len a longer snap length would help. ret->offer points into m->p or into
 * offer_buf (OFFER_BUF bytes, borrowed as long as ret is used). */
int facts__parse(const struct message *m, char *offer_buf, struct facts *ret);

#endif

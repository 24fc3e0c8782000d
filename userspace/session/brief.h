/* SPDX-License-Identifier: BSD-2-Clause */
/* What a transaction needs to know of a message, of either protocol. */
#ifndef SIGPATH_BRIEF_H
#define SIGPATH_BRIEF_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

#define BRIEF_KEY_LEN  96
#define BRIEF_CALL_LEN 64

/* Names a transaction. SIP: branch, sent-by and CSeq method (RFC 3261 17.2.3 and, because the
 * response echoes the whole top Via, 17.1.3 too); without the magic cookie Call-ID, CSeq, From tag
 * and sent-by. STUN: transaction id. */
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
	uint64_t parent_lo; /* key.lo of that transaction; its sent-by may have been rewritten */
	char key_text[BRIEF_KEY_LEN]; /* branch, or transaction id in hex */
	char call_id[BRIEF_CALL_LEN]; /* SIP, cut to fit */
};

/* payload: snap_len bytes of a message of msg_len bytes. 0, -EBADMSG not parsed, -ENODATA: parsed,
 * but the fields that name the transaction are missing; when snap_len < msg_len a longer snap
 * length would help. */
int brief__parse(const uint8_t *payload, uint32_t snap_len, uint32_t msg_len, uint8_t proto,
		 struct brief *ret);

#endif

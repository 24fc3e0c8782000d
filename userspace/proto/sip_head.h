/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of one SIP message, as far as transactions and dialogs need it (RFC 3261
 * 7, 17.1.3, 17.2.3, 20).
 *
 *   INVITE sip:bob@example.com SIP/2.0               method_name
 *   Via: SIP/2.0/UDP a.example.com:5060;branch=z1    sent_by, branch      (top)
 *   Via: SIP/2.0/UDP b.example.com;branch=z2         via2_branch          (a line, or behind a
 * comma) From: "A; <x>" <sip:a@example.com;x=y>;tag=1     from_uri, from_tag To:
 * <sip:bob@example.com>;tag=2                  to_uri, to_tag Call-ID:
 * 3848276298220188511@a.example.com       call_id CSeq: 314159 INVITE cseq, cseq_method
 *
 * Compact names, any case, folding, white space around separators, quoted strings. Nothing is
 * copied or allocated: spans point into the parsed bytes. A missing or misshapen field is not an
 * error, its bit in `have` is clear; of a field that may occur once the first occurrence counts. */
#ifndef SIGPATH_SIP_HEAD_H
#define SIGPATH_SIP_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "sip.h"

struct sip_span {
	uint32_t off; /* from the start of the message */
	uint32_t len; /* bytes; 0 where the field is absent */
};

enum sip_have {
	SIP_HAVE_BRANCH = 1u << 0,
	SIP_HAVE_SENT_BY = 1u << 1,
	SIP_HAVE_VIA2_BRANCH = 1u << 2,
	SIP_HAVE_CALL_ID = 1u << 3,
	SIP_HAVE_FROM = 1u << 4, /* the field; the tag has its own bit */
	SIP_HAVE_FROM_TAG = 1u << 5,
	SIP_HAVE_TO = 1u << 6,
	SIP_HAVE_TO_TAG = 1u << 7,
	SIP_HAVE_CSEQ = 1u << 8, /* a number below 2^31 (RFC 3261 8.1.1.5) */
	SIP_HAVE_CSEQ_METHOD = 1u << 9,
	SIP_HAVE_METHOD = 1u << 10, /* requests: always; responses: with CSEQ_METHOD */
	SIP_HAVE_CONTENT_LENGTH = 1u << 11,
	SIP_HAVE_EXPIRES = 1u << 12,
	SIP_HAVE_RSEQ = 1u << 13,
	SIP_HAVE_RACK = 1u << 14,
	SIP_HAVE_100REL = 1u << 15, /* in Require of a response or Supported/Require of a request */
	SIP_HAVE_BODY = 1u << 16,   /* the header is complete: body is known, maybe empty */
	SIP_HAVE_CONTACT_STAR = 1u << 17,
	SIP_HAVE_SIPFRAG = 1u << 18, /* Content-Type message/sipfrag (RFC 3420) */
};

struct sip_head {
	bool is_request;
	bool truncated;		     /* the empty line after the headers is not inside len */
	uint16_t status;	     /* 100..699; requests: 0 */
	enum sip_method method;	     /* responses: of the CSeq, OTHER without one */
	enum sip_method cseq_method; /* requests: differs from method only in a broken message */
	uint32_t have;		     /* enum sip_have */
	uint32_t cseq;
	uint32_t via_cnt;
	struct sip_span method_name; /* what `method` was read from */
	struct sip_span branch;	 /* as written: "z9hG4bK" alone, or no cookie at all, is possible */
	struct sip_span sent_by; /* host[:port] as written */
	struct sip_span via2_branch;
	struct sip_span call_id;
	struct sip_span from_tag;
	struct sip_span to_tag;
	/* Behind these: what dialogs, registrations and the joining of legs need. len 0: absent. */
	struct sip_span request_uri;
	struct sip_span from_uri; /* "sip:a@example.com;x=y", without <> and display name */
	struct sip_span to_uri;
	struct sip_span contact;	   /* URI of the first one */
	struct sip_span content_type;	   /* without parameters */
	struct sip_span event;		   /* package and parameters, RFC 6665 */
	struct sip_span sub_state;	   /* Subscription-State, without parameters */
	struct sip_span session_id;	   /* RFC 7989: the first value, the local UUID */
	struct sip_span session_id_remote; /* its remote= parameter */
	struct sip_span icid;		   /* icid-value of P-Charging-Vector, RFC 7315 4.6 */
	struct sip_span replaces;	   /* Call-ID in Replaces, RFC 3891 */
	struct sip_span x_call_id;     /* X-CID, X-Call-ID, X-Orig-Call-ID...: what B2BUAs copy */
	struct sip_span user_agent;    /* or Server */
	struct sip_span reason_phrase; /* responses */
	uint32_t expires;	  /* seconds; of Expires, else of the first Contact; REGISTER: the
				   * Contact first (RFC 3261 10.2.1.1). Only when the header is whole */
	uint32_t contact_expires; /* of the first Contact, UINT32_MAX absent */
	uint32_t content_length;
	uint32_t rseq, rack_rseq, rack_cseq; /* RFC 3262 */
	uint32_t max_forwards;		     /* UINT32_MAX absent */
	uint32_t header_len;		     /* with the empty line; 0: truncated */
	struct sip_span body;		     /* by Content-Length, cut to the bytes at hand */
};

/* Why an element has to refuse or repair a message (RFC 4475, RFC 5118 say which): the first that
 * is found, in this order. */
enum sip_fault {
#define SIP_FAULT(id, text) SIP_FAULT_##id,
#include "sip_fault.def"
#undef SIP_FAULT
	SIP_FAULT_CNT
};
/* Judges a whole message that was parsed. SIP_FAULT_NONE: well-formed. */
enum sip_fault sip_head__judge(const uint8_t *p, uint32_t len, const struct sip_head *head);
const char *sip_fault__text(enum sip_fault fault);

/* len bytes at p: the message, or its start where a snap length cut it (a header line that is cut
 * is left out, also when the cut hides whether it is folded). 0 and *out set, or -EBADMSG: no SIP
 * start line. Accepts what sip_start_parse() accepts, except a request line that is complete and
 * does not end in URI SP SIP-Version. */
int sip_head__parse(const uint8_t *p, uint32_t len, struct sip_head *out);

/* "INVITE"...; "OTHER" for anything that is no row of sip_method.def. Static storage. */
const char *sip_method__name(enum sip_method method);

#endif

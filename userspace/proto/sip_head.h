/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of one SIP message, as far as transactions and dialogs need it (RFC 3261
 * 7, 17.1.3, 17.2.3, 20).
 *
 *   INVITE sip:bob@example.com SIP/2.0               method_name
 *   Via: SIP/2.0/UDP a.example.com:5060;branch=z1    sent_by, branch      (top)
 *   Via: SIP/2.0/UDP b.example.com;branch=z2         via2_branch          (next value: a line, or
 * after a comma) From: "A; <x>" <sip:a@example.com;x=y>;tag=1     from_tag To:
 * <sip:bob@example.com>;tag=2                  to_tag Call-ID: 3848276298220188511@a.example.com
 * call_id CSeq: 314159 INVITE                              cseq, cseq_method
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
};

/* len bytes at p: the message, or its start where a snap length cut it (a header line that is cut
 * is left out, also when the cut hides whether it is folded). 0 and *out set, or -EBADMSG: no SIP
 * start line. Accepts what sip_start_parse() accepts, except a request line that is complete and
 * does not end in URI SP SIP-Version. */
int sip_head__parse(const uint8_t *p, uint32_t len, struct sip_head *out);

/* "INVITE"...; "OTHER" for anything that is no row of sip_method.def. Static storage. */
const char *sip_method__name(enum sip_method method);

#endif

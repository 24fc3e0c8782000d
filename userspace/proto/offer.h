/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the session description in a body, wherever it travels: SDP itself (SIP, WHIP and WHEP, RFC
 * 9725), a part of a multipart body, a JSON string at any depth (JSEP's
 * {"type":"offer","sdp":"..."},
 * {"jsep":{...}}), a fragment with trickled candidates (RFC 8840), a JSON candidate
 * ({"candidate":"candidate:..."}). */
#ifndef SIGPATH_OFFER_H
#define SIGPATH_OFFER_H

#include <stdint.h>

#define OFFER_BUF 16384 /* the longest SDP taken out of JSON */

enum offer_kind {
	OFFER_NONE,
	OFFER_SDP, /* a description; which one is the carrier's rule (RFC 3264, RFC 3261 13.2.1) */
	OFFER_OFFER, /* said to be one */
	OFFER_ANSWER,
	OFFER_PRANSWER,
	OFFER_CANDIDATE, /* trickled: sdp is the candidate line or the fragment */
};

struct offer {
	uint8_t kind;	 /* enum offer_kind */
	const char *sdp; /* sdp_len bytes, not terminated */
	uint32_t sdp_len;
	uint64_t id; /* hash of the JSON field that names the exchange ("transaction", "id"), 0 none
		      */
};

/* content_type: type_len bytes, 0: not told, the bytes decide. buf: OFFER_BUF bytes, used where the
 * text is escaped. Never fails: what is no description is OFFER_NONE. */
void offer__find(const uint8_t *body, uint32_t len, const char *content_type, uint32_t type_len,
		 char *buf, struct offer *ret);

#endif

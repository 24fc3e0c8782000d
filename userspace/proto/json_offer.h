/* SPDX-License-Identifier: BSD-2-Clause */
/* A session description or candidates in JSON, wherever they are in it. One pass, no memory of its
 * own, nothing recursive. A string that begins like SDP is a description. What it is, is told by,
 * in this order: a value "offer", "answer" or "pranswer" in its object
 * ({"type":"offer","sdp":"v=0..."}), its key
 * ({"sdpOffer":"v=0..."}), the key of its object ({"offer":{"sdp":...}}), the objects around.
 * A string that is JSON itself is read as such, once. */
#ifndef SIGPATH_JSON_OFFER_H
#define SIGPATH_JSON_OFFER_H

#include <stdint.h>

#include "offer.h"

/* p: at the first bracket. buf: OFFER_BUF bytes, borrowed as long as *ret is used. *ret is changed
 * only if something is found. JSON that is broken is read as far as it makes sense. */
void json_offer__find(const uint8_t *p, uint32_t len, char *buf, struct offer *ret);
/* The string whose characters, between the quotes, are [p, p + len): RFC 8259 7. Up to cap bytes,
 * cut at the end of a character; to may be p or before it. Returns the length. */
uint32_t json_offer__unescape(const uint8_t *p, uint32_t len, char *to, uint32_t cap);

#endif

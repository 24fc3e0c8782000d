/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of one HTTP/1.1 message (RFC 9112), as far as framing, WebSocket upgrade (RFC 6455 4)
 * and offers need it. Spans point into the message. */
#ifndef SIGPATH_HTTP_HEAD_H
#define SIGPATH_HTTP_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "sip_head.h" /* struct sip_span */

struct http_head {
	bool is_request;
	uint16_t status;		/* responses */
	uint8_t minor;			/* HTTP/1.minor */
	struct sip_span method, target; /* requests */
	struct sip_span content_type;
	struct sip_span ws_protocol; /* Sec-WebSocket-Protocol */
	bool is_chunked;
	bool has_length;
	bool is_close;	      /* Connection: close */
	bool is_upgrade;      /* asks for, or (101) agrees to, WebSocket */
	bool is_deflated;     /* Sec-WebSocket-Extensions: permessage-deflate */
	bool is_client_reset; /* ... client_no_context_takeover (RFC 7692 7.1.1) */
	bool is_server_reset; /* ... server_no_context_takeover */
	bool is_encoded;      /* Content-Encoding: the body cannot be read as text */
	uint64_t content_length;
	uint32_t head_len;	     /* up to and with the empty line */
	uint32_t body_off, body_len; /* in the framed message: decoded when chunked */
};

/* 0; -EAGAIN: the header is not complete within len; -EBADMSG: no HTTP, or framing that contradicts
 * itself (RFC 9112 6.3: two lengths, length and chunked). */
int http_head__parse(const uint8_t *p, uint32_t len, struct http_head *out);
/* "POST" and the other registered ones; "OTHER". Static storage. */
const char *http_method__name(const uint8_t *p, struct sip_span method);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Framers: where a message of a stream ends. One function for each protocol; it sees the bytes from
 * the first one of a message on, as many as there are, and is called again with more of them. What
 * it keeps in between is in tcp_half. It never sees bytes twice behind tcp_half.scan, but for the
 * last ones. */
#ifndef SIGPATH_FRAMER_H
#define SIGPATH_FRAMER_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "stream.h"
#include "tcp_end.h"

#define FRAMER_HEAD_MAX (64u << 10) /* bytes of a SIP or HTTP header */

enum framer_step {
	FRAMER_MORE, /* incomplete; tcp_half.need: so many bytes are needed to say more, 0 not known
		      */
	FRAMER_UNIT, /* len bytes are done with; a message, if framed.msg is set */
	FRAMER_SKIP, /* `skip` bytes from p on belong together and are left out; a message if set */
	FRAMER_BAD,  /* no message begins here */
	FRAMER_STOP, /* a message if set; the rest of the stream is of no interest */
};

struct framed {
	uint32_t len;
	uint64_t skip;
	const uint8_t *msg; /* into p, or into scratch; NULL none */
	uint32_t msg_len;
	uint8_t proto, transport;
	uint64_t exchange;
};

/* What a framer works with. */
struct framing {
	struct tcp_table *table;
	struct tcp_end *end;
	struct tcp_half *half, *peer; /* this direction, the other */
	uint32_t max_message;
	uint8_t *scratch; /* twice max_message bytes */
	struct stream_counts *counts;
};

typedef enum framer_step (*framer_fn)(struct framing *c, const uint8_t *p, uint32_t len,
				      struct framed *out);

enum framer_step framer_sip(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out);
enum framer_step framer_stun(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out);
enum framer_step framer_http(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out);
enum framer_step framer_ws(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out);
enum framer_step framer_tls(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out);
/* Is this one frame, exactly? For a start in the middle. */
bool framer_ws_fits(const struct tcp_half *h, const uint8_t *p, uint32_t len);
/* The stream has ended in a response that lasts until then (RFC 9112 6.3 item 8): true, *out is the
 * message. */
bool framer_http_end(struct framing *c, const uint8_t *p, uint32_t len, struct framed *out);

/* Offset behind the line that begins at `at`; 0: it is not complete. */
static inline uint32_t framer_line(const uint8_t *p, uint32_t at, uint32_t len)
{
	const uint8_t *nl = at < len ? __builtin_memchr(p + at, '\n', len - at) : 0;

	return nl ? (uint32_t)(nl - p) + 1 : 0;
}

/* Is the line [at, next) empty? */
static inline bool framer_is_empty(const uint8_t *p, uint32_t at, uint32_t next)
{
	return next - at == 1 || (next - at == 2 && p[at] == '\r');
}

#endif

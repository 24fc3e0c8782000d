/* SPDX-License-Identifier: BSD-2-Clause */
/* What begins at these bytes of a stream: the protocol, told by its first bytes alone. */
#ifndef SIGPATH_OPENING_H
#define SIGPATH_OPENING_H

#include <stdbool.h>
#include <stdint.h>

#define OPENING_LINE_MAX 8192 /* bytes of a start line */

/* enum rec_proto: SIP, STUN, HTTP, TLS, and (is_mid_stream) WS; PROTO_NONE: nothing that is known;
 * -EAGAIN: more bytes would tell. is_mid_stream: more is asked of them, for chance has a say. */
int opening__tell(const uint8_t *p, uint32_t len, bool is_mid_stream);
/* Protected data of a TLS connection whose handshake was not seen. */
bool opening__is_tls_data(const uint8_t *p, uint32_t len);
/* A SIP start line: 1 yes, 0 no, -EAGAIN not complete. */
int opening__is_sip(const uint8_t *p, uint32_t len);

#endif

/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The fixed header of a STUN message (RFC 8489 5), which TURN shares.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |0 0|M M M M M C M M M C M M M M|        length (of attributes) |
 *   |                  magic cookie 0x2112A442                      |
 *   |                  transaction id, 96 bits                      |
 *
 * Messages without the cookie (RFC 3489) are not taken: nothing tells them from other protocols. */
#ifndef SIGPATH_STUN_H
#define SIGPATH_STUN_H

#include "window.h"

#define STUN_HDR_LEN  20
#define STUN_TXID_LEN 12
#define STUN_COOKIE   0x2112a442u

enum stun_class { STUN_REQUEST = 0, STUN_INDICATION = 1, STUN_SUCCESS = 2, STUN_ERROR = 3 };

struct stun_brief {
	__u16 type;   /* as on the wire, host order */
	__u16 method; /* 12 bits */
	__u8 class;   /* enum stun_class */
	__u8 pad[3];
	__u8 txid[STUN_TXID_LEN];
};

/* Everything but the length: user space sees cut messages, the kernel does not. */
static __always_inline int stun_fixed_parse(const __u8 *buf, __u32 len, struct stun_brief *out)
{
	__u16 type = load_be16(buf);

	if (len < STUN_HDR_LEN || type & 0xc000 || load_be32(buf + 4) != STUN_COOKIE)
		return -EBADMSG;
	if (buf[3] & 3)
		return -EBADMSG;
	out->type = type;
	out->method = (type & 0xf) | (type & 0xe0) >> 1 | (type & 0x3e00) >> 2;
	out->class = (type >> 7 & 2) | (type >> 4 & 1);
	out->pad[0] = out->pad[1] = out->pad[2] = 0;
	__builtin_memcpy(out->txid, buf + 8, STUN_TXID_LEN);
	return 0;
}

/* One datagram, one message: the length must be exact. */
static __always_inline int stun_parse(const __u8 *buf, __u32 len, struct stun_brief *out)
{
	if (len < STUN_HDR_LEN || load_be16(buf + 2) != len - STUN_HDR_LEN)
		return -EBADMSG;
	return stun_fixed_parse(buf, len, out);
}

#endif

/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The fingerprint of a datagram: the same wherever its payload is seen, in the kernel or in a
 * user's buffer.
 *
 * It covers the whole 8-byte words of the first REC_HASH_LEN payload bytes and the payload's
 * length. A SIP request carries its Via branch, a STUN message its transaction id in there, so that
 * only true copies are equal. */
#ifndef SIGPATH_PRINT_H
#define SIGPATH_PRINT_H

#include <linux/types.h>

#include "record.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define PRINT_WORDS (REC_HASH_LEN / 8)

/* buf: REC_HASH_LEN addressable bytes, 8-byte aligned. len: payload bytes of the datagram. Never 0.
 */
static __always_inline __u64 print_hash(const void *buf, __u32 len)
{
	const __u64 *w = buf;
	__u64 h = 0x9e3779b97f4a7c15ull ^ len;
	__u32 words = len / 8;

	for (__u32 i = 0; i < PRINT_WORDS; i++) {
		if (i >= words)
			break;
		h = (h ^ w[i]) * 0xff51afd7ed558ccdull;
		h ^= h >> 29;
	}
	return h | 1;
}

#endif

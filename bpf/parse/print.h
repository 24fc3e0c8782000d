/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The fingerprint of a datagram: the same wherever its payload is seen, in the kernel or in a
 * user's buffer.
 *
 * It covers the first REC_HASH_LEN payload bytes, all of them, and the payload's length:
 *
 *   | word 0 | word 1 | ... | word n-1 |        whole 8-byte words
 *                         | last 8 bytes |      overlapping, so that no byte is left out
 *
 * A SIP request carries its Via branch, a STUN message its transaction id in there, so that only
 * true copies are equal. */
#ifndef SIGPATH_PRINT_H
#define SIGPATH_PRINT_H

#include <linux/types.h>

#include "record.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define PRINT_WORDS (REC_HASH_LEN / 8)

static __always_inline __u64 print_mix(__u64 h, __u64 word)
{
	h = (h ^ word) * 0xff51afd7ed558ccdull;
	return h ^ (h >> 29);
}

/* buf: 8-byte aligned, REC_HASH_LEN + 8 addressable bytes. len: payload bytes of the datagram. Never
 * 0. */
static __always_inline __u64 print_hash(const void *buf, __u32 len)
{
	__u32 covered = len < REC_HASH_LEN ? len : REC_HASH_LEN;
	const __u64 *w = buf;
	__u64 h = 0x9e3779b97f4a7c15ull ^ len, last = 0;

	for (__u32 i = 0; i < PRINT_WORDS; i++) {
		if (i >= covered / 8)
			break;
		h = print_mix(h, w[i]);
	}
	if (covered >= 8)
		__builtin_memcpy(&last, (const __u8 *)buf + ((covered - 8) & (REC_HASH_LEN - 1)),
				 8);
	return print_mix(h, last) | 1;
}

#endif

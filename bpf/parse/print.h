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
#include "unroll.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define PRINT_WORDS (REC_HASH_LEN / 8)
#define PRINT_LANES 4 /* words mixed at a time: independent of each other, so that they overlap */

#define PRINT_MARK 0x100u /* above PRINT_WORDS */

static __always_inline __u64 print_mix(__u64 h, __u64 word)
{
	h = (h ^ word) * 0xff51afd7ed558ccdull;
	return h ^ (h >> 29);
}

/* buf: 8-byte aligned, REC_HASH_LEN addressable bytes. len: payload bytes of the datagram. Never 0.
 */
static __always_inline __u64 print_hash(const void *buf, __u32 len)
{
	__u32 covered = len < REC_HASH_LEN ? len : REC_HASH_LEN;
	__u64 a = 0x9e3779b97f4a7c15ull ^ len, b = 0x2545f4914f6cdd1dull;
	__u64 c = 0xd6e8feb86659fd93ull, d = 0xa0761d6478bd642full, last = 0;
	__u32 words = covered / 8, marked = words | PRINT_MARK, i;
	const __u64 *w = buf;

	/* The verifier is not to connect the two: each way out would be a way of its own. */
	__asm__ volatile("" : "+r"(marked));
	UNROLL
	for (i = 0; i < PRINT_WORDS; i += PRINT_LANES) {
		if (((i + PRINT_LANES) | PRINT_MARK) > marked)
			break;
		a = print_mix(a, w[i]);
		b = print_mix(b, w[i + 1]);
		c = print_mix(c, w[i + 2]);
		d = print_mix(d, w[i + 3]);
	}
	i = words & ~(PRINT_LANES - 1u);
	for (__u32 k = 0; k < PRINT_LANES - 1; k++, i++) {
		if (i >= words)
			break;
		a = print_mix(a, w[i & (PRINT_WORDS - 1)]);
	}
	/* Without CAP_PERFMON the verifier wants an offset to have the same bounds on every way to
	 * it: the constant one is a load of its own. */
	if (len >= REC_HASH_LEN) {
		IN_ORDER();
		last = w[PRINT_WORDS - 1];
		IN_ORDER();
	} else if (len >= 8) {
		__builtin_memcpy(&last, (const __u8 *)buf + ((len - 8) & (REC_HASH_LEN - 1)), 8);
	}
	a = print_mix(print_mix(print_mix(a, b), c), d);
	return print_mix(a, last) | 1;
}

#endif

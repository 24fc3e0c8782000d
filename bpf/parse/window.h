/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What every parser here assumes of its buffer, and the two or three words they share.
 *
 *   buf   flat bytes; at least PARSE_WINDOW of them are addressable, zero past len
 *   len   bytes of the message as sent, which may be more than the buffer holds
 *
 * A parser returns 0 or -EBADMSG, writes *out only on success and reads nothing behind the window.
 */
#ifndef SIGPATH_WINDOW_H
#define SIGPATH_WINDOW_H

#ifndef __VMLINUX_MIN_H
#include <linux/types.h>
#endif

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#ifndef EBADMSG
#define EBADMSG 74 /* BPF has no errno.h */
#endif

#define PARSE_WINDOW 64

/* Eight bytes as a big-endian number: the same constants compare on every host. One load in user
 * space; byte loads in BPF, which neither verifier nor alignment can object to. */
static __always_inline __u64 load_be64(const __u8 *p)
{
	return (__u64)p[0] << 56 | (__u64)p[1] << 48 | (__u64)p[2] << 40 | (__u64)p[3] << 32 |
	       (__u64)p[4] << 24 | (__u64)p[5] << 16 | (__u64)p[6] << 8 | (__u64)p[7];
}

static __always_inline __u32 load_be32(const __u8 *p)
{
	return (__u32)p[0] << 24 | (__u32)p[1] << 16 | (__u32)p[2] << 8 | (__u32)p[3];
}

static __always_inline __u16 load_be16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

#endif

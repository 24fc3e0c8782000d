/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Kernel memory behind a plain address, by what the kernel allows (sp_knobs.kernel_read, a constant
 * to the verifier: the other branch is not even looked at). */
#ifndef SIGPATH_MEMORY_BPF_H
#define SIGPATH_MEMORY_BPF_H

#include "config.bpf.h"
#include "kernel.bpf.h"
#include "net.h"

/* bpf_rdonly_cast (6.2, a35b9af4ec2c) as a helper that no kernel has: the loader puts the kernel
 * function in its place (kernel-compat/object.c). As an extern it would make libbpf ask for the
 * kernel's BTF even where no program needs it. */
static const void *(*const rdonly_cast)(const void *obj, __u32 type_id) = (void *)RDONLY_CAST_CALL;

#define CAST_BYTES \
	64 /* of an array in struct new_utsname: any type with so many plain bytes would do */

struct cast_block {
	__u64 word[CAST_BYTES / 8];
};

#define CAST_MARK 0x4000u /* above any length */

/* Loads through the cast are checked by the kernel's fault handler: what cannot be read is 0.
 * Blocks are copied whole, and of the first one what lies behind len is cleared: that is as far as
 * parsers look. dst has max bytes.
 *
 * `end` is len with a mark, so that the verifier does not connect the two: what a way out of the
 * loop says about len would else make each of them a way of its own to the end of the program. */
static __always_inline int cast_load(__u8 *dst, __u32 max, __u32 len, const void *src)
{
	__u32 end = len | CAST_MARK;

	barrier_var(end);
	for (__u32 i = 0; i < max; i += CAST_BYTES) {
		const struct cast_block *b;

		if ((i | CAST_MARK) >= end)
			break;
		b = rdonly_cast(src + i, sp_knobs.cast_type);
		for (__u32 k = 0; k < CAST_BYTES && i + k < max; k += 8)
			*(__u64 *)(dst + i + k) = b->word[k / 8];
	}
	for (__u32 k = 0; k < CAST_BYTES && k < max; k += 8) {
		__u64 *word = (void *)(dst + k);

		if (k >= len)
			*word = 0;
		else if (k + 8 > len)
			*word &= (1ull << (len & 7) * 8) - 1;
	}
	return 0;
}

/* The call of the helper costs more than the loads of a few words, and less than those of many.
 * len 1..max, both sides constant to the verifier; max a multiple of 8. 0 or negative. */
static __always_inline int kernel_load(void *dst, __u32 max, __u32 len, const void *src)
{
	bool may_cast = sp_knobs.kernel_read & READ_CAST;
	bool may_probe = sp_knobs.kernel_read & READ_PROBE;

	if (may_cast && (max <= CAST_BYTES || !may_probe))
		return cast_load(dst, max, len, src);
	return may_probe ? bpf_probe_read_kernel(dst, len, src) : -NET_EBADMSG;
}

#endif

/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The bytes a receive call has just put into the application's buffer: the system call's own
 * arguments say where. This names the packet where no probe can (kernels that refuse fentry and
 * kprobes). */
#ifndef SIGPATH_USER_BPF_H
#define SIGPATH_USER_BPF_H

#include "maps.bpf.h"
#include "regs.bpf.h"

#define USER_IOV_MAX 4 /* pieces of a scattered buffer that are put together */

struct user_iovec {
	__u64 base;
	__u64 len;
};

struct user_msghdr {
	__u64 name;
	__u64 namelen;
	__u64 iov;
	__u64 iovlen;
	__u64 control;
	__u64 controllen;
	__u64 flags;
};

#define USER_MMSGHDR_SIZE 64 /* sizeof(struct mmsghdr), 64-bit */

/* Gathers `want` (1..REC_HASH_LEN) bytes of an iovec array into dst; bytes copied, 0 on a fault. */
static __always_inline __u32 user_gather(__u64 iov_addr, __u64 cnt, __u8 *dst, __u32 want)
{
	struct user_iovec iov;
	__u32 got = 0;

	for (__u32 i = 0; i < USER_IOV_MAX; i++) {
		__u32 n;

		if (i >= cnt || got >= want)
			break;
		if (bpf_probe_read_user(&iov, sizeof(iov), (void *)(iov_addr + i * sizeof(iov))))
			return 0;
		n = want - got;
		if (iov.len < n)
			n = (__u32)iov.len;
		if (!n)
			continue;
		n = ((n - 1) & (REC_HASH_LEN - 1)) + 1;
		if (bpf_probe_read_user(dst + (got & (REC_HASH_LEN - 1)), n, (void *)iov.base))
			return 0;
		got += n;
	}
	return got;
}

static __always_inline __u32 user_flat(__u64 addr, __u8 *dst, __u32 want)
{
	__u32 n = ((want - 1) & (REC_HASH_LEN - 1)) + 1;

	return bpf_probe_read_user(dst, n, (void *)addr) ? 0 : n;
}

/* The first `want` bytes just received by the current task's system call. batch_idx: position in a
 * recvmmsg vector. 0 where they cannot be told (io_uring, splice, a fault). dst has 2 *
 * REC_HASH_LEN addressable bytes. */
static __always_inline __u32 user_received(struct pt_regs *regs, __u32 batch_idx, __u8 *dst,
					   __u32 want)
{
	__u64 nr = REGS_NR(regs), arg2 = REGS_ARG2(regs), arg3 = REGS_ARG3(regs);
	struct user_msghdr msg;

	if (nr == NR_RECVFROM || nr == NR_READ)
		return user_flat(arg2, dst, want);
	if (nr == NR_READV)
		return user_gather(arg2, arg3, dst, want);
	if (nr == NR_RECVMMSG)
		arg2 += batch_idx * USER_MMSGHDR_SIZE;
	else if (nr != NR_RECVMSG)
		return 0;
	if (bpf_probe_read_user(&msg, sizeof(msg), (void *)arg2))
		return 0;
	return user_gather(msg.iov, msg.iovlen, dst, want);
}

#endif

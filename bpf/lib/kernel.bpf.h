/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Everything sigpath reads of the kernel: just these structs and fields. This file is the list of
 * kernel dependencies; offsets are left to CO-RE. A `___suffix` flavour holds a field that not
 * every kernel has. */
#ifndef SIGPATH_KERNEL_BPF_H
#define SIGPATH_KERNEL_BPF_H

#define __VMLINUX_H__ /* bpf_tracing.h: our pt_regs has the kernel's field names */

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r10, r8, r9, ax, cx, dx, si, di, orig_ax, ip, sp, bp;
};

struct pt_regs___stack {
	unsigned long orig_ax, cs, ss;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	unsigned long regs[31];
	int syscallno;
};
#endif

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct net_device {
	int ifindex;
	possible_net_t nd_net;
};

struct sock_common {
	unsigned short skc_family;
	__be16 skc_dport;
	__u16 skc_num;
	possible_net_t skc_net;
};

struct sk_buff {
	struct sk_buff *prev;
	struct net_device *dev;
	struct sock *sk;
	unsigned int len;
	unsigned int data_len;
	__be16 protocol;
	__u16 transport_header;
	__u16 network_header;
	unsigned int tail;
	unsigned char *head;
	unsigned char *data;
};

struct sk_buff_head {
	struct sk_buff *prev;
	__u32 qlen;
};

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	__u16 sk_protocol; /* u8 bit field before 5.6, u16 on every kernel supported */
};

struct tcp_sock {
	__u32 copied_seq; /* the application has received everything before */
	__u32 write_seq;  /* of the next byte that it hands over */
};

struct sockaddr;

struct iov_iter {
	unsigned long count;
};

struct msghdr {
	void *msg_name;
	int msg_namelen;
	struct iov_iter msg_iter;
};

struct sched_info {
	unsigned long long last_queued;
};

struct rq {
	__u64 clock;
};

struct cfs_rq {
	struct rq *rq; /* CONFIG_FAIR_GROUP_SCHED */
};

struct sched_entity {
	struct cfs_rq *cfs_rq;
};

struct task_struct {
	int pid;
	int tgid;
	void *stack;
	struct sched_info sched_info;
	struct sched_entity se;
};

/* State of a task: `state` until 5.14 (2f064a59a11f "sched: Change task_struct::state"), `__state`
 * since. */
struct task_struct___new {
	unsigned int __state;
};

struct task_struct___old {
	volatile long state;
};

/* Reasons move between releases: always read through bpf_core_enum_value (kernels 5.17 and later).
 */
enum skb_drop_reason {
	SKB_DROP_REASON_NOT_SPECIFIED = 2,
	SKB_DROP_REASON_SOCKET_RCVBUFF = 6,
	SKB_DROP_REASON_PACKET_SOCK_ERROR = 100,
};

#pragma clang attribute pop

#endif

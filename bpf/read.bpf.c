// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The application reads: by the kernel function that consumes the packet, or by the bytes in the
 * user's buffer. */
#include "emit.bpf.h"
#include "regs.bpf.h"
#include "sight.bpf.h"
#include "skb.bpf.h"
#include "tables.bpf.h"
#include "thread.bpf.h"
#include "user.bpf.h"

#define MSG_PEEK_FLAG 2

static __always_inline void read_report(struct scratch *s, __u64 now, __u64 sk, __u64 skb,
					__u32 netns, __u64 hash, __u32 msg_len)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct thread *t = thread_claim((__u32)pid_tgid, now);

	emit_header(&s->read.hdr, REC_READ, sizeof(s->read), now);
	s->read.print.hash = hash;
	s->read.print.msg_len = msg_len;
	s->read.print.snap_len = 0;
	s->read.sk = sk;
	s->read.skb = skb;
	thread_identity(&s->read.task, pid_tgid, t, now, netns);
	thread_history(t, &s->read.history);
	emit(&s->read, sizeof(s->read));
}

/* len < 0: MSG_PEEK. Named by its pointer. Sockets that carry no signaling leave at once. */
static __always_inline int read_skb(struct sock *sk, struct sk_buff *skb, int len, bool typed)
{
	struct scratch *s;
	__u64 sk_addr, skb_addr;

	if (len < 0 || !port_is_any(FIELD(typed, sk, __sk_common.skc_num)))
		return 0;
	s = scratch_get(SCRATCH_READ);
	if (!s)
		return 0;
	sk_addr = address_of(s, sk);
	if (!sock_is_known(sk_addr))
		return 0;
	skb_addr = address_of(s, skb);
	wait_take(skb_addr);
	read_report(s, bpf_ktime_get_ns(), sk_addr, skb_addr, sock_netns(sk, typed), 0, len);
	return 0;
}

SEC("?fentry/skb_consume_udp")
int BPF_PROG(read_fe, struct sock *sk, struct sk_buff *skb, int len)
{
	return read_skb(sk, skb, len, true);
}

SEC("?kprobe/skb_consume_udp")
int BPF_KPROBE(read_kp, struct sock *sk, struct sk_buff *skb, int len)
{
	return read_skb(sk, skb, len, false);
}

/* Without a type of the kernel: any socket is looked up, not only those of known ports. */
SEC("?kprobe/skb_consume_udp")
int read_ptr_kp(struct kprobe_regs *regs)
{
	__u64 sk = KPROBE_ARG1(regs), skb = KPROBE_ARG2(regs);
	int len = (int)KPROBE_ARG3(regs);
	struct scratch *s;

	if (len < 0 || !sock_is_known(sk))
		return 0;
	wait_take(skb);
	s = scratch_get(SCRATCH_READ);
	if (s)
		read_report(s, bpf_ktime_get_ns(), sk, skb, 0, 0, len);
	return 0;
}

/* recvmmsg fills its vector in order and ends with an error when the queue is empty. */
static __always_inline __u32 batch_next(struct thread *t, struct pt_regs *regs)
{
	__u32 idx;

	if (REGS_NR(regs) != NR_RECVMMSG)
		return 0;
	idx = t->batch_idx;
	t->batch_idx = idx + 1 < REGS_ARG3(regs) ? idx + 1 : 0;
	return idx;
}

/* A call that got nothing ends a recvmmsg batch. */
static __always_inline int read_nothing(void)
{
	struct thread *t = thread_find((__u32)bpf_get_current_pid_tgid());

	if (t)
		t->batch_idx = 0;
	return 0;
}

/* PORT_BEAT if this socket's reads are heartbeats: by its own port, or by its peer's where it is
 * connected. */
static __always_inline __u8 sock_beat(const struct sock *sk)
{
	return (port_kind(sk->__sk_common.skc_num) |
		port_kind(bpf_ntohs(sk->__sk_common.skc_dport))) &
	       PORT_BEAT;
}

/* By content: reads the application's buffer back. What is no signaling on such a socket (media) is
 * left alone. */
static __always_inline void read_user(struct scratch *s, struct sock *sk, __u64 sk_addr, int ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	__u32 want = ret < REC_HASH_LEN ? ret : REC_HASH_LEN;
	__u64 now = bpf_ktime_get_ns();
	struct thread *t = thread_claim(task->pid, now);
	int v;

	__builtin_memset(s->payload, 0, PARSE_WINDOW);
	if (user_received(regs, t ? batch_next(t, regs) : 0, s->payload, want) < want) {
		count(CNT_USER_UNREADABLE);
		read_report(s, now, sk_addr, 0, sock_netns(sk, true), 0, ret);
		return;
	}
	v = sight_judge(SCRATCH_READ, ret, PORT_SIP | PORT_STUN | sock_beat(sk));
	if (demux_is_message(v))
		read_report(s, now, sk_addr, 0, sock_netns(sk, true), s->hash, ret);
}

SEC("?tp_btf/sock_recv_length")
int BPF_PROG(read_user_btf, struct sock *sk, int ret, int flags)
{
	struct scratch *s;
	__u64 sk_addr;

	if (!port_is_any(sk->__sk_common.skc_num) || sk->sk_protocol != NET_UDP ||
	    (flags & MSG_PEEK_FLAG))
		return 0;
	if (ret <= 0)
		return read_nothing();
	s = scratch_get(SCRATCH_READ);
	if (!s)
		return 0;
	sk_addr = address_of(s, sk);
	if (sock_is_known(sk_addr))
		read_user(s, sk, sk_addr, ret);
	return 0;
}

/* Until 6.17 the reader frees the packet in its own context. */
SEC("?tp_btf/consume_skb")
int BPF_PROG(read_skb_btf, struct sk_buff *skb)
{
	struct scratch *s;
	struct sight look;
	struct bytes b;

	if (!(__u32)bpf_get_current_pid_tgid() || !is_receive(current_syscall()))
		return 0;
	s = scratch_get(SCRATCH_READ);
	if (!s || skb->sk)
		return 0;
	wait_take(address_of(s, skb));
	skb_bytes(skb, true, &b);
	if (sight_look(s, SCRATCH_READ, &b, false, skb_ethertype(skb, true), REC_HASH_LEN,
		       COUNT_NOTHING, &look))
		read_report(s, bpf_ktime_get_ns(), 0, 0, 0, s->hash, s->net.payload_len);
	return 0;
}

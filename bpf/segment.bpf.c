// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* TCP segments at the filters of their socket, which read paged data too, and how far a stream was
 * written and read. */
#include "segment.bpf.h"
#include "filter.bpf.h"
#include "skb.bpf.h"
#include "tables.bpf.h"
#include "thread.bpf.h"

__attribute__((noinline)) int segment_look(__u32 scratch_idx, __u32 big_len, __u32 flags)
{
	__u32 key = scratch_idx, off, len, bits, last;
	struct scratch *s = bpf_map_lookup_elem(&sp_scratch, &key);

	if (!s || s->net.l4 != NET_TCP || (s->net.flags & NET_F_FRAG_LATER) ||
	    !(port_kinds(&s->net) & PORT_OF_TCP))
		return 0;
	off = s->net.l4_off;
	bits = net_at8(s->win, off + 13);
	len = big_len ? big_len - s->net.payload_off : s->net.payload_len;
	last = (bits & TCP_FIN ? REC_F_FIN : 0) | (bits & TCP_RST ? REC_F_RST : 0);
	if (!len && !(bits & (TCP_FIN | TCP_SYN | TCP_RST)))
		return 0;
	NET_STEP();
	s->seg.flow.proto = PROTO_NONE;
	s->seg.flow.flags = (__u16)(flags | (bits & TCP_SYN ? REC_F_SYN : 0) |
				    (s->net.flags & NET_F_FRAG_FIRST ? REC_F_FRAG : 0) |
				    (s->net.flags & NET_F_VLAN ? REC_F_VLAN : 0));
	s->seg.seq = ((__u32)net_at16(s->win, off + 4) << 16 | net_at16(s->win, off + 6)) +
		     (bits & TCP_SYN ? 1 : 0);
	s->seg.seg_len = len;
	s->seg.nic_ns = s->seg.stack_ns = s->seg.send_ns = 0;
	s->seg.sk = s->seg.skb = 0;
	s->seg.netns = s->seg.pad = 0;
	__builtin_memset(&s->seg.task, 0, sizeof(s->seg.task));
	s->part_off = s->net.payload_off;
	s->part_flags = (__u16)last;
	s->part_left = SEGMENT_PARTS;
	if (len)
		count(CNT_TCP_SEGMENTS);
	NET_STEP();
	sight_ends(s, &s->seg.flow);
	return 1;
}

/* Bytes of the next part, of a packet of `avail`; 0 none. What is not there is told by its length:
 * the stream has a hole. */
static __always_inline __u32 part_len(const struct scratch *s, __u32 avail)
{
	__u32 have = avail > s->part_off ? avail - s->part_off : 0;
	__u32 n = s->seg.seg_len < REC_SNAP_MAX ? s->seg.seg_len : REC_SNAP_MAX;

	if (n <= have)
		return n;
	count(CNT_SEGMENT_CUT);
	return have;
}

static __always_inline int part_unread(struct scratch *s, __u64 run)
{
	count(CNT_NONLINEAR);
	segment_emit(s, 0, run);
	return 1;
}

__attribute__((noinline)) int segment_part_skb(struct __sk_buff *ctx, __u32 scratch_idx, __u64 run)
{
	__u32 key = scratch_idx, n;
	struct scratch *s = bpf_map_lookup_elem(&sp_scratch, &key);

	if (!s)
		return 1;
	n = part_len(s, ctx->len);
	if (n &&
	    bpf_skb_load_bytes(ctx, s->part_off, s->payload, ((n - 1) & (REC_SNAP_MAX - 1)) + 1))
		return part_unread(s, run);
	return segment_emit(s, n, run) || n < REC_SNAP_MAX;
}

__attribute__((noinline)) int segment_part_xdp(struct xdp_md *ctx, __u32 scratch_idx, __u64 run)
{
	__u32 key = scratch_idx, n;
	struct scratch *s = bpf_map_lookup_elem(&sp_scratch, &key);

	if (!s)
		return 1;
	n = part_len(s, bpf_xdp_get_buff_len(ctx));
	if (n &&
	    bpf_xdp_load_bytes(ctx, s->part_off, s->payload, ((n - 1) & (REC_SNAP_MAX - 1)) + 1))
		return part_unread(s, run);
	return segment_emit(s, n, run) || n < REC_SNAP_MAX;
}

SEC("?cgroup_skb/ingress")
int seg_in_cg(struct __sk_buff *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	if (sk)
		segment_in(ctx, sk);
	return 1;
}

static __always_inline struct write *write_slot(__u64 sk)
{
	__u32 key = spread(sk) & (WRITE_SLOTS - 1);

	return bpf_map_lookup_elem(&sp_writes, &key);
}

/* The call that wrote the byte before end_seq, if that was the socket's latest. */
static __always_inline void write_find(__u64 sk, __u32 end_seq, struct rec_seg *seg)
{
	struct write *w = write_slot(sk);

	if (!w || w->sk != sk || (__s32)(end_seq - w->start_seq) <= 0 ||
	    (__s32)(end_seq - w->end_seq) > 0)
		return;
	seg->send_ns = w->send_ns;
	seg->task = w->who;
	barrier();
	if (w->sk == sk)
		return;
	seg->send_ns = 0; /* written meanwhile */
	__builtin_memset(&seg->task, 0, sizeof(seg->task));
}

/* Before segmentation: the driver gets the same skb where it, or the device, cuts it itself. */
SEC("?cgroup_skb/egress")
int seg_out_cg(struct __sk_buff *ctx)
{
	const __u8 *l3 = (void *)(long)ctx->data;
	const void *end = (void *)(long)ctx->data_end;
	struct bpf_sock *sk = ctx->sk;
	struct scratch *s;
	__u64 now, run;

	if (!sk || !segment_maybe(l3, end, bpf_ntohs(ctx->protocol)))
		return 1;
	s = scratch_get(SCRATCH_SEG_OUT);
	if (!s)
		return 1;
	run = scratch_own(s);
	if (!segment_parse(ctx, s, SCRATCH_SEG_OUT) ||
	    !segment_look(SCRATCH_SEG_OUT, big_len(ctx), REC_F_EGRESS))
		return 1;
	now = bpf_ktime_get_ns();
	s->seg.hdr.ts_ns = now;
	s->seg.sk = address_of(s, sk);
	s->seg.skb = address_of(s, ctx);
	s->seg.ifindex = ctx->ifindex;
	if (s->seg.seg_len)
		write_find(s->seg.sk, s->seg.seq + s->seg.seg_len, &s->seg);
	if (!scratch_is_own(s, run))
		return 1;
	sock_know(s->seg.sk, s->seg.flow.sport);
	xmit_expect(s->seg.skb, now);
	if (ctx->gso_segs > 1)
		cut_expect(s->seg.sk, s->seg.skb, s->seg.seq + s->seg.seg_len);
	segment_parts(ctx, SCRATCH_SEG_OUT, run);
	return 1;
}

/* A call with `size` bytes; start: write_seq. The same call again (its loop) has the same end. */
static __always_inline void write_mark(__u64 sk, __u32 netns, __u32 start, __u32 size)
{
	struct write *w = write_slot(sk);
	__u64 now = bpf_ktime_get_ns();
	struct thread *t;

	if (!w || !size || (w->sk == sk && w->end_seq == start + size))
		return;
	t = thread_claim((__u32)bpf_get_current_pid_tgid(), now);
	w->sk = 0;
	barrier();
	w->send_ns = now;
	w->start_seq = start;
	w->end_seq = start + size;
	thread_identity(&w->who, bpf_get_current_pid_tgid(), t, now, netns);
	barrier();
	w->sk = sk;
}

static __always_inline bool is_stream_port(const struct sock *sk, bool typed)
{
	return (port_kind(FIELD(typed, sk, __sk_common.skc_num)) |
		port_kind(bpf_ntohs(FIELD(typed, sk, __sk_common.skc_dport)))) &
	       PORT_OF_TCP;
}

static __always_inline int write_typed(struct sock *sk, __u32 size)
{
	struct tcp_sock *tp;
	struct scratch *s;

	if (!is_stream_port(sk, true))
		return 0;
	s = scratch_get(SCRATCH_CALL);
	tp = (void *)bpf_skc_to_tcp_sock(sk);
	if (s && tp)
		write_mark(address_of(s, sk), sock_netns(sk, true), tp->write_seq, size);
	return 0;
}

SEC("?fentry/tcp_sendmsg")
int BPF_PROG(write_fe, struct sock *sk, struct msghdr *msg, unsigned long size)
{
	return write_typed(sk, (__u32)size);
}

SEC("?kprobe/tcp_sendmsg")
int BPF_KPROBE(write_kp, struct sock *sk, struct msghdr *msg, unsigned long size)
{
	if (is_stream_port(sk, false))
		write_mark((__u64)sk, sock_netns(sk, false),
			   BPF_CORE_READ((struct tcp_sock *)sk, write_seq), (__u32)size);
	return 0;
}

/* In the loop of the call, with the socket locked: what is left ends where the call began to. */
SEC("?tp_btf/tcp_sendmsg_locked")
int BPF_PROG(write_btf, struct sock *sk, struct msghdr *msg)
{
	return write_typed(sk, (__u32)msg->msg_iter.count);
}

static __always_inline void take_report(struct scratch *s, __u64 sk, __u32 netns, __u32 seq)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
	struct thread *t = thread_claim((__u32)pid_tgid, now);

	if (t && t->take_sk == sk && t->take_seq == seq)
		return; /* MSG_PEEK */
	if (t) {
		t->take_sk = sk;
		t->take_seq = seq;
	}
	emit_header(&s->take.hdr, REC_TAKE, sizeof(s->take), now);
	s->take.sk = sk;
	s->take.seq = seq;
	s->take.pad = 0;
	thread_identity(&s->take.task, pid_tgid, t, now, netns);
	thread_history(t, &s->take.history);
	emit(&s->take, sizeof(s->take));
}

/* In tcp_recvmsg, for each packet that was copied; the position has moved then. */
SEC("?tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(take_btf, struct sock *sk)
{
	struct tcp_sock *tp;
	struct scratch *s;
	__u64 sk_addr;

	if (!port_is_any(sk->__sk_common.skc_num))
		return 0;
	s = scratch_get(SCRATCH_TAKE);
	if (!s)
		return 0;
	sk_addr = address_of(s, sk);
	if (!sock_is_known(sk_addr))
		return 0;
	tp = (void *)bpf_skc_to_tcp_sock(sk);
	if (tp)
		take_report(s, sk_addr, sock_netns(sk, true), tp->copied_seq);
	return 0;
}

SEC("?raw_tp/tcp_rcv_space_adjust")
int take_rtp(struct bpf_raw_tracepoint_args *ctx)
{
	struct sock *sk = (void *)ctx->args[0];
	struct scratch *s;

	if (!port_is_any(BPF_CORE_READ(sk, __sk_common.skc_num)) || !sock_is_known((__u64)sk))
		return 0;
	s = scratch_get(SCRATCH_TAKE);
	if (s)
		take_report(s, (__u64)sk, sock_netns(sk, false),
			    BPF_CORE_READ((struct tcp_sock *)sk, copied_seq));
	return 0;
}

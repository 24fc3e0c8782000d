// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* A message on its way down: the send call, the qdisc, the driver. */
#include "call.bpf.h"
#include "emit.bpf.h"
#include "media.bpf.h"
#include "sight.bpf.h"
#include "skb.bpf.h"
#include "tables.bpf.h"
#include "thread.bpf.h"

static __always_inline void send_mark(__u64 sk)
{
	__u64 now = bpf_ktime_get_ns();
	struct thread *t = thread_claim((__u32)bpf_get_current_pid_tgid(), now);

	if (sp_knobs.send_by_sock)
		call_start(sk, now, t);
	if (!t)
		return;
	t->send_ns = now;
	t->send_sk = sk;
}

/* Early in udp_sendmsg, unconnected sockets only (net/ipv4/udp.c: CGROUP_UDP4_SENDMSG). Always
 * allows. */
static __always_inline int send_cgroup(struct bpf_sock_addr *ctx)
{
	__u16 peer = bpf_ntohs((__u16)ctx->user_port), local;
	struct bpf_sock *sk = ctx->sk;
	struct scratch *s;

	if (!sk)
		return 1;
	local = (__u16)sk->src_port;
	if (!((port_kind(peer) | port_kind(local)) & PORT_OF_UDP) && !port_is_any(local))
		return 1;
	s = scratch_get(SCRATCH_CALL);
	if (s)
		send_mark(address_of(s, sk));
	return 1;
}

SEC("?cgroup/sendmsg4")
int send4_cg(struct bpf_sock_addr *ctx)
{
	return send_cgroup(ctx);
}

SEC("?cgroup/sendmsg6")
int send6_cg(struct bpf_sock_addr *ctx)
{
	return send_cgroup(ctx);
}

static __always_inline int send_udp(struct sock *sk, struct msghdr *msg, bool typed)
{
	__u16 local = FIELD(typed, sk, __sk_common.skc_num);
	__u16 peer = bpf_ntohs(FIELD(typed, sk, __sk_common.skc_dport));
	void *name = FIELD(typed, msg, msg_name);
	struct scratch *s;
	__be16 port[4] = {};

	/* sockaddr_in and sockaddr_in6 have the port at the same place */
	if (name)
		kernel_load(port, sizeof(port), sizeof(port[0]), name + 2);
	if (!((port_kind(local) | port_kind(peer) | port_kind(bpf_ntohs(port[0]))) & PORT_OF_UDP) &&
	    !port_is_any(local))
		return 0;
	s = scratch_get(SCRATCH_CALL);
	if (s)
		send_mark(address_of(s, sk));
	return 0;
}

SEC("?fentry/udp_sendmsg")
int BPF_PROG(send4_fe, struct sock *sk, struct msghdr *msg)
{
	return send_udp(sk, msg, true);
}

SEC("?fentry/udpv6_sendmsg")
int BPF_PROG(send6_fe, struct sock *sk, struct msghdr *msg)
{
	return send_udp(sk, msg, true);
}

SEC("?kprobe/udp_sendmsg")
int BPF_KPROBE(send4_kp, struct sock *sk, struct msghdr *msg)
{
	return send_udp(sk, msg, false);
}

SEC("?kprobe/udpv6_sendmsg")
int BPF_KPROBE(send6_kp, struct sock *sk, struct msghdr *msg)
{
	return send_udp(sk, msg, false);
}

/* The send call's time belongs to this message if this thread made it on this socket, and to no
 * later one. */
static __always_inline __u64 send_take(struct thread *t, __u64 sk_addr)
{
	__u64 send_ns;

	if (!t || t->send_sk != sk_addr)
		return 0;
	send_ns = t->send_ns;
	t->send_ns = 0;
	return send_ns;
}

/* What the probe at the qdisc knows beside the bytes. */
struct queue_sight {
	__u64 sk;
	__u64 skb;
	__u32 ifindex;
	__u32 netns;
};

/* by_sock, a constant at every call: in the egress filter no helper says which thread it is, and
 * older kernels refuse a program that has such a call at all. run: of that filter, whose
 * scratch may be taken away. */
static __always_inline void queue_report(struct scratch *s, const struct sight *look,
					 const struct queue_sight *at, bool by_sock, __u64 run)
{
	__u32 snap = sight_snap(look), len = sizeof(s->send) + snap;
	__u64 now = bpf_ktime_get_ns();

	emit_header(&s->send.hdr, REC_SEND, len, now);
	sight_flow(s, look, &s->send.flow);
	sight_print(s, snap, &s->send.print);
	if (by_sock) {
		s->send.send_ns = call_take(at->sk, now, &s->send.task);
	} else {
		__u64 pid_tgid = bpf_get_current_pid_tgid();
		struct thread *t = thread_claim((__u32)pid_tgid, now);

		s->send.send_ns = send_take(t, at->sk);
		thread_identity(&s->send.task, pid_tgid, t, now, at->netns);
	}
	s->send.sk = at->sk;
	s->send.skb = at->skb;
	s->send.ifindex = at->ifindex;
	s->send.pad = 0;
	if (by_sock && !scratch_is_own(s, run))
		return;
	sock_know(at->sk, s->send.flow.sport);
	xmit_expect(at->skb, now);
	media_handshake(s, &s->send.flow, true);
	emit(&s->send, len);
}

/* Forwarded packets have no socket: not ours to report. */
static __always_inline int queue_mark(struct sk_buff *skb, bool typed)
{
	struct sock *sk = FIELD(typed, skb, sk);
	__u16 proto = skb_ethertype(skb, typed);
	struct queue_sight at = {};
	__u8 head[MAYBE6_LEN] __attribute__((aligned(8))) = {};
	struct scratch *s;
	struct sight look;
	struct bytes b;
	__u32 plain;

	if (!sk)
		return 0;
	skb_bytes(skb, typed, &b);
	if (!maybe_signaling(&b, proto, head)) {
		if (sp_knobs.first_media)
			media_mark(&b, head, proto, true, skb_ifindex(skb, typed));
		return 0;
	}
	plain = proto == NET_ETH_P_IP && b.avail >= MAYBE4_LEN ? plain_len(head) : 0;
	s = scratch_get(SCRATCH_SEND);
	if (!s)
		return 0;
	if (!sight_message(s, SCRATCH_SEND, &b, proto, head, plain, &look))
		return 0;
	at.sk = address_of(s, sk);
	at.skb = address_of(s, skb);
	at.ifindex = skb_ifindex(skb, typed);
	at.netns = sock_netns(sk, typed);
	queue_report(s, &look, &at, false, 0);
	return 0;
}

SEC("?tp_btf/net_dev_queue")
int BPF_PROG(queue_btf, struct sk_buff *skb)
{
	return queue_mark(skb, true);
}

SEC("?raw_tp/net_dev_queue")
int queue_rtp(struct bpf_raw_tracepoint_args *ctx)
{
	return queue_mark((void *)ctx->args[0], false);
}

/* At the socket's egress filter, before fragmentation and the neighbour: needs no types. */
SEC("?cgroup_skb/egress")
int queue_cg(struct __sk_buff *ctx)
{
	struct bytes b = {.how = BYTES_SKB, .ctx = ctx, .avail = ctx->len};
	const __u8 *l3 = (void *)(long)ctx->data;
	const void *end = (void *)(long)ctx->data_end;
	struct queue_sight at = {.ifindex = ctx->ifindex};
	__u16 proto = bpf_ntohs(ctx->protocol);
	struct bpf_sock *sk = ctx->sk;
	struct scratch *s;
	struct sight look;
	__u32 plain = 0;
	__u64 run;

	if (!sk)
		return 1;
	if (!maybe_direct(l3, end, proto)) {
		if (sp_knobs.first_media)
			media_mark_direct(ctx, l3, end, proto, true);
		return 1;
	}
	s = scratch_get(SCRATCH_SEND);
	if (!s)
		return 1;
	run = scratch_own(s);
	at.sk = address_of(s, sk);
	at.skb = address_of(s, ctx);
	if (proto == NET_ETH_P_IP && (const void *)(l3 + MAYBE4_LEN) <= end)
		plain = plain_len(l3);
	if (sight_message(s, SCRATCH_SEND, &b, proto, l3, plain, &look) && scratch_is_own(s, run))
		queue_report(s, &look, &at, true, run);
	return 1;
}

static __always_inline void xmit_report(__u64 skb, __u32 ifindex)
{
	struct rec_xmit rec = {.skb = skb, .ifindex = ifindex};

	emit_header(&rec.hdr, REC_XMIT, sizeof(rec), bpf_ktime_get_ns());
	emit(&rec, sizeof(rec));
}

/* Sequence number behind the last byte of a TCP segment at the driver. False: its header cannot be
 * read. */
static __always_inline bool tcp_end(struct sk_buff *skb, bool typed, __u32 *end_seq)
{
	void *head = FIELD(typed, skb, head), *data = FIELD(typed, skb, data);
	__u32 off = FIELD(typed, skb, transport_header) - (__u32)(data - head);
	__u8 tcp[16] __attribute__((aligned(8)));

	if (kernel_load(tcp, sizeof(tcp), sizeof(tcp), data + off))
		return false;
	*end_seq = ((__u32)tcp[4] << 24 | tcp[5] << 16 | tcp[6] << 8 | tcp[7]) +
		   FIELD(typed, skb, len) - off - (tcp[12] >> 4) * 4;
	return true;
}

static __always_inline int xmit_mark(struct sk_buff *skb, struct net_device *dev, bool typed)
{
	struct sock *sk = FIELD(typed, skb, sk);
	struct scratch *s;
	__u64 skb_addr;
	__u32 end_seq;

	if (!sk || !port_is_any(FIELD(typed, sk, __sk_common.skc_num)))
		return 0;
	s = scratch_get(SCRATCH_XMIT);
	if (!s)
		return 0;
	skb_addr = address_of(s, skb);
	if (xmit_take(skb_addr)) {
		xmit_report(skb_addr, FIELD(typed, dev, ifindex));
		return 0;
	}
	if (FIELD(typed, sk, sk_protocol) != NET_TCP || !tcp_end(skb, typed, &end_seq))
		return 0;
	skb_addr = cut_take(address_of(s, sk), end_seq);
	if (skb_addr && xmit_take(skb_addr))
		xmit_report(skb_addr, FIELD(typed, dev, ifindex));
	return 0;
}

SEC("?tp_btf/net_dev_start_xmit")
int BPF_PROG(xmit_btf, struct sk_buff *skb, struct net_device *dev)
{
	return xmit_mark(skb, dev, true);
}

SEC("?raw_tp/net_dev_start_xmit")
int xmit_rtp(struct bpf_raw_tracepoint_args *ctx)
{
	return xmit_mark((void *)ctx->args[0], (void *)ctx->args[1], false);
}

/* Without types: every packet's address is looked up. */
SEC("?raw_tp/net_dev_start_xmit")
int xmit_ptr_rtp(struct bpf_raw_tracepoint_args *ctx)
{
	if (xmit_take(ctx->args[0]))
		xmit_report(ctx->args[0], 0);
	return 0;
}

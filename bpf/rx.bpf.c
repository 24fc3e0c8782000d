// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* A message on its way up: into the stack, onto a socket. The socket hook writes the tap record,
 * payload and early stamps included. */
#include "emit.bpf.h"
#include "filter.bpf.h"
#include "flight.bpf.h"
#include "media.bpf.h"
#include "segment.bpf.h"
#include "sight.bpf.h"
#include "skb.bpf.h"
#include "tables.bpf.h"

static __always_inline int stack_mark(struct sk_buff *skb, bool typed)
{
	__u16 proto = skb_ethertype(skb, typed);
	__u8 head[MAYBE6_LEN] __attribute__((aligned(8))) = {};
	struct scratch *s;
	struct sight look;
	struct bytes b;
	__u32 plain;
	__u64 hash;

	skb_bytes_data(skb, typed, &b);
	if (!maybe_signaling(&b, proto, head)) {
		hash = segment_print_head(head, b.avail, proto);
		if (hash)
			flight_mark_stack(hash, bpf_ktime_get_ns(), skb_ifindex(skb, typed));
		return 0;
	}
	plain = proto == NET_ETH_P_IP && b.avail >= MAYBE4_LEN ? plain_len(head) : 0;
	s = scratch_get(SCRATCH_STACK);
	if (s && (sight_plain(s, SCRATCH_STACK, &b, 0, plain) ||
		  sight_look(s, SCRATCH_STACK, &b, false, proto, REC_HASH_LEN, COUNT_NET, &look)))
		flight_mark_stack(s->hash, bpf_ktime_get_ns(), skb_ifindex(skb, typed));
	return 0;
}

SEC("?tp_btf/netif_receive_skb")
int BPF_PROG(stack_btf, struct sk_buff *skb)
{
	return stack_mark(skb, true);
}

SEC("?raw_tp/netif_receive_skb")
int stack_rtp(struct bpf_raw_tracepoint_args *ctx)
{
	return stack_mark((void *)ctx->args[0], false);
}

/* Neither types nor bytes: the stamp goes by the packet's address, of every packet. */
SEC("?raw_tp/netif_receive_skb")
int stack_ptr_rtp(struct bpf_raw_tracepoint_args *ctx)
{
	stack_mark_skb(ctx->args[0], bpf_ktime_get_ns());
	return 0;
}

/* What the socket's probe knows beside the bytes. */
struct sock_sight {
	__u64 sk;
	__u64 skb;
	__u32 ifindex;
	__u32 netns;
};

static __always_inline void sock_report(struct scratch *s, const struct sight *look,
					const struct sock_sight *at)
{
	__u32 snap = sight_snap(look), len = sizeof(s->rx) + snap, first_ifindex;
	__u64 now = bpf_ktime_get_ns();

	emit_header(&s->rx.hdr, REC_RX, len, now);
	sight_flow(s, look, &s->rx.flow);
	sight_print(s, snap, &s->rx.print);
	s->rx.flow.flags |=
		flight_take(s->hash, now, &s->rx.nic_ns, &s->rx.stack_ns, &first_ifindex);
	if (!s->rx.stack_ns)
		s->rx.stack_ns = stack_take(at->skb, now);
	if (!s->rx.nic_ns && !s->rx.stack_ns && !(s->rx.flow.flags & REC_F_AMBIGUOUS))
		count(CNT_FLIGHT_MISSED);
	s->rx.sk = at->sk;
	s->rx.skb = at->skb;
	s->rx.ifindex = first_ifindex ? first_ifindex : at->ifindex;
	s->rx.netns = at->netns;
	sock_know(at->sk, s->rx.flow.dport);
	wait_add(at->skb, now);
	media_handshake(s, &s->rx.flow, false);
	emit(&s->rx, len);
}

static __always_inline void sock_mark_skb(struct sock *sk, struct sk_buff *skb, bool typed)
{
	__u16 proto = skb_ethertype(skb, typed);
	struct sock_sight at = {};
	__u8 head[MAYBE6_LEN] __attribute__((aligned(8))) = {};
	struct scratch *s;
	struct sight look;
	struct bytes b;
	__u32 plain;

	skb_bytes(skb, typed, &b);
	if (!maybe_signaling(&b, proto, head)) {
		if (sp_knobs.first_media)
			media_mark(&b, head, proto, false, skb_ifindex(skb, typed));
		return;
	}
	plain = proto == NET_ETH_P_IP && b.avail >= MAYBE4_LEN ? plain_len(head) : 0;
	s = scratch_get(SCRATCH_SOCK);
	if (!s || !sight_message(s, SCRATCH_SOCK, &b, proto, head, plain, &look))
		return;
	at.sk = address_of(s, sk);
	at.skb = address_of(s, skb);
	at.ifindex = skb_ifindex(skb, typed);
	at.netns = sock_netns(sk, typed);
	sock_report(s, &look, &at);
}

SEC("?fentry/__udp_enqueue_schedule_skb")
int BPF_PROG(sock_fe, struct sock *sk, struct sk_buff *skb)
{
	sock_mark_skb(sk, skb, true);
	return 0;
}

SEC("?kprobe/__udp_enqueue_schedule_skb")
int BPF_KPROBE(sock_kp, struct sock *sk, struct sk_buff *skb)
{
	sock_mark_skb(sk, skb, false);
	return 0;
}

/* At the socket's filter, just before the queue: names packet and socket exactly on every kernel,
 * of datagrams and of segments. In such a program the context register is the kernel's own skb
 * pointer. */
SEC("?cgroup_skb/ingress")
int sock_cg(struct __sk_buff *ctx)
{
	struct bytes b = {.how = BYTES_SKB, .ctx = ctx, .avail = ctx->len};
	const __u8 *l3 = (void *)(long)ctx->data;
	const void *end = (void *)(long)ctx->data_end;
	struct sock_sight at = {.ifindex = ctx->ifindex};
	__u16 proto = bpf_ntohs(ctx->protocol);
	struct bpf_sock *sk = ctx->sk;
	struct scratch *s;
	struct sight look;
	__u32 plain = 0;

	if (!sk)
		return 1;
	if (maybe_direct(l3, end, proto)) {
		s = scratch_get(SCRATCH_SOCK);
		if (!s)
			return 1;
		at.sk = address_of(s, sk);
		at.skb = address_of(s, ctx);
		if (proto == NET_ETH_P_IP && (const void *)(l3 + MAYBE4_LEN) <= end)
			plain = plain_len(l3);
		if (sight_message(s, SCRATCH_SOCK, &b, proto, l3, plain, &look)) {
			sock_report(s, &look, &at);
			return 1;
		}
	} else if (sp_knobs.first_media) {
		media_mark_direct(ctx, l3, end, proto, false);
	}
	segment_in(ctx, sk);
	return 1;
}

/* After the queue: the packet is the tail of the receive queue, unless a reader or another CPU was
 * quicker. */
SEC("?tp_btf/sk_data_ready")
int BPF_PROG(sock_ready_btf, struct sock *sk)
{
	struct sk_buff *skb = sk->sk_receive_queue.prev;

	if (sk->sk_protocol != NET_UDP || sk->sk_receive_queue.qlen == 0)
		return 0;
	sock_mark_skb(sk, skb, true);
	return 0;
}

static __always_inline void drop_mark(struct sk_buff *skb, const struct sock *sk, __u32 reason,
				      bool is_rcvbuf)
{
	__u16 proto = skb_ethertype(skb, true);
	__u8 head[MAYBE6_LEN];
	struct scratch *s;
	struct sight look;
	struct bytes b;
	bool egress;

	skb_bytes(skb, true, &b);
	if (!maybe_signaling(&b, proto, head))
		return;
	s = scratch_get(SCRATCH_DROP);
	if (!s ||
	    !sight_look(s, SCRATCH_DROP, &b, false, proto, REC_HASH_LEN, COUNT_NOTHING, &look))
		return;
	egress = xmit_take(address_of(s, skb)) != 0;
	emit_header(&s->drop.hdr, REC_DROP, sizeof(s->drop), bpf_ktime_get_ns());
	sight_flow(s, &look, &s->drop.flow);
	s->drop.flow.flags |= (egress ? REC_F_EGRESS : 0) | (is_rcvbuf ? REC_F_RCVBUF : 0);
	sight_print(s, 0, &s->drop.print);
	s->drop.sk = sk ? address_of(s, sk) : 0;
	s->drop.skb = address_of(s, skb);
	s->drop.reason = reason;
	s->drop.netns = 0;
	s->drop.since_ns = 0;
	emit(&s->drop, sizeof(s->drop));
}

/* Copies made for packet sockets are freed with reasons of their own, or none: those are not drops
 * of the message. */
static __always_inline bool is_drop(__u32 reason)
{
	__u32 packet =
		bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_PACKET_SOCK_ERROR)
			? bpf_core_enum_value(enum skb_drop_reason,
					      SKB_DROP_REASON_PACKET_SOCK_ERROR)
			: 0;

	return reason > bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_NOT_SPECIFIED) &&
	       reason != packet;
}

static __always_inline bool is_rcvbuf(__u32 reason)
{
	return reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_SOCKET_RCVBUFF);
}

SEC("?tp_btf/kfree_skb")
int BPF_PROG(drop_sk_btf, struct sk_buff *skb, void *location, __u32 reason, struct sock *rx_sk)
{
	if (is_drop(reason))
		drop_mark(skb, rx_sk, reason, is_rcvbuf(reason));
	return 0;
}

SEC("?tp_btf/kfree_skb")
int BPF_PROG(drop_btf, struct sk_buff *skb, void *location, __u32 reason)
{
	if (is_drop(reason))
		drop_mark(skb, NULL, reason, is_rcvbuf(reason));
	return 0;
}

/* Neither types nor bytes: the packet is told by its address, of every packet that is discarded
 * (what comes to its normal end is consumed). Why is not known: reasons have no fixed numbers. */
SEC("?raw_tp/kfree_skb")
int drop_ptr_rtp(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 skb = ctx->args[0], rx_ns = wait_take(skb), tx_ns = xmit_take(skb);
	bool egress = tx_ns > rx_ns;
	struct rec_drop rec = {.skb = skb};

	if (!rx_ns && !tx_ns)
		return 0;
	rec.since_ns = egress ? tx_ns : rx_ns;
	rec.flow.flags = REC_F_BY_ADDRESS | (egress ? REC_F_EGRESS : 0);
	emit_header(&rec.hdr, REC_DROP, sizeof(rec), bpf_ktime_get_ns());
	emit(&rec, sizeof(rec));
	return 0;
}

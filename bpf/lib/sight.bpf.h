/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* One look at a packet: is it signaling, which flow, what fingerprint. The same body for every kind
 * of hook; only how bytes are fetched differs. */
#ifndef SIGPATH_SIGHT_BPF_H
#define SIGPATH_SIGHT_BPF_H

#include "config.bpf.h"
#include "demux.h"
#include "maps.bpf.h"
#include "memory.bpf.h"
#include "net.h"
#include "print.h"

#define SIGHT_HEADERS 128 /* header bytes fetched: IPv6 with 60 bytes of extensions still fits */

enum bytes_how { BYTES_KERNEL, BYTES_SKB, BYTES_XDP, BYTES_DIRECT };

/* Where a packet's bytes are: kernel memory, a context whose helper also reads paged data, or (XDP
 * before that helper came) the context's own memory, REC_HASH_LEN bytes of it at a time. */
struct bytes {
	enum bytes_how how;
	void *ctx;
	const void *base; /* BYTES_KERNEL: the byte at offset 0 */
	__u32 avail;	  /* bytes that can be read from offset 0 */
};

/* The stack hook sees packets that never reach a socket; the socket's and the sender's hooks see
 * each message once. */
enum sight_count { COUNT_NOTHING = 0, COUNT_NET = 1, COUNT_VERDICT = 2 };

/* What scratch holds after a look: net, hash, win and payload too. */
struct sight {
	__u32 snap_len; /* payload bytes in scratch */
	__u8 proto;	/* enum rec_proto */
};

/* The two heavy steps are global functions, in sight.bpf.c: the verifier walks each once, not once
 * per caller. They take the scratch by index because kernels before 5.12 (e5069b9c23b3) accept no
 * pointers there. */
int sight_parse(__u32 scratch_idx, __u32 avail, __u32 proto, __u32 is_link);
int sight_judge(__u32 scratch_idx, __u32 len, __u32 kinds);
int sight_hash(__u32 scratch_idx, __u32 len);

/* Whole words, then bytes; each access is checked against the end where the verifier sees it. */
static __always_inline int direct_load(const struct xdp_md *ctx, __u32 off, __u8 *dst, __u32 len)
{
	const __u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end, *q;
	__u32 rest = len & (REC_HASH_LEN - 8);

	if (off > 2 * NET_WINDOW || len > REC_HASH_LEN)
		return -NET_EBADMSG;
	p += off;
	for (__u32 i = 0; i < REC_HASH_LEN; i += 8) {
		if (i + 8 > len)
			break;
		if (p + i + 8 > end)
			return -NET_EBADMSG;
		*(__u64 *)(dst + i) = *(const __u64 *)(p + i);
	}
	if (len == REC_HASH_LEN)
		return 0;
	q = p + rest;
	for (__u32 i = 0; i < 7; i++) {
		if (i >= (len & 7))
			break;
		if (q + i + 1 > end)
			return -NET_EBADMSG;
		dst[(rest + i) & (REC_HASH_LEN - 1)] = q[i];
	}
	return 0;
}

/* len 1..max, both sides constant to the verifier through the mask. */
static __always_inline int bytes_load(const struct bytes *b, __u32 off, void *dst, __u32 len)
{
	if (b->how == BYTES_SKB)
		return bpf_skb_load_bytes(b->ctx, off, dst, len);
	if (b->how == BYTES_XDP)
		return bpf_xdp_load_bytes(b->ctx, off, dst, len);
	if (b->how == BYTES_DIRECT)
		return direct_load(b->ctx, off, dst, len);
	return kernel_load(dst, REC_SNAP_MAX, len, b->base + off);
}

/* Host order. Verifiers of 6.1 and older do not know that a byte swap leaves 16 bits: the mask is
 * for them, and the barrier keeps the compiler from removing it. */
static __always_inline __u8 port_kind(__u32 port)
{
	barrier_var(port);
	return knobs_port_kind(&sp_knobs, port);
}

static __always_inline __u8 port_kinds(const struct net_brief *n)
{
	return port_kind(n->sport) | port_kind(n->dport);
}

static __always_inline __u32 sight_anywhere(void)
{
	return (sp_knobs.stun_anywhere ? ANYWHERE_STUN : 0) |
	       (sp_knobs.dtls_anywhere ? ANYWHERE_DTLS : 0);
}

/* STUN on a port nobody configured: cookie and first byte, if they are among the n header bytes at
 * hand. */
static __always_inline bool has_cookie(const __u8 *win, const struct net_brief *net, __u32 n)
{
	__u32 off = net->payload_off & (NET_WINDOW - 1), end = off;

	/* Without CAP_PERFMON an offset must have the same bounds on every way to it: what is
	 * learnt of one is not to be known of the other. */
	__asm__ volatile("%0 |= 0" : "+r"(end));
	return end + 8 <= n && win[off] <= 3 && load_be32(win + off + 4) == STUN_COOKIE;
}

/* The same of DTLS: type and version. */
static __always_inline bool has_dtls(const __u8 *win, const struct net_brief *net, __u32 n)
{
	__u32 off = net->payload_off & (NET_WINDOW - 1), end = off;

	__asm__ volatile("%0 |= 0" : "+r"(end));
	return end + 3 <= n && dtls_is_start(win + off);
}

/* A cheap "no" for everybody else's packets, from constant offsets: most packets end here. p: L3
 * header with at least MAYBE4_LEN or MAYBE6_LEN addressable bytes. True is not a promise. */
#define MAYBE4_LEN 36
#define MAYBE6_LEN 56

static __always_inline bool maybe_l4(const __u8 *l4, __u8 proto)
{
	if (proto != NET_UDP)
		return false;
	if ((port_kind(load_be16(l4)) | port_kind(load_be16(l4 + 2))) & PORT_OF_UDP)
		return true;
	if (sp_knobs.stun_anywhere && l4[8] <= 3 && load_be32(l4 + 12) == STUN_COOKIE)
		return true;
	return sp_knobs.dtls_anywhere && dtls_is_start(l4 + 8);
}

static __always_inline bool maybe_v4(const __u8 *p)
{
	if (p[0] != 0x45 || (load_be16(p + 6) & 0x3fff))
		return true;
	return maybe_l4(p + 20, p[9]);
}

static __always_inline bool maybe_v6(const __u8 *p)
{
	__u8 next = p[6];

	if (next == 0 || next == 43 || next == 60 || next == 51 || next == 44)
		return true;
	return maybe_l4(p + 40, next);
}

static __always_inline bool is_vlan(__u16 proto)
{
	return proto == NET_ETH_P_8021Q || proto == NET_ETH_P_8021AD;
}

/* Kernel memory at the network header, its first bytes copied to head. What is shorter than the
 * look is left to the full one. */
static __always_inline bool maybe_signaling(const struct bytes *b, __u16 proto,
					    __u8 head[MAYBE6_LEN])
{
	if (proto == NET_ETH_P_IP)
		return b->avail < MAYBE4_LEN ||
		       (kernel_load(head, MAYBE6_LEN, MAYBE4_LEN, b->base) == 0 && maybe_v4(head));
	if (proto == NET_ETH_P_IPV6)
		return b->avail < MAYBE6_LEN ||
		       (kernel_load(head, MAYBE6_LEN, MAYBE6_LEN, b->base) == 0 && maybe_v6(head));
	return is_vlan(proto);
}

/* Packet memory: what is too short here is either no signaling, or paged and left to the full look.
 */
static __always_inline bool maybe_direct(const __u8 *l3, const void *end, __u16 proto)
{
	if (proto == NET_ETH_P_IP)
		return (const void *)(l3 + MAYBE4_LEN) > end || maybe_v4(l3);
	if (proto == NET_ETH_P_IPV6)
		return (const void *)(l3 + MAYBE6_LEN) > end || maybe_v6(l3);
	return is_vlan(proto);
}

/* Payload bytes of the plain case, IPv4 without options or fragments and UDP, from MAYBE4_LEN
 * header bytes; 0 for everything else. */
static __always_inline __u32 plain_len(const __u8 *p)
{
	__u32 udp_len = load_be16(p + 24);

	if (p[0] != 0x45 || (load_be16(p + 6) & 0x3fff) || p[9] != NET_UDP)
		return 0;
	return udp_len > 8 && udp_len + 20 <= load_be16(p + 2) ? udp_len - 8 : 0;
}

/* The fingerprint of a plain datagram whose network header is at l3_off, for hooks that only stamp:
 * no header parse, no classification beyond the first byte (0..3 STUN, printable SIP, else a DTLS
 * record; other heartbeats take the long way). False: not
 * the plain case, or not all of the bytes are here. */
static __always_inline bool sight_plain(struct scratch *s, enum scratch_ctx ctx,
					const struct bytes *b, __u32 l3_off, __u32 len)
{
	__u32 n = len < REC_HASH_LEN ? len : REC_HASH_LEN, off = l3_off + 28;

	if (!len || b->avail < off + n)
		return false;
	if (bytes_load(b, off, s->payload, ((n - 1) & (REC_HASH_LEN - 1)) + 1))
		return false;
	if (s->payload[0] > 3 && (s->payload[0] < '!' || s->payload[0] > '~') &&
	    dtls_parse(s->payload, len))
		return false;
	return sight_hash(ctx, len) == 0;
}

static __always_inline void count_verdict(enum demux_verdict v)
{
	switch (v) {
	case DEMUX_SIP_MALFORMED:
		count(CNT_SIP_MALFORMED);
		break;
	case DEMUX_STUN_MALFORMED:
		count(CNT_STUN_MALFORMED);
		break;
	case DEMUX_KEEPALIVE:
		count(CNT_KEEPALIVE);
		break;
	case DEMUX_OTHER:
		count(CNT_DEMUX_OTHER);
		break;
	default:
		break;
	}
}

/* Copies payload bytes to scratch, `want` and at least those the fingerprint covers, and says what
 * they are. */
static __always_inline bool sight_payload(struct scratch *s, enum scratch_ctx ctx,
					  const struct bytes *b, __u32 want, __u8 kinds,
					  __u32 counting, struct sight *out)
{
	__u32 off = s->net.payload_off, len = s->net.payload_len;
	__u32 have = b->avail > off ? b->avail - off : 0;
	__u32 fetch = want > REC_HASH_LEN ? want : REC_HASH_LEN;
	int v;

	if (fetch > len)
		fetch = len;
	if (fetch > have)
		fetch = have;
	__builtin_memset(s->payload, 0, PARSE_WINDOW);
	if ((fetch && bytes_load(b, off, s->payload, ((fetch - 1) & (REC_SNAP_MAX - 1)) + 1)) ||
	    (fetch < len && fetch < REC_HASH_LEN)) {
		if (counting & COUNT_VERDICT)
			count(CNT_NONLINEAR);
		return false;
	}
	v = sight_judge(ctx, len, kinds);
	if (counting & COUNT_VERDICT)
		count_verdict(v);
	if (!demux_is_message(v))
		return false;
	out->proto = demux_proto(v);
	out->snap_len = fetch < want ? fetch : want;
	return true;
}

/* Payload bytes for the record, 1..REC_SNAP_MAX in the verifier's eyes: what is signaling is not
 * empty. */
static __always_inline __u32 sight_snap(const struct sight *look)
{
	return ((look->snap_len - 1) & (REC_SNAP_MAX - 1)) + 1;
}

/* False: s->net says what it was instead, l4 0 where nothing was parsed.
 * True for a signaling datagram: out is complete and `want` bytes of payload (if there are; 0 <
 * want <= REC_SNAP_MAX) are in scratch. is_link: offset 0 is an Ethernet header, else the network
 * header of ethertype proto. counting: what this hook counts, so
 * that each packet is counted by one of them. */
static __always_inline bool sight_look(struct scratch *s, enum scratch_ctx ctx,
				       const struct bytes *b, bool is_link, __u16 proto, __u32 want,
				       __u32 counting, struct sight *out)
{
	__u32 n = b->avail < SIGHT_HEADERS ? b->avail : SIGHT_HEADERS;
	__u8 kinds;

	s->net.l4 = 0;
	if (!n || bytes_load(b, 0, s->win, ((n - 1) & (SIGHT_HEADERS - 1)) + 1))
		return false;
	if (sight_parse(ctx, n, proto, is_link)) {
		if ((counting & COUNT_NET) && s->net.family)
			count(CNT_IP_MALFORMED);
		s->net.l4 = 0;
		return false;
	}
	if (s->net.l4 != NET_UDP || (s->net.flags & NET_F_FRAG_LATER)) {
		if ((counting & COUNT_NET) && (s->net.flags & NET_F_FRAG_LATER))
			count(CNT_FRAG_LATER);
		return false;
	}
	kinds = port_kinds(&s->net) & PORT_OF_UDP;
	if (!kinds && !(sp_knobs.stun_anywhere && has_cookie(s->win, &s->net, n)) &&
	    !(sp_knobs.dtls_anywhere && has_dtls(s->win, &s->net, n)))
		return false;
	return sight_payload(s, ctx, b, want, kinds, counting, out);
}

/* The same from the network header of ethertype proto, whose first bytes are at `head` already when
 * `plain` (of plain_len) is not 0: then nothing has to be fetched or parsed. */
static __always_inline bool sight_message(struct scratch *s, enum scratch_ctx ctx,
					  const struct bytes *b, __u16 proto, const __u8 *head,
					  __u32 plain, struct sight *out)
{
	if (!plain)
		return sight_look(s, ctx, b, false, proto, sp_knobs.snap_len, COUNT_VERDICT, out);
	__builtin_memcpy(s->win, head, MAYBE4_LEN);
	s->net = (struct net_brief){.l4_off = 20,
				    .payload_off = 28,
				    .sport = load_be16(head + 20),
				    .dport = load_be16(head + 22),
				    .l4 = NET_UDP,
				    .family = 4,
				    .payload_len = (__u16)plain};
	return sight_payload(s, ctx, b, sp_knobs.snap_len, port_kinds(&s->net), COUNT_VERDICT, out);
}

/* Addresses and ports. */
static __always_inline void sight_ends(const struct scratch *s, struct rec_flow *f)
{
	__u32 off = s->net.l3_off & (NET_WINDOW - 1);

	if (s->net.family == 4) {
		__u32 *src = (void *)f->saddr, *dst = (void *)f->daddr;

		src[0] = src[1] = dst[0] = dst[1] = 0;
		src[2] = dst[2] = bpf_htonl(0xffff);
		__builtin_memcpy(&src[3], s->win + off + 12, 4);
		__builtin_memcpy(&dst[3], s->win + off + 16, 4);
	} else {
		__builtin_memcpy(f->saddr, s->win + off + 8, 16);
		__builtin_memcpy(f->daddr, s->win + off + 24, 16);
	}
	f->sport = s->net.sport;
	f->dport = s->net.dport;
	f->pad = 0;
}

static __always_inline void sight_flow(const struct scratch *s, const struct sight *look,
				       struct rec_flow *f)
{
	sight_ends(s, f);
	f->proto = look->proto;
	f->flags = (s->net.flags & NET_F_FRAG_FIRST ? REC_F_FRAG : 0) |
		   (s->net.flags & NET_F_VLAN ? REC_F_VLAN : 0) |
		   (look->snap_len < s->net.payload_len ? REC_F_SHORT : 0);
}

static __always_inline void sight_print(const struct scratch *s, __u32 snap_len,
					struct rec_print *p)
{
	p->hash = s->hash;
	p->msg_len = s->net.payload_len;
	p->snap_len = snap_len;
}

#endif

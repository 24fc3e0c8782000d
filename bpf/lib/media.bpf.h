/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The first media datagrams of each flow, and the first of what DTLS protects. That is the bulk of
 * a media node's traffic: everything is decided by one set of a lossy table. A flow without a slot
 * is not reported, and counted. */
#ifndef SIGPATH_MEDIA_BPF_H
#define SIGPATH_MEDIA_BPF_H

#include "emit.bpf.h"
#include "segment.bpf.h"
#include "sight.bpf.h"

#define MEDIA_RTP_MAX	 4  /* reported of a flow */
#define MEDIA_SEALED_MAX 16 /* the handshake's last messages, and what follows */
#define MEDIA_FIRST	 16 /* payload bytes in a record */
#define RTP_HDR_LEN	 12
#define RTCP_HDR_LEN	 8
#define PORT_DNS	 53 /* its random first byte would look like RTP in one of four */

enum media_kind {
	MEDIA_NONE,
	MEDIA_RTP,    /* RTP, RTCP, SRTP: 128..191 (RFC 7983) */
	MEDIA_SEALED, /* DTLS application data, or with a connection id */
	MEDIA_UNIFIED /* DTLS 1.3: believed where a handshake was seen */
};

struct media {
	__u64 flow; /* hash */
	enum media_kind kind;
	__u32 len; /* of the UDP payload */
	__u32 off; /* of the UDP payload */
};

/* first: the first four payload bytes, at least RTCP_HDR_LEN there. RTCP is told by its packet
 * type, 192..223 (RFC 5761 4). */
static __always_inline enum media_kind media_kind_of(__u32 first, __u32 len)
{
	__u8 type = first >> 24, second = first >> 16;

	if (type >= 128 && type <= 191)
		return len >= RTP_HDR_LEN || (second >= 192 && second <= 223) ? MEDIA_RTP
									      : MEDIA_NONE;
	if (dtls_is_protected(type, second, first >> 8))
		return MEDIA_SEALED;
	return (type & 0xe0) == 0x20 ? MEDIA_UNIFIED : MEDIA_NONE;
}

static __always_inline __u64 media_hash(__u64 ends, __u32 sport, __u32 dport, bool egress)
{
	return print_mix(ends, (__u64)(sport << 16 | dport) << 1 | egress);
}

/* l4: UDP header and the first 8 bytes behind it. */
static __always_inline bool media_l4(const __u8 *l4, struct media *m)
{
	__u32 udp_len = load_be16(l4 + 4);

	if (udp_len < 8 + RTCP_HDR_LEN || load_be16(l4) == PORT_DNS ||
	    load_be16(l4 + 2) == PORT_DNS)
		return false;
	m->len = udp_len - 8;
	m->kind = media_kind_of(load_be32(l4 + 8), m->len);
	return m->kind != MEDIA_NONE;
}

/* As segment_print4() and 6: p is 8-byte aligned memory, or a packet. The caller knows already that
 * its ports carry no signaling. */
static __always_inline bool media_look4(const __u8 *p, bool egress, struct media *m)
{
	if (p[0] != 0x45 || p[9] != NET_UDP || !media_l4(p + 20, m))
		return false;
	m->off = 28;
	m->flow = media_hash(segment_mix4(*(const __u32 *)(p + 12), *(const __u32 *)(p + 16)),
			     load_be16(p + 20), load_be16(p + 22), egress);
	return true;
}

static __always_inline bool media_look6(const __u8 *p, bool egress, struct media *m)
{
	if (p[6] != NET_UDP || !media_l4(p + 40, m))
		return false;
	m->off = 48;
	m->flow = media_hash(segment_mix6((const __u64 *)(p + 8), (const __u64 *)(p + 24)),
			     load_be16(p + 40), load_be16(p + 42), egress);
	return true;
}

static __always_inline struct media_set *media_set_get(__u64 flow)
{
	__u32 key = (__u32)flow & (MEDIA_SETS - 1);

	return bpf_map_lookup_elem(&sp_media, &key);
}

static __always_inline __u32 media_tag(__u64 flow)
{
	return (__u32)(flow >> 32) | 1;
}

/* The slot of this flow, else one that is free or quiet for long; NULL: none. Written out, with a
 * pointer for each way: without CAP_PERFMON no index may come from several branches. */
static __always_inline struct media_flow *media_slot(struct media_set *s, __u32 tag, __u32 now,
						     bool may_take)
{
	struct media_flow *f;

	UNROLL
	for (int i = 0; i < MEDIA_WAYS; i++) {
		f = &s->way[i];
		barrier_var(f);
		if (f->tag == tag)
			return f;
	}
	if (!may_take)
		return NULL;
	UNROLL
	for (int i = 0; i < MEDIA_WAYS; i++) {
		f = &s->way[i];
		barrier_var(f);
		if (!f->tag || now - f->seen > sp_knobs.media_idle_ticks)
			return f;
	}
	return NULL;
}

static __always_inline void media_begin(struct media_flow *f, __u32 tag, bool is_dtls)
{
	f->tag = tag;
	f->rtp = 0;
	f->sealed = 0;
	f->is_dtls = is_dtls;
}

/* One of the first few? Not atomic: two at a time may count as one. */
static __always_inline bool media_count(const struct media *m, struct media_flow *f, __u32 tag,
					__u32 now)
{
	if (f->tag != tag)
		media_begin(f, tag, false);
	else if (now - f->seen > sp_knobs.media_new_ticks)
		media_begin(f, tag, f->is_dtls);
	if (f->seen != now)
		f->seen = now;
	if (m->kind == MEDIA_RTP) {
		if (f->rtp >= MEDIA_RTP_MAX)
			return false;
		f->rtp++;
		return true;
	}
	if (f->sealed >= MEDIA_SEALED_MAX || (m->kind == MEDIA_UNIFIED && !f->is_dtls))
		return false;
	f->sealed++;
	return true;
}

static __always_inline bool media_is_first(const struct media *m)
{
	__u32 tag = media_tag(m->flow), now = (__u32)bpf_jiffies64();
	struct media_set *s = media_set_get(m->flow);
	struct media_flow *f;

	if (!s)
		return false;
	f = media_slot(s, tag, now, m->kind != MEDIA_UNIFIED);
	if (f)
		return media_count(m, f, tag, now);
	if (m->kind != MEDIA_UNIFIED)
		count(CNT_MEDIA_CROWDED);
	return false;
}

/* A DTLS message was reported, s holds its headers and payload: what follows may be the unified
 * header, and behind a ClientHello everything is first again. */
static __always_inline void media_handshake(const struct scratch *s, const struct rec_flow *f,
					    bool egress)
{
	struct media_flow *slot;
	struct media_set *set;
	__u32 now, tag;
	__u64 flow;

	if (!sp_knobs.first_media || f->proto != PROTO_DTLS)
		return;
	flow = media_hash(segment_mix(s, f), f->sport, f->dport, egress);
	now = (__u32)bpf_jiffies64();
	tag = media_tag(flow);
	set = media_set_get(flow);
	slot = set ? media_slot(set, tag, now, true) : NULL;
	if (!slot)
		return;
	if (slot->tag != tag || dtls_is_client_hello(s->payload) ||
	    now - slot->seen > sp_knobs.media_new_ticks)
		media_begin(slot, tag, true);
	slot->is_dtls = true;
	slot->seen = now;
}

static __always_inline void media_emit(struct rec_media *rec, const struct media *m, bool egress,
				       __u32 ifindex)
{
	emit_header(&rec->hdr, REC_MEDIA, sizeof(*rec), bpf_ktime_get_ns());
	rec->flow.proto = m->kind == MEDIA_RTP ? PROTO_RTP : PROTO_DTLS;
	rec->flow.flags = egress ? REC_F_EGRESS : 0;
	rec->msg_len = m->len;
	rec->ifindex = ifindex;
	emit(rec, sizeof(*rec));
}

/* From the header bytes at constant offsets. */
static __always_inline void media_ends(const __u8 *p, bool is6, struct rec_flow *f)
{
	const __u8 *l4 = is6 ? p + 40 : p + 20;

	if (is6) {
		__builtin_memcpy(f->saddr, p + 8, 16);
		__builtin_memcpy(f->daddr, p + 24, 16);
	} else {
		*(__u32 *)(f->saddr + 8) = *(__u32 *)(f->daddr + 8) = bpf_htonl(0xffff);
		*(__u32 *)(f->saddr + 12) = *(const __u32 *)(p + 12);
		*(__u32 *)(f->daddr + 12) = *(const __u32 *)(p + 16);
	}
	f->sport = load_be16(l4);
	f->dport = load_be16(l4 + 2);
}

static __always_inline __u32 media_first_len(const struct media *m)
{
	__u32 n = m->len < MEDIA_FIRST ? m->len : MEDIA_FIRST;

	return ((n - 1) & (MEDIA_FIRST - 1)) + 1;
}

/* Kernel memory at the network header; head: its first bytes, as maybe_signaling() copied them. */
static __always_inline void media_mark(const struct bytes *b, const __u8 *head, __u16 proto,
				       bool egress, __u32 ifindex)
{
	struct rec_media rec = {};
	struct media m;

	if (proto == NET_ETH_P_IP ? b->avail < MAYBE4_LEN || !media_look4(head, egress, &m)
				  : proto != NET_ETH_P_IPV6 || b->avail < MAYBE6_LEN ||
					    !media_look6(head, egress, &m))
		return;
	if (!media_is_first(&m))
		return;
	media_ends(head, proto == NET_ETH_P_IPV6, &rec.flow);
	if (m.len <= b->avail - m.off || b->avail >= m.off + MEDIA_FIRST)
		kernel_load(rec.first, MEDIA_FIRST, media_first_len(&m), b->base + m.off);
	media_emit(&rec, &m, egress, ifindex);
}

/* Packet memory. */
static __always_inline void media_mark_direct(struct __sk_buff *ctx, const __u8 *l3,
					      const void *end, __u16 proto, bool egress)
{
	struct rec_media rec = {};
	struct media m;

	if (proto == NET_ETH_P_IP) {
		if ((const void *)(l3 + MAYBE4_LEN) > end || !media_look4(l3, egress, &m) ||
		    !media_is_first(&m))
			return;
		media_ends(l3, false, &rec.flow);
	} else if (proto == NET_ETH_P_IPV6) {
		if ((const void *)(l3 + MAYBE6_LEN) > end || !media_look6(l3, egress, &m) ||
		    !media_is_first(&m))
			return;
		media_ends(l3, true, &rec.flow);
	} else {
		return;
	}
	bpf_skb_load_bytes(ctx, m.off, rec.first, media_first_len(&m));
	media_emit(&rec, &m, egress, ctx->ifindex);
}

/* In a tap that reports: headers were parsed into the scratch, n bytes of them are there, nothing
 * came of it. 1: s->media tells the datagram but for first[], which is at s->part_off. */
int media_look(__u32 scratch_idx, __u32 n, __u32 egress);

#endif

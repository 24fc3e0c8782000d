/* SPDX-License-Identifier: BSD-2-Clause */
/* The user-space half of bpf/lib/sight.bpf.h: fetching bytes is memcpy here, everything that judges
 * is the same header. */
#include "frame.h"

#include <string.h>

#include "demux.h"
#include "net.h"
#include "print.h"

_Static_assert(sizeof(struct frame_record) == sizeof(struct rec_seg) + REC_SNAP_MAX &&
		       offsetof(struct frame_record, payload) == sizeof(struct rec_tap),
	       "the payload follows the record");

struct look {
	const struct knobs *k;
	const uint8_t *bytes;
	size_t len;
	uint8_t win[NET_WINDOW + NET_SLACK]; /* the first header_len bytes, zero beyond */
	uint32_t header_len;
	struct net_brief net;
	uint8_t kinds;
	bool is_parsed;
	uint64_t *count;
};

static bool has_cookie(const struct look *l)
{
	uint32_t off = l->net.payload_off;

	return off + 8 <= l->header_len && l->win[off] <= 3 &&
	       load_be32(l->win + off + 4) == STUN_COOKIE;
}

static bool has_dtls(const struct look *l)
{
	uint32_t off = l->net.payload_off;

	return off + 3 <= l->header_len && dtls_is_start(l->win + off);
}

/* False: no UDP datagram that concerns us, counted if it is worth counting. */
static bool parse_headers(struct look *l)
{
	const struct net_brief *n = &l->net;
	uint16_t proto = 0, l3_off = 0;

	if (net_link_parse(l->win, l->header_len, &proto, &l3_off, &l->net.flags))
		return false;
	if (net_parse(l->win, l->header_len, proto, l3_off, &l->net)) {
		l->count[FRAME_IP_MALFORMED] += n->family != 0;
		return false;
	}
	l->is_parsed = true;
	l->kinds = knobs_port_kind(l->k, n->sport) | knobs_port_kind(l->k, n->dport);
	if (n->flags & NET_F_FRAG_LATER) {
		l->count[FRAME_FRAG_LATER]++;
		return false;
	}
	if (n->l4 != NET_UDP)
		return false;
	l->kinds &= PORT_OF_UDP;
	return l->kinds || (l->k->stun_anywhere && has_cookie(l)) ||
	       (l->k->dtls_anywhere && has_dtls(l));
}

static void count_verdict(uint64_t *count, enum demux_verdict v)
{
	count[FRAME_SIP_MALFORMED] += v == DEMUX_SIP_MALFORMED;
	count[FRAME_STUN_MALFORMED] += v == DEMUX_STUN_MALFORMED;
	count[FRAME_KEEPALIVE] += v == DEMUX_KEEPALIVE;
	count[FRAME_DEMUX_OTHER] += v == DEMUX_OTHER;
}

static void fill_flow(const struct look *l, uint8_t proto, bool is_short, struct rec_flow *f)
{
	const uint8_t *l3 = l->win + l->net.l3_off;

	memset(f, 0, sizeof(*f));
	if (l->net.family == 4) {
		memset(f->saddr + 10, 0xff, 2);
		memset(f->daddr + 10, 0xff, 2);
		memcpy(f->saddr + 12, l3 + 12, 4);
		memcpy(f->daddr + 12, l3 + 16, 4);
	} else {
		memcpy(f->saddr, l3 + 8, 16);
		memcpy(f->daddr, l3 + 24, 16);
	}
	f->sport = l->net.sport;
	f->dport = l->net.dport;
	f->proto = proto;
	f->flags = (l->net.flags & NET_F_FRAG_FIRST ? REC_F_FRAG : 0) |
		   (l->net.flags & NET_F_VLAN ? REC_F_VLAN : 0) | (is_short ? REC_F_SHORT : 0);
}

static bool judge_payload(struct look *l, struct frame_record *out)
{
	uint32_t off = l->net.payload_off, msg_len = l->net.payload_len;
	uint32_t have = l->len > off ? (uint32_t)(l->len - off) : 0, want = l->k->snap_len;
	uint32_t fetch = want > REC_HASH_LEN ? want : REC_HASH_LEN;
	enum demux_verdict v;

	fetch = fetch < msg_len ? fetch : msg_len;
	fetch = fetch < have ? fetch : have;
	if (fetch < msg_len && fetch < REC_HASH_LEN) {
		l->count[FRAME_NONLINEAR]++;
		return false;
	}
	memset(out->payload, 0, PARSE_WINDOW);
	memcpy(out->payload, l->bytes + off, fetch);
	v = demux_classify(out->payload, msg_len, l->kinds,
			   (l->k->stun_anywhere ? ANYWHERE_STUN : 0) |
				   (l->k->dtls_anywhere ? ANYWHERE_DTLS : 0));
	count_verdict(l->count, v);
	if (!demux_is_message(v))
		return false;
	out->tap.print = (struct rec_print){.hash = print_hash(out->payload, msg_len),
					    .msg_len = msg_len,
					    .snap_len = fetch < want ? fetch : want};
	fill_flow(l, demux_proto(v), out->tap.print.snap_len < msg_len, &out->tap.flow);
	return true;
}

#define TCP_FIN 1
#define TCP_SYN 2
#define TCP_RST 4

/* As segment_look() in bpf/lib/segment.bpf.h; of a long one the first part. */
static bool judge_segment(struct look *l, struct frame_record *out)
{
	const struct net_brief *n = &l->net;
	const uint8_t *l4 = l->win + n->l4_off;
	uint32_t msg_len = n->payload_len, off = n->payload_off;
	uint32_t snap = msg_len < REC_SNAP_MAX ? msg_len : REC_SNAP_MAX;
	uint32_t have = l->len > off ? (uint32_t)(l->len - off) : 0;
	uint8_t bits = l4[13];
	struct rec_seg *seg = &out->seg;

	if (!(l->kinds & PORT_OF_TCP) || (!msg_len && !(bits & (TCP_FIN | TCP_SYN | TCP_RST))))
		return false;
	l->count[FRAME_TCP_SEGMENTS] += msg_len != 0;
	memset(seg, 0, sizeof(*seg));
	if (snap > have) {
		l->count[FRAME_SEGMENT_CUT]++;
		snap = have;
	}
	fill_flow(l, PROTO_NONE, snap < msg_len, &seg->flow);
	seg->flow.flags |= REC_F_TAP | (bits & TCP_SYN ? REC_F_SYN : 0);
	if (snap == msg_len)
		seg->flow.flags |=
			(bits & TCP_FIN ? REC_F_FIN : 0) | (bits & TCP_RST ? REC_F_RST : 0);
	seg->seq = load_be32(l4 + 4) + (bits & TCP_SYN ? 1 : 0);
	seg->seg_len = msg_len;
	seg->snap_len = snap;
	seg->hdr = (struct rec_hdr){.kind = REC_SEG, .len = (uint16_t)(sizeof(*seg) + snap)};
	memcpy(seg->payload, l->bytes + off, snap);
	return true;
}

bool frame__look(const struct knobs *k, const uint8_t *bytes, size_t len, struct frame_record *out,
		 uint64_t count[FRAME_COUNTS])
{
	struct look l = {.k = k, .bytes = bytes, .len = len, .count = count};

	l.header_len = len < FRAME_HEADERS ? (uint32_t)len : FRAME_HEADERS;
	memcpy(l.win, bytes, l.header_len);
	if (!parse_headers(&l))
		return l.net.l4 == NET_TCP && !(l.net.flags & NET_F_FRAG_LATER) && l.is_parsed &&
		       judge_segment(&l, out);
	if (!judge_payload(&l, out))
		return false;
	out->tap.hdr = (struct rec_hdr){
		.kind = REC_TAP, .len = (uint16_t)(sizeof(out->tap) + out->tap.print.snap_len)};
	out->tap.ifindex = out->tap.pad = 0;
	return true;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The user-space half of bpf/lib/sight.bpf.h: fetching bytes is memcpy here, everything that judges
 * is the same header. */
#include "frame.h"

#include <string.h>

#include "demux.h"
#include "net.h"
#include "print.h"

_Static_assert(sizeof(struct frame_record) == sizeof(struct rec_tap) + REC_SNAP_MAX,
	       "the payload follows the record");

struct look {
	const struct knobs *k;
	const uint8_t *bytes;
	size_t len;
	uint8_t win[NET_WINDOW + NET_SLACK]; /* the first header_len bytes, zero beyond */
	uint32_t header_len;
	struct net_brief net;
	uint8_t kinds;
	uint64_t *count;
};

static bool has_cookie(const struct look *l)
{
	uint32_t off = l->net.payload_off;

	return off + 8 <= l->header_len && l->win[off] <= 3 &&
	       load_be32(l->win + off + 4) == STUN_COOKIE;
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
	l->kinds = knobs_port_kind(l->k, n->sport) | knobs_port_kind(l->k, n->dport);
	if (n->flags & NET_F_FRAG_LATER) {
		l->count[FRAME_FRAG_LATER]++;
		return false;
	}
	if (n->l4 == NET_TCP)
		l->count[FRAME_TCP_SEGMENTS] += n->payload_len && l->kinds;
	return n->l4 == NET_UDP && (l->kinds || (l->k->stun_anywhere && has_cookie(l)));
}

static void count_verdict(uint64_t *count, enum demux_verdict v)
{
	count[FRAME_SIP_MALFORMED] += v == DEMUX_SIP_MALFORMED;
	count[FRAME_STUN_MALFORMED] += v == DEMUX_STUN_MALFORMED;
	count[FRAME_KEEPALIVE] += v == DEMUX_KEEPALIVE;
	count[FRAME_DEMUX_OTHER] += v == DEMUX_OTHER;
}

static void fill_flow(const struct look *l, enum rec_proto proto, bool is_short, struct rec_flow *f)
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
	f->proto = (uint8_t)proto;
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
	v = demux_classify(out->payload, msg_len, l->kinds, l->k->stun_anywhere);
	count_verdict(l->count, v);
	if (v != DEMUX_SIP && v != DEMUX_STUN)
		return false;
	out->tap.print = (struct rec_print){.hash = print_hash(out->payload, msg_len),
					    .msg_len = msg_len,
					    .snap_len = fetch < want ? fetch : want};
	fill_flow(l, v == DEMUX_SIP ? PROTO_SIP : PROTO_STUN, out->tap.print.snap_len < msg_len,
		  &out->tap.flow);
	return true;
}

bool frame__look(const struct knobs *k, const uint8_t *bytes, size_t len, struct frame_record *out,
		 uint64_t count[FRAME_COUNTS])
{
	struct look l = {.k = k, .bytes = bytes, .len = len, .count = count};

	l.header_len = len < FRAME_HEADERS ? (uint32_t)len : FRAME_HEADERS;
	memcpy(l.win, bytes, l.header_len);
	if (!parse_headers(&l) || !judge_payload(&l, out))
		return false;
	out->tap.hdr = (struct rec_hdr){
		.kind = REC_TAP, .len = (uint16_t)(sizeof(out->tap) + out->tap.print.snap_len)};
	out->tap.ifindex = out->tap.pad = 0;
	return true;
}

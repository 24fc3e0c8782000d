/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reporting tap must say of a packet, by the pure headers of bpf/parse compiled for user
 * space. */
#ifndef SIGPATH_ORACLE_H
#define SIGPATH_ORACLE_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "demux.h"
#include "knobs.h"
#include "net.h"
#include "print.h"
#include "record.h"

#define ORACLE_HEADERS 128 /* header bytes a tap fetches */

enum counter_id {
#define COUNTER(id, name, kind, help) CNT_##id,
#include "counter.def"
#undef COUNTER
	CNT_MAX
};

static const char *const counter_names[CNT_MAX] = {
#define COUNTER(id, name, kind, help) name,
#include "counter.def"
#undef COUNTER
};

struct sighting {
	bool is_reported;
	struct rec_flow flow;
	struct rec_print print;
	size_t payload_off; /* of print.snap_len bytes in the packet */
	uint64_t count[CNT_MAX];
};

static inline void oracle__flow(const uint8_t *pkt, const struct net_brief *net, struct rec_flow *f)
{
	const uint8_t *l3 = pkt + net->l3_off;

	if (net->family == 4) {
		memset(f->saddr + 10, 0xff, 2);
		memset(f->daddr + 10, 0xff, 2);
		memcpy(f->saddr + 12, l3 + 12, 4);
		memcpy(f->daddr + 12, l3 + 16, 4);
	} else {
		memcpy(f->saddr, l3 + 8, 16);
		memcpy(f->daddr, l3 + 24, 16);
	}
	f->sport = net->sport;
	f->dport = net->dport;
	f->flags |= net->flags & NET_F_FRAG_FIRST ? REC_F_FRAG : 0;
	f->flags |= net->flags & NET_F_VLAN ? REC_F_VLAN : 0;
}

static inline void oracle__verdict(struct sighting *s, enum demux_verdict v)
{
	s->count[CNT_SIP_MALFORMED] = v == DEMUX_SIP_MALFORMED;
	s->count[CNT_STUN_MALFORMED] = v == DEMUX_STUN_MALFORMED;
	s->count[CNT_KEEPALIVE] = v == DEMUX_KEEPALIVE;
	s->count[CNT_DEMUX_OTHER] = v == DEMUX_OTHER;
	s->is_reported = v == DEMUX_SIP || v == DEMUX_STUN;
	s->flow.proto = v == DEMUX_SIP ? PROTO_SIP : v == DEMUX_STUN ? PROTO_STUN : PROTO_NONE;
}

/* The bytes of a UDP datagram that are in the packet. */
static inline void oracle__payload(const uint8_t *pkt, size_t len, const struct net_brief *net,
				   const struct knobs *k, uint8_t kinds, struct sighting *s)
{
	uint64_t words[REC_HASH_LEN / 8] = {0};
	uint32_t have = len > net->payload_off ? (uint32_t)len - net->payload_off : 0;
	uint32_t covered = net->payload_len < REC_HASH_LEN ? net->payload_len : REC_HASH_LEN;

	if (have > net->payload_len)
		have = net->payload_len;
	if (have < covered) {
		s->count[CNT_NONLINEAR] = 1;
		return;
	}
	memcpy(words, pkt + net->payload_off, covered);
	oracle__verdict(s, demux_classify((const uint8_t *)words, net->payload_len, kinds,
					  k->stun_anywhere));
	if (!s->is_reported)
		return;
	oracle__flow(pkt, net, &s->flow);
	s->payload_off = net->payload_off;
	s->print.hash = print_hash(words, net->payload_len);
	s->print.msg_len = net->payload_len;
	s->print.snap_len = have < k->snap_len ? have : k->snap_len;
	s->flow.flags |= s->print.snap_len < net->payload_len ? REC_F_SHORT : 0;
}

static inline bool oracle__has_cookie(const uint8_t *pkt, size_t n, const struct net_brief *net)
{
	return net->payload_off + 8u <= n && pkt[net->payload_off] <= 3 &&
	       !memcmp(pkt + net->payload_off + 4, "\x21\x12\xa4\x42", 4);
}

static inline void oracle__look(const uint8_t *pkt, size_t len, const struct knobs *k,
				struct sighting *s)
{
	size_t n = len < ORACLE_HEADERS ? len : ORACLE_HEADERS;
	uint8_t win[NET_WINDOW + NET_SLACK] = {0}, kinds;
	uint16_t proto = 0, l3_off = 0;
	struct net_brief net = {0};

	memset(s, 0, sizeof(*s));
	memcpy(win, pkt, n);
	if (net_link_parse(win, (uint32_t)n, &proto, &l3_off, &net.flags))
		return;
	if (net_parse(win, (uint32_t)n, proto, l3_off, &net)) {
		s->count[CNT_IP_MALFORMED] = net.family != 0;
		return;
	}
	kinds = knobs_port_kind(k, net.sport) | knobs_port_kind(k, net.dport);
	if (net.flags & NET_F_FRAG_LATER)
		s->count[CNT_FRAG_LATER] = 1;
	else if (net.l4 == NET_TCP)
		s->count[CNT_TCP_SEGMENTS] = net.payload_len && kinds;
	else if (net.l4 == NET_UDP &&
		 (kinds || (k->stun_anywhere && oracle__has_cookie(pkt, n, &net))))
		oracle__payload(pkt, len, &net, k, kinds, s);
}

#endif

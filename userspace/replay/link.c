/* SPDX-License-Identifier: BSD-2-Clause */
/* One loop over the headers. IP, UDP and TCP are read by the code that the kernel programs use. */
#include "link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

#define ETHERTYPE_PPPOE	 0x8864
#define ETHERTYPE_BRIDGE 0x6558
#define PROTO_IPIP	 4
#define PROTO_IPV6	 41
#define PROTO_GRE	 47
#define PROTO_FRAGMENT	 44
#define VXLAN_PORT	 4789
#define VXLAN_LEN	 8
#define IP4_LEN		 20
#define IP6_LEN		 40
#define JOINED_MAX	 (IP6_LEN + FRAGMENT_DATA_MAX)
#define SLACK		 512

/* What is left of a packet: bytes whose kind is the ethertype. */
struct rest {
	const uint8_t *p;
	uint32_t len;
	uint16_t ethertype; /* 0: not IP */
	uint16_t flags;	    /* REC_F_VLAN, REC_F_FRAG */
	uint64_t now_ns;
};

enum step {
	STEP_NONE, /* nothing of interest, counted */
	STEP_MORE, /* rest is a packet inside */
	STEP_DONE,
};

int link__init(struct link *l, struct fragments *fragments)
{
	*l = (struct link){.fragments = fragments};
	l->joined = calloc(1, JOINED_MAX + SLACK);
	return l->joined ? 0 : -ENOMEM;
}

void link__done(struct link *l)
{
	free(l->joined);
	l->joined = NULL;
}

static enum step malformed(struct link *l)
{
	l->counts.malformed++;
	return STEP_NONE;
}

static void shift(struct rest *r, uint32_t len)
{
	r->p += len;
	r->len -= len;
}

/* --- links --- */

static uint16_t version_type(const struct rest *r)
{
	unsigned int version = r->len ? r->p[0] >> 4 : 0;

	return version == 4 ? NET_ETH_P_IP : version == 6 ? NET_ETH_P_IPV6 : 0;
}

static uint16_t ppp_type(uint16_t proto)
{
	return proto == 0x0021 ? NET_ETH_P_IP : proto == 0x0057 ? NET_ETH_P_IPV6 : 0;
}

/* AF_INET is 2 everywhere, AF_INET6 is not; NULL has the byte order of the host that captured. */
static uint16_t family_type(const uint8_t *p)
{
	uint32_t family = p[0] || p[1] ? (uint32_t)p[0] | (uint32_t)p[1] << 8
				       : (uint32_t)p[3] | (uint32_t)p[2] << 8;

	if (family == 2)
		return NET_ETH_P_IP;
	return family == 10 || family == 24 || family == 28 || family == 30 ? NET_ETH_P_IPV6 : 0;
}

static bool skip_ethernet(struct rest *r)
{
	uint16_t off = 0, flags = 0;

	if (net_link_parse(r->p, r->len, &r->ethertype, &off, &flags))
		return false;
	if (flags & NET_F_VLAN)
		r->flags |= REC_F_VLAN;
	shift(r, off);
	return true;
}

/* A header of fixed length whose type is at `at`. */
static bool skip_fixed(struct rest *r, uint32_t len, uint32_t at)
{
	if (r->len < len)
		return false;
	r->ethertype = net_u16(r->p + at);
	shift(r, len);
	return true;
}

static bool skip_ppp(struct rest *r)
{
	if (r->len >= 2 && r->p[0] == 0xff && r->p[1] == 0x03)
		shift(r, 2);
	if (!skip_fixed(r, 2, 0))
		return false;
	r->ethertype = ppp_type(r->ethertype);
	return true;
}

static bool skip_family(struct rest *r)
{
	if (r->len < 4)
		return false;
	r->ethertype = family_type(r->p);
	shift(r, 4);
	return true;
}

bool link__is_known(uint32_t type)
{
	switch (type) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_PPP:
	case LINK_RAW_OLD:
	case LINK_RAW_BSD:
	case LINK_RAW:
	case LINK_LOOP:
	case LINK_COOKED:
	case LINK_IPV4:
	case LINK_IPV6:
	case LINK_COOKED_2:
		return true;
	default:
		return false;
	}
}

/* False: cut. A link type that is not known is no IP. */
static bool skip_link(uint32_t type, struct rest *r)
{
	switch (type) {
	case LINK_ETHERNET:
		return skip_ethernet(r);
	case LINK_COOKED:
		return skip_fixed(r, 16, 14);
	case LINK_COOKED_2:
		return skip_fixed(r, 20, 0);
	case LINK_NULL:
	case LINK_LOOP:
		return skip_family(r);
	case LINK_PPP:
		return skip_ppp(r);
	default:
		r->ethertype = link__is_known(type) ? version_type(r) : 0;
		return true;
	}
}

/* --- what lies inside --- */

/* Tags behind a cooked header, and PPPoE (RFC 2516: 6 bytes, then PPP). */
static bool skip_shims(struct rest *r)
{
	for (int i = 0; i < 3; i++) {
		if (r->ethertype == NET_ETH_P_8021Q || r->ethertype == NET_ETH_P_8021AD) {
			if (!skip_fixed(r, 4, 2))
				return false;
			r->flags |= REC_F_VLAN;
		} else if (r->ethertype == ETHERTYPE_PPPOE) {
			if (!skip_fixed(r, 8, 6))
				return false;
			r->ethertype = ppp_type(r->ethertype);
		}
	}
	return true;
}

/* RFC 2784, 2890: checksum, key and sequence number follow where their bits are set. */
static bool skip_gre(struct rest *r)
{
	uint16_t bits;
	uint32_t len = 4;

	if (r->len < 4)
		return false;
	bits = net_u16(r->p);
	len += (bits & 0x8000 ? 4 : 0) + (bits & 0x2000 ? 4 : 0) + (bits & 0x1000 ? 4 : 0);
	if (r->len < len || bits & 0x4007) /* routing, or another version */
		return false;
	r->ethertype = net_u16(r->p + 2);
	shift(r, len);
	return r->ethertype == ETHERTYPE_BRIDGE ? skip_ethernet(r) : true;
}

static bool skip_vxlan(const struct link_packet *u, struct rest *r)
{
	if (u->flow.dport != VXLAN_PORT || u->len < VXLAN_LEN || u->p[0] != 0x08)
		return false;
	r->p = u->p + VXLAN_LEN;
	r->len = u->len - VXLAN_LEN;
	return skip_ethernet(r) && version_type(r) && r->ethertype == version_type(r);
}

/* --- IP --- */

static void set_addresses(const uint8_t *ip, uint8_t family, uint8_t saddr[16], uint8_t daddr[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (family == 6) {
		memcpy(saddr, ip + 8, 16);
		memcpy(daddr, ip + 24, 16);
		return;
	}
	memcpy(saddr, mapped, 12);
	memcpy(saddr + 12, ip + 12, 4);
	memcpy(daddr, mapped, 12);
	memcpy(daddr + 12, ip + 16, 4);
}

/* The packet as if it had never been cut: its first header, then all data. */
static enum step join(struct link *l, struct rest *r, const struct fragment *f)
{
	const uint8_t *data;
	uint32_t len, head = f->family == 4 ? IP4_LEN : IP6_LEN;
	uint8_t *ip = l->joined;

	if (!fragments__add(l->fragments, f, r->now_ns, &data, &len))
		return STEP_NONE;
	if (f->family == 4 && len + IP4_LEN > 65535)
		return malformed(l);
	memset(ip, 0, head);
	if (f->family == 4) {
		ip[0] = 0x45;
		ip[2] = (uint8_t)((len + IP4_LEN) >> 8);
		ip[3] = (uint8_t)(len + IP4_LEN);
		ip[9] = f->proto;
		memcpy(ip + 12, f->saddr + 12, 4);
		memcpy(ip + 16, f->daddr + 12, 4);
	} else {
		ip[0] = 0x60;
		ip[4] = (uint8_t)(len >> 8);
		ip[5] = (uint8_t)len;
		ip[6] = f->proto;
		memcpy(ip + 8, f->saddr, 16);
		memcpy(ip + 24, f->daddr, 16);
	}
	memcpy(ip + head, data, len);
	memset(ip + head + len, 0, SLACK);
	r->p = ip;
	r->len = head + len;
	r->flags |= REC_F_FRAG;
	return STEP_MORE;
}

/* net.h walks on behind the header of a first fragment: it is looked for again. 0: not there. */
static uint32_t find_fragment_header(const struct rest *r)
{
	uint32_t off = IP6_LEN;
	uint8_t next = r->p[6];

	while (net_is_ext(next) && off + 8 <= r->len) {
		uint32_t len = next == 51 ? (r->p[off + 1] + 2u) * 4 : (r->p[off + 1] + 1u) * 8;

		if (next == PROTO_FRAGMENT)
			return off;
		next = r->p[off];
		off += len;
	}
	return 0;
}

static enum step add_fragment(struct link *l, struct rest *r, uint8_t family)
{
	struct fragment f = {.family = family};
	uint32_t off, end;

	set_addresses(r->p, family, f.saddr, f.daddr);
	if (family == 4) {
		uint16_t bits = net_u16(r->p + 6);

		off = (r->p[0] & 0xf) * 4u;
		end = net_u16(r->p + 2);
		f.id = net_u16(r->p + 4);
		f.proto = r->p[9];
		f.off = (bits & 0x1fff) * 8u;
		f.is_last = !(bits & 0x2000);
	} else {
		uint16_t bits;

		off = find_fragment_header(r);
		if (!off)
			return malformed(l);
		end = IP6_LEN + net_u16(r->p + 4);
		f.proto = r->p[off];
		bits = net_u16(r->p + off + 2);
		memcpy(&f.id, r->p + off + 4, 4);
		f.off = bits & 0xfff8;
		f.is_last = !(bits & 1);
		off += 8;
	}
	if (end < off)
		return malformed(l);
	if (end > r->len) {
		l->counts.cut++;
		return STEP_NONE;
	}
	f.len = end - off;
	f.p = r->p + off;
	return join(l, r, &f);
}

/* --- UDP and TCP --- */

static void set_payload(const struct rest *r, const struct net_brief *b, struct link_packet *out)
{
	out->l4 = b->l4;
	out->p = r->p + b->payload_off;
	out->wire_len = b->payload_len;
	out->len = r->len > b->payload_off ? r->len - b->payload_off : 0;
	if (out->len > out->wire_len)
		out->len = out->wire_len;
	set_addresses(r->p, b->family, out->flow.saddr, out->flow.daddr);
	out->flow.sport = b->sport;
	out->flow.dport = b->dport;
	out->flow.flags = r->flags;
}

static void set_tcp(const uint8_t *tcp, struct link_packet *out)
{
	uint8_t bits = tcp[13];

	out->seq = (uint32_t)tcp[4] << 24 | (uint32_t)tcp[5] << 16 | (uint32_t)tcp[6] << 8 | tcp[7];
	if (bits & 2) {
		out->flow.flags |= REC_F_SYN;
		out->seq++;
	}
	if (bits & 1)
		out->flow.flags |= REC_F_FIN;
	if (bits & 4)
		out->flow.flags |= REC_F_RST;
}

static enum step read_l4(struct link *l, struct rest *r, struct net_brief *b, uint32_t avail,
			 struct link_packet *out)
{
	if (b->l4 == NET_UDP && !net_udp_parse(r->p, avail, b)) {
		set_payload(r, b, out);
		return skip_vxlan(out, r) ? STEP_MORE : STEP_DONE;
	}
	if (b->l4 == NET_TCP && !net_tcp_parse(r->p, avail, b)) {
		set_payload(r, b, out);
		set_tcp(r->p + b->l4_off, out);
		return STEP_DONE;
	}
	return malformed(l);
}

static enum step read_inside(struct link *l, struct rest *r, const struct net_brief *b)
{
	uint32_t end = (uint32_t)b->l4_off + b->payload_len;

	if (b->l4 != PROTO_IPIP && b->l4 != PROTO_IPV6 && b->l4 != PROTO_GRE) {
		l->counts.other++;
		return STEP_NONE;
	}
	if (b->l4_off > r->len)
		return malformed(l);
	if (end < r->len)
		r->len = end;
	shift(r, b->l4_off);
	if (b->l4 == PROTO_GRE)
		return skip_gre(r) ? STEP_MORE : malformed(l);
	r->ethertype = b->l4 == PROTO_IPIP ? NET_ETH_P_IP : NET_ETH_P_IPV6;
	return STEP_MORE;
}

static enum step read_ip(struct link *l, struct rest *r, struct link_packet *out)
{
	uint32_t avail = r->len < NET_WINDOW ? r->len : NET_WINDOW;
	struct net_brief b = {.family = r->ethertype == NET_ETH_P_IP ? 4 : 6};
	int rc = b.family == 4 ? net_ipv4_parse(r->p, avail, &b) : net_ipv6_parse(r->p, avail, &b);

	if (rc)
		return malformed(l);
	if (b.flags & (NET_F_FRAG_FIRST | NET_F_FRAG_LATER))
		return add_fragment(l, r, b.family);
	if (b.l4 == NET_UDP || b.l4 == NET_TCP)
		return read_l4(l, r, &b, avail, out);
	return read_inside(l, r, &b);
}

bool link__decode(struct link *l, uint32_t type, const uint8_t *p, uint32_t len, uint64_t now_ns,
		  struct link_packet *out)
{
	struct rest r = {.p = p, .len = len, .now_ns = now_ns};
	enum step step = STEP_MORE;

	*out = (struct link_packet){0};
	if (!skip_link(type, &r) || !skip_shims(&r)) {
		malformed(l);
		return false;
	}
	for (int i = 0; step == STEP_MORE; i++) {
		if (r.ethertype != NET_ETH_P_IP && r.ethertype != NET_ETH_P_IPV6) {
			l->counts.not_ip++;
			if (!link__is_known(type)) {
				l->counts.unknown_link++;
				l->unknown_link = type;
			}
			return false;
		}
		if (i == LINK_DEPTH) {
			l->counts.too_deep++;
			return false;
		}
		step = read_ip(l, &r, out);
	}
	return step == STEP_DONE;
}

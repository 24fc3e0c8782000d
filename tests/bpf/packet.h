/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets from recipes: Ethernet, VLAN tags, IPv4 or IPv6 with extension headers, UDP or TCP,
 * payload. Written apart from the parsers, so that one cannot hide the other's mistake. */
#ifndef SIGPATH_PACKET_H
#define SIGPATH_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PACKET_MAX 3000

/* IPv6 extension headers, in the order they are put */
enum packet_ext {
	EXT_HOP = 1,
	EXT_DST = 2,
	EXT_ROUTE = 4,
	EXT_AH = 8,
	EXT_LONG = 16 /* EXT_HOP of 64 bytes */
};

struct recipe {
	const char *name;
	uint16_t sport, dport; /* 0: 40000 and 5060 */
	const void *payload;
	uint16_t payload_len;
	uint8_t family;	   /* 0: 4 */
	uint8_t vlans;	   /* tags, outer one 802.1ad */
	uint8_t ext;	   /* enum packet_ext, or-ed */
	uint8_t options;   /* 32-bit words of IPv4 options */
	uint8_t l4;	   /* 0: UDP */
	uint8_t padding;   /* bytes behind the IP packet */
	uint16_t frag;	   /* fragment field of IPv4: more fragments 0x2000, offset in eights */
	uint16_t l3_lie;   /* length put into the IP header, 0: the truth */
	uint16_t udp_lie;  /* length put into the UDP header */
	uint16_t type_lie; /* ethertype */
};

struct packet {
	size_t len;
	uint8_t buf[PACKET_MAX];
};

static inline void packet__add(struct packet *p, const void *bytes, size_t len)
{
	if (p->len + len > sizeof(p->buf))
		len = sizeof(p->buf) - p->len;
	memcpy(p->buf + p->len, bytes, len);
	p->len += len;
}

static inline void packet__add8(struct packet *p, unsigned int v)
{
	uint8_t byte = (uint8_t)v;

	packet__add(p, &byte, 1);
}

static inline void packet__add16(struct packet *p, unsigned int v)
{
	packet__add8(p, v >> 8);
	packet__add8(p, v);
}

static inline void packet__add_zeros(struct packet *p, size_t len)
{
	while (len--)
		packet__add8(p, 0);
}

static inline void packet__add_link(struct packet *p, const struct recipe *r)
{
	packet__add(p, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01", 12);
	for (unsigned int i = 0; i < r->vlans; i++) {
		packet__add16(p, i == 0 && r->vlans > 1 ? 0x88a8 : 0x8100);
		packet__add16(p, 100 + i);
	}
	packet__add16(p, r->type_lie ? r->type_lie : r->family == 6 ? 0x86dd : 0x0800);
}

static inline void packet__add_ip4(struct packet *p, const struct recipe *r, size_t l4_len)
{
	size_t hlen = 20 + r->options * 4u;

	packet__add8(p, 0x40 | hlen / 4);
	packet__add8(p, 0);
	packet__add16(p, r->l3_lie ? r->l3_lie : (unsigned int)(hlen + l4_len));
	packet__add16(p, 0x1234);
	packet__add16(p, r->frag);
	packet__add8(p, 64);
	packet__add8(p, r->l4 ? r->l4 : 17);
	packet__add16(p, 0);
	packet__add(p, "\x0a\x4d\0\x01\x0a\x4d\0\x02", 8);
	for (unsigned int i = 0; i < r->options * 4u; i++)
		packet__add8(p, 1); /* NOP */
}

/* Header lengths in eights behind the first eight bytes; AH in fours behind the first eight (RFC
 * 4302 2.2). */
static inline void packet__add_ext(struct packet *p, const struct recipe *r, uint8_t last)
{
	static const struct {
		uint8_t flag, type, len_field;
		uint16_t bytes;
	} rows[] = {{EXT_HOP, 0, 0, 8},
		    {EXT_LONG, 0, 7, 64},
		    {EXT_DST, 60, 1, 16},
		    {EXT_ROUTE, 43, 2, 24},
		    {EXT_AH, 51, 4, 24}};
	size_t type_at = p->len - 34; /* next header field of the fixed header */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!(r->ext & rows[i].flag))
			continue;
		p->buf[type_at] = rows[i].type;
		type_at = p->len;
		packet__add8(p, 0);
		packet__add8(p, rows[i].len_field);
		packet__add_zeros(p, rows[i].bytes - 2);
	}
	if (r->frag) {
		p->buf[type_at] = 44;
		type_at = p->len;
		packet__add16(p, 0);
		/* offset in the upper 13 bits here, more fragments in the lowest */
		packet__add16(p, (r->frag & 0x1fffu) << 3 | (r->frag & 0x2000u ? 1 : 0));
		packet__add_zeros(p, 4);
	}
	p->buf[type_at] = last;
}

static inline size_t packet__ext_len(const struct recipe *r)
{
	return (r->ext & EXT_HOP ? 8 : 0) + (r->ext & EXT_LONG ? 64 : 0) +
	       (r->ext & EXT_DST ? 16 : 0) + (r->ext & EXT_ROUTE ? 24 : 0) +
	       (r->ext & EXT_AH ? 24 : 0) + (r->frag ? 8 : 0);
}

static inline void packet__add_ip6(struct packet *p, const struct recipe *r, size_t l4_len)
{
	packet__add(p, "\x60\0\0\0", 4);
	packet__add16(p, r->l3_lie ? r->l3_lie : (unsigned int)(packet__ext_len(r) + l4_len));
	packet__add8(p, 0);
	packet__add8(p, 64);
	packet__add(p,
		    "\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0\x02",
		    32);
	packet__add_ext(p, r, r->l4 ? r->l4 : 17);
}

static inline void packet__make(struct packet *p, const struct recipe *r)
{
	bool is_tcp = r->l4 == 6;
	size_t l4_len = (is_tcp ? 20u : 8u) + r->payload_len;

	p->len = 0;
	packet__add_link(p, r);
	if (r->family == 6)
		packet__add_ip6(p, r, l4_len);
	else
		packet__add_ip4(p, r, l4_len);
	packet__add16(p, r->sport ? r->sport : 40000);
	packet__add16(p, r->dport ? r->dport : 5060);
	if (is_tcp) {
		packet__add_zeros(p, 8);
		packet__add(p, "\x50\x18\x10\0\0\0\0\0", 8);
	} else {
		packet__add16(p, r->udp_lie ? r->udp_lie : (unsigned int)l4_len);
		packet__add16(p, 0);
	}
	packet__add(p, r->payload, r->payload_len);
	packet__add_zeros(p, r->padding);
}

#endif

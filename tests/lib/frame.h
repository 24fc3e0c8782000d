/* SPDX-License-Identifier: BSD-2-Clause */
/* Ethernet frames put together byte by byte, right by default, so that a test can then break one
 * thing. */
#ifndef SIGPATH_FRAME_H
#define SIGPATH_FRAME_H

#include "tool.h"

#include <stdbool.h>

#define FRAME_MAX 2048

struct frame_link {
	uint8_t src_mac[6];
	uint8_t dst_mac[6];
	struct in_addr src4, dst4;
	struct in6_addr src6, dst6;
};

struct frame {
	uint8_t buf[FRAME_MAX];
	size_t len;
	size_t l3_off;
	size_t l4_off;
	bool is_ipv6;
};

static inline void frame__put(struct frame *f, const void *bytes, size_t len)
{
	if (f->len + len > FRAME_MAX)
		tool__die("frame too long");
	memcpy(f->buf + f->len, bytes, len);
	f->len += len;
}

static inline void frame__put_u8(struct frame *f, unsigned int v)
{
	uint8_t byte = (uint8_t)v;

	frame__put(f, &byte, 1);
}

static inline void frame__put_u16(struct frame *f, unsigned int v)
{
	uint8_t bytes[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	frame__put(f, bytes, 2);
}

static inline void frame__set_u16(struct frame *f, size_t off, unsigned int v)
{
	f->buf[off] = (uint8_t)(v >> 8);
	f->buf[off + 1] = (uint8_t)v;
}

static inline unsigned int frame__u16(const struct frame *f, size_t off)
{
	return (unsigned int)(f->buf[off] << 8 | f->buf[off + 1]);
}

/* Ethernet header; vlans tags with VLAN 0 (priority tags, which every host accepts), the outer one
 * of two is 802.1ad. */
static inline void frame__init(struct frame *f, const struct frame_link *l, unsigned int ethertype,
			       unsigned int vlans)
{
	f->len = 0;
	f->is_ipv6 = ethertype == 0x86dd;
	frame__put(f, l->dst_mac, 6);
	frame__put(f, l->src_mac, 6);
	for (unsigned int i = 0; i < vlans; i++) {
		frame__put_u16(f, vlans == 2 && i == 0 ? 0x88a8 : 0x8100);
		frame__put_u16(f, 0);
	}
	frame__put_u16(f, ethertype);
	f->l3_off = f->len;
}

/* IPv4 header; frag is the flags and offset word. Lengths and checksums: frame__finish. */
static inline void frame__ipv4(struct frame *f, const struct frame_link *l, unsigned int proto,
			       unsigned int id, unsigned int frag)
{
	frame__put_u16(f, 0x4500);
	frame__put_u16(f, 0);
	frame__put_u16(f, id);
	frame__put_u16(f, frag);
	frame__put_u8(f, 64);
	frame__put_u8(f, proto);
	frame__put_u16(f, 0);
	frame__put(f, &l->src4, 4);
	frame__put(f, &l->dst4, 4);
	f->l4_off = f->len;
}

static inline void frame__ipv6(struct frame *f, const struct frame_link *l, unsigned int next)
{
	frame__put(f, "\x60\x00\x00\x00\x00\x00", 6);
	frame__put_u8(f, next);
	frame__put_u8(f, 64);
	frame__put(f, &l->src6, 16);
	frame__put(f, &l->dst6, 16);
	f->l4_off = f->len;
}

/* Extension header of 8 bytes with padding (RFC 8200 4.2), as hop-by-hop or destination options. */
static inline void frame__ipv6_options(struct frame *f, unsigned int next)
{
	frame__put_u8(f, next);
	frame__put_u8(f, 0);
	frame__put(f, "\x01\x04\x00\x00\x00\x00", 6);
	f->l4_off = f->len;
}

static inline void frame__udp(struct frame *f, unsigned int sport, unsigned int dport,
			      const void *payload, size_t len)
{
	f->l4_off = f->len;
	frame__put_u16(f, sport);
	frame__put_u16(f, dport);
	frame__put_u16(f, (unsigned int)(8 + len));
	frame__put_u16(f, 0);
	frame__put(f, payload, len);
}

static inline uint32_t frame__sum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (len & 1)
		sum += (uint32_t)(p[len - 1] << 8);
	return sum;
}

static inline unsigned int frame__fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* IP length and header checksum; UDP checksum over IPv6 (over IPv4 it stays 0: none). */
static inline void frame__finish(struct frame *f)
{
	size_t l4_len = f->len - f->l4_off;
	uint32_t sum;

	if (!f->is_ipv6) {
		frame__set_u16(f, f->l3_off + 2, (unsigned int)(f->len - f->l3_off));
		frame__set_u16(f, f->l3_off + 10, 0);
		frame__set_u16(f, f->l3_off + 10,
			       frame__fold(frame__sum(f->buf + f->l3_off, 20, 0)));
		return;
	}
	frame__set_u16(f, f->l3_off + 4, (unsigned int)(f->len - f->l3_off - 40));
	sum = frame__sum(f->buf + f->l3_off + 8, 32, 17 + (uint32_t)l4_len);
	frame__set_u16(f, f->l4_off + 6, 0);
	frame__set_u16(f, f->l4_off + 6, frame__fold(frame__sum(f->buf + f->l4_off, l4_len, sum)));
}

#endif

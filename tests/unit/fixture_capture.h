/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures made byte by byte, in either byte order. */
#ifndef SIGPATH_FIXTURE_CAPTURE_H
#define SIGPATH_FIXTURE_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct made {
	uint8_t p[8192];
	uint32_t len;
	bool is_big; /* byte order */
};

static inline void made__bytes(struct made *m, const void *p, uint32_t len)
{
	memcpy(m->p + m->len, p, len);
	m->len += len;
}

static inline void made__u16(struct made *m, uint16_t v)
{
	uint8_t b[2] = {(uint8_t)v, (uint8_t)(v >> 8)};

	if (m->is_big)
		v = (uint16_t)(b[0] << 8 | b[1]), b[0] = (uint8_t)v, b[1] = (uint8_t)(v >> 8);
	made__bytes(m, b, 2);
}

static inline void made__u32(struct made *m, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		m->p[m->len++] = (uint8_t)(v >> 8 * (m->is_big ? 3 - i : i));
}

static inline void made__pcap(struct made *m, uint32_t magic, uint32_t link)
{
	made__u32(m, magic);
	made__u16(m, 2);
	made__u16(m, 4);
	made__u32(m, 0);
	made__u32(m, 0);
	made__u32(m, 65535);
	made__u32(m, link);
}

static inline void made__record(struct made *m, uint32_t s, uint32_t part, const void *p,
				uint32_t len, uint32_t wire_len)
{
	made__u32(m, s);
	made__u32(m, part);
	made__u32(m, len);
	made__u32(m, wire_len);
	made__bytes(m, p, len);
}

/* A block's body, padded. */
static inline void made__block(struct made *m, uint32_t type, const void *body, uint32_t len)
{
	static const uint8_t zero[4];
	uint32_t total = 12 + ((len + 3) & ~3u);

	made__u32(m, type);
	made__u32(m, total);
	made__bytes(m, body, len);
	made__bytes(m, zero, total - 12 - len);
	made__u32(m, total);
}

static inline void made__section(struct made *m)
{
	struct made b = {.is_big = m->is_big};

	made__u32(&b, 0x1a2b3c4d);
	made__u16(&b, 1);
	made__u16(&b, 0);
	made__u32(&b, 0xffffffff);
	made__u32(&b, 0xffffffff);
	made__block(m, 0x0a0d0d0a, b.p, b.len);
}

/* tsresol < 0: no option. */
static inline void made__interface(struct made *m, uint16_t link, uint32_t snap, int tsresol,
				   int32_t offset_s)
{
	struct made b = {.is_big = m->is_big};

	made__u16(&b, link);
	made__u16(&b, 0);
	made__u32(&b, snap);
	made__u16(&b, 2); /* if_name, to be read over */
	made__u16(&b, 3);
	made__bytes(&b, "eth", 4);
	if (tsresol >= 0) {
		made__u16(&b, 9);
		made__u16(&b, 1);
		made__bytes(&b, (uint8_t[4]){(uint8_t)tsresol}, 4);
	}
	if (offset_s) {
		uint32_t high = offset_s < 0 ? 0xffffffff : 0;

		made__u16(&b, 14);
		made__u16(&b, 8);
		made__u32(&b, m->is_big ? high : (uint32_t)offset_s);
		made__u32(&b, m->is_big ? (uint32_t)offset_s : high);
	}
	made__u32(&b, 0);
	made__block(m, 1, b.p, b.len);
}

static inline void made__enhanced(struct made *m, uint32_t interface, uint64_t units, const void *p,
				  uint32_t len, uint32_t wire_len)
{
	struct made b = {.is_big = m->is_big};

	made__u32(&b, interface);
	made__u32(&b, (uint32_t)(units >> 32));
	made__u32(&b, (uint32_t)units);
	made__u32(&b, len);
	made__u32(&b, wire_len);
	made__bytes(&b, p, len);
	made__block(m, 6, b.p, b.len);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng (draft-ietf-opsawg-pcapng): blocks, each with its length at both ends.
 *
 *   | type | length | body, padded to 4 | length |
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture_file.h"

#define BLOCK_SECTION	0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET	2u /* obsolete */
#define BLOCK_SIMPLE	3u
#define BLOCK_ENHANCED	6u
#define ORDER_MAGIC	0x1a2b3c4du
#define FRAME_LEN	12u			     /* type and both lengths */
#define BLOCK_KEPT	(CAPTURE_PACKET_MAX + 65536) /* longer blocks hold no packet */

#define OPTION_TSRESOL	9
#define OPTION_TSOFFSET 14

#define SECOND_NS 1000000000ull

/* A block's body. */
struct block {
	uint32_t type, len; /* len: of the body */
	const uint8_t *p;
	uint64_t offset; /* of the block */
};

static int damaged(struct capture_file *f, const struct block *b, const char *what)
{
	return capture_file__fail(f, -EBADMSG, b->offset, what,
				  "the file is damaged: what came before is used");
}

/* --- interfaces --- */

/* Whole ns of a unit where there are, so that the common stamps are one multiplication. */
static void set_resolution(struct capture_link *l, uint8_t resolution)
{
	l->resolution = resolution;
	l->multiply = 0;
	if (resolution & 0x80 || resolution > 9)
		return;
	l->multiply = 1;
	for (unsigned int i = resolution; i < 9; i++)
		l->multiply *= 10;
}

static uint64_t clamp(unsigned __int128 v)
{
	return v > INT64_MAX ? INT64_MAX : (uint64_t)v;
}

static uint64_t odd_units(uint8_t resolution, uint64_t units)
{
	unsigned __int128 ns = (unsigned __int128)units * SECOND_NS;
	uint64_t divide = 1;

	if (resolution & 0x80)
		return clamp(ns >> (resolution & 0x7f));
	for (unsigned int i = 0; i < resolution && i < 19; i++)
		divide *= 10;
	return clamp(ns / divide);
}

static uint64_t stamp(const struct capture_link *l, uint32_t high, uint32_t low)
{
	uint64_t units = (uint64_t)high << 32 | low, ns;
	__int128 sum;

	ns = l->multiply ? clamp((unsigned __int128)units * l->multiply)
			 : odd_units(l->resolution, units);
	if (!l->offset_s)
		return ns;
	sum = (__int128)ns + (__int128)l->offset_s * (int64_t)SECOND_NS;
	return sum < 0 ? 0 : clamp((unsigned __int128)sum);
}

/* Options that say nothing about time are read over; a list that is cut ends. */
static void read_options(struct capture_file *f, const struct block *b, struct capture_link *l)
{
	uint32_t at = 8;

	while (b->len >= at + 4) {
		uint16_t code = capture_u16(f, b->p + at), len = capture_u16(f, b->p + at + 2);

		if (!code || len > b->len - at - 4)
			return;
		if (code == OPTION_TSRESOL && len == 1)
			set_resolution(l, b->p[at + 4]);
		if (code == OPTION_TSOFFSET && len == 8) {
			uint32_t a = capture_u32(f, b->p + at + 4);
			uint32_t c = capture_u32(f, b->p + at + 8);

			l->offset_s = (int64_t)(f->is_swapped == (__BYTE_ORDER__ ==
								  __ORDER_LITTLE_ENDIAN__)
							? (uint64_t)a << 32 | c
							: (uint64_t)c << 32 | a);
		}
		at += 4 + ((len + 3u) & ~3u);
	}
}

static int add_interface(struct capture_file *f, const struct block *b)
{
	struct capture_link *l;

	if (b->len < 8)
		return damaged(f, b, "an interface block that is too short");
	if (f->link_cnt == CAPTURE_LINKS_MAX)
		return damaged(f, b, "more than 4096 interfaces");
	if (f->link_cnt == f->link_cap) {
		uint32_t cap = f->link_cap ? 2 * f->link_cap : 8;

		l = realloc(f->links, cap * sizeof(*l));
		if (!l)
			return -ENOMEM;
		f->links = l;
		f->link_cap = cap;
	}
	l = &f->links[f->link_cnt++];
	*l = (struct capture_link){.link = capture_u16(f, b->p),
				   .snap_len = capture_u32(f, b->p + 4)};
	set_resolution(l, 6);
	read_options(f, b, l);
	return 0;
}

/* --- packets --- */

static int set_packet(struct capture_file *f, const struct block *b, uint32_t interface,
		      uint32_t len, uint32_t room, struct capture_packet *ret)
{
	if (interface >= f->link_cnt)
		return damaged(f, b, "a packet of an interface that is not described");
	if (len > room || len > CAPTURE_PACKET_MAX)
		return damaged(f, b, "a packet longer than its block");
	ret->link = f->links[interface].link;
	ret->interface = interface;
	ret->len = len;
	return 0;
}

/*  | interface | stamp high | low | captured | on the wire | packet ...
 *  obsolete: the interface is 16 bits, followed by 16 bits of drops */
static int read_stamped(struct capture_file *f, const struct block *b, struct capture_packet *ret)
{
	uint32_t interface;
	int rc;

	if (b->len < 20)
		return damaged(f, b, "a packet block that is too short");
	interface = b->type == BLOCK_PACKET ? capture_u16(f, b->p) : capture_u32(f, b->p);
	rc = set_packet(f, b, interface, capture_u32(f, b->p + 12), b->len - 20, ret);
	if (rc)
		return rc;
	ret->ts_ns =
		stamp(&f->links[interface], capture_u32(f, b->p + 4), capture_u32(f, b->p + 8));
	ret->wire_len = capture_u32(f, b->p + 16);
	ret->p = b->p + 20;
	return 0;
}

/* Has no stamp, and its captured length is what fits. */
static int read_simple(struct capture_file *f, const struct block *b, struct capture_packet *ret)
{
	uint32_t len, snap;
	int rc;

	if (b->len < 4)
		return damaged(f, b, "a packet block that is too short");
	ret->wire_len = len = capture_u32(f, b->p);
	snap = f->link_cnt ? f->links[0].snap_len : 0;
	if (snap && len > snap)
		len = snap;
	if (len > b->len - 4)
		len = b->len - 4;
	rc = set_packet(f, b, 0, len, b->len - 4, ret);
	if (rc)
		return rc;
	ret->ts_ns = f->last_ns;
	ret->p = b->p + 4;
	f->unstamped++;
	return 0;
}

/* --- blocks --- */

/* The byte order is told by the third word: a section's length cannot be read before. */
static int read_section(struct capture_file *f, uint64_t offset)
{
	struct block b = {.offset = offset};
	const uint8_t *p;
	uint32_t magic, len;
	int rc = source__need(f->source, 28, &p);

	if (rc)
		return capture_file__cut(f, rc, offset, "a section header");
	memcpy(&magic, p + 8, sizeof(magic));
	if (magic != ORDER_MAGIC && __builtin_bswap32(magic) != ORDER_MAGIC)
		return damaged(f, &b, "a section header without byte order");
	f->is_swapped = magic != ORDER_MAGIC;
	if (capture_u16(f, p + 12) != 1)
		return capture_file__fail(f, -EBADMSG, offset, "a section of an unknown version",
					  "convert it: `editcap -F pcapng FILE NEW`");
	len = capture_u32(f, p + 4);
	if (len < 28 || len & 3)
		return damaged(f, &b, "a section header of impossible length");
	f->link_cnt = 0;
	rc = source__skip(f->source, len - 4);
	rc = rc ? rc : source__need(f->source, 4, &p);
	if (rc)
		return capture_file__cut(f, rc, offset, "a section header");
	if (capture_u32(f, p) != len)
		return damaged(f, &b, "a section header whose two lengths differ");
	source__take(f->source, 4);
	f->blocks++;
	return 0;
}

static bool is_used(uint32_t type)
{
	return type == BLOCK_INTERFACE || type == BLOCK_PACKET || type == BLOCK_SIMPLE ||
	       type == BLOCK_ENHANCED;
}

/* One block, taken whole: its body is valid until the next one. Of those that are not used only the
 * frame is looked at, body NULL. */
static int read_block(struct capture_file *f, struct block *b)
{
	const uint8_t *p;
	uint32_t total;
	int rc;

	b->offset = source__offset(f->source);
	b->p = NULL;
	rc = source__need(f->source, 8, &p);
	if (rc == -ENODATA)
		return rc;
	if (rc)
		return capture_file__cut(f, rc, b->offset, "a block's header");
	b->type = capture_u32(f, p);
	if (b->type == BLOCK_SECTION)
		return read_section(f, b->offset);
	total = capture_u32(f, p + 4);
	if (total < FRAME_LEN || total & 3)
		return damaged(f, b, "a block of impossible length");
	b->len = total - FRAME_LEN;
	if (is_used(b->type) && total > BLOCK_KEPT)
		return damaged(f, b, "a packet or interface block of impossible length");
	rc = is_used(b->type) ? source__need(f->source, total, &p)
			      : source__skip(f->source, total - 4);
	if (!rc && !is_used(b->type))
		rc = source__need(f->source, 4, &p);
	if (rc)
		return capture_file__cut(f, rc, b->offset, "a block");
	if (capture_u32(f, is_used(b->type) ? p + total - 4 : p) != total)
		return damaged(f, b, "a block whose two lengths differ");
	b->p = is_used(b->type) ? p + 8 : NULL;
	source__take(f->source, is_used(b->type) ? total : 4);
	return 0;
}

int capture_file__open_section(struct capture_file *f)
{
	return read_section(f, 0);
}

int capture_file__next_block(struct capture_file *f, struct capture_packet *ret)
{
	struct block b = {0};
	int rc;

	for (;;) {
		rc = read_block(f, &b);
		if (rc)
			return rc;
		if (!b.p) {
			f->blocks += b.type != BLOCK_SECTION;
			continue;
		}
		if (b.type == BLOCK_INTERFACE)
			rc = add_interface(f, &b);
		else if (b.type == BLOCK_SIMPLE)
			rc = read_simple(f, &b, ret);
		else
			rc = read_stamped(f, &b, ret);
		if (rc)
			return rc;
		f->blocks++;
		if (b.type != BLOCK_INTERFACE)
			return 0;
	}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Which format it is, and the older one.
 *
 *   | magic | major, minor | zone | sigfigs | snaplen | link type |     then, for each packet
 *   | seconds | us or ns | captured | on the wire | ...
 */
#include "capture_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_US      0xa1b2c3d4u
#define MAGIC_NS      0xa1b23c4du
#define MAGIC_LONG    0xa1b2cd34u /* Kuznetzov's: 8 more bytes a record */
#define MAGIC_SECTION 0x0a0d0d0au /* reads the same in both orders */
#define HEAD_LEN      24
#define RECORD_LEN    16
#define RECORD_LONG   24
#define LINK_MASK     0xffff /* above it: length of the frame check sequence */

#define SECOND_NS 1000000000ull

int capture_file__fail(struct capture_file *f, int rc, uint64_t offset, const char *what,
		       const char *hint)
{
	char block[40] = "";

	if (f->is_pcapng)
		snprintf(block, sizeof(block), " (block %" PRIu64 ")", f->blocks + 1);
	snprintf(f->error, sizeof(f->error),
		 "%s at byte %" PRIu64 "%s, after %" PRIu64 " packets; %s", what, offset, block,
		 f->packets, hint);
	return rc;
}

int capture_file__cut(struct capture_file *f, int rc, uint64_t offset, const char *what)
{
	char text[96];

	if (rc == -EBADMSG)
		return capture_file__fail(f, rc, offset, "the compressed data is cut or damaged",
					  "what came before is used; `gzip -t` tells more");
	if (rc != -ESPIPE && rc != -ENODATA)
		return capture_file__fail(f, rc, offset, strerror(-rc), "the file cannot be read");
	snprintf(text, sizeof(text), "the file ends inside %s", what);
	return capture_file__fail(
		f, -EBADMSG, offset, text,
		"it was cut, or is still being written: what came before is used");
}

static int open_pcap(struct capture_file *f, uint32_t magic)
{
	const uint8_t *p;
	int rc = source__need(f->source, HEAD_LEN, &p);

	if (rc)
		return capture_file__cut(f, rc, 0, "its header");
	f->head_len = magic == MAGIC_LONG ? RECORD_LONG : RECORD_LEN;
	f->stamp_ns = magic == MAGIC_NS ? 1 : 1000;
	f->links = calloc(1, sizeof(*f->links));
	if (!f->links)
		return -ENOMEM;
	f->link_cnt = 1;
	f->links[0].link = capture_u32(f, p + 20) & LINK_MASK;
	source__take(f->source, HEAD_LEN);
	return 0;
}

static bool is_pcap(uint32_t magic)
{
	return magic == MAGIC_US || magic == MAGIC_NS || magic == MAGIC_LONG;
}

static int open_any(struct capture_file *f)
{
	const uint8_t *p;
	uint32_t magic;
	int rc = source__need(f->source, sizeof(magic), &p);
	char what[80];

	if (rc)
		return capture_file__cut(f, rc, 0, "its first four bytes");
	memcpy(&magic, p, sizeof(magic));
	f->is_swapped = is_pcap(__builtin_bswap32(magic));
	if (f->is_swapped || is_pcap(magic))
		return open_pcap(f, f->is_swapped ? __builtin_bswap32(magic) : magic);
	f->is_pcapng = magic == MAGIC_SECTION;
	if (f->is_pcapng)
		return capture_file__open_section(f);
	snprintf(what, sizeof(what), "no capture: it begins with %02x %02x %02x %02x", p[0], p[1],
		 p[2], p[3]);
	return capture_file__fail(
		f, -EBADMSG, 0, what,
		"pcap, pcapng and recordings of sigpath can be read, plain or gzip");
}

int capture_file__open(struct source *s, struct capture_file *ret)
{
	int rc;

	*ret = (struct capture_file){.source = s};
	rc = open_any(ret);
	if (rc) {
		free(ret->links);
		ret->links = NULL;
		ret->link_cnt = 0;
	}
	return rc;
}

void capture_file__done(struct capture_file *f)
{
	free(f->links);
	f->links = NULL;
	f->link_cnt = 0;
}

static int next_record(struct capture_file *f, struct capture_packet *ret)
{
	uint64_t offset = source__offset(f->source);
	uint32_t len;
	const uint8_t *p;
	int rc = source__need(f->source, f->head_len, &p);

	if (rc == -ENODATA)
		return rc;
	if (rc)
		return capture_file__cut(f, rc, offset, "a packet's header");
	len = capture_u32(f, p + 8);
	if (len > CAPTURE_PACKET_MAX)
		return capture_file__fail(f, -EBADMSG, offset, "a packet of impossible length",
					  "the file is damaged: what came before is used");
	rc = source__need(f->source, f->head_len + len, &p);
	if (rc)
		return capture_file__cut(f, rc, offset, "a packet");
	*ret = (struct capture_packet){.ts_ns = capture_u32(f, p) * SECOND_NS +
						(uint64_t)capture_u32(f, p + 4) * f->stamp_ns,
				       .link = f->links[0].link,
				       .p = p + f->head_len,
				       .len = len,
				       .wire_len = capture_u32(f, p + 12)};
	source__take(f->source, f->head_len + len);
	return 0;
}

int capture_file__next(struct capture_file *f, struct capture_packet *ret)
{
	int rc = f->is_pcapng ? capture_file__next_block(f, ret) : next_record(f, ret);

	if (rc)
		return rc;
	if (ret->wire_len < ret->len)
		ret->wire_len = ret->len;
	f->packets++;
	f->last_ns = ret->ts_ns;
	return 0;
}

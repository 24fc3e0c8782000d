/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures: pcap (both byte orders; stamps in us or ns; Kuznetzov's longer record header) and
 * pcapng (sections of either byte order, interfaces of any resolution and link type, enhanced,
 * simple and obsolete packet blocks; other blocks are read over).
 *
 * Files are not trusted. What comes before a defect is used; the error says where the file stops
 * making sense and what to try. */
#ifndef SIGPATH_CAPTURE_FILE_H
#define SIGPATH_CAPTURE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"

#define CAPTURE_PACKET_MAX     (256u << 10) /* bytes of one packet, as other readers have it */
#define CAPTURE_LINKS_MAX      4096	    /* interfaces of a section */
#define CAPTURE_FILE_ERROR_LEN 256

struct capture_packet {
	uint64_t ts_ns;	    /* since 1970 */
	uint32_t link;	    /* LINKTYPE_ of tcpdump.org/linktypes.html */
	uint32_t interface; /* of its section, in order of appearance; 0 in pcap */
	const uint8_t *p;  /* valid until the next call; SOURCE_SLACK bytes behind it addressable */
	uint32_t len;	   /* captured */
	uint32_t wire_len; /* on the wire */
};

/* An interface: how its stamps become ns. */
struct capture_link {
	uint32_t link;
	uint32_t snap_len;  /* 0: no limit */
	uint8_t resolution; /* if_tsresol */
	int64_t offset_s;   /* if_tsoffset */
	uint64_t multiply;  /* ns of a unit; 0: it is no whole number */
};

struct capture_file {
	struct source *source; /* borrowed */
	bool is_pcapng;
	bool is_swapped;
	uint32_t head_len; /* pcap: of a record */
	uint32_t stamp_ns; /* pcap: ns of a unit of the second half of a stamp */
	uint32_t link_cnt, link_cap;
	struct capture_link *links; /* owned; of the section */
	uint64_t last_ns;	    /* stamp of the latest packet that had one */
	uint64_t packets;	    /* so far */
	uint64_t blocks;	    /* pcapng: so far */
	uint64_t unstamped;	    /* simple packet blocks: they take the stamp before them */
	char error[CAPTURE_FILE_ERROR_LEN]; /* of the latest failure, "" none */
};

/* Reads the header. Borrows s. -EBADMSG: no capture, error says what it begins with. */
int capture_file__open(struct source *s, struct capture_file *ret);
void capture_file__done(struct capture_file *f);

/* 0; -ENODATA: the end; else the file is defect or unreadable from here on, error says how. */
int capture_file__next(struct capture_file *f, struct capture_packet *ret);

/* For the formats: words in the file's byte order. */
static inline uint32_t capture_u32(const struct capture_file *f, const uint8_t *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return f->is_swapped ? __builtin_bswap32(v) : v;
}

static inline uint16_t capture_u16(const struct capture_file *f, const uint8_t *p)
{
	uint16_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return f->is_swapped ? __builtin_bswap16(v) : v;
}

/* Fills error: "WHAT at byte N, after P packets; HINT". Returns rc. */
int capture_file__fail(struct capture_file *f, int rc, uint64_t offset, const char *what,
		       const char *hint);
/* The same for a failure of the source in the middle of `what`. */
int capture_file__cut(struct capture_file *f, int rc, uint64_t offset, const char *what);

/* pcapng.c */
int capture_file__open_section(struct capture_file *f);
int capture_file__next_block(struct capture_file *f, struct capture_packet *ret);

#endif

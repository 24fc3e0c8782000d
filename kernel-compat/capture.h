/* SPDX-License-Identifier: BSD-2-Clause */
/* One interface read through a packet socket (packet(7), TPACKET_V3): what the filter passes lies
 * in a ring shared with the kernel and is read in place. Needs CAP_NET_RAW and no bpf(2).
 *
 *   | block 0, the kernel's | block 1, ours: packet packet packet | block 2, ours ... |
 *
 * The kernel hands a block over when it is full or CAPTURE_RETIRE_MS old: small blocks outlast a
 * reader that is late. Both directions are seen; on loopback each packet twice, out and in. */
#ifndef SIGPATH_CAPTURE_H
#define SIGPATH_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knobs.h"

#define CAPTURE_BLOCK_BYTES (16 * 1024) /* holds the longest packet that the filter passes */
#define CAPTURE_BLOCKS_MIN  8		/* of a ring: 128 KiB of kernel memory */
#define CAPTURE_BLOCKS_MAX  128		/* 2 MiB */
#define CAPTURE_RETIRE_MS   8

struct tpacket3_hdr;

struct capture_packet {
	const uint8_t *bytes; /* from the Ethernet header, in the ring */
	uint32_t len;
	uint64_t wall_ns; /* CLOCK_REALTIME: when the stack got it, or just before the driver did */
	bool is_egress;
	bool has_tag; /* a VLAN tag that is not in the bytes */
};

struct capture {
	int fd; /* owned; -1: not open */
	uint8_t *ring;
	unsigned int block_cnt;
	unsigned int block;		 /* the one being read, or to be read next */
	unsigned int left;		 /* packets in it not yet taken; 0: it is the kernel's */
	const struct tpacket3_hdr *next; /* with left > 0 */
};

/* Finds the interface in the namespace the thread is in. block_cnt: CAPTURE_BLOCKS_MIN to _MAX.
 * -errno, with the reason in operator's words. */
int capture__open(struct capture *c, const struct knobs *k, int ifindex, unsigned int block_cnt,
		  char *reason, size_t len);
/* The smallest ring, bound to nothing and closed again: could one be opened? */
int capture__try(char *reason, size_t len);
void capture__close(struct capture *c);
/* The oldest packet that was handed over, false none. Valid until it is taken. */
bool capture__peek(struct capture *c, struct capture_packet *p);
void capture__take(struct capture *c);
/* Packets the ring had no room for since the last call. */
uint64_t capture__drops(struct capture *c);

#endif

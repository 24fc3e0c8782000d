/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet socket and its ring. The kernel is trusted to lay out blocks as it says; lengths are
 * bounded by the block all the same. */
#include "capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "filter.h"

#define FRAME_BYTES	  2048 /* only a unit of counting in version 3 */
#define SECOND_NS	  1000000000ull
#define SOCKET_MEMBER_OFF TPACKET_ALIGN(sizeof(struct tpacket3_hdr))

static struct tpacket_block_desc *block_at(const struct capture *c, unsigned int idx)
{
	return (struct tpacket_block_desc *)(c->ring + (size_t)idx * CAPTURE_BLOCK_BYTES);
}

static size_t ring_bytes(const struct capture *c)
{
	return (size_t)CAPTURE_BLOCK_BYTES * c->block_cnt;
}

static int map_ring(struct capture *c)
{
	struct tpacket_req3 req = {.tp_block_size = CAPTURE_BLOCK_BYTES,
				   .tp_block_nr = c->block_cnt,
				   .tp_frame_size = FRAME_BYTES,
				   .tp_frame_nr = (unsigned int)(ring_bytes(c) / FRAME_BYTES),
				   .tp_retire_blk_tov = CAPTURE_RETIRE_MS};
	int version = TPACKET_V3;
	void *ring;

	if (setsockopt(c->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(c->fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		return -errno;
	ring = mmap(NULL, ring_bytes(c), PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
	if (ring == MAP_FAILED)
		return -errno;
	c->ring = ring;
	return 0;
}

/* Filtered before it is bound: nothing comes in unfiltered. */
static int open_unbound(struct capture *c, const struct knobs *k, unsigned int block_cnt,
			char *reason, size_t len)
{
	const char *what = "packet socket";
	int rc;

	*c = (struct capture){.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0),
			      .block_cnt = block_cnt};
	rc = c->fd < 0 ? -errno : 0;
	if (!rc) {
		what = "filter of the packet socket";
		rc = filter__attach(c->fd, k);
	}
	if (!rc) {
		what = "ring of the packet socket";
		rc = map_ring(c);
	}
	if (!rc)
		return 0;
	snprintf(reason, len, "%s: %s%s", what, strerror(-rc),
		 c->fd < 0 && rc == -EPERM	    ? " (needs CAP_NET_RAW)"
		 : c->fd < 0 && rc == -EAFNOSUPPORT ? " (no CONFIG_PACKET in this kernel)"
						    : "");
	capture__close(c);
	return rc;
}

int capture__open(struct capture *c, const struct knobs *k, int ifindex, unsigned int block_cnt,
		  char *reason, size_t len)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET,
				    .sll_protocol = __builtin_bswap16(ETH_P_ALL),
				    .sll_ifindex = ifindex};
	int rc = open_unbound(c, k, block_cnt, reason, len);

	if (rc || !bind(c->fd, (struct sockaddr *)&local, sizeof(local)))
		return rc;
	rc = -errno;
	snprintf(reason, len, "packet socket: %s", strerror(-rc));
	capture__close(c);
	return rc;
}

int capture__try(char *reason, size_t len)
{
	struct knobs *k = calloc(1, sizeof(*k));
	struct capture c;
	int rc;

	if (!k)
		return -ENOMEM;
	rc = open_unbound(&c, k, CAPTURE_BLOCKS_MIN, reason, len);
	if (!rc)
		capture__close(&c);
	free(k);
	return rc;
}

void capture__close(struct capture *c)
{
	if (c->ring)
		munmap(c->ring, ring_bytes(c));
	if (c->fd >= 0)
		close(c->fd);
	*c = (struct capture){.fd = -1};
}

static void give_back(struct capture *c)
{
	__atomic_store_n(&block_at(c, c->block)->hdr.bh1.block_status, TP_STATUS_KERNEL,
			 __ATOMIC_RELEASE);
	c->block = (c->block + 1) % c->block_cnt;
}

/* The next block that has packets, if the kernel has handed one over. */
static bool take_block(struct capture *c)
{
	for (unsigned int i = 0; i < c->block_cnt && !c->left; i++) {
		struct tpacket_block_desc *block = block_at(c, c->block);
		struct tpacket_hdr_v1 *hdr = &block->hdr.bh1;

		if (!(__atomic_load_n(&hdr->block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			return false;
		c->left = hdr->num_pkts;
		c->next = (const void *)((const uint8_t *)block + hdr->offset_to_first_pkt);
		if (!c->left)
			give_back(c);
	}
	return c->left != 0;
}

bool capture__peek(struct capture *c, struct capture_packet *p)
{
	const struct sockaddr_ll *from;
	const uint8_t *at;
	size_t room;

	if (!c->left && !take_block(c))
		return false;
	at = (const uint8_t *)c->next;
	from = (const void *)(at + SOCKET_MEMBER_OFF);
	room = (size_t)((const uint8_t *)block_at(c, c->block) + CAPTURE_BLOCK_BYTES - at);
	*p = (struct capture_packet){
		.bytes = at + c->next->tp_mac,
		.len = c->next->tp_mac < room ? c->next->tp_snaplen : 0,
		.wall_ns = c->next->tp_sec * SECOND_NS + c->next->tp_nsec,
		.is_egress = from->sll_pkttype == PACKET_OUTGOING,
		.has_tag = c->next->tp_status & TP_STATUS_VLAN_VALID,
	};
	if (p->len > room - c->next->tp_mac)
		p->len = (uint32_t)(room - c->next->tp_mac);
	return true;
}

void capture__take(struct capture *c)
{
	if (--c->left)
		c->next = (const void *)((const uint8_t *)c->next + c->next->tp_next_offset);
	else
		give_back(c);
}

uint64_t capture__drops(struct capture *c)
{
	struct tpacket_stats_v3 stats = {0};
	socklen_t len = sizeof(stats);

	if (getsockopt(c->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
		return 0;
	return stats.tp_drops;
}

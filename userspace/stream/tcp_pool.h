/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers for bytes of streams that cannot be used at once, in powers of two. What is given back is
 * kept for the next one, up to a limit: no malloc for each segment. */
#ifndef SIGPATH_TCP_POOL_H
#define SIGPATH_TCP_POOL_H

#include <stdbool.h>
#include <stdint.h>

#define TCP_POOL_CLASSES 20
#define TCP_POOL_MIN	 512	    /* bytes of the smallest buffer, its head included */
#define TCP_POOL_KEPT	 (1u << 20) /* free bytes that are not returned to malloc */

/* A buffer, and what is known of the segment in it. */
struct tcp_buf {
	struct tcp_buf *next;
	uint32_t size;	  /* with this head */
	uint32_t len;	  /* bytes in data */
	uint32_t seq;	  /* of data[0] */
	bool is_boundary; /* data[0] was the first byte of a segment */
	uint64_t ts_ns;
	uint64_t cookie[4];
	uint8_t data[];
};

struct tcp_pool {
	uint64_t max_bytes, used_bytes, kept_bytes;
	struct tcp_buf *kept[TCP_POOL_CLASSES];
};

void tcp_pool__init(struct tcp_pool *p, uint64_t max_bytes);
void tcp_pool__done(struct tcp_pool *p);
/* A buffer for at least cap bytes: 0, -ENOSPC (max_bytes are in use), -ENOMEM. */
int tcp_pool__take(struct tcp_pool *p, uint32_t cap, struct tcp_buf **ret);
void tcp_pool__give(struct tcp_pool *p, struct tcp_buf *b);

static inline uint32_t tcp_buf__cap(const struct tcp_buf *b)
{
	return b->size - (uint32_t)sizeof(*b);
}

#endif

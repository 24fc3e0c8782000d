/* SPDX-License-Identifier: BSD-2-Clause */
/* Free buffers are chained by size. */
#include "tcp_pool.h"

#include <errno.h>
#include <stdlib.h>

_Static_assert(sizeof(struct tcp_buf) % 16 == 0, "data is aligned for any use");

void tcp_pool__init(struct tcp_pool *p, uint64_t max_bytes)
{
	*p = (struct tcp_pool){.max_bytes = max_bytes};
}

void tcp_pool__done(struct tcp_pool *p)
{
	struct tcp_buf *b, *next;

	for (unsigned int i = 0; i < TCP_POOL_CLASSES; i++) {
		for (b = p->kept[i]; b; b = next) {
			next = b->next;
			free(b);
		}
		p->kept[i] = NULL;
	}
}

/* Index of the smallest class that holds so many bytes; TCP_POOL_CLASSES: none does. */
static unsigned int class_of(uint64_t size)
{
	unsigned int class = 0;

	while (class < TCP_POOL_CLASSES && ((uint64_t)TCP_POOL_MIN << class) < size)
		class ++;
	return class;
}

int tcp_pool__take(struct tcp_pool *p, uint32_t cap, struct tcp_buf **ret)
{
	unsigned int class = class_of((uint64_t)cap + sizeof(struct tcp_buf));
	uint64_t size = (uint64_t)TCP_POOL_MIN << class;
	struct tcp_buf *b;

	if (class == TCP_POOL_CLASSES || size > p->max_bytes - p->used_bytes)
		return -ENOSPC;
	b = p->kept[class];
	if (b) {
		p->kept[class] = b->next;
		p->kept_bytes -= size;
	} else {
		b = malloc(size);
		if (!b)
			return -ENOMEM;
	}
	*b = (struct tcp_buf){.size = (uint32_t)size};
	p->used_bytes += size;
	*ret = b;
	return 0;
}

void tcp_pool__give(struct tcp_pool *p, struct tcp_buf *b)
{
	unsigned int class = class_of(b->size);

	p->used_bytes -= b->size;
	if (p->kept_bytes + b->size > TCP_POOL_KEPT) {
		free(b);
		return;
	}
	b->next = p->kept[class];
	p->kept[class] = b;
	p->kept_bytes += b->size;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Two mapped pages. */
#include "ring_level.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* NULL: errno is set. */
static const unsigned long *map_page(int fd, size_t page, unsigned int idx)
{
	void *at = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, (off_t)(idx * page));

	return at == MAP_FAILED ? NULL : at;
}

int ring_level__init(struct ring_level *l, int map_fd)
{
	int rc = 0;

	*l = (struct ring_level){.page = (size_t)sysconf(_SC_PAGESIZE)};
	l->taken = map_page(map_fd, l->page, 0);
	l->reserved = l->taken ? map_page(map_fd, l->page, 1) : NULL;
	if (!l->reserved) {
		rc = -errno;
		ring_level__done(l);
	}
	return rc;
}

void ring_level__done(struct ring_level *l)
{
	if (l->taken)
		munmap((void *)l->taken, l->page);
	if (l->reserved)
		munmap((void *)l->reserved, l->page);
	l->taken = l->reserved = NULL;
}

bool ring_level__is_known(const struct ring_level *l)
{
	return l->reserved;
}

void ring_level__take(struct ring_level *l)
{
	unsigned long taken;

	if (!l->reserved)
		return;
	/* The reader's position first: producers only move on. */
	taken = __atomic_load_n(l->taken, __ATOMIC_ACQUIRE);
	l->used = __atomic_load_n(l->reserved, __ATOMIC_ACQUIRE) - taken;
	if (l->used > l->peak)
		l->peak = l->used;
}

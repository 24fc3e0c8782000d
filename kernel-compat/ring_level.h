/* SPDX-License-Identifier: BSD-2-Clause */
/* How full a ring buffer is: the positions that producers and the reader keep in the map's first
 * two pages, mapped read-only. libbpf has functions for it since 1.3; here they are read directly.
 *
 *   page 0  consumer position, bytes taken since the map was made
 *   page 1  producer position, bytes reserved since then
 *   data    follows, twice */
#ifndef SIGPATH_RING_LEVEL_H
#define SIGPATH_RING_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring_level {
	const unsigned long *taken;    /* page 0; NULL: not known */
	const unsigned long *reserved; /* page 1 */
	size_t page;		       /* bytes */
	uint64_t used; /* bytes that waited when it was looked at last, heads included */
	uint64_t peak; /* the most of all looks */
};

/* Of a ring buffer map; -errno: not known, and looking at it does nothing. */
int ring_level__init(struct ring_level *l, int map_fd);
/* A zeroed or failed one is fine. */
void ring_level__done(struct ring_level *l);
bool ring_level__is_known(const struct ring_level *l);
/* Reads the positions, two loads; to be called before the ring is emptied. */
void ring_level__take(struct ring_level *l);

#endif

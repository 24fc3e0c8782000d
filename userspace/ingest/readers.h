/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets that more than one thread reads. There, which of two identical datagrams a thread took
 * cannot be told from the outside. */
#ifndef SIGPATH_READERS_H
#define SIGPATH_READERS_H

#include <stdbool.h>
#include <stdint.h>

#define READERS_SLOTS 1024

struct sock_reader {
	uint64_t sk;
	uint32_t pid;
	bool is_shared;
};

struct readers {
	struct sock_reader slot[READERS_SLOTS];
};

/* Notes a read of this socket by this thread; true when others read it too. Two sockets that meet
 * in one slot both count as shared: that errs on the side of not knowing. */
bool readers__add(struct readers *r, uint64_t sk, uint32_t pid);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of streams that were queued on a socket and wait to be read: by socket, each with the
 * sequence number behind its last byte. A read up to a sequence number takes all that end there or
 * before. A read whose record overtakes that of the segment is held for a moment. */
#ifndef SIGPATH_UNREAD_H
#define SIGPATH_UNREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

#define UNREAD_SOCKET_MAX 64	      /* messages that wait on one socket */
#define UNREAD_EARLY	  64	      /* reads that are held */
#define UNREAD_EARLY_NS	  50000000ull /* how long */

struct unread_opts {
	unsigned int max_sockets;
	unsigned int max_messages;
	uint64_t unread_ns; /* a message that waits for so long is given up */
	void (*on_read)(void *ctx, uint64_t handle, const struct rec_take *take);
	/* When it was read is not known, or it was not. */
	void (*on_unread)(void *ctx, uint64_t handle);
	void *ctx;
};

struct unread;

int unread__new(const struct unread_opts *opts, struct unread **ret);
void unread__free(struct unread *u);

/* A segment of this socket up to `end`. is_syn: a new connection, what waits belongs to another
 * one. */
void unread__seen(struct unread *u, uint64_t sk, uint32_t end, bool is_syn);
/* A message ends at end_seq, ts_ns is t_sock. Calls back at once if it is read already. */
void unread__add(struct unread *u, uint64_t sk, uint32_t end_seq, uint64_t handle, uint64_t ts_ns);
void unread__take(struct unread *u, const struct rec_take *take);
/* Gives up all that wait (other probes report from now on). */
void unread__clear(struct unread *u);
void unread__tick(struct unread *u, uint64_t now_ns);
unsigned int unread__cnt(const struct unread *u);

#endif

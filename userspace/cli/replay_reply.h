/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon's replies (userspace/serve/PROTOCOL.md) from a replay. */
#ifndef SIGPATH_REPLAY_REPLY_H
#define SIGPATH_REPLAY_REPLY_H

#include "replay.h"
#include "snapshot.h"

struct replay_view {
	const char *file;		      /* named as host where a capture tells none */
	uint64_t now_ns;		      /* replay__now_ns's clock; 0: at the latest packet */
	uint64_t window_ns;		      /* of the statistics; 0: the file so far */
	const struct snapshot_replay *replay; /* NULL: nothing is played */
};

/* What the daemon would say to the request; returned owned, NULL: no memory. The same tables, view
 * and request give the same bytes (but for the process id in `hello`). */
char *replay_reply__line(const struct replay *r, const struct replay_view *v, const char *request,
			 size_t len);

#endif

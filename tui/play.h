/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keys change about a file that is played, gathered until it can be sent. */
#ifndef SIGPATH_PLAY_H
#define SIGPATH_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

#define PLAY_STEP_NS 10000000000ll
#define PLAY_LEN     160

/* All zero: nothing is to be changed. */
struct play {
	int64_t by_ns;
	int faster;  /* doublings of the speed; negative: halvings */
	bool toggle; /* pause */
};

/* The request that makes the changes, which are forgotten then; false: there are none. */
bool play__request(struct play *p, const struct model_replay *r, char *line, size_t len);
/* "a.pcap 00:45 of 01:20  2x  PAUSED", without the file's name where cols is small. */
const char *play__text(const struct model_replay *r, int cols, char text[PLAY_LEN]);

#endif

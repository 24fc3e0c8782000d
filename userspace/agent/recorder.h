/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes everything that comes into ingest to a pipe that a client passed
 * (userspace/replay/README.md has the format). The daemon never waits for the reader: what does not
 * fit is counted, and a marker in the recording says how much is missing where. */
#ifndef SIGPATH_RECORDER_H
#define SIGPATH_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest.h"
#include "recording.h"

struct recorder_counts {
	uint64_t records, bytes;
	uint64_t lost; /* records that did not fit */
};

struct recorder;

/* Nothing is recorded yet. Borrows in. */
int recorder__new(struct ingest *in, struct recorder **ret);
/* Ends the recording, too. */
void recorder__free(struct recorder *r);

/* Takes fd, also on failure: -EINVAL: no pipe that can be written; -EBUSY: one is being made. */
int recorder__start(struct recorder *r, int fd, const struct recording_head *head);
/* Nothing more is recorded. The reader gets what waits, with some ticks of ingest, then the end. */
void recorder__stop(struct recorder *r, uint64_t now_ns);
/* Until the end has been written. */
bool recorder__is_running(const struct recorder *r);
/* Of the recording that runs, else of the last one. */
struct recorder_counts recorder__counts(const struct recorder *r);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Recordings of the daemon: its ring records as they came, so that a replay says what the daemon
 * said (README.md has the format). Written into a pipe by the daemon, read from a file here. */
#ifndef SIGPATH_RECORDING_H
#define SIGPATH_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "settings.h"
#include "source.h"

#define RECORDING_MAGIC	    "sigpath recording 1\n"
#define RECORDING_MAGIC_LEN 20
#define RECORDING_HEAD_MAX  8192 /* bytes of the JSON line */
#define RECORDING_ERROR_LEN 256

/* Frames that are no ring record have bit 31 of their length set; its other bits are the length. */
#define RECORDING_MARK 0x80000000u

enum recording_mark {
	RECORDING_LOST = 1,   /* count: records that did not fit before the next one */
	RECORDING_CHANGE = 2, /* other probes from now on: flags */
	RECORDING_TICK = 3,   /* the daemon's clock */
	RECORDING_END = 4,    /* count: records lost altogether */
};

enum recording_plan {
	RECORDING_HAS_READ = 1,
	RECORDING_HAS_XMIT = 2,
	RECORDING_HAS_TAKE = 4,
};

struct recording_marker {
	uint32_t mark; /* enum recording_mark; unknown ones are read over */
	uint32_t flags;
	uint64_t ts_ns;
	uint64_t count;
};

_Static_assert(sizeof(struct recording_marker) == 24, "recording_marker");

/* The JSON line; strings printable. */
struct recording_head {
	unsigned int version;
	char host[65], kernel[65];
	uint32_t plan;		 /* enum recording_plan */
	int64_t clock_offset_ns; /* CLOCK_REALTIME - CLOCK_MONOTONIC */
	uint64_t start_ns;
	struct replay_settings settings;
};

struct recording_frame {
	const uint8_t *record; /* NULL: marker */
	uint32_t len;
	struct recording_marker marker;
};

struct recording {
	struct source *source; /* borrowed */
	struct recording_head head;
	uint64_t frames;
	char error[RECORDING_ERROR_LEN];
};

/* Does the source begin like one? */
bool recording__is_one(struct source *s);
/* Reads magic and head. -EBADMSG, -EPROTONOSUPPORT (a later version): error says why. */
int recording__open(struct source *s, struct recording *ret);
/* 0, -ENODATA at the end; else error says where. record is valid until the next call; it need not
 * be aligned. */
int recording__next(struct recording *r, struct recording_frame *ret);

/* Its stamp, 0: it has none. */
uint64_t recording_frame__ns(const struct recording_frame *f);

/* Magic and JSON line, returned owned; NULL: no memory. */
char *recording_head__text(const struct recording_head *h, size_t *len);

#endif

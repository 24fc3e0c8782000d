/* SPDX-License-Identifier: BSD-2-Clause */
/* What a replay is made of. Only replay.c and replay_tables.c include this. */
#ifndef SIGPATH_REPLAY_IMPL_H
#define SIGPATH_REPLAY_IMPL_H

#include "capture_file.h"
#include "fragments.h"
#include "ingest.h"
#include "link.h"
#include "redact.h"
#include "replay.h"

#define RECORD_MAX 65536

struct replay {
	struct replay_opts opts;
	struct source source;
	struct capture_file capture;
	struct recording recording;
	bool is_recording;
	bool is_open; /* capture */
	struct fragments *fragments;
	struct link link;
	struct feeder *feeder;
	struct stats *stats;
	struct session *session;
	struct calls *calls;
	struct beats *beats;
	struct heat *heat; /* as exemplars: with a window */
	struct redact redact;
	struct exemplars *exemplars;
	struct ingest *ingest;
	struct ledger ledger;
	struct replay_counts counts;
	uint64_t first_ns, now_ns, tick_ns;
	struct capture_packet packet; /* read ahead, or frame; in the source's buffer */
	struct recording_frame frame;
	bool has_next;
	int over; /* why there is nothing more: -ENODATA the end, else a defect; 0: there is */
	uint8_t record[RECORD_MAX] __attribute__((aligned(8)));
};

/* Tables as the daemon makes them; with a window also heat and exemplars. On failure some are made.
 */
int replay_tables__make(struct replay *r);
void replay_tables__done(struct replay *r);

#endif

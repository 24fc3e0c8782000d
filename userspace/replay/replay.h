/* SPDX-License-Identifier: BSD-2-Clause */
/* A file through the same parsers, transactions and statistics as the daemon's records. The file's
 * clock is the only one: the same bytes give the same results. */
#ifndef SIGPATH_REPLAY_H
#define SIGPATH_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "calls.h"
#include "exemplar.h"
#include "feeder.h"
#include "heat.h"
#include "recording.h"
#include "session.h"
#include "stats.h"

#define REPLAY_ERROR_LEN 320

struct replay_progress {
	uint64_t read_bytes, size; /* of the file; size 0: not known */
	uint64_t packets;	   /* or records */
};

struct replay_opts {
	const char *path; /* "-": standard input */
	const uint16_t *sip_ports, *stun_ports;
	unsigned int sip_port_cnt, stun_port_cnt;
	bool sip_anywhere;
	const uint8_t (*local)[16];
	unsigned int local_cnt;
	struct replay_settings settings; /* of captures: recordings bring theirs */
	uint64_t window_ns;		 /* of the statistics, as the daemon's; 0: the whole file */
	/* Finished transactions; NULL: nobody listens. */
	void (*on_done)(void *ctx, const struct session_done *done);
	/* Every few thousand packets; NULL: not. False: stop. */
	bool (*on_progress)(void *ctx, const struct replay_progress *p);
	void *ctx;
};

struct replay;

/* Opens the file. On failure err (REPLAY_ERROR_LEN) says what to try. */
int replay__new(const struct replay_opts *opts, struct replay **ret, char *err);
void replay__free(struct replay *r);
/* Runs to the end. Errors as replay__new: everything before the defect counts. -EINTR: stopped by
 * on_progress. */
int replay__run(struct replay *r, char *err);

/* A step of it: everything up to until_ns (replay__now_ns's clock), but at most max packets or
 * frames. 0: done, the next one is later; -EAGAIN: max came first; -ENODATA: the file ended; else a
 * defect, as replay__run has it. The last two come again when asked again. However it is divided
 * into steps, what was read up to a place gives the same tables. */
int replay__advance(struct replay *r, uint64_t until_ns, unsigned int max, char *err);

bool replay__is_recording(const struct replay *r);
const struct replay_counts *replay__counts(const struct replay *r);
const struct ledger *replay__ledger(const struct replay *r);
const struct stats *replay__stats(const struct replay *r);
struct session *replay__session(const struct replay *r);
const struct calls *replay__calls(const struct replay *r);
const struct beats *replay__beats(const struct replay *r);
/* NULL without a window. */
const struct heat *replay__heat(const struct replay *r);
const struct exemplars *replay__exemplars(const struct replay *r);
/* NULL for captures. */
const struct recording_head *replay__head(const struct replay *r);
/* Clock at the first and the last packet, 0 none; ns since 1970. */
uint64_t replay__first_ns(const struct replay *r);
uint64_t replay__last_ns(const struct replay *r);
/* The clock of session and stats now: captures since 1970, recordings MONOTONIC. */
uint64_t replay__now_ns(const struct replay *r);
/* Of that clock since 1970; 0 stays 0. */
uint64_t replay__wall_ns(const struct replay *r, uint64_t ns);
unsigned int replay__interfaces(const struct replay *r);

#endif

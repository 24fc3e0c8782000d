/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies of the daemon (README.md): one request line in, one line of JSON out. Reads the live
 * tables, changes nothing. */
#ifndef SIGPATH_SNAPSHOT_H
#define SIGPATH_SNAPSHOT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "call_json.h"
#include "exemplar.h"
#include "heat.h"
#include "ledger.h"
#include "plan.h"
#include "programs.h"
#include "stats.h"

#define SNAPSHOT_PROTOCOL 1

/* A tap that sees packets first. Strings may be NULL, which reads as "". */
struct tap_view {
	unsigned int ifindex;
	const char *ifname;
	uint64_t netns;	       /* inode number */
	const char *direction; /* "in", "out" */
	const char *candidate; /* "tap_xdp" */
	const char *state;     /* "native", "generic", "failed", ... */
	const char *reason;
};

/* Since start, but for the rate and what is in flight. `lost` is not here: it is the sum of the
 * ledger. */
struct snapshot_totals {
	uint64_t messages;
	double messages_per_s;
	uint64_t transactions;
	uint64_t joined;
	uint64_t unjoined;
	uint64_t in_flight;
	uint64_t oldest_ns; /* age of the oldest transaction in flight; 0 none */
	uint64_t timeouts;
	uint64_t errors;
};

/* Plans made while running. */
struct snapshot_replan {
	uint64_t cnt;
	uint64_t mono_ns;	/* of the latest; 0 none */
	time_t time;		/* the same on the wall clock */
	const char *reason;	/* of the latest */
	const char *due_reason; /* one is about to be made; NULL none */
};

/* A file that is played instead of a host that is watched. */
struct snapshot_replay {
	const char *file;
	uint64_t pos_ns, len_ns; /* from its first packet */
	bool has_len;
	double speed; /* 1: as it was */
	bool is_paused;
	const char *state; /* "playing", "paused", "seeking", "ended" */
	const char *error; /* where the file stopped making sense, "" nowhere */
};

/* Everything borrowed for the time of one call. */
struct snapshot_src {
	const struct stats *stats;
	const struct ledger *ledger;
	const struct plan *plan;
	const struct tap_view *tap;
	unsigned int tap_cnt;
	struct snapshot_totals totals;
	struct snapshot_replan replan;
	const char *observes; /* "stages", "totals", "nothing" */
	uint64_t tick_ns;     /* CLOCK_MONOTONIC when the loop ran last */
	const char *host;
	const char *kernel; /* uname release */
	const char *version;
	uint64_t seq;	   /* grows with each snapshot */
	uint64_t now_ns;   /* CLOCK_MONOTONIC */
	uint64_t start_ns; /* CLOCK_MONOTONIC when the daemon started */
	time_t time;	   /* wall clock now */
	uint64_t window_ns;
	struct call_source call;	   /* calls and heartbeats; all NULL: error replies */
	const struct exemplars *exemplars; /* NULL: an error reply */
	const struct heat *heat;	   /* NULL: an error reply */
	/* Age of the row's oldest transaction in flight, 0 none; NULL: not known for any. */
	uint64_t (*row_oldest)(void *ctx, const struct stats_row *row);
	/* Fills a zeroed view; wants_stats: the reader wants runs and times for the next seconds.
	 * NULL: an error reply. */
	void (*programs)(void *ctx, bool wants_stats, struct programs_view *ret);
	void *ctx;
	const struct snapshot_replay *replay; /* NULL: a host is watched */
};

/* {"replay":{...}} of README.md, owned; NULL: no memory. */
json_t *snapshot__replay_json(const struct snapshot_replay *r);

/* Returns owned (malloc), without a newline; NULL only when out of memory. A bad request makes an
 * error reply. Bytes in strings that are not UTF-8 become '?'. Errors, timeouts and retransmits of
 * a row are since start; its tail too, null while there are too few requests for a P99. */
char *snapshot__reply(const struct snapshot_src *src, const char *line, size_t len);

#endif

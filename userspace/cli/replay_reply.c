/* SPDX-License-Identifier: BSD-2-Clause */
/* A replay's tables as the source of a snapshot. */
#include "replay_reply.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND_NS 1000000000ull

static struct snapshot_totals totals_of(const struct replay *r, uint64_t now_ns, uint64_t span_ns)
{
	const struct session_counts *c = session__counts(replay__session(r));
	const uint64_t *n = replay__ledger(r)->count;
	struct snapshot_totals t = {
		.messages = n[LEDGER_MESSAGES],
		.transactions = c->transactions,
		.joined = n[LEDGER_JOINED],
		.unjoined = n[LEDGER_UNJOINED_READ] + n[LEDGER_AMBIGUOUS] + n[LEDGER_UNREAD],
		.in_flight = session__in_flight(replay__session(r)),
		.oldest_ns = session__oldest_ns(replay__session(r), NULL, now_ns),
		.timeouts = c->timeouts,
		.errors = c->errors};

	if (span_ns)
		t.messages_per_s = (double)t.messages * 1e9 / (double)span_ns;
	return t;
}

struct oldest {
	struct session *session;
	uint64_t now_ns;
};

static uint64_t row_oldest(void *ctx, const struct stats_row *row)
{
	const struct oldest *o = ctx;

	return row->in_flight ? session__oldest_ns(o->session, row, o->now_ns) : 0;
}

char *replay_reply__line(const struct replay *r, const struct replay_view *v, const char *request,
			 size_t len)
{
	const struct recording_head *h = replay__head(r);
	bool has_stages = h && h->plan & RECORDING_HAS_READ;
	uint64_t now_ns = v->now_ns ? v->now_ns : replay__now_ns(r);
	uint64_t wall_ns = replay__wall_ns(r, now_ns), first_ns = replay__first_ns(r);
	uint64_t span_ns = first_ns && wall_ns > first_ns ? wall_ns - first_ns : 0;
	struct oldest oldest = {replay__session(r), now_ns};
	struct plan *plan = calloc(1, sizeof(*plan));
	struct snapshot_src src = {.stats = replay__stats(r),
				   .ledger = replay__ledger(r),
				   .plan = plan,
				   .totals = totals_of(r, now_ns, span_ns),
				   .observes = has_stages ? "stages" : "totals",
				   .tick_ns = now_ns,
				   .host = h ? h->host : v->file,
				   .kernel = h ? h->kernel : "",
				   .version = SIGPATH_VERSION,
				   .seq = 1,
				   .now_ns = now_ns,
				   .start_ns = now_ns - span_ns,
				   .time = (time_t)(wall_ns / SECOND_NS),
				   .window_ns = v->window_ns ? v->window_ns : span_ns,
				   .exemplars = replay__exemplars(r),
				   .heat = replay__heat(r),
				   .row_oldest = v->replay ? row_oldest : NULL,
				   .ctx = &oldest,
				   .replay = v->replay};
	struct redact redact;
	char *line;

	if (!plan)
		return NULL;
	/* The same file gives the same output. */
	redact__init_fixed(&redact, false);
	src.call = (struct call_source){.calls = replay__calls(r),
					.beats = replay__beats(r),
					.redact = &redact,
					.now_ns = now_ns,
					.clock_offset_ns = h ? h->clock_offset_ns : 0};
	plan->taps_only = !has_stages;
	snprintf(plan->taps_why, sizeof(plan->taps_why), "a capture");
	line = snapshot__reply(&src, request, len);
	free(plan);
	return line;
}

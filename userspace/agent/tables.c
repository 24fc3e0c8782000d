/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings to options. */
#include "tables.h"

#include "slowest.h"

#define UNREAD_NS	64000000000ull /* 2 * 64 * T1: nobody will read it any more */
#define UNSENT_NS	10000000000ull
#define HOLE_NS		3000000000ull /* TCP has retransmitted what was lost by then, twice */
#define STREAM_IDLE_NS	3600000000000ull
#define BEAT_TIMEOUT_NS 5000000000ull

static int make_stats(struct tables *t, const struct tables_opts *o)
{
	const struct stats_opts opts = {.max_rows = o->cfg->max_rows,
					.slot_ns = o->cfg->window_ns / STATS_SLOTS,
					.start_ns = o->start_ns};
	int rc = stats__new(&opts, &t->stats);

	return rc ? rc : heat__new(HEAT_CELLS, &t->heat);
}

static void on_done(void *ctx, const struct session_done *done)
{
	struct tables *t = ctx;
	const struct slowest s = {t->heat, t->exemplars, t->calls};

	slowest__done(&s, done);
	if (t->on_done)
		t->on_done(t->ctx, done);
}

static void on_setup(void *ctx, const struct call *call)
{
	struct tables *t = ctx;
	const struct slowest s = {t->heat, t->exemplars, t->calls};

	slowest__setup(&s, call);
}

static int make_session(struct tables *t, const struct tables_opts *o)
{
	const struct session_opts opts = {.max_transactions = o->cfg->max_transactions,
					  .sip_timeout_ns = o->cfg->sip_timeout_ns,
					  .stun_timeout_ns = o->cfg->stun_timeout_ns,
					  .web_timeout_ns = o->cfg->web_timeout_ns,
					  .beat_timeout_ns = BEAT_TIMEOUT_NS,
					  .linger_ns = o->cfg->linger_ns,
					  .stats = t->stats,
					  .on_done = on_done,
					  .ctx = t};

	return session__new(&opts, &t->session);
}

static int make_calls(struct tables *t, const struct tables_opts *o)
{
	const struct calls_opts opts = {.max_calls = o->cfg->max_sessions,
					.max_messages = o->cfg->max_session_messages,
					.max_call_messages = o->cfg->max_ladder,
					.payload_memory = (uint32_t)o->cfg->payload_memory,
					.idle_ns = o->cfg->session_linger_ns,
					.lost_ns = o->cfg->session_idle_ns,
					.stats = t->stats,
					.heat = t->heat,
					.on_setup = on_setup,
					.ctx = t};
	const struct beats_opts beats = {.max_peers = o->cfg->max_heartbeat_peers,
					 .id_off = (uint16_t)o->cfg->heartbeat_id_off,
					 .id_len = (uint16_t)o->cfg->heartbeat_id_len,
					 .idle_ns = o->cfg->session_idle_ns};
	int rc = calls__new(&opts, &t->calls);

	return rc ? rc : beats__new(&beats, &t->beats);
}

static int make_exemplars(struct tables *t, const struct tables_opts *o)
{
	const struct exemplar_opts opts = {.worst = 4,
					   .reservoir = 4,
					   .max_rows = o->cfg->max_rows,
					   .memory = o->cfg->exemplar_memory,
					   .seed = o->start_ns,
					   .calls = t->calls,
					   .redact = &t->redact};
	int rc = redact__init(&t->redact, !o->cfg->redact);

	return rc ? rc : exemplars__new(&opts, &t->exemplars);
}

static int make_ingest(struct tables *t, const struct tables_opts *o)
{
	const struct ingest_opts opts = {
		.max_messages = o->cfg->max_messages,
		.unread_ns = UNREAD_NS,
		.unsent_ns = UNSENT_NS,
		.has_read = o->has_read,
		.has_xmit = o->has_xmit,
		.has_take = o->has_take,
		.stream = {.max_conns = o->cfg->max_streams,
			   .max_message = (uint32_t)o->cfg->max_stream_message,
			   .max_bytes = o->cfg->stream_memory,
			   .hole_ns = HOLE_NS,
			   .idle_ns = STREAM_IDLE_NS},
		.session = t->session,
		.calls = t->calls,
		.beats = t->beats,
		.ledger = o->ledger};

	return ingest__new(&opts, &t->ingest);
}

int tables__init(struct tables *t, const struct tables_opts *opts)
{
	int rc;

	t->on_done = opts->on_done;
	t->ctx = opts->ctx;
	rc = make_stats(t, opts);

	rc = rc ? rc : make_session(t, opts);
	rc = rc ? rc : make_calls(t, opts);
	rc = rc ? rc : make_exemplars(t, opts);
	return rc ? rc : make_ingest(t, opts);
}

void tables__done(struct tables *t)
{
	ingest__free(t->ingest);
	exemplars__free(t->exemplars);
	beats__free(t->beats);
	calls__free(t->calls);
	session__free(t->session);
	heat__free(t->heat);
	stats__free(t->stats);
	*t = (struct tables){0};
}

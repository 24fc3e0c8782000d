/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings to tables. */
#include "replay_impl.h"
#include "slowest.h"

#define UNREAD_NS	64000000000ull
#define UNSENT_NS	10000000000ull
#define HOLE_NS		3000000000ull
#define STREAM_IDLE_NS	3600000000000ull
#define BEAT_TIMEOUT_NS 5000000000ull
#define EXEMPLAR_BYTES	(4u << 20) /* the daemon's default */

static void expect_media(void *ctx, const uint8_t addr[16], uint16_t port)
{
	struct replay *r = ctx;

	if (r->feeder)
		feeder__expect_media(r->feeder, addr, port);
}

static enum message_dir direction(void *ctx, const struct rec_flow *flow)
{
	const struct replay *r = ctx;

	return r->feeder ? feeder__direction(r->feeder, flow) : MESSAGE_WIRE;
}

static void on_done(void *ctx, const struct session_done *done)
{
	struct replay *r = ctx;
	const struct slowest s = {r->heat, r->exemplars, r->calls};

	slowest__done(&s, done);
	if (r->opts.on_done)
		r->opts.on_done(r->opts.ctx, done);
}

static void on_setup(void *ctx, const struct call *call)
{
	struct replay *r = ctx;
	const struct slowest s = {r->heat, r->exemplars, r->calls};

	slowest__setup(&s, call);
}

static int make_stats(struct replay *r, const struct replay_settings *s)
{
	/* Without a window one slot for all time: the window is the file. */
	uint64_t window_ns = r->opts.window_ns;
	const struct stats_opts opts = {.max_rows = (unsigned int)s->max_rows,
					.slot_ns = window_ns ? window_ns / STATS_SLOTS : INT64_MAX};

	int rc = stats__new(&opts, &r->stats);

	return rc || !window_ns ? rc : heat__new(HEAT_CELLS, &r->heat);
}

static int make_session(struct replay *r, const struct replay_settings *s)
{
	const struct session_opts opts = {.max_transactions = (unsigned int)s->max_transactions,
					  .sip_timeout_ns = s->sip_timeout_ns,
					  .stun_timeout_ns = s->stun_timeout_ns,
					  .web_timeout_ns = s->web_timeout_ns,
					  .beat_timeout_ns = BEAT_TIMEOUT_NS,
					  .linger_ns = s->linger_ns,
					  .stats = r->stats,
					  .on_done = on_done,
					  .ctx = r};

	return session__new(&opts, &r->session);
}

static int make_calls(struct replay *r, const struct replay_settings *s)
{
	const struct calls_opts opts = {.max_calls = (unsigned int)s->max_sessions,
					.max_messages = (unsigned int)s->max_session_messages,
					.max_call_messages = (unsigned int)s->max_ladder,
					.payload_memory = (uint32_t)s->payload_memory,
					.idle_ns = s->session_linger_ns,
					.lost_ns = s->session_idle_ns,
					.stats = r->stats,
					.heat = r->heat,
					.on_setup = on_setup,
					.on_expect_media = expect_media,
					.ctx = r};
	const struct beats_opts beats = {.max_peers = (unsigned int)s->max_heartbeat_peers,
					 .id_off = (uint16_t)s->heartbeat_id_off,
					 .id_len = (uint16_t)s->heartbeat_id_len,
					 .idle_ns = s->session_idle_ns};
	int rc = calls__new(&opts, &r->calls);

	return rc ? rc : beats__new(&beats, &r->beats);
}

/* The same file keeps the same ones, under the same hashes. */
static int make_exemplars(struct replay *r, const struct replay_settings *s)
{
	const struct exemplar_opts opts = {.worst = 4,
					   .reservoir = 4,
					   .max_rows = (unsigned int)s->max_rows,
					   .memory = EXEMPLAR_BYTES,
					   .seed = 1,
					   .calls = r->calls,
					   .redact = &r->redact};

	redact__init_fixed(&r->redact, false);
	return r->opts.window_ns ? exemplars__new(&opts, &r->exemplars) : 0;
}

static int make_ingest(struct replay *r, const struct replay_settings *s)
{
	uint32_t plan = r->recording.head.plan;
	const struct ingest_opts opts = {.max_messages = (unsigned int)s->max_messages,
					 .unread_ns = UNREAD_NS,
					 .unsent_ns = UNSENT_NS,
					 .has_read = plan & RECORDING_HAS_READ,
					 .has_xmit = plan & RECORDING_HAS_XMIT,
					 .has_take = plan & RECORDING_HAS_TAKE,
					 .stream = {.max_conns = (unsigned int)s->max_streams,
						    .max_message = (uint32_t)s->max_stream_message,
						    .max_bytes = s->stream_memory,
						    .hole_ns = HOLE_NS,
						    .idle_ns = STREAM_IDLE_NS},
					 .calls = r->calls,
					 .beats = r->beats,
					 .session = r->session,
					 .ledger = &r->ledger,
					 .direction = direction,
					 .direction_ctx = r};

	return ingest__new(&opts, &r->ingest);
}

int replay_tables__make(struct replay *r)
{
	const struct replay_settings *s =
		r->is_recording ? &r->recording.head.settings : &r->opts.settings;
	int rc = make_stats(r, s);

	rc = rc ? rc : make_session(r, s);
	rc = rc ? rc : make_calls(r, s);
	rc = rc ? rc : make_exemplars(r, s);
	return rc ? rc : make_ingest(r, s);
}

void replay_tables__done(struct replay *r)
{
	ingest__free(r->ingest);
	exemplars__free(r->exemplars);
	beats__free(r->beats);
	calls__free(r->calls);
	session__free(r->session);
	heat__free(r->heat);
	stats__free(r->stats);
}

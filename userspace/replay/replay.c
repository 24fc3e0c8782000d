/* SPDX-License-Identifier: BSD-2-Clause */
/* One loop for captures, one for recordings. */
#include "replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_file.h"
#include "ingest.h"
#include "slowest.h"

#define TICK_NS		   10000000ull /* of the file's clock, as the daemon's timer */
#define PROGRESS_EVERY	   4096
#define FRAGMENT_DATAGRAMS 1024
#define FRAGMENT_BYTES	   (16u << 20)
#define UNREAD_NS	   64000000000ull
#define UNSENT_NS	   10000000000ull
#define HOLE_NS		   3000000000ull
#define STREAM_IDLE_NS	   3600000000000ull
#define BEAT_TIMEOUT_NS	   5000000000ull
#define RECORD_MAX	   65536
#define EXEMPLAR_BYTES	   (4u << 20) /* the daemon's default */

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

/* As the daemon makes them. */
static int make_tables(struct replay *r)
{
	const struct replay_settings *s =
		r->is_recording ? &r->recording.head.settings : &r->opts.settings;
	int rc = make_stats(r, s);

	rc = rc ? rc : make_session(r, s);
	rc = rc ? rc : make_calls(r, s);
	rc = rc ? rc : make_exemplars(r, s);
	return rc ? rc : make_ingest(r, s);
}

static int make_feeder(struct replay *r)
{
	const struct replay_opts *o = &r->opts;
	struct feeder_opts fo = {.sip_ports = o->sip_ports,
				 .sip_port_cnt = o->sip_port_cnt,
				 .stun_ports = o->stun_ports,
				 .stun_port_cnt = o->stun_port_cnt,
				 .sip_anywhere = o->sip_anywhere,
				 .local = o->local,
				 .local_cnt = o->local_cnt,
				 .ingest = r->ingest,
				 .counts = &r->counts};
	int rc = fragments__new(FRAGMENT_DATAGRAMS, FRAGMENT_BYTES, &r->fragments);

	rc = rc ? rc : link__init(&r->link, r->fragments);
	return rc ? rc : feeder__new(&fo, &r->feeder);
}

static int fail(const struct replay *r, int rc, const char *why, char *err)
{
	snprintf(err, REPLAY_ERROR_LEN, "%s: %s", r->opts.path, why[0] ? why : strerror(-rc));
	return rc;
}

static int open_file(struct replay *r, char *err)
{
	int rc = source__open(r->opts.path, &r->source);

	if (rc)
		return fail(r, rc, "", err);
	r->is_recording = recording__is_one(&r->source);
	if (r->is_recording) {
		rc = recording__open(&r->source, &r->recording);
		return rc ? fail(r, rc, r->recording.error, err) : 0;
	}
	rc = capture_file__open(&r->source, &r->capture);
	r->is_open = !rc;
	return rc ? fail(r, rc, r->capture.error, err) : 0;
}

int replay__new(const struct replay_opts *opts, struct replay **ret, char *err)
{
	struct replay *r = calloc(1, sizeof(*r));
	int rc;

	err[0] = '\0';
	if (!r)
		return -ENOMEM;
	r->opts = *opts;
	r->source.fd = -1;
	rc = open_file(r, err);
	rc = rc ? rc : make_tables(r);
	if (!rc && !r->is_recording)
		rc = make_feeder(r);
	if (rc) {
		if (!err[0])
			fail(r, rc, "", err);
		replay__free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

void replay__free(struct replay *r)
{
	if (!r)
		return;
	feeder__free(r->feeder);
	link__done(&r->link);
	fragments__free(r->fragments);
	ingest__free(r->ingest);
	exemplars__free(r->exemplars);
	beats__free(r->beats);
	calls__free(r->calls);
	session__free(r->session);
	heat__free(r->heat);
	stats__free(r->stats);
	if (r->is_open)
		capture_file__done(&r->capture);
	source__done(&r->source);
	free(r);
}

static bool goes_on(struct replay *r, uint64_t packets)
{
	struct replay_progress p = {.read_bytes = source__read_bytes(&r->source),
				    .size = source__size(&r->source),
				    .packets = packets};

	return !r->opts.on_progress || r->opts.on_progress(r->opts.ctx, &p);
}

static void tick_tables(struct replay *r, uint64_t now_ns)
{
	ingest__tick(r->ingest, now_ns);
	if (r->exemplars)
		exemplars__tick(r->exemplars, now_ns);
}

/* --- captures --- */

static void tick(struct replay *r)
{
	r->tick_ns = r->now_ns + TICK_NS;
	tick_tables(r, r->now_ns);
}

/* The clock never goes back, a packet's own stamp may. */
static void advance(struct replay *r, uint64_t ts_ns)
{
	if (!r->first_ns)
		r->first_ns = ts_ns;
	if (ts_ns < r->now_ns) {
		r->counts.backward++;
		return;
	}
	r->now_ns = ts_ns;
	if (ts_ns >= r->tick_ns)
		tick(r);
}

static void take_packet(struct replay *r, const struct capture_packet *p)
{
	uint64_t ts_ns = p->ts_ns ? p->ts_ns : 1; /* 0 is "not known" */
	struct link_packet packet;

	advance(r, ts_ns);
	if (link__decode(&r->link, p->link, p->p, p->len, r->now_ns, &packet))
		feeder__packet(r->feeder, &packet, ts_ns);
}

static void copy_counts(struct replay *r)
{
	const struct link_counts *l = &r->link.counts;
	const struct fragments_counts *f = fragments__counts(r->fragments);
	struct replay_counts *n = &r->counts;

	n->packets = r->capture.packets - r->has_next;
	n->unstamped = r->capture.unstamped;
	n->not_ip = l->not_ip - l->unknown_link;
	n->unknown_link = l->unknown_link;
	n->other_ip = l->other;
	n->bad_headers = l->malformed;
	n->too_deep = l->too_deep;
	n->fragments = f->fragments;
	n->assembled = f->assembled;
	n->fragments_cut = l->cut;
	n->fragments_refused = f->refused;
	n->fragments_incomplete = f->incomplete;
	n->fragments_full = f->evicted + f->no_memory;
}

/* --- recordings --- */

static void take_marker(struct replay *r, const struct recording_marker *m)
{
	switch (m->mark) {
	case RECORDING_LOST:
		r->counts.record_losses += m->count;
		break;
	case RECORDING_CHANGE:
		ingest__change(r->ingest, m->flags & RECORDING_HAS_READ,
			       m->flags & RECORDING_HAS_XMIT, m->flags & RECORDING_HAS_TAKE,
			       m->ts_ns);
		break;
	case RECORDING_TICK:
		tick_tables(r, m->ts_ns);
		if (m->ts_ns > r->now_ns)
			r->now_ns = m->ts_ns;
		break;
	}
}

static void take_record(struct replay *r, const struct recording_frame *f)
{
	struct rec_hdr hdr;

	r->counts.records++;
	memcpy(r->record, f->record, f->len);
	if (f->len >= sizeof(hdr)) {
		memcpy(&hdr, r->record, sizeof(hdr));
		if (!r->first_ns)
			r->first_ns = hdr.ts_ns;
		if (hdr.ts_ns > r->now_ns)
			r->now_ns = hdr.ts_ns;
	}
	ingest__record(r->ingest, r->record, f->len);
}

/* --- both --- */

/* 0: the next packet or frame is at hand. Else as capture_file__next. */
static int look_ahead(struct replay *r)
{
	int rc;

	if (r->has_next)
		return 0;
	rc = r->is_recording ? recording__next(&r->recording, &r->frame)
			     : capture_file__next(&r->capture, &r->packet);
	r->has_next = !rc;
	return rc;
}

static void take_next(struct replay *r)
{
	r->has_next = false;
	if (!r->is_recording)
		take_packet(r, &r->packet);
	else if (r->frame.record)
		take_record(r, &r->frame);
	else
		take_marker(r, &r->frame.marker);
}

/* What can be decided without more packets. */
static void finish(struct replay *r)
{
	if (r->is_recording) {
		tick_tables(r, r->now_ns);
		return;
	}
	fragments__tick(r->fragments, UINT64_MAX);
	tick(r);
}

static int take_until(struct replay *r, uint64_t until_ns, unsigned int max)
{
	int rc;

	for (unsigned int cnt = 0; !(rc = look_ahead(r)); cnt++) {
		if ((r->is_recording ? recording_frame__ns(&r->frame) : r->packet.ts_ns) > until_ns)
			return 0;
		if (cnt == max)
			return -EAGAIN;
		take_next(r);
	}
	finish(r);
	r->over = rc;
	return rc;
}

int replay__advance(struct replay *r, uint64_t until_ns, unsigned int max, char *err)
{
	int rc = r->over ? r->over : take_until(r, until_ns, max);

	err[0] = '\0';
	if (!r->is_recording)
		copy_counts(r);
	if (!rc || rc == -EAGAIN || rc == -ENODATA)
		return rc;
	return fail(r, rc, r->is_recording ? r->recording.error : r->capture.error, err);
}

int replay__run(struct replay *r, char *err)
{
	int rc;

	while ((rc = replay__advance(r, UINT64_MAX, PROGRESS_EVERY, err)) == -EAGAIN) {
		if (goes_on(r, r->is_recording ? r->recording.frames : r->capture.packets))
			continue;
		finish(r);
		return fail(r, -EINTR, "interrupted", err);
	}
	return rc == -ENODATA ? 0 : rc;
}

/* --- what was found --- */

bool replay__is_recording(const struct replay *r)
{
	return r->is_recording;
}

const struct replay_counts *replay__counts(const struct replay *r)
{
	return &r->counts;
}

const struct ledger *replay__ledger(const struct replay *r)
{
	return &r->ledger;
}

const struct stats *replay__stats(const struct replay *r)
{
	return r->stats;
}

struct session *replay__session(const struct replay *r)
{
	return r->session;
}

const struct calls *replay__calls(const struct replay *r)
{
	return r->calls;
}

const struct beats *replay__beats(const struct replay *r)
{
	return r->beats;
}

const struct heat *replay__heat(const struct replay *r)
{
	return r->heat;
}

const struct exemplars *replay__exemplars(const struct replay *r)
{
	return r->exemplars;
}

const struct recording_head *replay__head(const struct replay *r)
{
	return r->is_recording ? &r->recording.head : NULL;
}

uint64_t replay__wall_ns(const struct replay *r, uint64_t ns)
{
	return ns && r->is_recording ? ns + (uint64_t)r->recording.head.clock_offset_ns : ns;
}

uint64_t replay__first_ns(const struct replay *r)
{
	return replay__wall_ns(r, r->first_ns);
}

uint64_t replay__last_ns(const struct replay *r)
{
	return replay__wall_ns(r, r->now_ns);
}

uint64_t replay__now_ns(const struct replay *r)
{
	return r->now_ns;
}

unsigned int replay__interfaces(const struct replay *r)
{
	return r->is_open ? r->capture.link_cnt : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* One loop for captures, one for recordings. */
#include "replay_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_NS		   10000000ull /* of the file's clock, as the daemon's timer */
#define PROGRESS_EVERY	   4096
#define FRAGMENT_DATAGRAMS 1024
#define FRAGMENT_BYTES	   (16u << 20)

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
	rc = rc ? rc : replay_tables__make(r);
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
	replay_tables__done(r);
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

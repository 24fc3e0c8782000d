/* SPDX-License-Identifier: BSD-2-Clause */
/* Records in: each to who knows its kind; what expires. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ingest_impl.h"

int ingest__new(const struct ingest_opts *opts, struct ingest **ret)
{
	struct ingest *in = calloc(1, sizeof(*in));
	int err;

	if (!in)
		return -ENOMEM;
	in->opts = *opts;
	in->ledger = opts->ledger;
	in->deliver.session = opts->session;
	in->deliver.calls = opts->calls;
	in->deliver.beats = opts->beats;
	in->deliver.ledger = opts->ledger;
	err = pending_table__new(opts->max_messages, &in->pending);
	err = err ? err : ingest__new_streams(in);
	if (err) {
		ingest__free(in);
		return err;
	}
	*ret = in;
	return 0;
}

void ingest__free(struct ingest *in)
{
	if (!in)
		return;
	segments__free(in->segments);
	pending_table__free(in->pending);
	free(in->unread);
	free(in);
}

void ingest__listen(struct ingest *in, const struct ingest_tee *tee)
{
	in->tee = tee;
}

static enum call_fate fate_of(enum ledger_id id)
{
	return id == LEDGER_DROP_RCVBUF || id == LEDGER_DROP_KERNEL ? CALL_FATE_DROPPED
								    : CALL_FATE_UNREAD;
}

void ingest__lose(struct ingest *in, struct pending *p, enum ledger_id id)
{
	tally(in, id);
	if (p->kind == PENDING_RX)
		deliver__lose(&in->deliver, &p->at, fate_of(id));
	else if (p->at.call && fate_of(id) == CALL_FATE_DROPPED)
		calls__settle(in->deliver.calls, p->at.call, CALL_FATE_DROPPED, NULL, NULL, NULL);
}

struct pending *ingest__hold(struct ingest *in, const struct pending *src)
{
	struct pending *evicted, *p = pending_table__add(in->pending, src, &evicted);

	if (evicted)
		ingest__lose(in, evicted, LEDGER_MESSAGES_FULL);
	if (!p) {
		free(src->sent);
		tally(in, LEDGER_NO_MEMORY);
	}
	return p;
}

/* Bytes of the fixed part of each kind. */
static size_t fixed_len(uint16_t kind)
{
	switch (kind) {
#define X(id, name, type, help) \
	case REC_##name:        \
		return sizeof(struct type);
		RECORD_KINDS(X)
#undef X
	default:
		return 0;
	}
}

/* The payload must lie inside the record, whatever its own length fields say. */
static bool is_sound(size_t len, const struct rec_print *print, size_t fixed)
{
	return print->snap_len <= len - fixed && print->snap_len <= print->msg_len;
}

static bool has_sound_payload(const void *data, size_t len, uint16_t kind, size_t fixed)
{
	switch (kind) {
	case REC_RX:
		return is_sound(len, &((const struct rec_rx *)data)->print, fixed);
	case REC_SEND:
		return is_sound(len, &((const struct rec_send *)data)->print, fixed);
	case REC_TAP:
		return is_sound(len, &((const struct rec_tap *)data)->print, fixed);
	default:
		return true;
	}
}

static void on_media(struct ingest *in, const struct rec_media *r)
{
	ingest__media(in, &r->flow, r->flow.proto,
		      r->flow.flags & REC_F_EGRESS ? MESSAGE_OUT : MESSAGE_IN, r->msg_len, r->first,
		      r->hdr.ts_ns);
}

static void note_read(struct ingest *in, const struct rec_read *r)
{
	session__history(in->deliver.session, r->task.pid, &r->history, r->hdr.ts_ns);
}

static void note_take(struct ingest *in, const struct rec_take *r)
{
	session__history(in->deliver.session, r->task.pid, &r->history, r->hdr.ts_ns);
}

int ingest__record(struct ingest *in, const void *data, size_t len)
{
	const struct rec_hdr *hdr = data;
	size_t fixed;

	if (in->tee)
		in->tee->record(in->tee->ctx, data, len);
	if (len < sizeof(*hdr)) {
		tally(in, LEDGER_RECORD_SHORT);
		return 0;
	}
	fixed = fixed_len(hdr->kind);
	if (!fixed || len < fixed || !has_sound_payload(data, len, hdr->kind, fixed)) {
		tally(in, fixed ? LEDGER_RECORD_SHORT : LEDGER_RECORD_UNKNOWN);
		return 0;
	}
	ingest__settle_late(in, hdr->ts_ns);
	switch (hdr->kind) {
	case REC_RX:
		ingest__on_rx(in, data);
		break;
	case REC_READ:
		note_read(in, data);
		ingest__on_read(in, data);
		break;
	case REC_SEND:
		ingest__on_send(in, data);
		break;
	case REC_XMIT:
		ingest__on_xmit(in, data);
		break;
	case REC_DROP:
		ingest__on_drop(in, data);
		break;
	case REC_TAP:
		ingest__on_tap(in, data);
		break;
	case REC_SEG:
		ingest__on_seg(in, data, len);
		break;
	case REC_TAKE:
		note_take(in, data);
		segments__take(in->segments, data);
		break;
	case REC_MEDIA:
		on_media(in, data);
		break;
	}
	return 0;
}

static void copy_stream_counts(struct ingest *in)
{
	const struct stream_counts *s = segments__counts(in->segments);
	uint64_t *n = in->ledger->count;

#define STREAM_COUNT(id, name, kind, help) n[LEDGER_STREAM_##id] = s->id;
#include "stream_count.def"
#undef STREAM_COUNT
}

static void copy_call_counts(struct ingest *in)
{
	const struct calls_counts *c;
	uint64_t *n = in->ledger->count;

	if (!in->deliver.calls)
		return;
	c = calls__counts(in->deliver.calls);
#define CALLS_COUNT(id, name, kind, help) n[LEDGER_CALLS_##id] = c->id;
#include "calls_count.def"
#undef CALLS_COUNT
}

static void copy_beat_counts(struct ingest *in)
{
	const struct beats_counts *c;
	uint64_t *n = in->ledger->count;

	if (!in->deliver.beats)
		return;
	c = beats__counts(in->deliver.beats);
#define BEATS_COUNT(id, name, kind, help) n[LEDGER_BEATS_##id] = c->id;
#include "beats_count.def"
#undef BEATS_COUNT
}

static void copy_counts(struct ingest *in)
{
	const struct session_counts *c = session__counts(in->deliver.session);
	uint64_t *n = in->ledger->count;

	n[LEDGER_INVALID] = c->invalid;
	n[LEDGER_RETRANSMITS] = c->retransmits;
	n[LEDGER_ORPHAN_REPLIES] = c->orphan_replies;
	n[LEDGER_NO_REPLY_EXPECTED] = c->no_reply_expected;
	n[LEDGER_TIMEOUTS] = c->timeouts;
	n[LEDGER_REPLAN_OPEN] = c->doubted;
	n[LEDGER_TRANSACTIONS_FULL] = c->evicted;
	n[LEDGER_PARTIAL_MERGED] = c->merged;
	n[LEDGER_SELF_INFLICTED] = c->self_inflicted;
	n[LEDGER_WHY_GIVEN_UP] = c->why_given_up;
	copy_stream_counts(in);
	copy_call_counts(in);
	copy_beat_counts(in);
}

static void cut(struct ingest *in, struct pending *p)
{
	tally(in, LEDGER_REPLAN_LOST);
	if (p->kind == PENDING_TX)
		deliver__sent(&in->deliver, &p->at, &p->sent->brief, &p->sent->flow, &p->tx,
			      &p->sent->task, p->since_ns);
	pending_table__remove(in->pending, p);
}

void ingest__change(struct ingest *in, bool has_read, bool has_xmit, bool has_take, uint64_t now_ns)
{
	struct rec_read early;
	struct pending *p;

	if (in->tee)
		in->tee->change(in->tee->ctx, has_read, has_xmit, has_take, now_ns);
	while (early_reads__expire(&in->early, UINT64_MAX, &early))
		ingest__give_up_read(in, &early);
	ingest__settle_late(in, UINT64_MAX);
	in->reads_by_content = false;
	while ((p = pending_table__oldest(in->pending)))
		cut(in, p);
	session__doubt(in->deliver.session, now_ns);
	in->opts.has_read = has_read;
	in->opts.has_xmit = has_xmit;
	segments__change(in->segments, has_take);
}

void ingest__tick(struct ingest *in, uint64_t now_ns)
{
	struct rec_read early;
	struct pending *p;

	if (in->tee)
		in->tee->tick(in->tee->ctx, now_ns);
	while (early_reads__expire(&in->early, now_ns, &early))
		ingest__give_up_read(in, &early);
	ingest__settle_late(in, now_ns);
	while ((p = pending_table__oldest(in->pending))) {
		uint64_t limit = p->kind == PENDING_RX ? in->opts.unread_ns : in->opts.unsent_ns;

		if (now_ns < p->since_ns || now_ns - p->since_ns <= limit)
			break;
		ingest__lose(in, p, p->kind == PENDING_RX ? LEDGER_UNREAD : LEDGER_UNSENT);
		pending_table__remove(in->pending, p);
	}
	segments__tick(in->segments, now_ns);
	session__tick(in->deliver.session, now_ns);
	if (in->deliver.calls)
		calls__tick(in->deliver.calls, now_ns);
	if (in->deliver.beats)
		beats__tick(in->deliver.beats, now_ns);
	copy_counts(in);
}

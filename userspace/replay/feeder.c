/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram is looked at as the kernel programs look at it. */
#include "feeder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "brief.h"
#include "demux.h"
#include "print.h"

#define PORTS	       65536
#define STREAM_CONNS   16384
#define STREAM_MESSAGE (256u << 10)
#define STREAM_BYTES   (64u << 20)
#define STREAM_HOLE_NS 3000000000ull
#define STREAM_IDLE_NS 600000000000ull

struct feeder {
	struct feeder_opts opts;
	uint8_t local[FEEDER_LOCALS_MAX][16];
	struct segments *segments;
	struct facts facts; /* of the message at hand */
	char offer_buf[OFFER_BUF];
	uint8_t window[REC_HASH_LEN] __attribute__((aligned(8)));
	uint8_t kinds[PORTS]; /* enum port_kind */
};

static bool is_local(const struct feeder *f, const uint8_t addr[16])
{
	for (unsigned int i = 0; i < f->opts.local_cnt; i++) {
		if (!memcmp(f->local[i], addr, 16))
			return true;
	}
	return false;
}

/* --- messages to transactions --- */

/* On a wire each hop of a request is a transaction of its own (RFC 3261: its own branch), timed
 * from request to reply: everything between them is the peer's, as it would be for a client there.
 */
static void sent(struct feeder *f, const struct message *m, const struct brief *b)
{
	struct tx_leg tx = {.xmit_ns = m->ts_ns};

	session__sent(f->opts.session, b, m->flow, &tx, NULL, m->ts_ns);
}

static void received(struct feeder *f, const struct message *m, const struct brief *b)
{
	struct rx_leg rx = {.nic_ns = m->ts_ns};
	struct session_part part = session__arrive(f->opts.session, b, m->flow, &rx, m->ts_ns);

	session__read(f->opts.session, &part, &rx, NULL, m->ts_ns);
}

/* The transaction table has room for these. */
static bool has_session(const struct brief *b)
{
	return b->proto == PROTO_SIP || b->proto == PROTO_STUN;
}

/* False: it is no message of its protocol. */
static bool deliver(struct feeder *f, struct message *m)
{
	int rc = facts__parse(m, f->offer_buf, &f->facts);
	const struct brief *b = &f->facts.brief;

	if (rc)
		return false;
	f->opts.ledger->count[LEDGER_MESSAGES]++;
	if (!f->facts.has_txn || !has_session(b))
		return true;
	if (m->dir == MESSAGE_OUT || (m->dir == MESSAGE_WIRE && b->is_request))
		sent(f, m, b);
	else
		received(f, m, b);
	return true;
}

static uint8_t direction(const struct feeder *f, const struct rec_flow *flow)
{
	if (!f->opts.local_cnt)
		return MESSAGE_WIRE;
	if (is_local(f, flow->saddr))
		return is_local(f, flow->daddr) ? MESSAGE_WIRE : MESSAGE_OUT;
	return is_local(f, flow->daddr) ? MESSAGE_IN : MESSAGE_WIRE;
}

static uint64_t on_message(void *ctx, const struct message *src, const struct segments_sight *sight)
{
	struct feeder *f = ctx;
	struct message m = *src;

	(void)sight;
	m.dir = direction(f, m.flow);
	if (!deliver(f, &m))
		f->opts.ledger->count[LEDGER_PARSE_FAILED]++;
	return 0;
}

/* --- datagrams --- */

static enum demux_verdict classify(const struct feeder *f, const uint8_t *p, uint32_t len,
				   uint8_t kinds)
{
	struct sip_start start;

	if (f->opts.sip_anywhere && !(kinds & PORT_SIP) && (is_sip_alpha(p[0])) &&
	    !sip_start_parse(p, len, &start))
		return DEMUX_SIP;
	return demux_classify(p, len, kinds, f->opts.stun_anywhere);
}

static void refuse(struct feeder *f, const struct message *m, uint8_t kinds)
{
	if (m->len < m->msg_len)
		f->opts.counts->cut++;
	else if (kinds)
		f->opts.ledger->count[LEDGER_PARSE_FAILED]++;
	else
		f->opts.counts->other++;
}

/* Short ones are put where the parsers may read behind their end. */
static const uint8_t *window_of(struct feeder *f, const uint8_t *p, uint32_t len)
{
	if (len >= PARSE_WINDOW)
		return p;
	memset(f->window, 0, PARSE_WINDOW);
	memcpy(f->window, p, len);
	return f->window;
}

static uint64_t hash_of(struct feeder *f, const uint8_t *p, uint32_t len, uint32_t msg_len)
{
	memcpy(f->window, p, len < REC_HASH_LEN ? len : REC_HASH_LEN);
	return print_hash(f->window, msg_len);
}

static void take_datagram(struct feeder *f, const struct link_packet *p, uint64_t ts_ns)
{
	uint8_t kinds = f->kinds[p->flow.sport] | f->kinds[p->flow.dport];
	struct rec_flow flow = p->flow;
	struct message m = {.flow = &flow,
			    .transport = TRANSPORT_UDP,
			    .p = p->p,
			    .len = p->len,
			    .msg_len = p->wire_len,
			    .ts_ns = ts_ns};

	f->opts.counts->datagrams++;
	switch (classify(f, window_of(f, p->p, p->len), p->len, kinds)) {
	case DEMUX_SIP:
		m.proto = PROTO_SIP;
		break;
	case DEMUX_STUN:
		m.proto = PROTO_STUN;
		break;
	case DEMUX_KEEPALIVE:
		f->opts.counts->keepalive++;
		return;
	case DEMUX_SIP_MALFORMED:
	case DEMUX_STUN_MALFORMED:
		f->opts.counts->malformed++;
		return;
	default:
		f->opts.counts->other++;
		return;
	}
	flow.proto = m.proto;
	m.hash = hash_of(f, p->p, p->len, p->wire_len);
	m.dir = direction(f, &flow);
	if (!deliver(f, &m))
		refuse(f, &m, kinds);
}

void feeder__packet(struct feeder *f, const struct link_packet *p, uint64_t ts_ns)
{
	if (p->l4 == 17) {
		take_datagram(f, p, ts_ns);
		return;
	}
	f->opts.counts->segments++;
	segments__packet(f->segments, &p->flow, p->seq, p->p, p->len, p->wire_len, ts_ns);
}

void feeder__tick(struct feeder *f, uint64_t now_ns)
{
	segments__tick(f->segments, now_ns);
}

static void nothing_waits(void *ctx, uint64_t handle)
{
	(void)ctx;
	(void)handle;
}

static void nothing_is_read(void *ctx, uint64_t handle, const struct rec_take *take)
{
	(void)ctx;
	(void)handle;
	(void)take;
}

int feeder__new(const struct feeder_opts *opts, struct feeder **ret)
{
	struct feeder *f = calloc(1, sizeof(*f));
	struct segments_opts so = {.stream = {.max_conns = STREAM_CONNS,
					      .max_message = STREAM_MESSAGE,
					      .max_bytes = STREAM_BYTES,
					      .hole_ns = STREAM_HOLE_NS,
					      .idle_ns = STREAM_IDLE_NS},
				   .max_unread = 1,
				   .unread_ns = STREAM_IDLE_NS,
				   .on_message = on_message,
				   .on_read = nothing_is_read,
				   .on_unread = nothing_waits,
				   .ctx = f};
	int rc;

	if (!f)
		return -ENOMEM;
	f->opts = *opts;
	if (f->opts.local_cnt > FEEDER_LOCALS_MAX)
		f->opts.local_cnt = FEEDER_LOCALS_MAX;
	if (f->opts.local_cnt)
		memcpy(f->local, opts->local, f->opts.local_cnt * 16);
	for (unsigned int i = 0; i < opts->sip_port_cnt; i++)
		f->kinds[opts->sip_ports[i]] |= PORT_SIP;
	for (unsigned int i = 0; i < opts->stun_port_cnt; i++)
		f->kinds[opts->stun_ports[i]] |= PORT_STUN;
	rc = segments__new(&so, &f->segments);
	if (rc) {
		feeder__free(f);
		return rc;
	}
	*ret = f;
	return 0;
}

void feeder__free(struct feeder *f)
{
	if (!f)
		return;
	segments__free(f->segments);
	free(f);
}

const struct stream_counts *feeder__stream_counts(const struct feeder *f)
{
	return segments__counts(f->segments);
}

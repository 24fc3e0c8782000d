/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram is looked at as the kernel programs look at it. */
#include "feeder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "demux.h"
#include "media.h"
#include "print.h"

#define PORTS	 65536
#define UDP	 17
#define ANYWHERE (ANYWHERE_STUN | ANYWHERE_DTLS)

struct feeder {
	struct feeder_opts opts;
	uint8_t local[FEEDER_LOCALS_MAX][16];
	struct media media;
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

enum message_dir feeder__direction(const struct feeder *f, const struct rec_flow *flow)
{
	bool from_us, to_us;

	if (!f->opts.local_cnt)
		return MESSAGE_WIRE;
	from_us = is_local(f, flow->saddr);
	to_us = is_local(f, flow->daddr);
	return from_us == to_us ? MESSAGE_WIRE : from_us ? MESSAGE_OUT : MESSAGE_IN;
}

static enum demux_verdict classify(const struct feeder *f, const uint8_t *p, uint32_t len,
				   uint8_t kinds)
{
	struct sip_start start;

	if (f->opts.sip_anywhere && !kinds && is_sip_alpha(p[0]) &&
	    !sip_start_parse(p, len, &start))
		return DEMUX_SIP;
	return demux_classify(p, len, kinds, ANYWHERE);
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

/* The same as the kernel's. */
static uint64_t hash_of(struct feeder *f, const uint8_t *p, uint32_t len, uint32_t msg_len)
{
	memcpy(f->window, p, len < REC_HASH_LEN ? len : REC_HASH_LEN);
	return print_hash(f->window, msg_len);
}

/* Where checks or a handshake go, media may follow. */
static void expect_both(struct feeder *f, const struct rec_flow *flow)
{
	media__expect(&f->media, flow->saddr, flow->sport);
	media__expect(&f->media, flow->daddr, flow->dport);
}

static void take_message(struct feeder *f, const struct link_packet *p, uint8_t proto,
			 uint8_t kinds, uint64_t ts_ns)
{
	struct rec_flow flow = p->flow;
	struct message m = {.flow = &flow,
			    .proto = proto,
			    .transport = TRANSPORT_UDP,
			    .p = p->p,
			    .len = p->len,
			    .msg_len = p->wire_len,
			    .ts_ns = ts_ns};

	flow.proto = proto;
	m.hash = hash_of(f, p->p, p->len, p->wire_len);
	m.dir = feeder__direction(f, &flow);
	f->opts.counts->cut += p->len < p->wire_len;
	if (proto == PROTO_DTLS || (proto == PROTO_STUN && !kinds))
		expect_both(f, &flow);
	ingest__datagram(f->opts.ingest, &m);
}

static void take_other(struct feeder *f, const struct link_packet *p, uint64_t ts_ns)
{
	uint8_t first[16] = {0}, proto = PROTO_NONE;

	if (p->len)
		proto = media__tell(&f->media, &p->flow, p->p, p->len);
	if (!proto) {
		f->opts.counts->other++;
		return;
	}
	memcpy(first, p->p, p->len < sizeof(first) ? p->len : sizeof(first));
	ingest__media(f->opts.ingest, &p->flow, proto, feeder__direction(f, &p->flow), p->wire_len,
		      first, ts_ns);
}

static void take_datagram(struct feeder *f, const struct link_packet *p, uint64_t ts_ns)
{
	uint8_t kinds = f->kinds[p->flow.sport] | f->kinds[p->flow.dport];
	enum demux_verdict v = classify(f, window_of(f, p->p, p->len), p->len, kinds);

	f->opts.counts->datagrams++;
	if (demux_is_message(v))
		take_message(f, p, demux_proto(v), kinds, ts_ns);
	else if (v == DEMUX_KEEPALIVE)
		f->opts.counts->keepalive++;
	else if (v == DEMUX_SIP_MALFORMED || v == DEMUX_STUN_MALFORMED)
		f->opts.counts->malformed++;
	else
		take_other(f, p, ts_ns);
}

void feeder__packet(struct feeder *f, const struct link_packet *p, uint64_t ts_ns)
{
	if (p->l4 == UDP) {
		take_datagram(f, p, ts_ns);
		return;
	}
	f->opts.counts->segments++;
	ingest__segment(f->opts.ingest, &p->flow, p->seq, p->p, p->len, p->wire_len, ts_ns);
}

void feeder__expect_media(struct feeder *f, const uint8_t addr[16], uint16_t port)
{
	media__expect(&f->media, addr, port);
}

int feeder__new(const struct feeder_opts *opts, struct feeder **ret)
{
	struct feeder *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->opts = *opts;
	if (f->opts.local_cnt > FEEDER_LOCALS_MAX)
		f->opts.local_cnt = FEEDER_LOCALS_MAX;
	if (f->opts.local_cnt)
		memcpy(f->local, opts->local, f->opts.local_cnt * sizeof(f->local[0]));
	for (unsigned int i = 0; i < opts->sip_port_cnt; i++)
		f->kinds[opts->sip_ports[i]] |= PORT_SIP;
	for (unsigned int i = 0; i < opts->stun_port_cnt; i++)
		f->kinds[opts->stun_ports[i]] |= PORT_STUN;
	*ret = f;
	return 0;
}

void feeder__free(struct feeder *f)
{
	free(f);
}

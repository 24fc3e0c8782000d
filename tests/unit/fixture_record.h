/* SPDX-License-Identifier: BSD-2-Clause */
/* Ring records made by hand, for the tests and the fuzzer of ingest. */
#ifndef SIGPATH_FIXTURE_RECORD_H
#define SIGPATH_FIXTURE_RECORD_H

#include <stdbool.h>

#include "fixture_message.h"

struct record {
	size_t len;
	union {
		struct rec_hdr hdr;
		struct rec_rx rx;
		struct rec_read read;
		struct rec_send send;
		struct rec_xmit xmit;
		struct rec_drop drop;
		struct rec_tap tap;
		struct rec_seg seg;
		struct rec_take take;
		uint8_t bytes[2048];
	};
};

/* A message on the wire. */
struct packet {
	uint8_t bytes[1024];
	uint32_t len;
	uint8_t proto;
};

static inline struct packet sip_packet(struct sip_spec spec)
{
	struct packet p = {.proto = PROTO_SIP};

	p.len = sip_text((char *)p.bytes, sizeof(p.bytes), &spec);
	return p;
}

static inline struct packet stun_packet(uint16_t type, uint64_t txid)
{
	struct packet p = {.proto = PROTO_STUN};

	p.len = stun_bytes(p.bytes, type, txid, 0);
	return p;
}

static inline void record_init(struct record *r, uint16_t kind, size_t len, uint64_t ts_ns)
{
	memset(r->bytes, 0, len);
	r->hdr = (struct rec_hdr){.ts_ns = ts_ns, .kind = kind, .len = (uint16_t)len};
	r->len = len;
}

/* From 10.0.0.9 to 10.0.0.1; seen 20 ns and in the stack 10 ns before. */
static inline struct record rx_record(const struct packet *p, uint64_t sk, uint64_t skb,
				      uint64_t ts_ns)
{
	struct record r;

	record_init(&r, REC_RX, sizeof(r.rx) + p->len, ts_ns);
	r.rx.flow = flow_between(9, 1, p->proto);
	r.rx.print = print_of(p->bytes, p->len);
	r.rx.nic_ns = ts_ns - 20;
	r.rx.stack_ns = ts_ns - 10;
	r.rx.sk = sk;
	r.rx.skb = skb;
	memcpy(r.bytes + sizeof(r.rx), p->bytes, p->len);
	return r;
}

static inline struct record read_record(const struct packet *p, uint64_t sk, uint64_t skb,
					uint64_t ts_ns)
{
	struct record r;

	record_init(&r, REC_READ, sizeof(r.read), ts_ns);
	r.read.print = print_of(p->bytes, p->len);
	r.read.print.snap_len = 0;
	r.read.sk = sk;
	r.read.skb = skb;
	r.read.task.pid = r.read.task.tgid = 77;
	return r;
}

/* The content could not be read: only its length is known. */
static inline struct record blind_record(const struct packet *p, uint64_t sk, uint64_t skb,
					 uint64_t ts_ns)
{
	struct record r = read_record(p, sk, skb, ts_ns);

	r.read.print.hash = 0;
	return r;
}

/* From 10.0.0.1 to 10.0.0.9; handed over 10 ns before. */
static inline struct record send_record(const struct packet *p, uint64_t skb, uint64_t ts_ns)
{
	struct record r;

	record_init(&r, REC_SEND, sizeof(r.send) + p->len, ts_ns);
	r.send.flow = flow_between(1, 9, p->proto);
	r.send.print = print_of(p->bytes, p->len);
	r.send.send_ns = ts_ns - 10;
	r.send.sk = 1;
	r.send.skb = skb;
	r.send.task.pid = r.send.task.tgid = 77;
	memcpy(r.bytes + sizeof(r.send), p->bytes, p->len);
	return r;
}

static inline struct record xmit_record(uint64_t skb, uint64_t ts_ns)
{
	struct record r;

	record_init(&r, REC_XMIT, sizeof(r.xmit), ts_ns);
	r.xmit.skb = skb;
	return r;
}

static inline struct record drop_record(const struct packet *p, uint64_t sk, uint64_t skb,
					uint16_t flags, uint64_t ts_ns)
{
	struct record r;

	record_init(&r, REC_DROP, sizeof(r.drop), ts_ns);
	r.drop.flow = flow_between(9, 1, p->proto);
	r.drop.flow.flags = flags;
	r.drop.print = print_of(p->bytes, p->len);
	r.drop.sk = sk;
	r.drop.skb = skb;
	return r;
}

/* Of the message whose RX or SEND had that skb and time. */
static inline struct record address_drop_record(uint64_t skb, uint64_t since_ns, uint16_t flags,
						uint64_t ts_ns)
{
	struct record r;

	record_init(&r, REC_DROP, sizeof(r.drop), ts_ns);
	r.drop.flow.flags = REC_F_BY_ADDRESS | flags;
	r.drop.skb = skb;
	r.drop.since_ns = since_ns;
	return r;
}

static inline struct record tap_record(const struct packet *p, uint16_t flags, uint64_t ts_ns)
{
	struct record r;

	record_init(&r, REC_TAP, sizeof(r.tap) + p->len, ts_ns);
	r.tap.flow =
		flags & REC_F_EGRESS ? flow_between(1, 9, p->proto) : flow_between(9, 1, p->proto);
	r.tap.flow.flags = flags;
	r.tap.print = print_of(p->bytes, p->len);
	memcpy(r.bytes + sizeof(r.tap), p->bytes, p->len);
	return r;
}

/* A TCP segment: received by 10.0.0.1 from 10.0.0.9, or (REC_F_EGRESS) sent the other way. Ports
 * 40000 at 10.0.0.9, 5060 at 10.0.0.1. The same instants as rx_record and send_record. */
static inline struct record seg_record(const void *payload, uint32_t len, uint64_t sk, uint64_t skb,
				       uint32_t seq, uint16_t flags, uint64_t ts_ns)
{
	bool is_out = flags & REC_F_EGRESS;
	struct record r;

	record_init(&r, REC_SEG, sizeof(r.seg) + len, ts_ns);
	r.seg.flow = is_out ? flow_between(1, 9, PROTO_NONE) : flow_between(9, 1, PROTO_NONE);
	*(is_out ? &r.seg.flow.dport : &r.seg.flow.sport) = 40000;
	r.seg.flow.flags = flags;
	r.seg.nic_ns = is_out ? 0 : ts_ns - 20;
	r.seg.stack_ns = is_out ? 0 : ts_ns - 10;
	r.seg.send_ns = is_out ? ts_ns - 10 : 0;
	r.seg.task.pid = r.seg.task.tgid = is_out ? 77 : 0;
	r.seg.sk = sk;
	r.seg.skb = skb;
	r.seg.seq = seq;
	r.seg.seg_len = r.seg.snap_len = len;
	if (len)
		memcpy(r.bytes + sizeof(r.seg), payload, len);
	return r;
}

/* The application has read everything before seq. */
static inline struct record take_record(uint64_t sk, uint32_t seq, uint64_t ts_ns)
{
	struct record r;

	record_init(&r, REC_TAKE, sizeof(r.take), ts_ns);
	r.take.sk = sk;
	r.take.seq = seq;
	r.take.task.pid = r.take.task.tgid = 77;
	return r;
}

#endif

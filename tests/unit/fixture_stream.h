/* SPDX-License-Identifier: BSD-2-Clause */
/* A TCP connection made by hand, and what its streams turn out to say. */
#ifndef SIGPATH_FIXTURE_STREAM_H
#define SIGPATH_FIXTURE_STREAM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_message.h"
#include "stream.h"

#define HEARD_MAX 512

struct heard {
	uint8_t proto, transport, host; /* host: last byte of the sender's address */
	uint32_t len, end_seq;
	uint64_t hash, conn, exchange, ts_ns, first_ns, cookie;
	char text[48];
};

struct ear {
	unsigned int cnt;
	struct heard heard[HEARD_MAX];
};

static inline uint64_t bytes_hash(const uint8_t *p, uint32_t len)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (uint32_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	return h;
}

static inline void hear(void *ctx, const struct stream_message *m)
{
	struct ear *ear = ctx;
	struct heard *h;

	if (ear->cnt == HEARD_MAX)
		return;
	h = &ear->heard[ear->cnt++];
	*h = (struct heard){.proto = m->proto,
			    .transport = m->transport,
			    .host = m->flow->saddr[15],
			    .len = m->len,
			    .end_seq = m->end_seq,
			    .hash = bytes_hash(m->p, m->len),
			    .conn = m->conn,
			    .exchange = m->exchange,
			    .ts_ns = m->ts_ns,
			    .first_ns = m->first_ns,
			    .cookie = m->cookie[0]};
	for (uint32_t i = 0; i < m->len && i + 1 < sizeof(h->text); i++)
		h->text[i] = m->p[i] < ' ' || m->p[i] > 126 ? '.' : (char)m->p[i];
}

static inline struct stream_opts small_opts(struct ear *ear)
{
	return (struct stream_opts){.max_conns = 16,
				    .max_message = 65536,
				    .max_bytes = 4 << 20,
				    .hole_ns = 3000000000ull,
				    .idle_ns = 600000000000ull,
				    .on_message = hear,
				    .ctx = ear};
}

/* One side of the connection between 10.0.0.9 (client, 9) and 10.0.0.1 (server, 1). */
struct side {
	struct rec_flow flow;
	uint32_t seq;
	uint64_t sk;
	bool is_out;
};

static inline struct side side_of(uint8_t host, uint32_t seq)
{
	struct side s = {.flow = flow_between(host, host == 9 ? 1 : 9, 0), .seq = seq};

	*(host == 9 ? &s.flow.sport : &s.flow.dport) = 40000;
	return s;
}

/* Bytes [off, off + len) of what the side says from seq on, as one segment. */
static inline struct stream_segment segment_of(const struct side *s, const uint8_t *bytes,
					       uint32_t off, uint32_t len, uint64_t ts_ns)
{
	return (struct stream_segment){.flow = &s->flow,
				       .sk = s->sk,
				       .is_out = s->is_out,
				       .seq = s->seq + off,
				       .p = bytes + off,
				       .len = len,
				       .seg_len = len,
				       .ts_ns = ts_ns,
				       .cookie = {ts_ns}};
}

/* A copy of exactly its size: a byte too many is seen by the sanitizer. */
static inline void send_segment(struct stream *st, const struct stream_segment *seg)
{
	struct stream_segment own = *seg;
	void *copy = NULL;

	/* not malloc: that one fails in turn */
	if (posix_memalign(&copy, 16, seg->len ? seg->len : 1))
		return;
	if (seg->len)
		memcpy(copy, seg->p, seg->len);
	own.p = copy;
	stream__segment(st, &own);
	free(copy);
}

static inline void send_syn(struct stream *st, const struct side *s, uint64_t ts_ns)
{
	struct rec_flow flow = s->flow;
	struct stream_segment seg = {
		.flow = &flow, .sk = s->sk, .is_out = s->is_out, .seq = s->seq, .ts_ns = ts_ns};

	flow.flags = REC_F_SYN;
	stream__segment(st, &seg);
}

static inline void send_fin(struct stream *st, const struct side *s, uint32_t off, uint64_t ts_ns)
{
	struct rec_flow flow = s->flow;
	struct stream_segment seg = {.flow = &flow,
				     .sk = s->sk,
				     .is_out = s->is_out,
				     .seq = s->seq + off,
				     .ts_ns = ts_ns};

	flow.flags = REC_F_FIN;
	stream__segment(st, &seg);
}

/* Says all of it in one segment and moves on. */
static inline void say(struct stream *st, struct side *s, const void *bytes, uint32_t len,
		       uint64_t ts_ns)
{
	struct stream_segment seg = segment_of(s, bytes, 0, len, ts_ns);

	send_segment(st, &seg);
	s->seq += len;
}

static inline void say_text(struct stream *st, struct side *s, const char *text, uint64_t ts_ns)
{
	say(st, s, text, (uint32_t)strlen(text), ts_ns);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP streams to framed messages: segments in any order, once or more often, from any point of a
 * connection, become SIP messages, STUN messages, TLS handshake records, HTTP messages and
 * WebSocket messages. What a stream carries is told by its first bytes, not by its port. Each
 * message has the stamps of the segment that completed it.
 *
 * A hole that is not filled in time, a start in the middle, or bytes that are no message: the
 * framer looks for the next message that begins at a segment's first byte; everything left out is
 * counted by name. Memory is bounded: connections, bytes buffered for each, bytes altogether. */
#ifndef SIGPATH_STREAM_H
#define SIGPATH_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "http_head.h"
#include "record.h"
#include "transport.h"

struct stream_message;

struct stream_opts {
	unsigned int max_conns; /* the longest idle one makes room */
	uint32_t max_message;	/* bytes of one message: longer ones are skipped, counted */
	uint64_t max_bytes;	/* buffered, altogether */
	uint64_t hole_ns;	/* a hole is given up after this: 3 s */
	uint64_t idle_ns;	/* a connection without segments is forgotten after this */
	/* One framed message. Borrowed for the call; never re-enters the stream. */
	void (*on_message)(void *ctx, const struct stream_message *m);
	void *ctx;
};

/* What is known of one segment, or of the part of it in one record. */
struct stream_segment {
	const struct rec_flow *flow; /* from, to; REC_F_SYN, _FIN, _RST */
	uint64_t sk;		     /* names the end of the connection that saw it; 0: a capture */
	bool is_out;		     /* sent by sk */
	uint32_t seq;
	const uint8_t *p;
	uint32_t len;	    /* bytes at p */
	uint32_t seg_len;   /* of the segment from seq on; > len: the rest comes in another part, or
			       was cut */
	uint64_t ts_ns;	    /* first sight */
	uint64_t cookie[4]; /* given back with each message that it completes */
};

struct stream_message {
	uint8_t proto;	   /* PROTO_SIP STUN HTTP WS TLS */
	uint8_t transport; /* enum transport: TCP, WS, TLS */
	const struct rec_flow *flow;
	uint64_t sk;
	bool is_out;
	const uint8_t *p; /* the message: headers and body, unchunked; WebSocket: the payload,
			     unmasked, joined */
	uint32_t len;
	uint64_t conn;	   /* of the connection: the same for both ends */
	uint64_t exchange; /* HTTP, message.h */
	uint32_t end_seq;  /* sequence number behind its last byte */
	uint64_t first_ns; /* first sight of the segment with its first byte */
	uint64_t ts_ns;	   /* ... of the one that completed it */
	const uint64_t *cookie;
};

struct stream_counts {
	uint64_t segments, messages;
#define STREAM_COUNT(id, name, kind, help) uint64_t id;
#include "stream_count.def"
#undef STREAM_COUNT
};

struct stream;

int stream__new(const struct stream_opts *opts, struct stream **ret);
void stream__free(struct stream *s);
void stream__segment(struct stream *s, const struct stream_segment *seg);
/* Gives up holes, forgets idle connections. */
void stream__tick(struct stream *s, uint64_t now_ns);
const struct stream_counts *stream__counts(const struct stream *s);

#endif

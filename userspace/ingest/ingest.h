/* SPDX-License-Identifier: BSD-2-Clause */
/* Joins the kernel's records into messages and hands them to the session: a received message is RX
 * then READ (or DROP), a sent one SEND then XMIT, each pair found by skb pointer where a probe
 * gives it, else by socket and fingerprint. What does not join is counted by name. */
#ifndef SIGPATH_INGEST_H
#define SIGPATH_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "beat.h"
#include "calls.h"
#include "ledger.h"
#include "session.h"
#include "stream.h"

/* Who listens to everything that comes in, in order, before it is looked at: recordings. */
struct ingest_tee {
	void (*record)(void *ctx, const void *data, size_t len);
	void (*change)(void *ctx, bool has_read, bool has_xmit, bool has_take, uint64_t now_ns);
	void (*tick)(void *ctx, uint64_t now_ns);
	void *ctx;
};

struct ingest_opts {
	unsigned int max_messages;
	uint64_t unread_ns;	 /* a message unread for so long counts as unread: 64 s */
	uint64_t unsent_ns;	 /* a sent one without driver stamp: 10 s */
	bool has_read;		 /* the plan sees reads: RX waits for READ */
	bool has_xmit;		 /* the plan sees the driver: SEND waits for XMIT */
	bool has_take;		 /* the plan sees how far streams are read */
	struct stream_opts stream; /* limits of streams */
	struct calls *calls;	 /* borrowed; NULL: none are kept */
	struct beats *beats;	 /* borrowed; NULL */
	struct session *session; /* borrowed */
	struct ledger *ledger;	 /* borrowed */
	/* Which way a message of a capture's stream goes; NULL: MESSAGE_WIRE. */
	enum message_dir (*direction)(void *ctx, const struct rec_flow *flow);
	void *direction_ctx;
};

struct ingest;

int ingest__new(const struct ingest_opts *opts, struct ingest **ret);
void ingest__free(struct ingest *in);
/* Borrows tee; NULL: nobody listens any more. */
void ingest__listen(struct ingest *in, const struct ingest_tee *tee);

/* One ring record of len bytes. Records are not trusted: short, long and unknown ones are counted.
 * Always 0, so that it can be a ring buffer callback's result. */
int ingest__record(struct ingest *in, const void *data, size_t len);
/* Other probes report from now on. What waits for its second record is given up (counted): pointers
 * and stamps of two plans never meet. A sent message ends at t_queue, a request keeps the instants
 * of its arrival, a reply that was not read is not measured. Transactions that are open and never
 * end count by themselves, not as timeouts. */
void ingest__change(struct ingest *in, bool has_read, bool has_xmit, bool has_take, uint64_t now_ns);
/* A datagram of a capture (MESSAGE_WIRE), or one whose direction is known (MESSAGE_IN, MESSAGE_OUT):
 * one sight, m->ts_ns; flow, proto, transport, p, len, msg_len are looked at. */
void ingest__datagram(struct ingest *in, const struct message *m);
/* A whole message: the same, hash included. */
void ingest__sight(struct ingest *in, const struct message *m);
/* A TCP segment of a capture, segments.h. */
void ingest__segment(struct ingest *in, const struct rec_flow *flow, uint32_t seq, const uint8_t *p,
		     uint32_t len, uint32_t seg_len, uint64_t ts_ns);
/* RTP by RFC 7983 (PROTO_RTP) or what DTLS protects (PROTO_DTLS). */
void ingest__media(struct ingest *in, const struct rec_flow *flow, uint8_t proto,
		   enum message_dir dir, uint32_t msg_len, const uint8_t first[16], uint64_t ts_ns);
/* Expires what never completed. */
void ingest__tick(struct ingest *in, uint64_t now_ns);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One DTLS or TLS handshake: its flights, what was negotiated, when it began and ended as far as
 * that can be seen from outside (RFC 6347 4.2.4, RFC 9147 5, RFC 8446 2).
 *
 * 1.2: ClientHello [HelloVerifyRequest ClientHello] ServerHello..Done ClientKeyExchange.. CCS
 *      {Finished} CCS {Finished}. Complete: both sides sent an encrypted handshake message.
 * 1.3: ClientHello [HelloRetryRequest ClientHello] ServerHello {...} {Certificate.. Finished}
 * {ACK}. Complete: the client's first encrypted record behind the ServerHello. Which one is
 * Finished is hidden: is_end_hidden.
 *
 * A message that this host saw twice (sent by one of its sockets, received by another) is one
 * message. What was first seen in the middle never gets an end. Datagrams of one flight that
 * overtake each other look like a retransmission where whole messages change places. */
#ifndef SIGPATH_HANDSHAKE_H
#define SIGPATH_HANDSHAKE_H

#include "call.h"
#include "dtls_head.h"

enum handshake_event {
	HANDSHAKE_STARTED = 1u << 0,	 /* first ClientHello */
	HANDSHAKE_COOKIE = 1u << 1,	 /* HelloVerifyRequest, HelloRetryRequest */
	HANDSHAKE_RETRANSMIT = 1u << 2,	 /* this flight was sent before */
	HANDSHAKE_COMPLETE = 1u << 3,	 /* complete_ns was set by this message */
	HANDSHAKE_FAILED = 1u << 4,	 /* fatal alert before the end */
	HANDSHAKE_APPLICATION = 1u << 5, /* first protected application record */
	HANDSHAKE_AGAIN = 1u << 6, /* a ClientHello with another random: a new handshake, not told
				    * to this one */
};

enum handshake_dir { FROM_CLIENT, FROM_SERVER, HANDSHAKE_DIRS };

#define HANDSHAKE_FRAGMENTED_MAX 4096 /* bytes of a hello that is joined from fragments */
#define HANDSHAKE_SEEN		 8    /* contents remembered, to know a second sight */

struct call_handshake {
	bool is_dtls, is_started, is_complete, is_failed, is_end_hidden, has_cookie;
	bool is_acked;	  /* DTLS 1.3: the server sent something behind the hidden end */
	bool is_resumed;  /* the server sent no Certificate (1.2) */
	uint16_t version; /* negotiated; 0 not known */
	uint16_t cipher, srtp_profile;	 /* chosen; 0 not known, none */
	uint8_t alert;			 /* description of the fatal one */
	uint16_t flights, retransmitted; /* flights seen, and those that were seen before */
	uint32_t frags_lost;		 /* fragments that were not kept: count frag_evicted */
	uint64_t hello_ns, server_hello_ns, complete_ns;
	uint64_t app_ns[HANDSHAKE_DIRS]; /* first protected application record; 0 not seen */
	uint64_t retransmit_wait_ns;	 /* waited for timers that brought the handshake on */
	uint8_t client_addr[16], server_addr[16]; /* where they send from; port 0 not known */
	uint16_t client_port, server_port;
	/* how it knows */
	uint32_t next_seq[HANDSHAKE_DIRS]; /* message_seq behind the highest complete one */
	uint32_t part_seq[HANDSHAKE_DIRS], part_len[HANDSHAKE_DIRS]; /* of the one being sent */
	uint64_t again_at; /* message_seq and offset up to where a flight was sent again, + 1; 0 it
			    * was not */
	bool has_random;
	bool has_ccs[HANDSHAKE_DIRS];
	bool has_finished[HANDSHAKE_DIRS]; /* an encrypted handshake message */
	uint8_t last_dir;		   /* of the latest flight */
	uint64_t last_ns, flight_ns;	   /* latest message; first one of the latest flight */
	uint8_t random[DTLS_RANDOM_LEN];   /* of the ClientHello */
	uint64_t seen_hash[HANDSHAKE_SEEN];
	uint64_t seen_ns[HANDSHAKE_SEEN];
	uint8_t seen_dir[HANDSHAKE_SEEN], seen_at;
	uint8_t *frag; /* a hello being joined, and a bit for each byte that is there; NULL none */
	uint32_t frag_have, frag_len;
	uint8_t frag_type;
	uint16_t frag_seq;
};

/* 0 or -ENOMEM. The first message decides between DTLS and TLS. */
int handshake__new(struct call_handshake **ret);
void handshake__free(struct call_handshake *h);
/* enum handshake_event, or-ed. d: of dtls_head__parse or tls_head__parse. */
uint32_t handshake__message(struct call_handshake *h, const struct message *m,
			    const struct dtls_head *d);
/* A protected datagram (rec_media of PROTO_DTLS): its content cannot be seen. */
uint32_t handshake__protected(struct call_handshake *h, const struct rec_flow *flow,
			      uint64_t ts_ns);
/* "DTLS 1.2"; "DTLS" or "TLS" while the version is not known. Static storage. */
const char *handshake__protocol(const struct call_handshake *h);

#endif

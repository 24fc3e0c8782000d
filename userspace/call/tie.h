/* SPDX-License-Identifier: BSD-2-Clause */
/* What ties signaling to media: descriptions make their secrets and addresses keys of the call;
 * checks, handshakes and media find it by them. Offers and answers over HTTP and WebSocket: an
 * answer belongs to the call whose offer went the other way on its connection. A relay (client A,
 * server, client B) sends a description on: the same text, from the address it went to, on another
 * connection, within TIE_HOP_NS, is another hop of the same call, if exactly one can be meant. What
 * can be meant twice is never merged. */
#ifndef SIGPATH_TIE_H
#define SIGPATH_TIE_H

#include "calls_impl.h"

#define TIE_HOP_NS 2000000000ull

/* Members of struct calls: made and freed with it. 0 or -ENOMEM. */
int tie__init(struct calls *c);
void tie__done(struct calls *c);

/* STUN, DTLS, TLS, HTTP, WebSocket. *is_mine: it belongs to a call (its arrow may not have been
 * kept). */
call_msg_ref_t tie__message(struct calls *c, const struct message *m, const struct facts *f,
			    const struct call_verdict *v, bool *is_mine);
/* A description, or candidates, in a message of this call (f->offer): keys, instants, awaited
 * media. */
void tie__offer(struct calls *c, struct call *call, const struct message *m, const struct facts *f,
		bool is_offer);
/* The body of calls__media. */
void tie__media(struct calls *c, const struct rec_flow *flow, uint8_t proto, enum message_dir dir,
		uint32_t msg_len, const uint8_t first[16], uint64_t ts_ns);
/* "sip 10.0.0.1:5060" of where this message goes. */
void tie__service(struct call *call, const char *proto, const struct message *m);

/* Rows of a call that is set up, or over: the whole setup, its handshake, its checks (opts.stats).
 * Called once for each call (calls__told). */
void tie__measure(struct calls *c, struct call *call);

/* Open exchanges on connections, and descriptions seen lately. */
struct tie_table;

#endif

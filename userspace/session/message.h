/* SPDX-License-Identifier: BSD-2-Clause */
/* One signaling message: a datagram, or one framed message of a stream, with what this host knows of
 * its way. Borrowed for the time of a call: nobody keeps pointers of it. */
#ifndef SIGPATH_MESSAGE_H
#define SIGPATH_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "leg.h"
#include "record.h"
#include "transport.h"

enum message_dir {
	MESSAGE_IN,   /* received by this host: `rx` counts */
	MESSAGE_OUT,  /* sent by this host: `tx` counts */
	MESSAGE_WIRE, /* seen by a capture somewhere: ts_ns alone counts */
};

struct message {
	const struct rec_flow *flow; /* where from, where to; flow->proto is not looked at */
	uint8_t proto;		     /* enum rec_proto */
	uint8_t dir;		     /* enum message_dir */
	uint8_t transport;	     /* enum transport */
	const uint8_t *p;	     /* len bytes of a message of msg_len; WebSocket: unmasked, joined */
	uint32_t len, msg_len;
	uint64_t hash;	   /* of its content: equal on every sight of one message; copies are equal too */
	uint64_t conn;	   /* names the stream connection, the same at both of its ends; 0: datagram */
	uint64_t exchange; /* HTTP: a request and its response have the same number on their connection,
			    * from 1; else 0 */
	uint64_t ts_ns;	   /* first sight of it (stream: of the segment that completed it), MONOTONIC;
			    * replay: as captured */
	struct rx_leg rx;
	struct tx_leg tx;
	const struct rec_task *task; /* who sent it; NULL not known */
	uint32_t netns, ifindex;
};

#endif

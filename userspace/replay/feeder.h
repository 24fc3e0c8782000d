/* SPDX-License-Identifier: BSD-2-Clause */
/* From datagrams and segments of a capture to messages, and from messages to transactions.
 *
 * Ports say little in somebody else's capture: besides the configured ones SIP is recognised on any
 * port by a start line that is well-formed, STUN by its cookie. */
#ifndef SIGPATH_FEEDER_H
#define SIGPATH_FEEDER_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger.h"
#include "link.h"
#include "segments.h"
#include "session.h"

#define FEEDER_LOCALS_MAX 64

struct replay_counts {
#define REPLAY_COUNT(id, name, kind, help) uint64_t id;
#include "replay_count.def"
#undef REPLAY_COUNT
};

struct feeder_opts {
	const uint16_t *sip_ports, *stun_ports;
	unsigned int sip_port_cnt, stun_port_cnt;
	bool sip_anywhere, stun_anywhere;
	const uint8_t (*local)[16]; /* addresses of the host whose view it is; none: a wire */
	unsigned int local_cnt;
	struct session *session; /* borrowed, with the rest */
	struct ledger *ledger;
	struct replay_counts *counts;
};

struct feeder;

int feeder__new(const struct feeder_opts *opts, struct feeder **ret);
void feeder__free(struct feeder *f);
void feeder__packet(struct feeder *f, const struct link_packet *p, uint64_t ts_ns);
void feeder__tick(struct feeder *f, uint64_t now_ns);
const struct stream_counts *feeder__stream_counts(const struct feeder *f);

#endif

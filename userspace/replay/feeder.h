/* SPDX-License-Identifier: BSD-2-Clause */
/* From datagrams and segments of a capture to ingest.
 *
 * Ports say little in somebody else's capture: besides the configured ones SIP is recognised on any
 * port by a start line that is well-formed, STUN by its cookie, DTLS by its record header, media on
 * the addresses of known calls. */
#ifndef SIGPATH_FEEDER_H
#define SIGPATH_FEEDER_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest.h"
#include "link.h"

#define FEEDER_LOCALS_MAX 64

struct replay_counts {
#define REPLAY_COUNT(id, name, kind, help) uint64_t id;
#include "replay_count.def"
#undef REPLAY_COUNT
};

struct feeder_opts {
	const uint16_t *sip_ports, *stun_ports;
	unsigned int sip_port_cnt, stun_port_cnt;
	bool sip_anywhere;
	const uint8_t (*local)[16]; /* addresses of the host whose view it is; none: a wire */
	unsigned int local_cnt;
	struct ingest *ingest; /* borrowed, with the rest */
	struct replay_counts *counts;
};

struct feeder;

int feeder__new(const struct feeder_opts *opts, struct feeder **ret);
void feeder__free(struct feeder *f);
void feeder__packet(struct feeder *f, const struct link_packet *p, uint64_t ts_ns);
/* As calls.h and ingest.h ask. */
void feeder__expect_media(struct feeder *f, const uint8_t addr[16], uint16_t port);
enum message_dir feeder__direction(const struct feeder *f, const struct rec_flow *flow);

#endif

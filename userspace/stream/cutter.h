/* SPDX-License-Identifier: BSD-2-Clause */
/* Cuts the bytes of one direction, which are in order here, into messages: keeps the start of one
 * that is not complete, and finds the next one where something was lost. */
#ifndef SIGPATH_CUTTER_H
#define SIGPATH_CUTTER_H

#include <stdbool.h>
#include <stdint.h>

#include "framer.h"

/* Where bytes come from: a segment, or a part of it that was kept. */
struct source {
	const struct rec_flow *flow;
	bool is_out;
	uint32_t seq;	     /* of its first byte */
	bool is_boundary;    /* its first byte is that of a segment */
	bool is_behind_part; /* what goes before it was cut: that does not come any more */
	uint64_t ts_ns;
	const uint64_t *cookie; /* NULL: each part that was kept has its own */
};

/* One half with its surroundings. */
struct way {
	const struct stream_opts *opts;
	struct tcp_table *table;
	struct stream_counts *counts;
	uint8_t *scratch; /* twice max_message bytes */
	struct tcp_end *end;
	struct tcp_half *half, *peer;
};

/* len bytes at half->next. */
void cutter__feed(struct way *w, const uint8_t *p, uint32_t len, const struct source *src);
/* The stream has ended: what lasts until then is complete. */
void cutter__end(struct way *w, const struct source *src);
/* A message begins at the next segment that looks like one. bytes: left out, besides those that
 * wait. */
void cutter__lose(struct way *w, uint32_t bytes);
/* Nothing more is wanted of this direction. */
void cutter__ignore(struct way *w);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Ingest with a session behind it, fed with records made by hand. */
#ifndef SIGPATH_FIXTURE_INGEST_H
#define SIGPATH_FIXTURE_INGEST_H

#include "fixture_record.h"
#include "fixture_session.h"
#include "ingest.h"

#define MSEC 1000000ull

struct rig {
	struct world world;
	struct ledger ledger;
	struct ingest *ingest;
};

static inline void rig_done(struct rig *g)
{
	ingest__free(g->ingest);
	world_done_free(&g->world);
}

/* False without memory. */
static inline bool rig_init(struct rig *g, unsigned int max_messages, bool has_read, bool has_xmit)
{
	struct ingest_opts opts = {.max_messages = max_messages,
				   .unread_ns = 64 * SEC,
				   .unsent_ns = 10 * SEC,
				   .has_read = has_read,
				   .has_xmit = has_xmit,
				   .has_take = true,
				   .stream = {.max_conns = 64,
					      .max_message = 65536,
					      .max_bytes = 1 << 20,
					      .hole_ns = 3 * SEC,
					      .idle_ns = 300 * SEC},
				   .ledger = &g->ledger};

	*g = (struct rig){0};
	if (!world_init(&g->world, 64))
		return false;
	opts.session = g->world.session;
	if (CHECK_OK(ingest__new(&opts, &g->ingest)))
		return true;
	rig_done(g);
	return false;
}

static inline void feed(struct rig *g, struct record r)
{
	CHECK_INT(ingest__record(g->ingest, r.bytes, r.len), 0);
}

static inline uint64_t tallied(const struct rig *g, enum ledger_id id)
{
	return g->ledger.count[id];
}

#endif

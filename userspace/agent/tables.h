/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that remembers messages, made from the settings: statistics, transactions, calls,
 * heartbeats, exemplars, and the ingest that feeds them. A replay makes its own of the same kind.
 */
#ifndef SIGPATH_TABLES_H
#define SIGPATH_TABLES_H

#include "config.h"
#include "exemplar.h"
#include "heat.h"
#include "ingest.h"

struct tables {
	void (*on_done)(void *ctx, const struct session_done *done);
	void *ctx;
	struct stats *stats;
	struct heat *heat;
	struct session *session;
	struct calls *calls;
	struct beats *beats;
	struct redact redact;
	struct exemplars *exemplars;
	struct ingest *ingest;
};

struct tables_opts {
	const struct config *cfg;
	struct ledger *ledger; /* borrowed */
	uint64_t start_ns;
	bool has_read, has_xmit, has_take;
	/* As in session.h; NULL: nobody listens. */
	void (*on_done)(void *ctx, const struct session_done *done);
	void *ctx;
};

/* 0 or -ENOMEM; then t is half-built and tables__done cleans up. */
int tables__init(struct tables *t, const struct tables_opts *opts);
void tables__done(struct tables *t);

#endif

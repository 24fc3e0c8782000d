/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of ingest share. */
#ifndef SIGPATH_INGEST_IMPL_H
#define SIGPATH_INGEST_IMPL_H

#include "deliver.h"
#include "early.h"
#include "ingest.h"
#include "late.h"
#include "pending.h"
#include "readers.h"
#include "segments.h"

/* A message of a stream that was received and not read yet. */
struct unread_message {
	struct delivered at;
	struct rx_leg rx;
	uint32_t next; /* free ones: index + 1 */
};

struct ingest {
	struct ingest_opts opts;
	const struct ingest_tee *tee; /* NULL none */
	struct ledger *ledger;
	struct deliver deliver;
	struct pending_table *pending;
	struct early_reads early;
	struct late_drops late;
	bool reads_by_content; /* reads were seen that do not name their packet */
	struct readers readers;
	struct segments *segments;
	struct unread_message *unread; /* max_messages of them at most, as segments allows */
	uint32_t unread_made, unread_free;
};

static inline void tally(struct ingest *in, enum ledger_id id)
{
	in->ledger->count[id]++;
}

/* A message leaves the table without its second half. */
void ingest__lose(struct ingest *in, struct pending *p, enum ledger_id id);
/* Takes src->sent. NULL: no memory, counted. */
struct pending *ingest__hold(struct ingest *in, const struct pending *src);
/* Read by its pointer alone it may well have been no signaling. */
void ingest__give_up_read(struct ingest *in, const struct rec_read *r);
/* Sent, as far as the plan sees. */
void ingest__send(struct ingest *in, const struct message *m, uint64_t sk, uint64_t skb);

void ingest__on_rx(struct ingest *in, const struct rec_rx *r);
void ingest__on_read(struct ingest *in, const struct rec_read *r);
void ingest__on_send(struct ingest *in, const struct rec_send *r);
void ingest__on_xmit(struct ingest *in, const struct rec_xmit *r);
void ingest__on_tap(struct ingest *in, const struct rec_tap *r);
void ingest__on_drop(struct ingest *in, const struct rec_drop *r);
void ingest__settle_late(struct ingest *in, uint64_t now_ns);

int ingest__new_streams(struct ingest *in);
void ingest__on_seg(struct ingest *in, const struct rec_seg *r, size_t len);

#endif

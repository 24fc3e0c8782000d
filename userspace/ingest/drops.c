/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel discarded: which message it was. */
#include "ingest_impl.h"

/* The packet itself, where both records name it; else the copy that was queued last. */
static struct pending *find_dropped(struct ingest *in, const struct rec_drop *r)
{
	struct pending *p = pending_table__find_skb(in->pending, PENDING_RX, r->skb);

	if (p && p->hash == r->print.hash && (!r->sk || r->sk == p->sk))
		return p;
	p = pending_table__find_newest(in->pending, r->sk, r->print.hash, r->print.msg_len);
	return p && p->skb && r->skb ? NULL : p;
}

/* The address was a message's once: it must wait still, and be the very one that the kernel kept.
 */
static void settle_by_address(struct ingest *in, const struct rec_drop *r)
{
	enum pending_kind kind = r->flow.flags & REC_F_EGRESS ? PENDING_TX : PENDING_RX;
	struct pending *p = pending_table__find_stamp(in->pending, kind, r->skb, r->since_ns);

	if (!p) {
		tally(in, LEDGER_DROP_OTHER);
		return;
	}
	ingest__lose(in, p, LEDGER_DROP_KERNEL);
	pending_table__remove(in->pending, p);
}

void ingest__settle_late(struct ingest *in, uint64_t now_ns)
{
	struct rec_drop due;

	while (late_drops__take(&in->late, now_ns, &due))
		settle_by_address(in, &due);
}

static void on_drop_by_address(struct ingest *in, const struct rec_drop *r)
{
	struct rec_drop due;

	if (!in->reads_by_content)
		settle_by_address(in, r);
	else if (late_drops__add(&in->late, r, &due))
		settle_by_address(in, &due);
}

void ingest__on_drop(struct ingest *in, const struct rec_drop *r)
{
	struct pending *p;

	if (r->flow.flags & REC_F_BY_ADDRESS) {
		on_drop_by_address(in, r);
		return;
	}
	if (r->flow.flags & REC_F_EGRESS)
		p = pending_table__find_skb(in->pending, PENDING_TX, r->skb);
	else
		p = find_dropped(in, r);
	if (!p) {
		tally(in, LEDGER_DROP_UNKNOWN);
		return;
	}
	ingest__lose(in, p, r->flow.flags & REC_F_RCVBUF ? LEDGER_DROP_RCVBUF : LEDGER_DROP_KERNEL);
	pending_table__remove(in->pending, p);
}

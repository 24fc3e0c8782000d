/* SPDX-License-Identifier: BSD-2-Clause */
/* The order in which the tables are told. */
#include "deliver.h"

#include <errno.h>

/* NULL: not a message the session can use; counted. Valid until the next message. */
static struct facts *understand(struct deliver *d, const struct message *m)
{
	int err = facts__parse(m, d->offer_buf, &d->facts);

	d->ledger->count[LEDGER_MESSAGES]++;
	if (d->beats && m->proto == PROTO_BEAT)
		beats__add(d->beats, m);
	if (!err)
		return &d->facts;
	d->ledger->count[err == -ENODATA && m->len < m->msg_len ? LEDGER_SNAP_SHORT
								: LEDGER_PARSE_FAILED]++;
	return NULL;
}

static call_msg_ref_t tell_calls(struct deliver *d, const struct message *m, const struct facts *f,
				 const struct session_part *part)
{
	struct call_verdict v = {part->is_retransmit, part->is_self_inflicted};

	return d->calls && m->proto != PROTO_BEAT ? calls__add(d->calls, m, f, &v) : 0;
}

struct delivered deliver__arrive(struct deliver *d, const struct message *m, uint64_t now_ns)
{
	struct facts *f = understand(d, m);
	struct delivered at = {0};

	if (!f)
		return at;
	if (session__orient(d->session, m, f))
		at.part = session__arrive(d->session, &f->brief, m->flow, &m->rx, now_ns);
	at.call = tell_calls(d, m, f, &at.part);
	return at;
}

void deliver__read(struct deliver *d, const struct delivered *at, const struct rx_leg *leg,
		   const struct rec_task *task, uint64_t now_ns)
{
	/* The ladder is complete before whoever listens to transactions looks into it. */
	if (at->call)
		calls__settle(d->calls, at->call, CALL_FATE_READ, leg, NULL, task);
	session__read(d->session, &at->part, leg, task, now_ns);
}

void deliver__lose(struct deliver *d, const struct delivered *at, enum call_fate fate)
{
	session__lose(d->session, &at->part);
	if (at->call)
		calls__settle(d->calls, at->call, fate, NULL, NULL, NULL);
}

bool deliver__queued(struct deliver *d, const struct message *m, struct delivered *at,
		     struct brief *brief)
{
	struct facts *f = understand(d, m);
	bool has_txn;

	*at = (struct delivered){0};
	if (!f)
		return false;
	has_txn = session__orient(d->session, m, f);
	if (has_txn)
		at->part = session__queued(d->session, &f->brief, tx_leg__start_ns(&m->tx));
	else
		f->brief.proto = PROTO_NONE;
	at->call = tell_calls(d, m, f, &at->part);
	*brief = f->brief;
	return has_txn || at->call;
}

void deliver__sent(struct deliver *d, const struct delivered *at, const struct brief *brief,
		   const struct rec_flow *flow, const struct tx_leg *leg,
		   const struct rec_task *task, uint64_t now_ns)
{
	if (at->call)
		calls__settle(d->calls, at->call, CALL_FATE_SENT, NULL, leg, task);
	if (brief->proto != PROTO_NONE)
		session__sent(d->session, brief, flow, leg, task, now_ns);
}

void deliver__wire(struct deliver *d, const struct message *m)
{
	struct facts *f = understand(d, m);
	struct session_part part = {0};

	if (!f)
		return;
	if (session__orient(d->session, m, f))
		part = session__wire(d->session, &f->brief, m->flow, m->ts_ns);
	tell_calls(d, m, f, &part);
}

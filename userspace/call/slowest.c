/* SPDX-License-Identifier: BSD-2-Clause */
/* Transactions and setups into heat and exemplars. */
#include "slowest.h"

#include "waterfall.h"

/* Its call is looked for only when it is among the slowest of its cell. */
static void add_heat(const struct slowest *s, const struct session_done *done)
{
	const struct path *p = done->path;
	const struct txn *txn = done->txn;
	const struct call *call;
	uint64_t *session;

	if (!s->heat || !txn->row)
		return;
	session =
		heat__add(s->heat, txn->row, p->last_ns, path__total_ns(p), p->share, p->share_cnt);
	if (!session || !s->calls || !txn->text || !txn->text->call_id[0])
		return;
	call = calls__find_text(s->calls, txn->text->call_id);
	if (call)
		*session = call->id;
}

void slowest__done(const struct slowest *s, const struct session_done *done)
{
	add_heat(s, done);
	if (s->exemplars)
		exemplars__done(s->exemplars, done, NULL, done->path->last_ns);
}

void slowest__setup(const struct slowest *s, const struct call *call)
{
	struct waterfall w;

	if (!s->exemplars || waterfall__build(s->calls, call, &w) || w.is_invalid)
		return;
	exemplars__setup(s->exemplars, call, w.end_ns - w.start_ns, w.stage, w.stage_cnt,
			 call->seen_ns);
}

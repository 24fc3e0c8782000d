/* SPDX-License-Identifier: BSD-2-Clause */
/* Watches what is attached and changes plans. */
#include "running.h"

#include <string.h>
#include <time.h>

#include "log.h"
#include "mono.h"

#define CHECK_NS  250000000ull
#define SECOND_NS 1000000000ull
#define MS_NS	  1000000ull

int running__plan(struct running *r, const struct config *cfg, char *err, size_t err_len)
{
	r->probes = &r->plan[0];
	return probes__plan(r->probes, cfg, NULL, err, err_len);
}

/* Of a tap that is read in user space. */
static int on_capture(void *ctx, void *data, size_t len)
{
	struct running *r = ctx;

	return ingest__record(r->opts.ingest, data, len);
}

int running__start(struct running *r, const struct running_opts *opts, char *err, size_t err_len)
{
	r->opts = *opts;
	r->probes->record = on_capture;
	r->probes->ctx = r;
	return probes__start(r->probes, opts->cfg, err, err_len);
}

int running__listen(struct running *r)
{
	int rc = feed__new(probes__object(r->probes), r->opts.ingest, r->opts.ledger, &r->feed);

	if (!rc && feed__fd(r->feed) >= 0)
		r->opts.on_ring(r->opts.ctx, feed__fd(r->feed));
	return rc;
}

void running__done(struct running *r)
{
	feed__free(r->feed);
	r->feed = NULL;
	if (r->probes)
		probes__done(r->probes);
}

void running__drain(struct running *r)
{
	feed__drain(r->feed);
	captures__drain(taps__captures(r->probes->taps), mono__now_ns());
}

void running__count(struct running *r)
{
	struct captures *captures = taps__captures(r->probes->taps);
	uint64_t captured[KCOUNTER_CNT] = {0}, *n = r->opts.ledger->count;

	captures__take_counts(captures, captured, KCOUNTER_CNT);
	feed__add(r->feed, captured);
	feed__count(r->feed);
	n[LEDGER_CLOCK_STEP] = captures__clock_steps(captures);
	n[LEDGER_REPLANS] = r->replan.cnt;
}

void running__ask(struct running *r, uint64_t now_ns)
{
	replan__ask(&r->replan, now_ns);
}

/* What captures took before they were closed is on its way for a moment. */
static void await_captures(struct captures *captures)
{
	const struct timespec pause = {.tv_nsec = MS_NS};
	uint64_t end_ns = mono__now_ns() + 5 * CAPTURES_HOLD_NS;

	while (captures__is_closing(captures) && mono__now_ns() < end_ns) {
		nanosleep(&pause, NULL);
		captures__drain(captures, mono__now_ns());
	}
}

/* Taps go on with the next plan's programs, and records count from its ring from one instant on.
 * Where taps that reported make way for stages the instant comes first: all that goes by meanwhile
 * is seen by both. Else it comes when the new taps are there: what they stamp is not there before.
 */
static int hand_on(struct running *r, struct probes *next, struct feed **feed)
{
	bool was_taps_only = r->probes->plan.taps_only;
	bool is_exclusive = was_taps_only && next->plan.taps_only;
	bool is_cut_first = was_taps_only && !is_exclusive;
	int rc;

	if (!is_cut_first)
		probes__move_taps(r->probes, next);
	rc = feed__change(r->feed, probes__object(next), is_exclusive, feed);
	if (rc && !is_cut_first) {
		probes__move_taps(next, r->probes);
		captures__cut(taps__captures(r->probes->taps), 0); /* the old plan saw it all */
	}
	if (rc)
		return rc;
	if (is_cut_first)
		probes__move_taps(r->probes, next);
	if (!is_exclusive)
		captures__cut(taps__captures(next->taps), feed__from_ns(*feed));
	return 0;
}

/* The next plan's programs are attached and run beside the old ones. */
static int change(struct running *r, struct probes *next)
{
	struct feed *feed;
	int rc = hand_on(r, next, &feed);

	if (rc)
		return rc;
	probes__log_change(r->probes, next);
	probes__done(r->probes);
	while (feed__drain(r->feed))
		;
	feed__free(r->feed);
	await_captures(taps__captures(next->taps));
	ingest__change(r->opts.ingest, probes__has(next, "t_read"), probes__has(next, "t_xmit"),
		       probes__has(next, "t_take"), mono__now_ns());
	r->feed = feed;
	r->probes = next;
	if (feed__fd(feed) >= 0)
		r->opts.on_ring(r->opts.ctx, feed__fd(feed));
	return 0;
}

static void make_plan(struct running *r)
{
	struct probes_again again = {
		.avoid = r->replan.avoid, .idle = r->opts.idle, .ctx = r->opts.ctx};
	struct probes *next = r->probes == r->plan ? &r->plan[1] : &r->plan[0];
	uint64_t begin_ns = mono__now_ns(), loaded_ns;
	char err[256] = "";
	int rc;

	memset(next, 0, sizeof(*next));
	r->is_planning = true;
	rc = probes__plan(next, r->opts.cfg, &again, err, sizeof(err));
	rc = rc ? rc : probes__load(next, r->opts.cfg, err, sizeof(err));
	loaded_ns = mono__now_ns();
	rc = rc ? rc : change(r, next);
	r->is_planning = false;
	if (rc) {
		probes__done(next);
		replan__failed(&r->replan, mono__now_ns());
		log_error("no new plan: %s; the old one stays, the next try follows",
			  err[0] ? err : strerror(-rc));
		return;
	}
	replan__done(&r->replan, mono__now_ns(), time(NULL));
	log_info("new plan (%s): %s; made in %u ms, changed in %u ms", r->replan.reason,
		 probes__view_name(probes__view(next)),
		 (unsigned int)((loaded_ns - begin_ns) / MS_NS),
		 (unsigned int)((mono__now_ns() - loaded_ns) / MS_NS));
	probes__log(next);
}

/* What somebody took off: taps come back by themselves, programs by a new plan. */
static void check_attached(struct running *r, uint64_t now_ns)
{
	const char *lost[REPLAN_CANDIDATES];
	uint64_t *detached = &r->opts.ledger->count[LEDGER_DETACHED];
	bool was_due = r->replan.due_ns != 0;
	unsigned int cnt, links;

	r->next_check_ns = now_ns + CHECK_NS;
	*detached += taps__check(r->probes->taps, now_ns);
	links = probes__check(r->probes, lost, REPLAN_CANDIDATES, &cnt);
	if (!links)
		return;
	*detached += links;
	replan__lost(&r->replan, lost, cnt, now_ns);
	if (!was_due)
		log_warn("%s; a new plan comes in %u s", r->replan.due_reason,
			 (unsigned int)((r->replan.due_ns - now_ns) / SECOND_NS));
}

void running__check(struct running *r, uint64_t now_ns)
{
	if (now_ns >= r->next_check_ns)
		check_attached(r, now_ns);
	if (!r->is_planning && replan__is_due(&r->replan, now_ns))
		make_plan(r);
}

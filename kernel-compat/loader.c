/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's programs in one object. */
#include "loader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Ring bytes that are unread when the consumer is woken ahead of its timer: an eighth. */
#define WAKE_SHARE 8

#define TRIAL_RING_BYTES 4096

static const struct candidate *chosen(const struct plan_choice *choice)
{
	int instant = instant__find(choice->instant);

	return choice->candidate && instant >= 0 ? candidate__find(instant, choice->candidate)
						 : NULL;
}

static bool drops_by_address(const struct plan *plan)
{
	const struct plan_choice *drop = plan__find(plan, instants[INSTANT_DROP].name);

	return drop && drop->candidate && !strcmp(drop->candidate, "drop_ptr_rtp");
}

/* Only a tracing program is told which thread it runs in. */
static bool knows_sender(const struct plan *plan)
{
	const struct plan_choice *queue = plan__find(plan, instants[INSTANT_QUEUE].name);
	const struct candidate *c = queue ? chosen(queue) : NULL;

	return c && c->mech != MECH_CGROUP_SKB;
}

/* Of `ns`, the resolution of the coarse clock is one. */
static uint32_t jiffies(uint64_t ns)
{
	struct timespec ts = {.tv_nsec = 1000000};

	clock_getres(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_nsec > 0 ? (uint32_t)(ns / (uint64_t)ts.tv_nsec) : 0;
}

static void set_knobs(const struct loader_opts *opts, const struct plan *plan, struct knobs *k)
{
	k->snap_len = opts->knobs->snap_len;
	k->wake_bytes = opts->object.ring_bytes / WAKE_SHARE;
	k->stun_anywhere = opts->knobs->stun_anywhere;
	k->dtls_anywhere = opts->knobs->dtls_anywhere;
	k->first_media = opts->knobs->first_media;
	k->media_new_ticks = jiffies(MEDIA_NEW_NS);
	k->media_idle_ticks = jiffies(MEDIA_IDLE_NS);
	k->send_by_sock = !knows_sender(plan);
	k->drop_by_skb = drops_by_address(plan);
	memcpy(k->port_kind, opts->knobs->port_kind, sizeof(k->port_kind));
}

/* With stage probes XDP stamps; the programs that report are for plans without them. */
static bool is_wanted(const struct plan *plan, const struct candidate *c)
{
	bool is_report = c->instant == INSTANT_TAP_IN || c->instant == INSTANT_TAP_OUT;

	return is_report == plan->taps_only;
}

static int each_choice(const struct plan *plan, struct object *o, const struct object_opts *oo,
		       int (*fn)(struct object *o, const struct candidate *c,
				 const struct object_opts *oo),
		       char *err, size_t err_len)
{
	for (unsigned int i = 0; i < plan->choice_cnt; i++) {
		const struct candidate *c = chosen(&plan->choice[i]);
		const struct candidate *twin = c ? candidate__twin(c) : NULL;
		int rc;

		if (!c || !is_wanted(plan, c) || (twin && twin->instant < c->instant))
			continue;
		rc = fn(o, c, oo);
		if (rc) {
			snprintf(err, err_len, "%s: %s: %s", plan->choice[i].instant, c->name,
				 o->reason[0] ? o->reason : strerror(-rc));
			return rc;
		}
	}
	return 0;
}

static int enable(struct object *o, const struct candidate *c, const struct object_opts *oo)
{
	(void)oo;
	return object__enable(o, c);
}

/* One program that the kernel refuses fails the whole object: a spare is tried alone first, with
 * the knobs it will have, for the verifier knows them. */
static bool loads_alone(const struct candidate *c, const struct object_opts *opts,
			const struct knobs *knobs)
{
	struct object_opts trial = *opts;
	struct object o;
	int rc;

	trial.ring_bytes = TRIAL_RING_BYTES;
	rc = object__open(&o, &trial);
	if (!rc)
		*object__knobs(&o) = *knobs;
	if (!rc)
		rc = object__enable(&o, c);
	if (!rc)
		rc = object__load(&o);
	if (o.skel)
		object__done(&o);
	return rc == 0;
}

/* Where the plan's tap fails on one interface the later candidates may hold there. */
static void enable_spares(const struct plan *plan, struct object *o, const struct object_opts *opts)
{
	for (unsigned int i = 0; plan->taps_only && i < candidate_cnt; i++) {
		const struct candidate *c = &candidates[i];

		if ((c->instant == INSTANT_TAP_IN || c->instant == INSTANT_TAP_OUT) &&
		    loads_alone(c, opts, object__knobs(o)))
			object__enable(o, c);
	}
}

int loader__start(const struct loader_opts *opts, const struct plan *plan, struct object *ret,
		  char *err, size_t err_len)
{
	int rc = object__open(ret, &opts->object);

	if (rc) {
		snprintf(err, err_len, "cannot open the BPF object: %s", strerror(-rc));
		goto out;
	}
	set_knobs(opts, plan, object__knobs(ret));
	rc = each_choice(plan, ret, &opts->object, enable, err, err_len);
	if (rc)
		goto out;
	enable_spares(plan, ret, &opts->object);
	rc = object__load(ret);
	if (rc) {
		snprintf(err, err_len, "cannot load the plan's programs: %s", ret->reason);
		goto out;
	}
	rc = each_choice(plan, ret, &opts->object, object__attach, err, err_len);
out:
	if (rc)
		object__done(ret);
	return rc;
}

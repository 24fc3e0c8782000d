/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks the catalogue and tries: a candidate holds when its programs load and attach, alone, on
 * this kernel. */
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture.h"
#include "catalogue.h"
#include "facts.h"
#include "feature.h"
#include "object.h"

#define TRIAL_RING_BYTES 4096

static void set_reason(struct plan_skip *skip, const struct candidate *c, const char *what,
		       const char *hint)
{
	skip->candidate = c->name;
	skip->mechanism = mechanism__name(c->mech);
	snprintf(skip->reason, sizeof(skip->reason), "%s%s%s", what, *hint ? ": " : "", hint);
}

static int try_capture(const struct candidate *c, struct plan_skip *skip)
{
	char reason[PLAN_REASON_LEN] = "";
	int err = capture__try(reason, sizeof(reason));

	if (err)
		set_reason(skip, c, reason[0] ? reason : strerror(-err), "");
	skip->err = err;
	return err;
}

/* 0 if the candidate holds. */
static int try_candidate(const struct candidate *c, const struct object_opts *opts,
			 struct plan_skip *skip)
{
	struct object o;
	int err;

	if (c->mech == MECH_CAPTURE)
		return try_capture(c, skip);
	err = object__open(&o, opts);
	if (!err) {
		/* else the verifier does not see those parts */
		object__knobs(&o)->stun_anywhere = 1;
		object__knobs(&o)->dtls_anywhere = 1;
		object__knobs(&o)->first_media = 1;
		object__knobs(&o)->drop_by_skb = 1;
		err = object__enable(&o, c);
	}
	if (!err)
		err = object__load(&o);
	if (!err)
		err = object__attach(&o, c, opts);
	if (err)
		set_reason(skip, c, o.reason[0] ? o.reason : strerror(-err),
			   err == -EPERM
				   ? "a capability is missing, or this kernel's policy says no"
				   : mechanism__refusal(c->mech));
	if (o.skel)
		object__done(&o);
	skip->err = err;
	return err;
}

/* The value of `instant` in "a=x,b=y": its length, -1 if it is not there. */
static int forced_name(const char *force, const char *instant, const char **name)
{
	size_t len = strlen(instant);

	for (const char *p = force; p && *p; p = strchr(p, ','), p = p ? p + 1 : NULL) {
		if (strncmp(p, instant, len) || p[len] != '=')
			continue;
		*name = p + len + 1;
		return (int)strcspn(*name, ",");
	}
	return -1;
}

static bool name_is(const char *name, int len, const char *what)
{
	return (int)strlen(what) == len && !strncmp(name, what, len);
}

static bool is_listed(const char *list, const char *name)
{
	for (const char *p = list; p && *p; p = strchr(p, ','), p = p ? p + 1 : NULL)
		if (name_is(p, (int)strcspn(p, ","), name))
			return true;
	return false;
}

static int check_force(const char *force, char *err, size_t err_len)
{
	for (const char *p = force; p && *p; p = strchr(p, ','), p = p ? p + 1 : NULL) {
		char instant[32], name[32];
		int id;

		if (sscanf(p, "%31[^=,]=%31[^,]", instant, name) != 2) {
			snprintf(err, err_len, "force-probe: '%s' is not instant=candidate", p);
			return -EINVAL;
		}
		id = instant__find(instant);
		if (id < 0) {
			snprintf(err, err_len, "force-probe: no instant '%s' (see sigpath doctor)",
				 instant);
			return -EINVAL;
		}
		if (strcmp(name, "none") && !candidate__find(id, name)) {
			snprintf(err, err_len,
				 "force-probe: %s has no candidate '%s' (see sigpath doctor)",
				 instant, name);
			return -EINVAL;
		}
	}
	return 0;
}

bool plan__is_forced(const char *force)
{
	const char *name;

	for (int i = 0; i < INSTANT_TAP_IN; i++)
		if (forced_name(force, instants[i].name, &name) < 0)
			return false;
	return true;
}

static bool is_chosen(const struct plan *p, const struct candidate *c)
{
	const struct plan_choice *choice = plan__find(p, instants[c->instant].name);

	return choice && choice->candidate && !strcmp(choice->candidate, c->name);
}

/* One hook may serve two instants, then it is chosen for both or for none. */
static const char *coupled(const struct plan *p, const struct candidate *c)
{
	const struct candidate *twin = candidate__twin(c);

	if (twin && twin->instant < c->instant && !is_chosen(p, twin))
		return "the same hook was not chosen for the instant before";
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		twin = candidate__twin(&candidates[i]);
		if (twin && candidates[i].instant < c->instant && twin->instant == c->instant &&
		    twin != c && is_chosen(p, &candidates[i]))
			return "the hook of the instant before already gives this one";
	}
	return NULL;
}

static void add_skip(struct plan_choice *choice, const struct plan_skip *skip)
{
	if (choice->skip_cnt < PLAN_SKIPS_MAX)
		choice->skip[choice->skip_cnt++] = *skip;
}

/* What the operator gave. */
static uint32_t given(const struct object_opts *opts)
{
	return (opts->btf_path ? NEEDS_TYPES : 0) | (opts->cgroup2 ? NEEDS_CGROUP2 : 0);
}

/* NULL to try it, else why not: a missing feature gives a better reason than the errno of a trial.
 */
static const char *preselect(const struct plan *p, const struct candidate *c,
			     const struct plan_opts *po, const struct object_opts *opts)
{
	const char *name;
	int missing, len = forced_name(po->force, instants[c->instant].name, &name);

	if (len >= 0 && !name_is(name, len, c->name))
		return "another choice was forced";
	if (is_listed(po->avoid, c->name))
		return "somebody takes it off again and again: left out until SIGHUP";
	missing = feature__missing(c->needs, given(opts));
	return missing >= 0 ? feature__absent(missing) : coupled(p, c);
}

static bool is_forced_to(const char *force, const struct candidate *c)
{
	const char *name;
	int len = forced_name(force, instants[c->instant].name, &name);

	return len >= 0 && name_is(name, len, c->name);
}

static void choose(struct plan *p, enum instant instant, const struct plan_opts *opts,
		   const struct object_opts *oo)
{
	struct plan_choice *choice = &p->choice[p->choice_cnt++];
	const struct instant_info *info = &instants[instant];

	memset(choice, 0, sizeof(*choice));
	choice->instant = info->name;
	choice->help = info->help;
	choice->why = "";
	choice->lost = info->cost;
	choice->merged_as = info->merged_as;
	for (unsigned int i = 0; i < candidate_cnt; i++) {
		const struct candidate *c = &candidates[i];
		struct plan_skip skip = {0};
		const char *why_not;
		int rc;

		if (c->instant != instant)
			continue;
		why_not = preselect(p, c, opts, oo);
		if (why_not) {
			set_reason(&skip, c, why_not, "");
			add_skip(choice, &skip);
			continue;
		}
		rc = opts->is_untried && is_forced_to(opts->force, c) ? 0
								      : try_candidate(c, oo, &skip);
		if (opts->idle)
			opts->idle(opts->ctx);
		if (rc) {
			add_skip(choice, &skip);
			continue;
		}
		choice->candidate = c->name;
		choice->mechanism = mechanism__name(c->mech);
		choice->why = c->why;
		choice->lost = c->lost;
		return;
	}
}

const struct plan_choice *plan__find(const struct plan *p, const char *instant)
{
	for (unsigned int i = 0; i < p->choice_cnt; i++)
		if (!strcmp(p->choice[i].instant, instant))
			return &p->choice[i];
	return NULL;
}

static bool has_choice(const struct plan *p, enum instant instant)
{
	const struct plan_choice *c = plan__find(p, instants[instant].name);

	return c && c->candidate;
}

/* Gives up a candidate that holds but is of no use. */
static void give_up(struct plan_choice *c, const char *why)
{
	struct plan_skip skip = {.candidate = c->candidate, .mechanism = c->mechanism};

	if (!c->candidate)
		return;
	snprintf(skip.reason, sizeof(skip.reason), "%s", why);
	add_skip(c, &skip);
	c->candidate = c->mechanism = NULL;
	c->why = "";
	c->lost = instants[instant__find(c->instant)].cost;
}

void plan__give_up(struct plan *p, const char *candidate, const char *why)
{
	for (unsigned int i = 0; i < p->choice_cnt; i++)
		if (p->choice[i].candidate && !strcmp(p->choice[i].candidate, candidate))
			give_up(&p->choice[i], why);
}

static bool may(const struct facts *f, enum facts_cap cap)
{
	return facts__has_cap(f, cap) || facts__has_cap(f, FACTS_CAP_SYS_ADMIN);
}

/* The instant without which no stage can be told. Without CAP_PERFMON that is the reason, whatever
 * the first candidate said. */
static void say_why(struct plan *p, enum instant missing)
{
	const struct plan_choice *c = plan__find(p, instants[missing].name);
	struct facts f;

	facts__read("", &f);
	if (f.caps_known && !may(&f, FACTS_CAP_PERFMON)) {
		snprintf(p->taps_why, sizeof(p->taps_why), "CAP_PERFMON is missing");
		return;
	}
	snprintf(p->taps_why, sizeof(p->taps_why), "no %s: %s", c->instant,
		 c->skip_cnt ? c->skip[0].reason : "no candidate");
}

static bool is_instant(const struct plan_choice *c, enum instant instant)
{
	return !strcmp(c->instant, instants[instant].name);
}

/* A hook on every switch or wake-up of the node is of no use where reads are not seen, nor is a
 * stamp of the wake-up where no switch tells who ran; no stage is where messages are not seen at
 * their socket or at the qdisc. */
static void give_up_useless(struct plan *p)
{
	bool has_run = has_choice(p, INSTANT_RUN), has_read = has_choice(p, INSTANT_READ);

	p->taps_only = !has_choice(p, INSTANT_SOCK) || !has_choice(p, INSTANT_QUEUE);
	if (p->taps_only)
		say_why(p, has_choice(p, INSTANT_SOCK) ? INSTANT_QUEUE : INSTANT_SOCK);
	for (unsigned int i = 0; i < p->choice_cnt; i++) {
		struct plan_choice *c = &p->choice[i];

		if (p->taps_only)
			give_up(c, "of no use without t_sock and t_queue");
		else if (!has_run && is_instant(c, INSTANT_WAKE))
			give_up(c, "of no use without t_run");
		else if (!has_choice(p, INSTANT_SEG_IN) && is_instant(c, INSTANT_TAKE))
			give_up(c, "of no use without t_seg_in");
		else if (!has_choice(p, INSTANT_SEG_OUT) && is_instant(c, INSTANT_WRITE))
			give_up(c, "of no use without t_seg_out");
		else if (!has_read && (is_instant(c, INSTANT_WAKE) || is_instant(c, INSTANT_RUN)))
			give_up(c, "of no use without t_read");
	}
}

/* NULL if it was not skipped. */
static const struct plan_skip *find_skip(const struct plan *p, enum instant instant,
					 const char *candidate)
{
	const struct plan_choice *c = plan__find(p, instants[instant].name);

	for (unsigned int i = 0; c && i < c->skip_cnt; i++)
		if (!strcmp(c->skip[i].candidate, candidate))
			return &c->skip[i];
	return NULL;
}

static bool is_by_capture(const struct plan *p, enum instant instant)
{
	const struct plan_choice *c = plan__find(p, instants[instant].name);

	return c && (!c->candidate || !strcmp(c->candidate, "tap_capture"));
}

/* Where not even the socket's program loads it is bpf(2) itself that is refused, or kills. */
static void say_refused(struct plan *p)
{
	const struct plan_skip *skip = find_skip(p, INSTANT_TAP_IN, "tap_socket");
	const char *text = NULL;
	bool has_cap;
	struct facts f;

	if (!p->no_object)
		return;
	facts__read("", &f);
	facts__ask(&f);
	has_cap = may(&f, FACTS_CAP_BPF);
	if (f.calls.bpf == CALL_KILLED)
		text = "the seccomp profile kills who calls bpf(2)";
	else if (!skip || !skip->err)
		return;
	else if (f.seccomp == 2 && (has_cap || skip->err == -ENOSYS))
		text = "the seccomp profile refuses bpf(2)";
	else if (!has_cap)
		text = "bpf(2) is refused: CAP_BPF is missing";
	else if (!may(&f, FACTS_CAP_PERFMON)) /* the verifier's errno says something else */
		text = "bpf(2) is refused: CAP_PERFMON is missing";
	if (text)
		snprintf(p->taps_why, sizeof(p->taps_why), "%s", text);
	else
		snprintf(p->taps_why, sizeof(p->taps_why), "bpf(2) is refused: %s",
			 strerror(-skip->err));
}

int plan__make(const struct plan_opts *opts, struct plan *ret, char *err, size_t err_len)
{
	struct object_opts oo = {.btf_path = opts->btf_path,
				 .cgroup2 = opts->cgroup2,
				 .ring_bytes = TRIAL_RING_BYTES};
	const struct plan_skip *capture;
	char cgroup2[256];
	int rc = check_force(opts->force, err, err_len);

	if (rc)
		return rc;
	memset(ret, 0, sizeof(*ret));
	if (!oo.cgroup2 && !cgroup2__find(cgroup2, sizeof(cgroup2)))
		oo.cgroup2 = cgroup2;
	for (int i = 0; i < INSTANT_TAP_IN; i++)
		choose(ret, i, opts, &oo);
	give_up_useless(ret);
	if (!ret->taps_only)
		return 0;
	choose(ret, INSTANT_TAP_IN, opts, &oo);
	choose(ret, INSTANT_TAP_OUT, opts, &oo);
	ret->no_object = is_by_capture(ret, INSTANT_TAP_IN) && is_by_capture(ret, INSTANT_TAP_OUT);
	say_refused(ret);
	if (has_choice(ret, INSTANT_TAP_IN) || has_choice(ret, INSTANT_TAP_OUT))
		return 0;
	capture = find_skip(ret, INSTANT_TAP_IN, "tap_capture");
	snprintf(err, err_len, "nothing can be observed: %s; %s", ret->taps_why,
		 capture ? capture->reason : "no tap holds");
	return -EPERM;
}

const char *plan__banner(const struct plan *p, char *buf, size_t len)
{
	*buf = '\0';
	if (p->taps_only)
		snprintf(buf, len, "TAPS ONLY: %s; totals only, no stages", p->taps_why);
	return buf;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The probe plan: for each instant the candidate that was tried and holds, why, and what the better
 * ones said.
 *
 * plan__make() walks the catalogue, and for each candidate loads *and* attaches its programs alone;
 * a refusal is kept with its reason and the next candidate is tried. Nothing stays attached. */
#ifndef SIGPATH_PLAN_H
#define SIGPATH_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#define PLAN_REASON_LEN	  160
#define PLAN_BANNER_LEN	  224
#define PLAN_SKIPS_MAX	  8
#define PLAN_INSTANTS_MAX 16

struct plan_skip {
	const char *candidate; /* program name, from the catalogue */
	const char *mechanism; /* "tp_btf", "fentry", "kprobe", "xdp", "cgroup", ... */
	char reason[PLAN_REASON_LEN];
	int err; /* -errno of the trial, 0: it was not tried */
};

struct plan_choice {
	const char *instant;   /* "t_sock" */
	const char *help;      /* "queued on the socket" */
	const char *candidate; /* NULL: no candidate holds, the instant is merged */
	const char *mechanism;
	const char *why;       /* why this candidate, from the catalogue */
	const char *lost;      /* what it costs compared with the best one, "" nothing */
	const char *merged_as; /* with candidate NULL: the stage name its neighbours merge to */
	unsigned int skip_cnt;
	struct plan_skip skip[PLAN_SKIPS_MAX];
};

struct plan {
	unsigned int choice_cnt;
	struct plan_choice choice[PLAN_INSTANTS_MAX];
	bool taps_only;			/* no stage probe works: totals from taps */
	bool no_object;			/* and those need no BPF program: nothing is to be loaded */
	char taps_why[PLAN_REASON_LEN]; /* with taps_only */
};

struct plan_opts {
	const char *btf_path; /* NULL: the kernel's own */
	const char *cgroup2;  /* mount point of cgroup2, NULL: found in /proc/self/mounts */
	/* "instant=candidate[,instant=candidate]": forces a candidate; "instant=none" switches one
	 * off. */
	const char *force;
	/* Chooses what is forced without a trial, features apart: loading all of it tells. */
	bool is_untried;
	/* "candidate,candidate": not tried, because somebody takes them off again and again. */
	const char *avoid;
	/* Called after each trial, NULL: nobody has anything else to do meanwhile. */
	void (*idle)(void *ctx);
	void *ctx;
};

/* -EPERM: may neither load BPF nor open a packet socket (every choice then says why). -EINVAL:
 * force names something unknown, message in err. On any other failure the plan is still written,
 * with merged instants. */
int plan__make(const struct plan_opts *opts, struct plan *ret, char *err, size_t err_len);
/* Every stage instant is forced, to a candidate or to none. */
bool plan__is_forced(const char *force);
/* A candidate that held and holds no longer: its instant is merged from now on. */
void plan__give_up(struct plan *p, const char *candidate, const char *why);
const struct plan_choice *plan__find(const struct plan *p, const char *instant);
/* "TAPS ONLY: why; totals only, no stages", "" for a plan with stages. Returns buf. */
const char *plan__banner(const struct plan *p, char *buf, size_t len);

#endif

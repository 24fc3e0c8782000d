/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan that runs: its probes and its ring, whether all of it is still attached, and the change
 * to the next plan.
 *
 * The next plan is made and attached while the old one runs and its ring is read. Then taps change
 * program, and from one instant on records count from the new ring. What is half seen at that
 * instant is given up, counters go on (feed.h, ingest.h). */
#ifndef SIGPATH_RUNNING_H
#define SIGPATH_RUNNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "feed.h"
#include "probes.h"
#include "replan.h"

struct running_opts {
	const struct config *cfg;
	struct ingest *ingest;
	struct ledger *ledger;
	/* While a plan is made, between trials: a few times a second at least. */
	void (*idle)(void *ctx);
	/* Another ring is to be watched; the old one needs no goodbye. */
	void (*on_ring)(void *ctx, int fd);
	void *ctx;
};

struct running {
	struct running_opts opts;
	struct probes plan[2];
	struct probes *probes; /* the one that runs; the other one is made while it does */
	struct feed *feed;
	struct replan replan;
	uint64_t next_check_ns;
	bool is_planning;
};

/* Finds what this kernel gives. -errno: err says why. */
int running__plan(struct running *r, const struct config *cfg, char *err, size_t err_len);
/* Attaches it. Borrows all of opts. */
int running__start(struct running *r, const struct running_opts *opts, char *err, size_t err_len);
/* Opens the ring and calls on_ring. */
int running__listen(struct running *r);
void running__done(struct running *r);

/* Empties the ring into ingest. */
void running__drain(struct running *r);
/* Kernel counters, of this plan and those before, into the ledger. */
void running__count(struct running *r);
/* Four times a second asks the kernel whether all is still attached: one system call a link (ten to
 * thirteen, and one a tap). Puts taps back. Makes a new plan when one is due: that takes a second
 * or so, in which it calls idle. */
void running__check(struct running *r, uint64_t now_ns);
/* The operator asks for a new plan. */
void running__ask(struct running *r, uint64_t now_ns);

#endif

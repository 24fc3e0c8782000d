/* SPDX-License-Identifier: BSD-2-Clause */
/* Taps on interfaces: which, in which namespaces, by what, and what the kernel said. Interfaces
 * that appear later are found through rtnetlink; one that goes takes its tap along. Everything is
 * held by links, which a killed daemon loses too (clsact filters, used only where tcx is missing,
 * are found and replaced at the next start).
 *
 * Only interfaces with an Ethernet header are tapped; others that were named have a row that says
 * so. A watched namespace lives at least as long as the taps. One thread calls all of this:
 * entering a namespace moves it there and back. */
#ifndef SIGPATH_TAPS_H
#define SIGPATH_TAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "captures.h"
#include "object.h"
#include "plan.h"
#include "selection.h"

#define TAPS_MAX 256 /* interfaces watched; more are counted by taps__refused */

struct taps_opts {
	struct selection_opts selection;
	const char *const *netns; /* paths; cnt 0: the daemon's own */
	unsigned int netns_cnt;
	/* Stage probes exist: XDP stamps (native only, never lo). Else: taps report, in both
	 * directions. */
	bool stamp_only;
	bool use_xdp, use_tc, use_socket; /* what the configuration allows */
	/* Where captures give their records; without knobs there are none. knobs: only for the
	 * call.
	 */
	struct captures_opts captures;
	void (*log)(int level, const char *text); /* level as in agent/log.h; may be NULL */
};

struct tap_state {
	int ifindex;
	char ifname[16];
	uint32_t netns;	       /* inode */
	const char *direction; /* "in", "out"; "both": one socket sees both */
	const char *candidate; /* program name, "" none */
	const char *state; /* "native", "generic", "tcx", "clsact", "socket", "capture", "off" */
	char reason[PLAN_REASON_LEN]; /* why not something better, e.g. who holds the XDP hook */
};

struct taps;

/* Borrows o (which may be an empty one, without programs) and the strings of opts until taps__free.
 * With stamp_only the object has tap_xdp loaded if the plan chose it; else the plan's tap_in and
 * tap_out. Candidates of those instants that come later in the catalogue are used where the better
 * ones fail on an interface, if their programs are loaded too. -ENODEV: an interface was named that
 * does not exist in any of the namespaces (err says which and lists what is there). -ENOENT/-EPERM:
 * a namespace cannot be entered. */
int taps__new(const struct taps_opts *opts, const struct plan *plan, struct object *o,
	      struct taps **ret, char *err, size_t err_len);
void taps__free(struct taps *t);
/* An epoll descriptor that is readable when links changed; then call taps__run. */
int taps__fd(const struct taps *t);
void taps__run(struct taps *t);
/* Puts back what somebody took off: at once, then after pauses that grow. Returns how many taps
 * were found missing. One system call a tap that is a link, one visit to each namespace; with more
 * than 32 interfaces a call looks at a part of them. */
unsigned int taps__check(struct taps *t, uint64_t now_ns);
/* A new plan: the programs of o take the place of those that run, without a gap where the way of
 * tapping stays the same. The object before is not used afterwards. */
void taps__switch(struct taps *t, bool stamp_only, const struct plan *plan, struct object *o);
/* To be drained, cut and counted; NULL: the caller wanted none. */
struct captures *taps__captures(const struct taps *t);
/* Rows: one per interface and direction. */
unsigned int taps__cnt(const struct taps *t);
const struct tap_state *taps__at(const struct taps *t, unsigned int idx);
/* Interfaces left out because TAPS_MAX are watched. */
unsigned int taps__refused(const struct taps *t);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* One interface and its taps: which of the plan's programs it takes, and why not the better ones.
 */
#ifndef SIGPATH_PORT_H
#define SIGPATH_PORT_H

#include <stdbool.h>

#include "backoff.h"
#include "catalogue.h"
#include "hook.h"
#include "links.h"
#include "taps.h"

#define PORT_TAPS_MAX	    2
#define PORT_CANDIDATES_MAX 4

/* A candidate that may be attached, with its program (-1: it needs none). */
struct port_candidate {
	const struct candidate *c;
	int prog_fd;
};

/* What ports attach: made once, from plan, object and configuration. */
struct port_policy {
	bool stamp_only;
	struct captures *captures;		       /* borrowed; NULL: none can be opened */
	struct port_candidate in[PORT_CANDIDATES_MAX]; /* stamp_only: tap_xdp or nothing */
	unsigned int in_cnt;
	struct port_candidate out[PORT_CANDIDATES_MAX];
	unsigned int out_cnt;
	char reason_in[PLAN_REASON_LEN]; /* with in_cnt 0 */
	char reason_out[PLAN_REASON_LEN];
};

/* Borrows captures. */
void port_policy__init(struct port_policy *p, const struct taps_opts *opts, const struct plan *plan,
		       const struct object *o, struct captures *captures);

struct port {
	struct link_info link;
	uint32_t netns;
	unsigned int space;  /* index of its namespace */
	bool seen;	     /* by the dump that runs */
	bool busy;	     /* somebody else had a hook: worth another try */
	struct backoff lost; /* a tap was taken off by somebody */
	uint64_t retry_ns;   /* then it is put back; 0: nothing is missing */
	unsigned int tap_cnt;
	struct hook hook[PORT_TAPS_MAX];
	struct tap_state state[PORT_TAPS_MAX];
};

/* The thread is in the interface's namespace for both. */
void port__attach(struct port *port, const struct port_policy *p);
void port__detach(struct port *port);
/* The programs of a new policy take the place of those that run. False: another way of tapping is
 * due, nothing was changed for good: detach and attach. */
bool port__switch(struct port *port, const struct port_policy *p);
/* Lets go of taps that somebody took off, and sets retry_ns. Returns how many. In the interface's
 * namespace. */
unsigned int port__check(struct port *port, uint64_t now_ns);
/* A new name or flags. */
void port__rename(struct port *port, const struct link_info *link);

#endif

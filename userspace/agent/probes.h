/* SPDX-License-Identifier: BSD-2-Clause */
/* What the daemon has in the kernel: the plan, the loaded programs, the taps on interfaces. */
#ifndef SIGPATH_PROBES_H
#define SIGPATH_PROBES_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "object.h"
#include "plan.h"
#include "taps.h"

struct probes {
	struct plan plan;
	struct object object;
	bool has_object;
	struct taps *taps;
	/* Set before the start: takes the records of taps that are read in user space. */
	int (*record)(void *ctx, void *data, size_t len);
	void *ctx;
	char cgroup2[256];
};

/* How a plan is made while another one runs; NULL at the start. */
struct probes_again {
	const char *avoid;	 /* candidates, as in plan_opts */
	void (*idle)(void *ctx); /* called between trials */
	void *ctx;
};

/* Finds what this kernel gives; nothing is attached yet. -errno: err says why. */
int probes__plan(struct probes *p, const struct config *cfg, const struct probes_again *again,
		 char *err, size_t err_len);
/* Loads and attaches the plan's programs, then the taps. Borrows cfg. -errno: err says what and
 * why. */
int probes__start(struct probes *p, const struct config *cfg, char *err, size_t err_len);
/* The second plan's programs, beside those that run: loaded and attached, all but the taps. */
int probes__load(struct probes *p, const struct config *cfg, char *err, size_t err_len);
/* The taps of p go on with the programs of next, which has them from now on. */
void probes__move_taps(struct probes *p, struct probes *next);
/* Programs that were taken off: their candidates, up to max; returns how many links that are. They
 * are put back at once, so that the new plan can take its time; where that fails the plan names
 * them as lost. One system call a link. */
unsigned int probes__check(struct probes *p, const char **lost, unsigned int max,
			   unsigned int *lost_cnt);
/* NULL: the plan runs without one. */
const struct object *probes__object(const struct probes *p);
/* What can be told now. */
enum probes_view { PROBES_NOTHING, PROBES_TOTALS, PROBES_STAGES };
enum probes_view probes__view(const struct probes *p);
const char *probes__view_name(enum probes_view view);
/* Detaches everything; a zeroed or half-started one is fine. */
void probes__done(struct probes *p);
/* The plan has a candidate for this instant. */
bool probes__has(const struct probes *p, const char *instant);
/* What is missing, to the log. */
void probes__log(const struct probes *p);
/* What the new plan gives instead of the old one, to the log. */
void probes__log_change(const struct probes *p, const struct probes *next);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies to {"cmd":"probes"} and {"cmd":"fastpath"}: what runs in the kernel and what it costs. */
#ifndef SIGPATH_PROGRAMS_H
#define SIGPATH_PROGRAMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define PROGRAMS_MAX	     48
#define PROGRAMS_INSTANT_LEN 48

struct program_view {
	const char *name;
	char instant[PROGRAMS_INSTANT_LEN]; /* "t_wake+t_run" of one that measures both */
	const char *mechanism;
	const char *state;     /* "attached", "loaded" */
	uint64_t runs, run_ns; /* while statistics were on */
	uint64_t misses;
};

/* Everything borrowed for the time of one call. */
struct programs_view {
	bool stats_on;
	const char *stats_why; /* why they are off */
	struct program_view program[PROGRAMS_MAX];
	unsigned int program_cnt;
	uint64_t ring_size; /* bytes; 0: no ring */
	bool is_level_known;
	uint64_t ring_used, ring_peak; /* bytes: when it was emptied last; the most of all times */
	uint64_t ring_lost;	       /* records */
	unsigned int map_cnt;
	uint64_t map_bytes; /* 0: not known */
	uint64_t rss;	    /* bytes, of the daemon */
	uint64_t cpu_ns;    /* user and system, since it started */
};

/* Owned, NULL when out of memory. */
json_t *programs__reply(const struct programs_view *view, uint64_t now_ns);
/* Of a daemon in which every packet goes to the stack; why: in words. */
json_t *programs__no_fastpath(const char *why);

#endif

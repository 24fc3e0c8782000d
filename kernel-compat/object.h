/* SPDX-License-Identifier: BSD-2-Clause */
/* The BPF object: opened, told what to do, loaded with just the programs of a plan, attached. */
#ifndef SIGPATH_OBJECT_H
#define SIGPATH_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalogue.h"
#include "knobs.h"
#include "plan.h"

struct bpf_object;
struct bpf_link;

#define OBJECT_LINKS_MAX 24

struct object {
	struct sigpath_bpf *skel;
	struct bpf_link *link[OBJECT_LINKS_MAX];
	const struct candidate *link_of[OBJECT_LINKS_MAX]; /* whose program it attached */
	unsigned int link_cnt;
	int blank_btf_fd;	      /* -1: not needed */
	char reason[PLAN_REASON_LEN]; /* of the last refusal */
};

struct object_opts {
	const char *btf_path; /* NULL: the kernel's */
	const char *cgroup2;  /* mount point, NULL: none */
	uint32_t ring_bytes;  /* power of two, at least a page */
};

/* Opens with every program off. */
int object__open(struct object *o, const struct object_opts *opts);
void object__done(struct object *o);

/* Before load: the constants programs see. */
struct knobs *object__knobs(struct object *o);
/* Switches the programs of a candidate on. -ENOENT: the object has no such program. */
int object__enable(struct object *o, const struct candidate *c);
/* -errno of the kernel's refusal, o->reason filled. */
int object__load(struct object *o);
/* Attaches a candidate's programs where they need no interface; those of XDP, TC and SOCKET are
 * left to taps. */
int object__attach(struct object *o, const struct candidate *c, const struct object_opts *opts);

/* File descriptors, owned by the object. -ENOENT if the program is not loaded. These and what
 * follows accept a zeroed object, which has nothing. */
int object__prog_fd(const struct object *o, const char *prog);
int object__ring_fd(const struct object *o);
/* Sums sp_counters over CPUs into count[KCOUNTER_CNT-many]. */
int object__counters(const struct object *o, uint64_t *count, unsigned int cnt);
/* Runs the kernel skipped because an instance was preempted (bpf_prog_info.recursion_misses), all
 * programs. */
uint64_t object__misses(const struct object *o);
/* Bytes the maps lock, as the kernel accounts them (/proc/self/fdinfo memlock). */
uint64_t object__memlock(const struct object *o);

/* What the kernel counted of one loaded program. */
struct object_prog {
	const char *name; /* the object's */
	uint64_t runs;	  /* while BPF statistics were on, whoever switched them on */
	uint64_t run_ns;  /* in those runs */
	uint64_t misses;  /* as object__misses */
};
/* The loaded programs, at most max. Returns how many. */
unsigned int object__progs(const struct object *o, struct object_prog *ret, unsigned int max);
unsigned int object__map_cnt(const struct object *o);
/* Bytes of the ring buffer's data; 0 without one. */
uint64_t object__ring_bytes(const struct object *o);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's BPF statistics (runs and time of programs): on only while a reader asks for them,
 * since they cost every program of the host two clock readings a run. */
#ifndef SIGPATH_BPF_STATS_H
#define SIGPATH_BPF_STATS_H

#include <stdbool.h>
#include <stdint.h>

#define BPF_STATS_HOLD_NS 3000000000ull /* they stay on that long after the last question */

struct bpf_stats {
	int fd; /* holds them on; -1: not ours */
	uint64_t until_ns;
	bool is_on;
	int err; /* -errno of the last try, 0 none */
	/* A descriptor or -errno, and whether the sysctl has them on; the kernel's, but in tests.
	 */
	int (*enable)(void);
	bool (*is_sysctl_on)(void);
};

void bpf_stats__init(struct bpf_stats *s);
void bpf_stats__done(struct bpf_stats *s);
/* A reader wants them. True: they are on, by us or by sysctl kernel.bpf_stats_enabled. */
bool bpf_stats__ask(struct bpf_stats *s, uint64_t now_ns);
/* Nobody asked lately: off. To be called every second. */
void bpf_stats__tick(struct bpf_stats *s, uint64_t now_ns);
/* Whether they are on for a reader who does not ask, ours or by sysctl. */
bool bpf_stats__is_on(struct bpf_stats *s);
/* Why they were off at the last question, "" they were on. */
const char *bpf_stats__why(const struct bpf_stats *s);

#endif

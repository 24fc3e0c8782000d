/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Before a loop of constant bound: written out in BPF. Without CAP_PERFMON the verifier follows
 * every branch a processor might take by speculation, a loop's way back for ever. */
#ifndef SIGPATH_UNROLL_H
#define SIGPATH_UNROLL_H

#ifdef __bpf__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL
#endif

/* What is written out stays in order: else every load comes first, and no stack holds them all. */
#define IN_ORDER() __asm__ volatile("" ::: "memory")

#endif

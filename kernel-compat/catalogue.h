/* SPDX-License-Identifier: BSD-2-Clause */
/* The probe catalogue as const tables: instants, their candidates, how each is attached. */
#ifndef SIGPATH_CATALOGUE_H
#define SIGPATH_CATALOGUE_H

/* id, printed name, what a refusal usually means */
#define MECHANISMS(X)                                                                             \
	X(TP_BTF, "tp_btf", "tracepoint missing on this kernel, or its arguments differ")         \
	X(RAW_TP, "raw_tp", "tracepoint missing on this kernel")                                  \
	X(FENTRY, "fentry", "function not traceable here, or the kernel's policy refuses fentry") \
	X(KPROBE, "kprobe", "no kprobes in this kernel, or the function is not there")            \
	X(CGROUP_INGRESS, "cgroup_skb", "no cgroup2 mount, or its root may not be written")       \
	X(CGROUP_SENDMSG, "cgroup_sendmsg", "no cgroup2 mount, or its root may not be written")   \
	X(XDP, "xdp", "the device or kernel does not take XDP")                                   \
	X(TC, "tc", "no CAP_NET_ADMIN, or sch_ingress and cls_bpf are missing")                   \
	X(SOCKET, "socket_filter", "no CAP_NET_RAW")

enum mechanism {
#define X(id, name, refusal) MECH_##id,
	MECHANISMS(X)
#undef X
};

enum instant {
#define INSTANT(id, name, help, merged, cost) INSTANT_##id,
#define CANDIDATE(instant, name, mech, progs, why, lost)
#include "catalogue.def"
#undef INSTANT
#undef CANDIDATE
	INSTANT_CNT
};

struct instant_info {
	const char *name;
	const char *help;
	const char *merged_as;
	const char *cost;
};

struct candidate {
	enum instant instant;
	const char *name;
	enum mechanism mech;
	const char *progs; /* comma-separated program names */
	const char *why;
	const char *lost;
};

#define CANDIDATE_PROGS_MAX 2

extern const struct instant_info instants[INSTANT_CNT];
extern const struct candidate candidates[];
extern const unsigned int candidate_cnt;

const char *mechanism__name(enum mechanism mech);
const char *mechanism__refusal(enum mechanism mech);
/* NULL if the name is none of this instant. */
const struct candidate *candidate__find(enum instant instant, const char *name);
/* -1 if unknown. */
int instant__find(const char *name);

#endif

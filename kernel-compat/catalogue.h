/* SPDX-License-Identifier: BSD-2-Clause */
/* The probe catalogue as const tables: instants, their candidates, how each is attached. */
#ifndef SIGPATH_CATALOGUE_H
#define SIGPATH_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

/* id, printed name, attached to each interface (else once), what a refusal usually means */
/* clang-format off */
#define MECHANISMS(X)                                                                                \
	X(TP_BTF, "tp_btf", false, "tracepoint missing on this kernel, or its arguments differ")     \
	X(RAW_TP, "raw_tp", false, "tracepoint missing on this kernel")                              \
	X(TP, "tracepoint", false, "no tracefs, or lockdown=confidentiality closes it")              \
	X(FENTRY, "fentry", false, "function not traceable here, or the kernel's policy refuses fentry") \
	X(KPROBE, "kprobe", false, "no kprobes in this kernel, or the function is not there")        \
	X(CGROUP_SKB, "cgroup_skb", false, "no cgroup2 mount, or its root may not be written")   \
	X(CGROUP_SENDMSG, "cgroup_sendmsg", false, "no cgroup2 mount, or its root may not be written") \
	X(XDP, "xdp", true, "the device or kernel does not take XDP")                                \
	X(TC, "tc", true, "no CAP_NET_ADMIN, or sch_ingress and cls_bpf are missing")                \
	X(SOCKET, "socket_filter", true, "no CAP_NET_RAW")                                           \
	X(CAPTURE, "packet_ring", true, "no CAP_NET_RAW")
/* clang-format on */

enum mechanism {
#define X(id, name, on_interface, refusal) MECH_##id,
	MECHANISMS(X)
#undef X
};

enum instant {
#define INSTANT(id, name, help, merged, cost) INSTANT_##id,
#define CANDIDATE(instant, name, mech, progs, needs, why, lost)
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
	const char *progs; /* comma-separated program names, "" none */
	uint32_t needs;	   /* features, enum feature_needs or-ed */
	const char *why;
	const char *lost;
};

#define CANDIDATE_PROGS_MAX 2

extern const struct instant_info instants[INSTANT_CNT];
extern const struct candidate candidates[];
extern const unsigned int candidate_cnt;

const char *mechanism__name(enum mechanism mech);
const char *mechanism__refusal(enum mechanism mech);
/* Attached to each interface by the taps, not once by the object. */
bool mechanism__is_on_interface(enum mechanism mech);
/* NULL if the name is none of this instant. */
const struct candidate *candidate__find(enum instant instant, const char *name);
/* The candidate of another instant that is the same hook, NULL if there is none: both are chosen or
 * neither, and it is attached once. */
const struct candidate *candidate__twin(const struct candidate *c);
/* -1 if unknown. */
int instant__find(const char *name);

#endif

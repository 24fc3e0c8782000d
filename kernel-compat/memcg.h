/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory limit of the control group that this process is in; BPF maps count against it from
 * 5.11 on. */
#ifndef SIGPATH_MEMCG_H
#define SIGPATH_MEMCG_H

#include <stdint.h>

#define MEMCG_UNLIMITED UINT64_MAX

/* The least limit on the way up from the own group, in either hierarchy. v1 and v2 are mount points
 * (of cgroup's memory controller and of cgroup2), "" none; root goes before every path.
 * MEMCG_UNLIMITED also when none can be read. */
uint64_t memcg__limit(const char *root, const char *v1, const char *v2);

#endif

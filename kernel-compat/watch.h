/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the kernel still has attached what was attached. A link outlives its attachment: the
 * descriptor stays good when the cgroup or the device went away, or when somebody ran
 * `bpftool link detach`; only its information says so.
 *
 *   cgroup_skb, cgroup_sendmsg   the link's cgroup id is 0
 *   xdp, tcx                     the link's interface index is 0
 *   tp_btf, raw_tp, fentry       cannot be detached from outside, and would not show it
 *   kprobe                       not to be seen: the link stays when kprobes are disarmed
 *
 * Costs one bpf(2) a link, and no capability. */
#ifndef SIGPATH_WATCH_H
#define SIGPATH_WATCH_H

#include <stdbool.h>

#include "object.h"

/* False only when the kernel says that the link is detached. */
bool watch__link(int link_fd);
/* Closes the links of the object that are detached and says how many. lost[] gets up to max of
 * their candidates, each once; none of these has a link any more. */
unsigned int watch__object(struct object *o, const struct candidate **lost, unsigned int max,
			   unsigned int *lost_cnt);

#endif

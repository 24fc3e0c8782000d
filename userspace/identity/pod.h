/* SPDX-License-Identifier: BSD-2-Clause */
/* Which Kubernetes pod a control group belongs to, by the path that the kubelet gives it:
 *
 *   systemd    /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope
 *   cgroupfs   /kubepods/burstable/pod<uid>/<id>
 *
 * with - in the uid written as _ by systemd. The pod's name is not there: asking the API server is left to
 * whoever shows it. */
#ifndef SIGPATH_POD_H
#define SIGPATH_POD_H

#include <stdbool.h>

#define POD_UID_LEN 37 /* 8-4-4-4-12 hexadecimal digits and a NUL */

/* False: the path is of no pod. */
bool pod__uid(const char *cgroup, char uid[POD_UID_LEN]);

#endif

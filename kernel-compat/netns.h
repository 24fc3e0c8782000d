/* SPDX-License-Identifier: BSD-2-Clause */
/* A network namespace that can be entered for a moment, by the calling thread alone.
 *
 * Holding one keeps it alive, as the sockets made in it do: a namespace that is watched goes away
 * only after the daemon let go of it. */
#ifndef SIGPATH_NETNS_H
#define SIGPATH_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netns {
	int fd;
	int home_fd;	/* where the thread came from, while inside; -1 outside */
	uint32_t inode; /* as in records and /proc/PID/ns/net */
	bool is_own;	/* entering is nothing: no privilege is needed */
};

/* path NULL: the one the thread is in. -errno, message in err. */
int netns__open(struct netns *ns, const char *path, char *err, size_t err_len);
void netns__close(struct netns *ns);
/* Until netns__leave the thread makes sockets and finds interfaces there. -EPERM needs
 * CAP_SYS_ADMIN. */
int netns__enter(struct netns *ns);
/* An error means that the thread is still in the wrong namespace: stop, and say so. */
int netns__leave(struct netns *ns);

#endif

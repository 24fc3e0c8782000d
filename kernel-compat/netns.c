/* SPDX-License-Identifier: BSD-2-Clause */
/* Entering network namespaces with setns(2), which moves one thread. */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the thread: /proc/self is the main thread, which may be elsewhere. */
#define NETNS_HOME "/proc/thread-self/ns/net"

static int open_ns(const char *path, int *fd, uint32_t *inode)
{
	struct stat st;
	int err;

	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return -errno;
	if (fstat(*fd, &st)) {
		err = -errno;
		close(*fd);
		return err;
	}
	*inode = (uint32_t)st.st_ino;
	return 0;
}

int netns__open(struct netns *ns, const char *path, char *err, size_t err_len)
{
	uint32_t home;
	int home_fd, rc;

	ns->fd = ns->home_fd = -1;
	rc = open_ns(NETNS_HOME, &home_fd, &home);
	if (rc) {
		snprintf(err, err_len, "%s: %s", NETNS_HOME, strerror(-rc));
		return rc;
	}
	close(home_fd);
	rc = open_ns(path ? path : NETNS_HOME, &ns->fd, &ns->inode);
	if (rc) {
		snprintf(err, err_len, "network namespace %s: %s", path ? path : NETNS_HOME,
			 strerror(-rc));
		return rc;
	}
	ns->is_own = ns->inode == home;
	rc = netns__enter(ns);
	if (rc) {
		snprintf(err, err_len, "network namespace %s cannot be entered: %s%s", path,
			 strerror(-rc),
			 rc == -EPERM	 ? " (needs CAP_SYS_ADMIN)"
			 : rc == -EINVAL ? " (not a network namespace)"
					 : "");
		netns__close(ns);
		return rc;
	}
	rc = netns__leave(ns);
	if (rc) {
		snprintf(err, err_len, "cannot return from network namespace %s: %s", path,
			 strerror(-rc));
		netns__close(ns);
	}
	return rc;
}

void netns__close(struct netns *ns)
{
	if (ns->fd >= 0)
		close(ns->fd);
	ns->fd = -1;
}

int netns__enter(struct netns *ns)
{
	uint32_t home;
	int rc;

	if (ns->is_own)
		return 0;
	rc = open_ns(NETNS_HOME, &ns->home_fd, &home);
	if (rc)
		return rc;
	if (setns(ns->fd, CLONE_NEWNET)) {
		rc = -errno;
		close(ns->home_fd);
		ns->home_fd = -1;
	}
	return rc;
}

int netns__leave(struct netns *ns)
{
	int rc = 0;

	if (ns->is_own)
		return 0;
	if (setns(ns->home_fd, CLONE_NEWNET))
		rc = -errno;
	close(ns->home_fd);
	ns->home_fd = -1;
	return rc;
}

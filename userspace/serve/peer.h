/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is at the other end of the socket, and whether they may read: root, the own user, members of
 * one group. */
#ifndef SIGPATH_PEER_H
#define SIGPATH_PEER_H

#include <stdbool.h>
#include <sys/types.h>

struct peer_group {
	char name[64];
	bool wanted; /* a name was given */
	bool known;  /* and the group exists: gid is valid */
	gid_t gid;
};

/* NULL or "": no group. */
void peer__find_group(struct peer_group *g, const char *name);
/* Credentials as the kernel recorded them at connect(). *uid is the peer's, -1 if not known. */
bool peer__is_allowed(int fd, const struct peer_group *g, uid_t *uid);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Peer credentials of a unix socket. */
#include "peer.h"

#include <grp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUPS_MAX 1024

void peer__find_group(struct peer_group *g, const char *name)
{
	const struct group *gr;

	*g = (struct peer_group){.wanted = name && *name};
	if (!g->wanted)
		return;
	snprintf(g->name, sizeof(g->name), "%s", name);
	gr = getgrnam(name);
	g->known = gr;
	if (gr)
		g->gid = gr->gr_gid;
}

/* The kernel's own answer: no look-up in a user database, which may be slow or not be in this
 * container, and the same groups that the socket file's permissions go by. */
static bool is_member(int fd, gid_t gid)
{
	gid_t groups[GROUPS_MAX];
	socklen_t len = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++) {
		if (groups[i] == gid)
			return true;
	}
	return false;
}

bool peer__is_allowed(int fd, const struct peer_group *g, uid_t *uid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	*uid = (uid_t)-1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return false;
	*uid = cred.uid;
	if (cred.uid == 0 || cred.uid == geteuid())
		return true;
	return g->known && (cred.gid == g->gid || is_member(fd, g->gid));
}

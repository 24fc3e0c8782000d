/* SPDX-License-Identifier: BSD-2-Clause */
/* The unix socket that readers connect to (README.md): accepts, checks credentials, asks a handler
 * for the reply to each line. Everything hangs on one epoll descriptor; nothing blocks, and no
 * client can hurt the daemon or another client. */
#ifndef SIGPATH_SERVER_H
#define SIGPATH_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER_CLIENTS_MAX 64

struct server_opts {
	const char
		*path; /* of the socket; its directory must exist. Borrowed during server__new. */
	const char *group; /* may connect beside root and the own user; NULL or "": none. Borrowed
			      during server__new. */
	unsigned int mode; /* permissions of the socket file, 0660 */
	/* The reply to one line (neither has its newline), returned owned (malloc); NULL: out of
	 * memory. */
	char *(*reply)(void *ctx, const char *line, size_t len);
	/* The same for a line that came with a descriptor, which is the handler's from then on.
	 * is_owner: asked by root or the daemon's own user. NULL: descriptors are closed. */
	char *(*take)(void *ctx, const char *line, size_t len, int fd, bool is_owner);
	void *ctx; /* borrowed */
};

struct server_counts {
	uint64_t accepted;
	uint64_t refused;     /* without permission: ledger client_refused */
	uint64_t slow;	      /* dropped because they did not read: ledger client_slow */
	uint64_t full;	      /* turned away because SERVER_CLIENTS_MAX were connected */
	uint64_t oversized;   /* closed for a request line longer than 64 KiB */
	unsigned int clients; /* connected now */
};

struct server;

/* Listens. -EADDRINUSE: another daemon answers there. -EEXIST: the path is something else than a
 * socket. -ENAMETOOLONG: at most 107 bytes. -ENOENT: no such directory. A socket that nobody
 * listens on is replaced. */
int server__new(const struct server_opts *opts, struct server **ret);
/* Drops every client and removes the socket file if it is still the own one; NULL is fine. */
void server__free(struct server *s);

/* Readable when server__run has something to do; level-triggered. Stays the server's. */
int server__fd(const struct server *s);
/* Does what is ready: a request or two of each client, so that the caller's loop goes on. */
void server__run(struct server *s);

/* False: a group was asked for, but it does not exist or the socket cannot be given to it. */
bool server__has_group(const struct server *s);
struct server_counts server__counts(const struct server *s);

#endif

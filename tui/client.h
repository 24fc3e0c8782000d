/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket client of the daemon's JSON-lines protocol (userspace/serve/PROTOCOL.md): one request line,
 * one reply line. Never blocks by itself; the caller polls client__fd() for client__events(). */
#ifndef SIGPATH_CLIENT_H
#define SIGPATH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#define CLIENT_PATH "/run/sigpath/sigpath.sock"
/* A longer reply is refused (-EMSGSIZE) and the connection closed. */
#define CLIENT_LINE_MAX (64u << 20)

struct client;

/* Borrows nothing. -ENAMETOOLONG when the path does not fit a socket address. Does not connect yet.
 */
int client__new(const char *path, struct client **ret);
/* On a connected stream socket, taken on success and made non-blocking; once lost it is not made
 * again (-ECONNRESET). */
int client__adopt(int fd, struct client **ret);
void client__free(struct client *c);

/* Connects if there is no connection and sends the request (a JSON object without newline). 0, or
 * why there is no daemon. -EBUSY while the reply to the one before is outstanding. */
int client__ask(struct client *c, const char *request);
/* True between a request and its reply. */
bool client__is_waiting(const struct client *c);
/* -1 when not connected. */
int client__fd(const struct client *c);
short client__events(const struct client *c);
/* Sends and receives what is possible now. 1: *line (returned owned, without newline) is the reply;
 * 0: nothing yet; negative: the connection was lost and is closed (-ECONNRESET when the daemon
 * ended it). */
int client__work(struct client *c, char **line);
/* Gives up on an outstanding reply: closes the connection. */
void client__drop(struct client *c);

/* The whole exchange on a connection of its own, waiting at most timeout_ms (-ETIMEDOUT). *line is
 * returned owned. */
int client__call(const char *path, const char *request, int timeout_ms, char **line);

#endif

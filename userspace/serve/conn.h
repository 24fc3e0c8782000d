/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection to the daemon: cuts its input into lines, buffers its output. Never blocks, never
 * raises SIGPIPE. Only server.c uses it. */
#ifndef SIGPATH_CONN_H
#define SIGPATH_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONN_LINE_MAX 65536	/* bytes of a request, newline included */
#define CONN_OUT_MAX  (8 << 20) /* bytes that may wait for the client to read */

struct conn {
	int fd;
	int passed_fd;	 /* came with the input (SCM_RIGHTS), -1 none */
	bool is_owner;	 /* root, or the daemon's own user; kept by the server */
	uint32_t events; /* what epoll waits for, kept by the server */
	bool closing;	 /* nothing more is read; closed when the output is out */
	char *in;
	size_t in_len;
	size_t in_cap;
	char *out;
	size_t out_off;
	size_t out_len; /* end of what waits, from out_off */
	size_t out_cap;
};

/* Takes fd, on success only. */
int conn__new(int fd, struct conn **ret);
/* Closes and frees; NULL is fine. */
void conn__free(struct conn *c);

/* Reads once. A descriptor that comes along replaces the one before it. End of input sets closing.
 * -EMSGSIZE: a line is too long, the input is thrown away.
 */
int conn__read(struct conn *c);
/* The next complete line, without its newline; false: none. Stays until conn__take_line. */
bool conn__find_line(const struct conn *c, const char **line, size_t *len);
/* Drops the line of that length from the input. */
void conn__take_line(struct conn *c, size_t len);

/* Sends a line or keeps what the socket does not take. -ENOBUFS: output waits and this would make
 * it more than CONN_OUT_MAX; one line alone may be longer. */
int conn__send(struct conn *c, const char *line, size_t len);
int conn__flush(struct conn *c);

/* What to wait for (EPOLLIN, EPOLLOUT). Nothing more is read while a complete line waits in the
 * input. */
uint32_t conn__wants(const struct conn *c);
/* Nothing left to read, answer or send. */
bool conn__is_done(const struct conn *c);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Input lines and output buffer of one connection. */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_CAP_FIRST 1024

int conn__new(int fd, struct conn **ret)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->fd = fd;
	c->passed_fd = -1;
	*ret = c;
	return 0;
}

void conn__free(struct conn *c)
{
	if (!c)
		return;
	close(c->fd);
	if (c->passed_fd >= 0)
		close(c->passed_fd);
	free(c->in);
	free(c->out);
	free(c);
}

static int grow_input(struct conn *c)
{
	size_t cap = c->in_cap ? c->in_cap * 2 : IN_CAP_FIRST;
	char *in = realloc(c->in, cap);

	if (!in)
		return -ENOMEM;
	c->in = in;
	c->in_cap = cap;
	return 0;
}

/* As recv(2). There is room for one descriptor: the kernel closes what comes beyond it. */
static ssize_t receive(struct conn *c, void *buf, size_t len)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec part = {.iov_base = buf, .iov_len = len};
	struct msghdr msg = {.msg_iov = &part,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *head = n < 0 ? NULL : CMSG_FIRSTHDR(&msg);

	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof(int))) {
		if (c->passed_fd >= 0)
			close(c->passed_fd);
		memcpy(&c->passed_fd, CMSG_DATA(head), sizeof(int));
	}
	return n;
}

int conn__read(struct conn *c)
{
	ssize_t n;
	int rc;

	if (c->in_len == c->in_cap && c->in_cap < CONN_LINE_MAX) {
		rc = grow_input(c);
		if (rc)
			return rc;
	}
	n = receive(c, c->in + c->in_len, c->in_cap - c->in_len);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		c->closing = true;
	c->in_len += (size_t)n;
	if (c->in_len < CONN_LINE_MAX || memchr(c->in, '\n', c->in_len))
		return 0;
	c->in_len = 0;
	return -EMSGSIZE;
}

bool conn__find_line(const struct conn *c, const char **line, size_t *len)
{
	const char *end = c->in_len ? memchr(c->in, '\n', c->in_len) : NULL;

	if (!end)
		return false;
	*line = c->in;
	*len = (size_t)(end - c->in);
	return true;
}

void conn__take_line(struct conn *c, size_t len)
{
	c->in_len -= len + 1;
	memmove(c->in, c->in + len + 1, c->in_len);
}

int conn__flush(struct conn *c)
{
	while (c->out_off < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_off, c->out_len - c->out_off,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		c->out_off += (size_t)n;
	}
	free(c->out);
	c->out = NULL;
	c->out_off = 0;
	c->out_len = 0;
	c->out_cap = 0;
	return 0;
}

static int make_room(struct conn *c, size_t len)
{
	size_t cap = c->out_cap * 2;
	char *out;

	if (c->out_off) {
		c->out_len -= c->out_off;
		memmove(c->out, c->out + c->out_off, c->out_len);
		c->out_off = 0;
	}
	if (c->out_len + len <= c->out_cap)
		return 0;
	if (cap < c->out_len + len)
		cap = c->out_len + len;
	out = realloc(c->out, cap);
	if (!out)
		return -ENOMEM;
	c->out = out;
	c->out_cap = cap;
	return 0;
}

int conn__send(struct conn *c, const char *line, size_t len)
{
	size_t waiting = c->out_len - c->out_off;
	int rc;

	if (waiting && waiting + len + 1 > CONN_OUT_MAX)
		return -ENOBUFS;
	if (c->out_len + len + 1 > c->out_cap) {
		rc = make_room(c, len + 1);
		if (rc)
			return rc;
	}
	memcpy(c->out + c->out_len, line, len);
	c->out[c->out_len + len] = '\n';
	c->out_len += len + 1;
	return conn__flush(c);
}

static bool has_line(const struct conn *c)
{
	return c->in_len && memchr(c->in, '\n', c->in_len);
}

uint32_t conn__wants(const struct conn *c)
{
	uint32_t events = c->out_len ? EPOLLOUT : 0;

	if (!c->closing && !has_line(c))
		events |= EPOLLIN;
	return events;
}

bool conn__is_done(const struct conn *c)
{
	return c->closing && !c->out_len && !has_line(c);
}

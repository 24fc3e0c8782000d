/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket client: non-blocking unix stream, line framing. */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define READ_STEP 65536u

struct client {
	struct sockaddr_un addr;
	int fd;
	bool waiting;
	char *out; /* request being sent */
	size_t out_len;
	size_t out_at;
	char *in;
	size_t in_len;
	size_t in_size;
};

int client__new(const char *path, struct client **ret)
{
	struct client *c;

	if (!*path || strlen(path) >= sizeof(c->addr.sun_path))
		return -ENAMETOOLONG;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->addr.sun_family = AF_UNIX;
	strcpy(c->addr.sun_path, path);
	c->fd = -1;
	*ret = c;
	return 0;
}

int client__adopt(int fd, struct client **ret)
{
	int flags = fcntl(fd, F_GETFL);
	struct client *c;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -errno;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->fd = fd; /* without an address: nowhere to connect to again */
	*ret = c;
	return 0;
}

void client__drop(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->waiting = false;
	free(c->out);
	c->out = NULL;
	free(c->in);
	c->in = NULL;
	c->in_len = c->in_size = 0;
}

void client__free(struct client *c)
{
	if (!c)
		return;
	client__drop(c);
	free(c);
}

static int connect_now(struct client *c)
{
	int fd, rc;

	if (!c->addr.sun_path[0])
		return -ECONNRESET;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* A unix socket connects at once or not at all (EAGAIN: the daemon's backlog is full). */
	if (connect(fd, (const struct sockaddr *)&c->addr, sizeof(c->addr))) {
		rc = -errno;
		close(fd);
		return rc;
	}
	c->fd = fd;
	return 0;
}

/* The daemon may have refused us and closed already: its reason is still to be read, so EPIPE is no
 * error here. */
static int send_some(struct client *c)
{
	while (c->out && c->out_at < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_at, c->out_len - c->out_at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n < 0 && errno != EPIPE && errno != ECONNRESET)
			return -errno;
		if (n < 0)
			break;
		c->out_at += (size_t)n;
	}
	free(c->out);
	c->out = NULL;
	return 0;
}

int client__ask(struct client *c, const char *request)
{
	size_t len = strlen(request);
	int rc = 0;

	if (c->waiting)
		return -EBUSY;
	if (c->fd < 0)
		rc = connect_now(c);
	if (rc)
		return rc;
	c->out = malloc(len + 1);
	if (!c->out)
		return -ENOMEM;
	memcpy(c->out, request, len);
	c->out[len] = '\n';
	c->out_len = len + 1;
	c->out_at = 0;
	c->waiting = true;
	rc = send_some(c);
	if (rc)
		client__drop(c);
	return rc;
}

bool client__is_waiting(const struct client *c)
{
	return c->waiting;
}

int client__fd(const struct client *c)
{
	return c->fd;
}

short client__events(const struct client *c)
{
	return (short)(POLLIN | (c->out ? POLLOUT : 0));
}

static int make_room(struct client *c)
{
	size_t size = c->in_size * 2 > READ_STEP * 2 ? c->in_size * 2 : READ_STEP * 2;
	char *in;

	if (c->in_size - c->in_len >= READ_STEP)
		return 0;
	if (c->in_len > CLIENT_LINE_MAX)
		return -EMSGSIZE;
	in = realloc(c->in, size);
	if (!in)
		return -ENOMEM;
	c->in = in;
	c->in_size = size;
	return 0;
}

/* Takes the line that ends at `end` out of the buffer. */
static int take_line(struct client *c, const char *end, char **line)
{
	size_t len = (size_t)(end - c->in);
	char *copy = malloc(len + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, c->in, len);
	copy[len] = '\0';
	c->in_len -= len + 1;
	memmove(c->in, end + 1, c->in_len);
	if (!c->waiting) { /* not asked for: the daemon refuses us, or a stray line */
		free(copy);
		return 0;
	}
	c->waiting = false;
	*line = copy;
	return 1;
}

static int receive_some(struct client *c, char **line)
{
	for (;;) {
		int rc = make_room(c);
		ssize_t n;
		char *end;

		if (rc)
			return rc;
		n = recv(c->fd, c->in + c->in_len, READ_STEP, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n <= 0)
			return n < 0 ? -errno : -ECONNRESET;
		end = memchr(c->in + c->in_len, '\n', (size_t)n);
		c->in_len += (size_t)n;
		if (end)
			return take_line(c, end, line);
	}
}

int client__work(struct client *c, char **line)
{
	int rc;

	if (c->fd < 0)
		return 0;
	rc = send_some(c);
	if (!rc)
		rc = receive_some(c, line);
	if (rc < 0)
		client__drop(c);
	return rc;
}

static int64_t get_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int client__call(const char *path, const char *request, int timeout_ms, char **line)
{
	int64_t end_ms = get_now_ms() + timeout_ms;
	struct client *c = NULL;
	int rc = client__new(path, &c);

	if (rc)
		return rc;
	rc = client__ask(c, request);
	while (!rc) {
		struct pollfd pfd = {.fd = c->fd, .events = client__events(c)};
		int64_t left_ms = end_ms - get_now_ms();

		if (left_ms <= 0) {
			rc = -ETIMEDOUT;
			break;
		}
		if (poll(&pfd, 1, (int)left_ms) < 0 && errno != EINTR) {
			rc = -errno;
			break;
		}
		rc = client__work(c, line);
	}
	client__free(c);
	return rc < 0 ? rc : 0;
}

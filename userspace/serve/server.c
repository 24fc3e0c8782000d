/* SPDX-License-Identifier: BSD-2-Clause */
/* Socket, credentials and the round over ready clients. */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conn.h"
#include "peer.h"

#define EVENTS_MAX 32
#define TEXT_MAX   160

static const char out_of_memory[] =
	"{\"type\":\"error\",\"error\":\"out of memory\",\"hint\":\"try again later\"}";

struct server {
	int epoll_fd;
	int listen_fd;
	int more_fd;  /* eventfd: some client's input still holds a line */
	int spare_fd; /* given up to turn a client away when descriptors have run out */
	struct sockaddr_un addr;
	struct stat st; /* of the socket file, once it is the own one */
	bool bound;
	struct peer_group group;
	char *(*reply)(void *ctx, const char *line, size_t len);
	char *(*take)(void *ctx, const char *line, size_t len, int fd, bool is_owner);
	void *ctx;
	struct conn *client[SERVER_CLIENTS_MAX];
	struct server_counts counts;
};

/* --- the socket file --- */

/* 0: nobody listens on the file and it is gone now. */
static int remove_stale(const struct server *s)
{
	struct stat st;
	int fd, rc;

	if (lstat(s->addr.sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	rc = connect(fd, (const struct sockaddr *)&s->addr, sizeof(s->addr)) ? -errno : 0;
	close(fd);
	if (rc == -ENOENT)
		return 0;
	/* Accepted, or -EAGAIN: its backlog is full; both are alive. */
	if (rc != -ECONNREFUSED)
		return rc == 0 || rc == -EAGAIN ? -EADDRINUSE : rc;
	return unlink(s->addr.sun_path) && errno != ENOENT ? -errno : 0;
}

static int bind_path(struct server *s)
{
	const struct sockaddr *addr = (const struct sockaddr *)&s->addr;
	int rc;

	if (bind(s->listen_fd, addr, sizeof(s->addr)) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	rc = remove_stale(s);
	if (rc)
		return rc;
	return bind(s->listen_fd, addr, sizeof(s->addr)) ? -errno : 0;
}

/* Nobody can connect before listen(), so that owner and mode need no umask. */
static int listen_at(struct server *s, unsigned int mode)
{
	const char *path = s->addr.sun_path;
	int rc;

	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen_fd < 0)
		return -errno;
	rc = bind_path(s);
	if (rc)
		return rc;
	s->bound = lstat(path, &s->st) == 0;
	if (s->group.known && lchown(path, (uid_t)-1, s->group.gid))
		s->group.known = false;
	if (chmod(path, mode) || listen(s->listen_fd, SERVER_CLIENTS_MAX))
		return -errno;
	return 0;
}

/* what: a struct conn, or the address of the server's own descriptor. */
static int watch(struct server *s, int fd, void *what, int op, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = what};

	return epoll_ctl(s->epoll_fd, op, fd, &ev) ? -errno : 0;
}

int server__new(const struct server_opts *opts, struct server **ret)
{
	struct server *s;
	int rc;

	if (strlen(opts->path) >= sizeof(s->addr.sun_path))
		return -ENAMETOOLONG;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->listen_fd = -1;
	s->addr.sun_family = AF_UNIX;
	memcpy(s->addr.sun_path, opts->path, strlen(opts->path));
	s->reply = opts->reply;
	s->take = opts->take;
	s->ctx = opts->ctx;
	s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	peer__find_group(&s->group, opts->group);
	s->more_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	rc = s->epoll_fd < 0 ? -errno : listen_at(s, opts->mode);
	if (!rc)
		rc = watch(s, s->listen_fd, &s->listen_fd, EPOLL_CTL_ADD, EPOLLIN);
	if (!rc)
		rc = watch(s, s->more_fd, &s->more_fd, EPOLL_CTL_ADD, EPOLLIN);
	if (rc)
		goto out;
	*ret = s;
	return 0;
out:
	server__free(s);
	return rc;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void server__free(struct server *s)
{
	struct stat st;

	if (!s)
		return;
	for (unsigned int i = 0; i < SERVER_CLIENTS_MAX; i++)
		conn__free(s->client[i]);
	close_fd(s->spare_fd);
	close_fd(s->more_fd);
	close_fd(s->epoll_fd);
	if (s->bound && lstat(s->addr.sun_path, &st) == 0 && st.st_dev == s->st.st_dev &&
	    st.st_ino == s->st.st_ino)
		unlink(s->addr.sun_path);
	close_fd(s->listen_fd);
	free(s);
}

/* --- accepting --- */

static int send_error(struct conn *c, const char *error, const char *hint)
{
	json_t *obj = json_pack("{s:s, s:s, s:s}", "type", "error", "error", error, "hint", hint);
	char *text = obj ? json_dumps(obj, JSON_COMPACT) : NULL;
	const char *line = text ? text : out_of_memory;
	int rc = conn__send(c, line, strlen(line));

	free(text);
	json_decref(obj);
	return rc;
}

static void refuse(struct server *s, struct conn *c, uid_t uid)
{
	char error[TEXT_MAX], hint[TEXT_MAX];

	s->counts.refused++;
	snprintf(error, sizeof(error), "user id %u may not read from sigpathd", (unsigned int)uid);
	if (!s->group.wanted)
		snprintf(hint, sizeof(hint), "run as root, or set socket-group in sigpathd.conf");
	else
		snprintf(hint, sizeof(hint), "run as root, or join the group %s%s", s->group.name,
			 s->group.known ? "" : ", which must exist before sigpathd starts");
	(void)send_error(c, error, hint);
	conn__free(c);
}

static void add_client(struct server *s, int fd)
{
	unsigned int idx = 0;
	struct conn *c;
	uid_t uid;

	if (conn__new(fd, &c)) {
		close(fd);
		return;
	}
	if (!peer__is_allowed(fd, &s->group, &uid)) {
		refuse(s, c, uid);
		return;
	}
	while (idx < SERVER_CLIENTS_MAX && s->client[idx])
		idx++;
	if (idx == SERVER_CLIENTS_MAX) {
		s->counts.full++;
		(void)send_error(c, "too many clients are connected", "close one of them");
		conn__free(c);
		return;
	}
	c->is_owner = uid == 0 || uid == geteuid();
	c->events = EPOLLIN;
	if (watch(s, fd, c, EPOLL_CTL_ADD, c->events)) {
		conn__free(c);
		return;
	}
	s->client[idx] = c;
	s->counts.accepted++;
	s->counts.clients++;
}

/* Without a free descriptor the connection would stay and keep the epoll descriptor readable for
 * ever. */
static void turn_away(struct server *s)
{
	close_fd(s->spare_fd);
	close_fd(accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC));
	s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	s->counts.full++;
}

static void accept_clients(struct server *s)
{
	for (unsigned int i = 0; i < SERVER_CLIENTS_MAX; i++) {
		int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			add_client(s, fd);
		} else if (errno == EMFILE || errno == ENFILE) {
			turn_away(s);
			return;
		} else if (errno == EAGAIN) {
			return;
		}
	}
}

/* --- clients --- */

/* One request at a time: a snapshot may take milliseconds, and the caller has other work between
 * two of them. */
static int answer_line(struct server *s, struct conn *c)
{
	const char *line, *text;
	size_t len;
	char *reply;
	int rc;

	if (!conn__find_line(c, &line, &len))
		return 0;
	if (c->passed_fd >= 0 && s->take) {
		reply = s->take(s->ctx, line, len, c->passed_fd, c->is_owner);
		c->passed_fd = -1;
	} else {
		reply = s->reply(s->ctx, line, len);
	}
	text = reply ? reply : out_of_memory;
	conn__take_line(c, len);
	rc = conn__send(c, text, strlen(text));
	free(reply);
	if (rc == -ENOBUFS)
		s->counts.slow++;
	return rc;
}

static int serve_client(struct server *s, struct conn *c, uint32_t events)
{
	int rc;

	/* Both directions are shut: there is nobody to answer. */
	if (events & (EPOLLHUP | EPOLLERR))
		return -EPIPE;
	rc = conn__flush(c);
	if (!rc && (events & EPOLLIN))
		rc = conn__read(c);
	if (rc == -EMSGSIZE) {
		s->counts.oversized++;
		c->closing = true;
		rc = send_error(c, "the request is longer than 64 KiB",
				"send one JSON object per line");
	}
	if (!rc)
		rc = answer_line(s, c);
	return rc;
}

static void drop_client(struct server *s, struct conn *c)
{
	for (unsigned int i = 0; i < SERVER_CLIENTS_MAX; i++) {
		if (s->client[i] == c)
			s->client[i] = NULL;
	}
	conn__free(c);
	s->counts.clients--;
}

static void run_client(struct server *s, struct conn *c, uint32_t events)
{
	uint32_t wants;
	const char *line;
	size_t len;

	if (serve_client(s, c, events) || conn__is_done(c)) {
		drop_client(s, c);
		return;
	}
	if (conn__find_line(c, &line, &len))
		(void)eventfd_write(s->more_fd, 1);
	wants = conn__wants(c);
	if (wants != c->events && watch(s, c->fd, c, EPOLL_CTL_MOD, wants))
		drop_client(s, c);
	else
		c->events = wants;
}

static void run_waiting(struct server *s)
{
	eventfd_t value;
	const char *line;
	size_t len;

	(void)eventfd_read(s->more_fd, &value);
	for (unsigned int i = 0; i < SERVER_CLIENTS_MAX; i++) {
		if (s->client[i] && conn__find_line(s->client[i], &line, &len))
			run_client(s, s->client[i], 0);
	}
}

void server__run(struct server *s)
{
	struct epoll_event ev[EVENTS_MAX];
	int n = epoll_wait(s->epoll_fd, ev, EVENTS_MAX, 0);
	bool more = false;

	for (int i = 0; i < n; i++) {
		if (ev[i].data.ptr == &s->listen_fd)
			accept_clients(s);
		else if (ev[i].data.ptr == &s->more_fd)
			more = true;
		else
			run_client(s, ev[i].data.ptr, ev[i].events);
	}
	/* Last: it may free clients that the events above point to. */
	if (more)
		run_waiting(s);
}

int server__fd(const struct server *s)
{
	return s->epoll_fd;
}

bool server__has_group(const struct server *s)
{
	return s->group.known || !s->group.wanted;
}

struct server_counts server__counts(const struct server *s)
{
	return s->counts;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* `sigpath record`: the daemon writes into a pipe, this process copies the pipe to a file. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define SECOND_NS   1000000000ull
#define PROGRESS_NS 250000000ull
#define PIPE_BYTES  (1 << 20)
#define END_NS	    (5 * SECOND_NS) /* the daemon has this long to end it */
#define REPLY_MAX   4096

struct copy {
	const char *path;
	gzFile gz;  /* NULL: plain */
	int out_fd; /* -1 with gz */
	int sock, pipe, signals;
	uint64_t start_ns, end_ns, shown_ns, stopped_ns;
	uint64_t bytes, max_bytes;
	bool has_progress;
	char buf[256 << 10];
};

static uint64_t mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

static int fail(const char *what, int rc, const char *hint)
{
	fprintf(stderr, "sigpath record: %s: %s%s%s\n", what, strerror(-rc), hint ? "; " : "",
		hint ? hint : "");
	return rc;
}

/* --- the daemon --- */

static int connect_to(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const struct timeval limit = {.tv_sec = 5};
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

static int send_request(int sock, const char *line, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0};
	struct iovec part = {.iov_base = (void *)(uintptr_t)line, .iov_len = strlen(line)};
	struct msghdr msg = {.msg_iov = &part,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	return sendmsg(sock, &msg, MSG_NOSIGNAL) == (ssize_t)part.iov_len ? 0 : -EIO;
}

/* One line; an error reply is told. *ret is owned. */
static int read_reply(int sock, json_t **ret)
{
	char line[REPLY_MAX];
	size_t len = 0;
	const char *error;
	json_t *o;

	do {
		ssize_t n = recv(sock, line + len, sizeof(line) - len, 0);

		if (n <= 0)
			return fail("no reply from sigpathd", n ? -errno : -ECONNRESET,
				    "look at its log");
		len += (size_t)n;
	} while (!memchr(line, '\n', len) && len < sizeof(line));
	o = json_loadb(line, len, JSON_DISABLE_EOF_CHECK, NULL);
	error = json_string_value(json_object_get(o, "error"));
	if (error || !o) {
		const char *hint = json_string_value(json_object_get(o, "hint"));

		fprintf(stderr, "sigpath record: %s; %s\n", error ? error : "sigpathd is too old",
			hint ? hint : "start the new one");
		json_decref(o);
		return -EPROTO;
	}
	*ret = o;
	return 0;
}

static int start(struct copy *c, const char *path)
{
	int end[2], rc;
	json_t *reply;

	c->sock = connect_to(path);
	if (c->sock < 0) {
		fprintf(stderr,
			"sigpath record: cannot reach sigpathd at %s: %s; start it with "
			"`sigpathd`, "
			"or run as root\n",
			path, strerror(-c->sock));
		return c->sock;
	}
	if (pipe2(end, O_CLOEXEC))
		return fail("no pipe", -errno, NULL);
	fcntl(end[0], F_SETPIPE_SZ, PIPE_BYTES);
	c->pipe = end[0];
	rc = send_request(c->sock, "{\"cmd\":\"record\"}\n", end[1]);
	close(end[1]);
	if (rc)
		return fail("sigpathd does not take the request", rc, NULL);
	rc = read_reply(c->sock, &reply);
	if (!rc)
		json_decref(reply);
	return rc;
}

/* --- the file --- */

static bool is_gz(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && !strcmp(path + len - 3, ".gz");
}

static int open_file(struct copy *c)
{
	int fd = strcmp(c->path, "-")
			 ? open(c->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
			 : dup(STDOUT_FILENO);

	if (fd < 0)
		return fail(c->path, -errno, NULL);
	if (!is_gz(c->path)) {
		c->out_fd = fd;
		return 0;
	}
	c->gz = gzdopen(fd, "wb1");
	if (!c->gz) {
		close(fd);
		return fail(c->path, -ENOMEM, NULL);
	}
	gzbuffer(c->gz, sizeof(c->buf));
	return 0;
}

static int write_out(struct copy *c, const char *p, size_t len)
{
	c->bytes += len;
	if (c->gz)
		return gzwrite(c->gz, p, (unsigned int)len) == (int)len ? 0 : -EIO;
	while (len) {
		ssize_t n = write(c->out_fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int close_file(struct copy *c)
{
	int rc = 0;

	if (c->gz)
		rc = gzclose(c->gz) == Z_OK ? 0 : -EIO;
	else if (c->out_fd >= 0)
		rc = close(c->out_fd) ? -errno : 0;
	c->gz = NULL;
	c->out_fd = -1;
	return rc;
}

/* --- the loop --- */

static void show(struct copy *c, uint64_t now)
{
	if (!c->has_progress || now - c->shown_ns < PROGRESS_NS)
		return;
	c->shown_ns = now;
	fprintf(stderr, "\r\033[Krecording: %.1f MiB, %.0f s", (double)c->bytes / (1 << 20),
		(double)(now - c->start_ns) / 1e9);
	fflush(stderr);
}

static bool is_stop_due(struct copy *c, uint64_t now)
{
	struct signalfd_siginfo info;

	if (read(c->signals, &info, sizeof(info)) == sizeof(info))
		return true;
	return now >= c->end_ns || c->bytes >= c->max_bytes;
}

/* The daemon ends the pipe; what is in it is read to the end. */
static int copy_all(struct copy *c)
{
	struct pollfd p[2] = {{.fd = c->pipe, .events = POLLIN},
			      {.fd = c->signals, .events = POLLIN}};

	for (;;) {
		uint64_t now = mono_ns();
		ssize_t n;
		int rc;

		show(c, now);
		if (!c->stopped_ns && is_stop_due(c, now)) {
			rc = send_request(c->sock, "{\"cmd\":\"record\",\"stop\":true}\n",
					  c->signals);
			if (rc)
				return fail("sigpathd does not take the request", rc, NULL);
			c->stopped_ns = now;
		}
		if (c->stopped_ns && now - c->stopped_ns > END_NS)
			return fail("sigpathd does not end the recording", -ETIMEDOUT, NULL);
		if (poll(p, c->stopped_ns ? 1 : 2, 100) < 0 && errno != EINTR)
			return fail("poll", -errno, NULL);
		if (!(p[0].revents & (POLLIN | POLLHUP)))
			continue;
		n = read(c->pipe, c->buf, sizeof(c->buf));
		if (n == 0)
			return 0;
		rc = n < 0 ? -errno : write_out(c, c->buf, (size_t)n);
		if (rc)
			return fail(c->path, rc, "the recording up to here can be replayed");
	}
}

static int summarise(struct copy *c)
{
	json_int_t lost, records;
	json_t *reply;

	if (!c->stopped_ns) {
		fputs("sigpath record: sigpathd ended; the recording up to there can be replayed\n",
		      stderr);
		return -EPIPE;
	}
	if (read_reply(c->sock, &reply))
		return -EPROTO;
	records = json_integer_value(json_object_get(reply, "records"));
	lost = json_integer_value(json_object_get(reply, "lost"));
	json_decref(reply);
	fprintf(stderr,
		"%s: %" PRId64 " records, %" PRIu64 " bytes%s in %.1f s, %" PRId64 " lost\n",
		c->path, (int64_t)records, c->bytes, c->gz ? " before compression" : "",
		(double)(c->stopped_ns - c->start_ns) / 1e9, (int64_t)lost);
	return 0;
}

/* A positive number, or 0 with a word. */
static double number_of(const struct options *o, enum option_id id, const char *name)
{
	const char *text = o->value[id];
	char *end;
	double v = text ? strtod(text, &end) : 0;

	if (text && (*end || !(v > 0 && v < 1e9))) {
		fprintf(stderr, "sigpath record: --%s: '%s' is no positive number\n", name, text);
		return -1;
	}
	return v;
}

static int record(const struct options *o, struct copy *c)
{
	double seconds = number_of(o, OPTION_DURATION, "duration");
	double mib = seconds < 0 ? 0 : number_of(o, OPTION_SIZE, "size");
	sigset_t set;
	int rc;

	if (seconds < 0 || mib < 0)
		return EXIT_USAGE;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	c->start_ns = mono_ns();
	c->end_ns = seconds > 0 ? c->start_ns + (uint64_t)(seconds * 1e9) : UINT64_MAX;
	c->max_bytes = mib > 0 ? (uint64_t)(mib * (1 << 20)) : UINT64_MAX;
	c->has_progress = isatty(STDERR_FILENO) && !o->value[OPTION_QUIET];
	rc = open_file(c);
	rc = rc ? rc : start(c, option__socket(o));
	rc = rc ? rc : copy_all(c);
	if (c->has_progress)
		fputs("\r\033[K", stderr);
	if (close_file(c) && !rc)
		rc = fail(c->path, -EIO, "the recording is not complete");
	rc = rc ? rc : summarise(c);
	return rc ? EXIT_FAIL : EXIT_DONE;
}

int record__run(const struct options *o)
{
	struct copy *c = calloc(1, sizeof(*c));
	int status;

	if (!o->value[OPTION_OUTPUT]) {
		fputs("sigpath record: where to? sigpath record -o FILE\n", stderr);
		free(c);
		return EXIT_USAGE;
	}
	if (!c) {
		fputs("sigpath record: out of memory\n", stderr);
		return EXIT_FAIL;
	}
	c->path = o->value[OPTION_OUTPUT];
	c->out_fd = c->sock = c->pipe = c->signals = -1;
	status = record(o, c);
	close_file(c);
	for (int *fd = (int[]){c->sock, c->pipe, c->signals, -2}; *fd != -2; fd++)
		if (*fd >= 0)
			close(*fd);
	free(c);
	return status;
}

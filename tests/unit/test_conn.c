/* SPDX-License-Identifier: BSD-2-Clause */
/* Framing and buffers of one connection, over a socket pair. */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#define MIB (1 << 20)

/* *peer is the other end, a plain descriptor. */
static int start(struct conn **ret, int *peer)
{
	int fd[2] = {-1, -1};
	int rc;

	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	*peer = fd[1];
	rc = conn__new(fd[0], ret);
	if (rc) {
		close(fd[0]);
		close(fd[1]);
	}
	return rc;
}

static void say(int fd, const char *text, size_t len)
{
	CHECK_INT(send(fd, text, len, MSG_NOSIGNAL), (int64_t)len);
}

/* A line that comes in pieces of every length is one line. */
static void joins_pieces(void)
{
	static const char text[] = "first\n\nthird and last\n";
	const char *line;
	size_t len;

	for (size_t piece = 1; piece < sizeof(text); piece++) {
		struct conn *c = NULL;
		unsigned int lines = 0;
		char joined[64] = "";
		int peer;

		CHECK_CASE("pieces of %zu", piece);
		if (!CHECK_OK(start(&c, &peer)))
			return;
		for (size_t i = 0; i < sizeof(text) - 1; i += piece) {
			say(peer, text + i,
			    piece < sizeof(text) - 1 - i ? piece : sizeof(text) - 1 - i);
			CHECK_INT(conn__read(c), 0);
			while (conn__find_line(c, &line, &len)) {
				strncat(joined, line, len);
				strcat(joined, "|");
				conn__take_line(c, len);
				lines++;
			}
		}
		CHECK_UINT(lines, 3);
		CHECK_STR(joined, "first||third and last|");
		close(peer);
		conn__free(c);
	}
}

static void knows_what_to_wait_for(void)
{
	struct conn *c = NULL;
	int peer;

	if (!CHECK_OK(start(&c, &peer)))
		return;
	CHECK_UINT(conn__wants(c), EPOLLIN);
	say(peer, "a\nb", 3);
	if (!CHECK_OK(conn__read(c)))
		goto out;
	/* The line in hand first. */
	CHECK_UINT(conn__wants(c), 0);
	conn__take_line(c, 1);
	CHECK_UINT(conn__wants(c), EPOLLIN);
	shutdown(peer, SHUT_WR);
	if (CHECK_OK(conn__read(c))) {
		CHECK(c->closing);
		CHECK(conn__is_done(c));
		CHECK_UINT(conn__wants(c), 0);
	}
out:
	close(peer);
	conn__free(c);
	conn__free(NULL);
}

static void keeps_what_the_socket_does_not_take(void)
{
	static char big[2 * MIB], got[2 * MIB + 2];
	struct conn *c = NULL;
	size_t len = 0;
	int peer;

	if (!CHECK_OK(start(&c, &peer)))
		return;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)('a' + i % 23);
	if (!CHECK_OK(conn__send(c, big, MIB)) || !CHECK_OK(conn__send(c, big + MIB, MIB)))
		goto out;
	CHECK(conn__wants(c) & EPOLLOUT);
	while (len < sizeof(got)) {
		ssize_t n = recv(peer, got + len, sizeof(got) - len, MSG_DONTWAIT);

		if (!CHECK(n > 0) || !CHECK_INT(conn__flush(c), 0))
			break;
		len += (size_t)n;
	}
	CHECK_UINT(conn__wants(c), EPOLLIN);
	CHECK(memcmp(got, big, MIB) == 0 && got[MIB] == '\n');
	CHECK(memcmp(got + MIB + 1, big + MIB, MIB) == 0 && got[sizeof(got) - 1] == '\n');
out:
	close(peer);
	conn__free(c);
}

static void limits_what_waits(void)
{
	static char big[CONN_OUT_MAX + MIB];
	struct conn *c = NULL;
	int sent = 0, rc;
	int peer;

	if (!CHECK_OK(start(&c, &peer)))
		return;
	memset(big, 'x', sizeof(big));
	do
		rc = conn__send(c, big, MIB);
	while (rc == 0 && ++sent < 100);
	CHECK_INT(rc, -ENOBUFS);
	CHECK(sent == CONN_OUT_MAX / MIB || sent == CONN_OUT_MAX / MIB - 1);
	close(peer);
	conn__free(c);

	/* A reply that is larger than the limit by itself can still be had. */
	if (!CHECK_OK(start(&c, &peer)))
		return;
	CHECK_INT(conn__send(c, big, sizeof(big)), 0);
	CHECK_INT(conn__send(c, "x", 1), -ENOBUFS);
	close(peer);
	conn__free(c);
}

static void refuses_a_line_without_end(void)
{
	static char line[CONN_LINE_MAX];
	struct conn *c = NULL;
	int peer, rc;

	if (!CHECK_OK(start(&c, &peer)))
		return;
	memset(line, 'x', sizeof(line));
	say(peer, line, sizeof(line));
	do
		rc = conn__read(c);
	while (rc == 0);
	CHECK_INT(rc, -EMSGSIZE);
	CHECK_UINT(c->in_len, 0);
	CHECK_UINT(c->in_cap, CONN_LINE_MAX);
	close(peer);
	conn__free(c);
}

/* The other end vanishes with output under way: an error, no signal. */
static void reports_a_peer_that_is_gone(void)
{
	static char big[MIB];
	struct conn *c = NULL;
	int peer;

	if (!CHECK_OK(start(&c, &peer)))
		return;
	memset(big, 'x', sizeof(big));
	say(peer, "request\n", 8);
	CHECK_INT(conn__send(c, big, sizeof(big)), 0);
	close(peer);
	CHECK_INT(conn__flush(c), -EPIPE);
	CHECK_INT(conn__send(c, big, 1), -EPIPE);
	conn__free(c);
	/* And one that had not read what was sent. */
	if (!CHECK_OK(start(&c, &peer)))
		return;
	CHECK_INT(conn__send(c, "x", 1), 0);
	close(peer);
	CHECK_INT(conn__read(c), -ECONNRESET);
	conn__free(c);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"joins_pieces", joins_pieces, TEST_PLAIN},
		{"knows_what_to_wait_for", knows_what_to_wait_for, TEST_WALK},
		{"keeps_what_the_socket_does_not_take", keeps_what_the_socket_does_not_take,
		 TEST_WALK},
		{"limits_what_waits", limits_what_waits, TEST_PLAIN},
		{"refuses_a_line_without_end", refuses_a_line_without_end, TEST_PLAIN},
		{"reports_a_peer_that_is_gone", reports_a_peer_that_is_gone, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

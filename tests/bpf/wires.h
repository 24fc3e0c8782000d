/* SPDX-License-Identifier: BSD-2-Clause */
/* Two namespaces joined by a veth pair (tests/lib/netns.sh), and traffic between them: datagrams of
 * every kind and size that must arrive as they were sent, and a TCP stream. */
#ifndef SIGPATH_WIRES_H
#define SIGPATH_WIRES_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"

#define WIRES_SIP     5060
#define WIRES_STUN    3478
#define WIRES_OTHER   50000
#define WIRES_MAX     9000
#define WIRES_WAIT_MS 2000

struct message {
	uint16_t port;
	uint16_t len;	/* filled up behind the head */
	bool is_marked; /* signaling: XDP stamps it */
	const char *head;
};

static const struct message messages[] = {
	{WIRES_SIP, 0, false, ""},
	{WIRES_SIP, 4, false, "\r\n\r\n"},
	{WIRES_SIP, 40, true, "BYE sip:a SIP/2.0\r\n"},
	{WIRES_SIP, 420, true, "OPTIONS sip:a SIP/2.0\r\n"},
	{WIRES_SIP, 1400, true, "INVITE sip:a SIP/2.0\r\n"},
	{WIRES_SIP, 1472, true, "SIP/2.0 200 OK\r\n"},
	{WIRES_SIP, 3000, true, "MESSAGE sip:a SIP/2.0\r\n"},
	{WIRES_SIP, WIRES_MAX, true, "NOTIFY sip:a SIP/2.0\r\n"},
	{WIRES_SIP, 172, false, "\x80"},
	{WIRES_STUN, 100, false, "\x16\xfe\xfd"},
	{WIRES_OTHER, 172, false, "\x80"},
	{WIRES_OTHER, 420, false, "OPTIONS sip:a SIP/2.0\r\n"},
	{WIRES_OTHER, WIRES_MAX, false, "media"},
};

#define MESSAGE_CNT (sizeof(messages) / sizeof(messages[0]))

/* Sockets of one address family. */
struct wires {
	int family;
	int a;		      /* client */
	int sip, stun, other; /* server */
};

static inline uint64_t wires__now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static inline socklen_t wires__address(struct sockaddr_storage *ss, int family, bool is_server,
				       uint16_t port)
{
	struct sockaddr_in6 *v6 = (void *)ss;
	struct sockaddr_in *v4 = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = (sa_family_t)family;
	if (family == AF_INET6) {
		inet_pton(AF_INET6, is_server ? "fd77::2" : "fd77::1", &v6->sin6_addr);
		v6->sin6_port = htons(port);
		return sizeof(*v6);
	}
	inet_pton(AF_INET, is_server ? "10.77.0.2" : "10.77.0.1", &v4->sin_addr);
	v4->sin_port = htons(port);
	return sizeof(*v4);
}

static inline int wires__bind(struct netns *ns, int family, int type, bool is_server, uint16_t port)
{
	struct sockaddr_storage ss;
	socklen_t len = wires__address(&ss, family, is_server, port);
	int fd = -1, one = 1;

	if (netns__enter(ns))
		return -1;
	fd = socket(family, type | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd >= 0 && bind(fd, (struct sockaddr *)&ss, len)) {
		close(fd);
		fd = -1;
	}
	netns__leave(ns);
	return fd;
}

/* False: something could not be bound. */
static inline bool wires__open(struct wires *w, int family, struct netns *a, struct netns *b)
{
	w->family = family;
	w->a = wires__bind(a, family, SOCK_DGRAM, false, 40000);
	w->sip = wires__bind(b, family, SOCK_DGRAM, true, WIRES_SIP);
	w->stun = wires__bind(b, family, SOCK_DGRAM, true, WIRES_STUN);
	w->other = wires__bind(b, family, SOCK_DGRAM, true, WIRES_OTHER);
	return w->a >= 0 && w->sip >= 0 && w->stun >= 0 && w->other >= 0;
}

static inline void wires__close(struct wires *w)
{
	close(w->a);
	close(w->sip);
	close(w->stun);
	close(w->other);
}

/* seq makes each one a different message. */
static inline void wires__fill(const struct message *m, unsigned int seq, uint8_t *buf)
{
	size_t head = strlen(m->head);

	memset(buf, 0, WIRES_MAX);
	for (size_t i = head; i < m->len; i++)
		buf[i] = (uint8_t)('a' + (seq + i) % 23);
	memcpy(buf, m->head, head < m->len ? head : m->len);
	if (m->len >= head + 8)
		snprintf((char *)buf + head, 9, "%08u", seq);
}

static inline ssize_t wires__receive(int fd, uint8_t *buf, size_t size)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, WIRES_WAIT_MS) == 1 ? recv(fd, buf, size, 0) : -1;
}

/* To the server and back; false unless both arrive as they were sent. */
static inline bool wires__exchange(struct wires *w, const struct message *m, const uint8_t *buf)
{
	int server = m->port == WIRES_SIP ? w->sip : m->port == WIRES_STUN ? w->stun : w->other;
	static uint8_t got[WIRES_MAX + 1];
	struct sockaddr_storage ss;
	socklen_t len = wires__address(&ss, w->family, true, m->port);

	if (sendto(w->a, buf, m->len, 0, (struct sockaddr *)&ss, len) != m->len ||
	    wires__receive(server, got, sizeof(got)) != m->len || memcmp(got, buf, m->len))
		return false;
	len = wires__address(&ss, w->family, false, 40000);
	return sendto(server, buf, m->len, 0, (struct sockaddr *)&ss, len) == m->len &&
	       wires__receive(w->a, got, sizeof(got)) == m->len && !memcmp(got, buf, m->len);
}

static inline bool wires__pump(int from, int to)
{
	static uint8_t out[1 << 16], in[1 << 16];
	size_t got = 0;

	for (unsigned int round = 0; round < 32; round++) {
		for (size_t i = 0; i < sizeof(out); i++)
			out[i] = (uint8_t)(i * 7 + round);
		if (send(from, out, sizeof(out), MSG_NOSIGNAL) != (ssize_t)sizeof(out))
			return false;
		for (got = 0; got < sizeof(in);) {
			ssize_t n = wires__receive(to, in + got, sizeof(in) - got);

			if (n <= 0)
				return false;
			got += (size_t)n;
		}
		if (memcmp(in, out, sizeof(in)))
			return false;
	}
	return true;
}

/* 2 MiB by TCP, to a port that carries SIP. */
static inline bool wires__stream(int family, struct netns *a, struct netns *b)
{
	int listener = wires__bind(b, family, SOCK_STREAM, true, WIRES_SIP), to = -1,
	    size = 1 << 20;
	int from = wires__bind(a, family, SOCK_STREAM, false, 0);
	struct sockaddr_storage ss;
	socklen_t len = wires__address(&ss, family, true, WIRES_SIP);
	bool ok = false;

	setsockopt(from, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (!listen(listener, 1) && !connect(from, (struct sockaddr *)&ss, len)) {
		to = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		ok = wires__pump(from, to);
		close(to);
	}
	close(from);
	close(listener);
	return ok;
}

#endif

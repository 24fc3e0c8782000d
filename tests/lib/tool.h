/* SPDX-License-Identifier: BSD-2-Clause */
/* What every test tool needs: the clock, addresses, numbers from the command line, and an exit that
 * says why. */
#ifndef SIGPATH_TOOL_H
#define SIGPATH_TOOL_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S  1000000000ull
#define NS_PER_US 1000ull

struct endpoint {
	struct sockaddr_storage addr;
	socklen_t len; /* 0: not set */
};

__attribute__((format(printf, 1, 2), noreturn)) static inline void tool__die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

/* CLOCK_MONOTONIC, the clock of all logs and of the daemon. */
static inline uint64_t tool__now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static inline void tool__sleep_until(uint64_t when_ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(when_ns / NS_PER_S),
		.tv_nsec = (long)(when_ns % NS_PER_S),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static inline int tool__tid(void)
{
	return (int)syscall(SYS_gettid);
}

/* A number between min and max, else the end. */
static inline double tool__number(const char *option, const char *text, double min, double max)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || value < min || value > max)
		tool__die("--%s: '%s' is no number from %g to %g", option, text, min, max);
	return value;
}

/* "10.77.0.2:5060" or "[fd77::2]:5060", else the end. */
static inline struct endpoint tool__endpoint(const char *option, const char *text)
{
	struct endpoint ret = {.len = 0};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&ret.addr;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ret.addr;
	char host[64];
	unsigned int port;

	if (sscanf(text, "[%63[0-9a-fA-F:.]]:%u", host, &port) == 2 && port <= 65535 &&
	    inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		ret.len = sizeof(*v6);
	} else if (sscanf(text, "%63[0-9.]:%u", host, &port) == 2 && port <= 65535 &&
		   inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		ret.len = sizeof(*v4);
	} else {
		tool__die("--%s: '%s' is not IP:PORT or [IPV6]:PORT", option, text);
	}
	return ret;
}

static inline uint16_t endpoint__port(const struct endpoint *e)
{
	if (e->addr.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&e->addr)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&e->addr)->sin_port);
}

/* The address as SIP writes it, IPv6 in brackets. */
static inline void endpoint__host(const struct endpoint *e, char *buf, size_t len)
{
	char text[INET6_ADDRSTRLEN];

	if (e->addr.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)&e->addr)->sin6_addr, text,
			  sizeof(text));
		snprintf(buf, len, "[%s]", text);
	} else {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)&e->addr)->sin_addr, text,
			  sizeof(text));
		snprintf(buf, len, "%s", text);
	}
}

static inline int tool__compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Of sorted values; 0 without any. */
static inline uint64_t tool__quantile(const uint64_t *sorted, size_t cnt, double q)
{
	size_t idx = (size_t)(q * (double)cnt);

	if (!cnt)
		return 0;
	return sorted[idx < cnt ? idx : cnt - 1];
}

#endif

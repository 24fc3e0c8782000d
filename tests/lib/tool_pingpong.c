/* SPDX-License-Identifier: BSD-2-Clause */
/* Round trips of one UDP datagram at a steady rate: an echo that blocks in its read, a pinger that
 * waits for each reply. With --stun the datagram is a Binding request and the other side is
 * `respond`. */
#include "tool.h"
#include "wire.h"

#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>

#define REPLY_WAIT_US 100000

struct opts {
	struct endpoint echo;
	struct endpoint target;
	double rate;
	double seconds;
	double warmup_s;
	size_t size;
	bool stun;
	const char *log_path;
};

static volatile sig_atomic_t stop_signal;

static void on_stop(int sig)
{
	stop_signal = sig;
}

static void pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		tool__die("--cpu %d: %s", cpu, strerror(errno));
}

static int run_echo(const struct opts *o)
{
	int fd = socket(o->echo.addr.ss_family, SOCK_DGRAM, 0);
	static uint8_t buf[65536];
	unsigned long long cnt = 0;

	if (fd < 0 || bind(fd, (const struct sockaddr *)&o->echo.addr, o->echo.len))
		tool__die("--echo: %s", strerror(errno));
	puts("ready");
	fflush(stdout);
	while (!stop_signal) {
		struct endpoint from = {.len = sizeof(from.addr)};
		ssize_t len =
			recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from.addr, &from.len);

		if (len >= 0 && sendto(fd, buf, (size_t)len, 0, (const struct sockaddr *)&from.addr,
				       from.len) == len)
			cnt++;
	}
	printf("echoed=%llu\n", cnt);
	return 0;
}

static size_t make_ping(const struct opts *o, uint8_t *buf, uint64_t number)
{
	uint8_t txid[STUN_TXID_LEN] = {0};

	memcpy(txid, &number, sizeof(number));
	if (o->stun)
		return wire__stun_request(buf, txid, 0);
	memset(buf, 0x80, o->size); /* looks like RTP: version 2 */
	memcpy(buf + o->size - sizeof(number), &number, sizeof(number));
	return o->size;
}

static bool is_reply(const struct opts *o, const uint8_t *buf, ssize_t len, uint64_t number)
{
	if (o->stun)
		return len >= STUN_HDR_LEN && buf[0] == 1 && buf[1] == 1 &&
		       !memcmp(buf + 8, &number, sizeof(number));
	return len == (ssize_t)o->size &&
	       !memcmp(buf + o->size - sizeof(number), &number, sizeof(number));
}

/* Round trip in ns, 0: lost. */
static uint64_t ping_once(const struct opts *o, int fd, uint64_t number)
{
	uint8_t out[2048], in[2048];
	size_t len = make_ping(o, out, number);
	uint64_t begin_ns = tool__now_ns();
	ssize_t got;

	if (send(fd, out, len, 0) != (ssize_t)len)
		return 0;
	do {
		got = recv(fd, in, sizeof(in), 0);
	} while (got >= 0 && !is_reply(o, in, got, number));
	return got < 0 ? 0 : tool__now_ns() - begin_ns;
}

static void write_log(const struct opts *o, const uint64_t *rtt, size_t cnt)
{
	FILE *f = fopen(o->log_path, "w");

	if (!f)
		tool__die("--log %s: %s", o->log_path, strerror(errno));
	for (size_t i = 0; i < cnt; i++)
		fprintf(f, "%llu\n", (unsigned long long)rtt[i]);
	fclose(f);
}

static int run_pinger(const struct opts *o)
{
	uint64_t warm = (uint64_t)(o->rate * o->warmup_s), total = (uint64_t)(o->rate * o->seconds);
	uint64_t start_ns, lost = 0, *rtt = calloc(total + 1, sizeof(*rtt));
	struct timeval wait = {.tv_usec = REPLY_WAIT_US};
	int fd = socket(o->target.addr.ss_family, SOCK_DGRAM, 0);
	size_t cnt = 0;

	if (!rtt || fd < 0 ||
	    connect(fd, (const struct sockaddr *)&o->target.addr, o->target.len) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		tool__die("--target: %s", strerror(errno));
	start_ns = tool__now_ns();
	for (uint64_t i = 0; i < warm + total && !stop_signal; i++) {
		uint64_t when_ns = start_ns + (uint64_t)((double)i * 1e9 / o->rate), took_ns;

		if (tool__now_ns() < when_ns)
			tool__sleep_until(when_ns);
		took_ns = ping_once(o, fd, i + 1);
		if (!took_ns)
			lost++;
		else if (i >= warm)
			rtt[cnt++] = took_ns;
	}
	if (o->log_path)
		write_log(o, rtt, cnt);
	qsort(rtt, cnt, sizeof(*rtt), tool__compare_u64);
	printf("n=%zu lost=%llu p50_ns=%llu p99_ns=%llu p999_ns=%llu max_ns=%llu\n", cnt,
	       (unsigned long long)lost, (unsigned long long)tool__quantile(rtt, cnt, 0.5),
	       (unsigned long long)tool__quantile(rtt, cnt, 0.99),
	       (unsigned long long)tool__quantile(rtt, cnt, 0.999),
	       (unsigned long long)tool__quantile(rtt, cnt, 1));
	free(rtt);
	return 0;
}

static const char usage[] = "usage: pingpong --echo IP:PORT | --target IP:PORT [options]\n"
			    "  --rate N      round trips per second (5000)\n"
			    "  --seconds S   measured (5), after\n"
			    "  --warmup S    not measured (0.2)\n"
			    "  --size BYTES  of a datagram (172)\n"
			    "  --stun        Binding requests\n"
			    "  --cpu N       pin to it\n"
			    "  --log FILE    each round trip in ns\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"echo", 1, NULL, 'e'},	   {"target", 1, NULL, 't'}, {"rate", 1, NULL, 'r'},
		{"seconds", 1, NULL, 's'}, {"warmup", 1, NULL, 'w'}, {"size", 1, NULL, 'z'},
		{"stun", 0, NULL, 'S'},	   {"cpu", 1, NULL, 'c'},    {"log", 1, NULL, 'l'},
		{"help", 0, NULL, 'h'},	   {NULL, 0, NULL, 0},
	};
	struct opts o = {.rate = 5000, .seconds = 5, .warmup_s = 0.2, .size = 172};
	struct sigaction sa = {.sa_handler = on_stop};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'e':
			o.echo = tool__endpoint("echo", optarg);
			break;
		case 't':
			o.target = tool__endpoint("target", optarg);
			break;
		case 'r':
			o.rate = tool__number("rate", optarg, 1, 1e6);
			break;
		case 's':
			o.seconds = tool__number("seconds", optarg, 0.01, 3600);
			break;
		case 'w':
			o.warmup_s = tool__number("warmup", optarg, 0, 60);
			break;
		case 'z':
			o.size = (size_t)tool__number("size", optarg, 16, 2000);
			break;
		case 'S':
			o.stun = true;
			break;
		case 'c':
			pin_to_cpu((int)tool__number("cpu", optarg, 0, CPU_SETSIZE - 1));
			break;
		case 'l':
			o.log_path = optarg;
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (o.echo.len)
		return run_echo(&o);
	if (!o.target.len)
		tool__die("--echo or --target is missing\n%s", usage);
	return run_pinger(&o);
}

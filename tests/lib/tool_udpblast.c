/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP that is no signaling, shaped like RTP, at a steady rate; and a sink that counts it. */
#include "tool.h"

#include <getopt.h>
#include <signal.h>

#define BATCH_MAX 32

static volatile sig_atomic_t stop_signal;

static void on_stop(int sig)
{
	stop_signal = sig;
}

static int run_sink(const struct endpoint *local)
{
	int fd = socket(local->addr.ss_family, SOCK_DGRAM, 0), room = 8 << 20;
	unsigned long long packets = 0, bytes = 0;
	static uint8_t buf[65536];

	if (fd < 0 || bind(fd, (const struct sockaddr *)&local->addr, local->len))
		tool__die("--sink: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	puts("ready");
	fflush(stdout);
	while (!stop_signal) {
		ssize_t len = recv(fd, buf, sizeof(buf), 0);

		if (len >= 0) {
			packets++;
			bytes += (unsigned long long)len;
		}
	}
	printf("received=%llu bytes=%llu\n", packets, bytes);
	return 0;
}

/* RFC 3550 5.1: V=2, PT, sequence number, timestamp, SSRC. */
static void make_rtp(uint8_t *buf, size_t size, uint64_t number)
{
	uint32_t stamp = htonl((uint32_t)(number * 160));
	uint16_t seq = htons((uint16_t)number);

	memset(buf, 0xd5, size);
	buf[0] = 0x80;
	buf[1] = 0;
	memcpy(buf + 2, &seq, 2);
	memcpy(buf + 4, &stamp, 4);
}

static int run_blast(const struct endpoint *target, double rate, double seconds, size_t size)
{
	int fd = socket(target->addr.ss_family, SOCK_DGRAM, 0);
	uint64_t total = (uint64_t)(rate * seconds), sent = 0, failed = 0;
	static uint8_t buf[BATCH_MAX][65536];
	struct mmsghdr hdr[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	uint64_t start_ns;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&target->addr, target->len))
		tool__die("--target: %s", strerror(errno));
	start_ns = tool__now_ns();
	while (sent + failed < total && !stop_signal) {
		double elapsed_s = (double)(tool__now_ns() - start_ns) / 1e9;
		uint64_t due = (uint64_t)(elapsed_s * rate) + 1;
		unsigned int cnt = 0;
		int n;

		while (cnt < BATCH_MAX && sent + failed + cnt < due &&
		       sent + failed + cnt < total) {
			make_rtp(buf[cnt], size, sent + cnt);
			iov[cnt] = (struct iovec){.iov_base = buf[cnt], .iov_len = size};
			memset(&hdr[cnt], 0, sizeof(hdr[cnt]));
			hdr[cnt].msg_hdr.msg_iov = &iov[cnt];
			hdr[cnt].msg_hdr.msg_iovlen = 1;
			cnt++;
		}
		if (!cnt) {
			tool__sleep_until(start_ns + (uint64_t)((double)due * 1e9 / rate));
			continue;
		}
		n = sendmmsg(fd, hdr, cnt, 0);
		sent += n > 0 ? (uint64_t)n : 0;
		failed += n < 0 ? cnt : cnt - (unsigned int)n;
	}
	printf("sent=%llu failed=%llu seconds=%.2f\n", (unsigned long long)sent,
	       (unsigned long long)failed, (double)(tool__now_ns() - start_ns) / 1e9);
	return 0;
}

static const char usage[] = "usage: udpblast --sink IP:PORT | --target IP:PORT [options]\n"
			    "  --rate N      packets per second (10000)\n"
			    "  --seconds S   (5)\n"
			    "  --size BYTES  of the payload (172)\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"sink", 1, NULL, 'k'},	   {"target", 1, NULL, 't'}, {"rate", 1, NULL, 'r'},
		{"seconds", 1, NULL, 's'}, {"size", 1, NULL, 'z'},   {"help", 0, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct endpoint sink = {.len = 0}, target = {.len = 0};
	struct sigaction sa = {.sa_handler = on_stop};
	double rate = 10000, seconds = 5;
	size_t size = 172;
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'k':
			sink = tool__endpoint("sink", optarg);
			break;
		case 't':
			target = tool__endpoint("target", optarg);
			break;
		case 'r':
			rate = tool__number("rate", optarg, 1, 1e7);
			break;
		case 's':
			seconds = tool__number("seconds", optarg, 0.001, 3600);
			break;
		case 'z':
			size = (size_t)tool__number("size", optarg, 12, 65000);
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (sink.len)
		return run_sink(&sink);
	if (!target.len)
		tool__die("--sink or --target is missing\n%s", usage);
	return run_blast(&target, rate, seconds, size);
}

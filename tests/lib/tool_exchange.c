/* SPDX-License-Identifier: BSD-2-Clause */
/* Offers and answers over WebSocket: a server that answers every offer, and an open-loop load of
 * many connections. Each connection is a session with ICE credentials of its own and offers again
 * and again (o= version counts up). */
#include "tool.h"

#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#define FRAME_MAX    8192 /* longest frame or HTTP head that is understood */
#define EVENTS_MAX   256
#define CONNECT_STEP 100 /* connections opened before their handshakes are waited for */

#define UPGRADE                                                                                \
	"GET /signal HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
#define UPGRADED                                                     \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

/* As in JSON: the line ends are escaped. */
#define SDP_HEAD                                                                                  \
	"v=0\\r\\no=- %u %u IN IP4 10.77.0.1\\r\\ns=-\\r\\nt=0 0\\r\\na=group:BUNDLE 0\\r\\n"     \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8\\r\\nc=IN IP4 0.0.0.0\\r\\na=ice-ufrag:%c%07x\\r\\n" \
	"a=ice-pwd:%c%07xace1fcJ0RwtiBQXrFEx\\r\\na=fingerprint:sha-256 "                         \
	"5E:C8:69:B5:F2:CE:A4:66:54:B4:39:10:09:D6:31:80:68:88:54:37:0F:B5:C1:27:6F:5B:7D:7E:"    \
	"%02X:%02X:%02X:%02X\\r\\na=setup:%s\\r\\na=mid:0\\r\\na=sendrecv\\r\\na=rtcp-mux\\r\\n"  \
	"a=rtpmap:111 opus/48000/2\\r\\n"
#define SDP_FILL "a=candidate:%u 1 udp 2113937151 10.77.0.1 %u typ host\\r\\n"

enum step { STEP_HTTP, STEP_OPEN, STEP_DEAD };

struct conn {
	int fd;
	enum step step;
	uint32_t got, left; /* bytes in `in`; bytes in `out` that the kernel did not take */
	uint32_t version;   /* exchanges so far */
	uint64_t asked_ns;  /* intended time of the offer that waits, 0 none */
	uint8_t in[FRAME_MAX], *out;
};

struct exchange {
	int ep;
	bool is_server;
	uint32_t cnt, sdp_len;
	struct conn *conn;
	uint64_t *took_ns;
	uint64_t sent, answered, busy, broken, open;
};

static volatile sig_atomic_t stop_signal;

static void on_stop(int sig)
{
	stop_signal = sig;
}

static void raise_files(uint32_t cnt)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur < cnt + 32)
		tool__die("%u connections need as many open files: the limit is %llu", cnt,
			  (unsigned long long)r.rlim_max);
}

static void kill_conn(struct exchange *x, struct conn *c, bool is_broken)
{
	if (c->step == STEP_DEAD)
		return;
	x->broken += is_broken;
	x->open -= c->step == STEP_OPEN;
	close(c->fd);
	free(c->out);
	c->out = NULL;
	c->step = STEP_DEAD;
}

static void watch(const struct exchange *x, const struct conn *c, uint32_t events, int op)
{
	struct epoll_event ev = {.events = events, .data.u32 = (uint32_t)(c - x->conn)};

	epoll_ctl(x->ep, op, c->fd, &ev);
}

static void put(struct exchange *x, struct conn *c, const uint8_t *p, size_t len)
{
	ssize_t n;

	if (c->left) { /* still waits for the one before: this load does not pile up */
		kill_conn(x, c, true);
		return;
	}
	n = send(c->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN) {
		kill_conn(x, c, true);
		return;
	}
	n = n < 0 ? 0 : n;
	if ((size_t)n == len)
		return;
	c->left = (uint32_t)(len - (size_t)n);
	c->out = malloc(c->left);
	memcpy(c->out, p + n, c->left);
	watch(x, c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void flush(struct exchange *x, struct conn *c)
{
	ssize_t n = send(c->fd, c->out, c->left, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return;
	c->left -= (uint32_t)n;
	memmove(c->out, c->out + n, c->left);
	if (c->left)
		return;
	free(c->out);
	c->out = NULL;
	watch(x, c, EPOLLIN, EPOLL_CTL_MOD);
}

/* RFC 6455 5.2; a client masks. Returns the length. */
static size_t wrap(uint8_t *to, const char *text, size_t len, bool is_masked)
{
	uint8_t mask[4] = {0x5a, 0xc3, 0x17, (uint8_t)len};
	size_t at = 2, i;

	to[0] = 0x81;
	to[1] = is_masked ? 0x80 : 0;
	if (len < 126) {
		to[1] |= (uint8_t)len;
	} else {
		to[1] |= 126;
		to[2] = (uint8_t)(len >> 8);
		to[3] = (uint8_t)len;
		at = 4;
	}
	if (is_masked) {
		memcpy(to + at, mask, 4);
		at += 4;
	}
	for (i = 0; i < len; i++)
		to[at + i] = (uint8_t)(text[i] ^ (is_masked ? mask[i & 3] : 0));
	return at + len;
}

static void say(struct exchange *x, struct conn *c, uint32_t id, const char *type)
{
	char side = x->is_server ? 's' : 'c', text[FRAME_MAX];
	size_t room = sizeof(text) - 200, len;
	uint8_t frame[FRAME_MAX + 16];
	unsigned int i = 0;

	len = (size_t)snprintf(text, room, "{\"type\":\"%s\",\"sdp\":\"" SDP_HEAD, type, id,
			       ++c->version, side, id, side, id, (uint8_t)side, id >> 16 & 255,
			       id >> 8 & 255, id & 255, x->is_server ? "active" : "actpass");
	while (len < x->sdp_len && len < room - 100) {
		i++;
		len += (size_t)snprintf(text + len, room - len, SDP_FILL, i, 20000 + i);
	}
	len += (size_t)snprintf(text + len, sizeof(text) - len, "\"}");
	put(x, c, frame, wrap(frame, text, len, !x->is_server));
}

static void take_text(struct exchange *x, struct conn *c, const uint8_t *p, size_t len)
{
	const char *ufrag = memmem(p, len, "a=ice-ufrag:c", 13);

	if (x->is_server) {
		if (ufrag)
			say(x, c, (uint32_t)strtoul(ufrag + 13, NULL, 16), "answer");
		else
			x->broken++;
	} else if (c->asked_ns) {
		x->took_ns[x->answered++] = tool__now_ns() - c->asked_ns;
		c->asked_ns = 0;
	} else {
		x->broken++;
	}
}

/* Bytes of the whole frame or head at the start of c->in, 0: not yet. */
static uint32_t take_one(struct exchange *x, struct conn *c)
{
	uint32_t len, head, i;
	uint8_t *end;

	if (c->step == STEP_HTTP) {
		end = memmem(c->in, c->got, "\r\n\r\n", 4);
		if (!end)
			return 0;
		c->step = STEP_OPEN;
		x->open++;
		if (x->is_server)
			put(x, c, (const uint8_t *)UPGRADED, sizeof(UPGRADED) - 1);
		return (uint32_t)(end + 4 - c->in);
	}
	if (c->got < 4)
		return 0;
	len = c->in[1] & 127;
	head = len < 126 ? 2 : 4;
	if (len == 126)
		len = (uint32_t)c->in[2] << 8 | c->in[3];
	head += c->in[1] & 0x80 ? 4 : 0;
	if (c->got < head + len)
		return 0;
	for (i = 0; c->in[1] & 0x80 && i < len; i++)
		c->in[head + i] ^= c->in[head - 4 + (i & 3)];
	if ((c->in[0] & 15) == 1)
		take_text(x, c, c->in + head, len);
	return head + len;
}

static void read_conn(struct exchange *x, struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->got, sizeof(c->in) - c->got, MSG_DONTWAIT);
	uint32_t used;

	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			kill_conn(x, c, !x->is_server);
		return;
	}
	c->got += (uint32_t)n;
	while (c->step != STEP_DEAD && (used = take_one(x, c))) {
		c->got -= used;
		memmove(c->in, c->in + used, c->got);
	}
	if (c->step != STEP_DEAD && c->got == sizeof(c->in))
		kill_conn(x, c, true);
}

static void add_conn(struct exchange *x, int fd)
{
	struct conn *c = &x->conn[x->cnt++];
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	memset(c, 0, offsetof(struct conn, in));
	c->fd = fd;
	watch(x, c, EPOLLIN, EPOLL_CTL_ADD);
}

static void turn(struct exchange *x, int timeout_ms)
{
	struct epoll_event ev[EVENTS_MAX];
	int n = epoll_wait(x->ep, ev, EVENTS_MAX, timeout_ms), i;

	for (i = 0; i < n; i++) {
		struct conn *c = &x->conn[ev[i].data.u32];

		if (c->step == STEP_DEAD)
			continue;
		if (ev[i].events & EPOLLOUT)
			flush(x, c);
		if (ev[i].events & ~(uint32_t)EPOLLOUT)
			read_conn(x, c);
	}
}

static int serve(struct exchange *x, const struct endpoint *local, uint32_t max)
{
	int fd = socket(local->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1, peer;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (const struct sockaddr *)&local->addr, local->len) ||
	    listen(fd, 4096))
		tool__die("--serve: %s", strerror(errno));
	x->is_server = true;
	puts("ready");
	fflush(stdout);
	while (!stop_signal) {
		while (x->cnt < max && (peer = accept(fd, NULL, NULL)) >= 0)
			add_conn(x, peer);
		turn(x, x->open < x->cnt || !x->cnt ? 1 : 10);
	}
	printf("connections=%u broken=%llu\n", x->cnt, (unsigned long long)x->broken);
	return 0;
}

static void connect_all(struct exchange *x, const struct endpoint *to, uint32_t cnt)
{
	uint64_t until_ns;

	while (x->cnt < cnt) {
		int fd = socket(to->addr.ss_family, SOCK_STREAM, 0);

		if (fd < 0 || connect(fd, (const struct sockaddr *)&to->addr, to->len))
			tool__die("--connect: %s", strerror(errno));
		add_conn(x, fd);
		put(x, &x->conn[x->cnt - 1], (const uint8_t *)UPGRADE, sizeof(UPGRADE) - 1);
		if (x->cnt % CONNECT_STEP && x->cnt < cnt)
			continue;
		until_ns = tool__now_ns() + 10 * NS_PER_S;
		while (x->open < x->cnt && tool__now_ns() < until_ns)
			turn(x, 10);
	}
	if (x->open < cnt)
		tool__die("only %llu of %u connections were upgraded", (unsigned long long)x->open,
			  cnt);
}

/* The next offer in turn; a session that still waits for its answer is busy: counted, nothing sent.
 */
static void offer(struct exchange *x, uint64_t number, uint64_t due_ns)
{
	uint32_t id = (uint32_t)(number % x->cnt);
	struct conn *c = &x->conn[id];

	if (c->step != STEP_OPEN || c->asked_ns) {
		x->busy++;
		return;
	}
	c->asked_ns = due_ns;
	x->sent++;
	say(x, c, id, "offer");
}

static int run_load(struct exchange *x, double rate, double seconds)
{
	uint64_t total = (uint64_t)(rate * seconds), number = 0, start_ns, now_ns, lag_ns = 0;

	x->took_ns = calloc(total + 1, sizeof(*x->took_ns));
	if (!x->took_ns)
		tool__die("no memory");
	printf("connected=%u\n", x->cnt);
	fflush(stdout);
	start_ns = tool__now_ns();
	while (number < total && !stop_signal) {
		uint64_t due_ns = start_ns + (uint64_t)((double)number * 1e9 / rate);

		now_ns = tool__now_ns();
		if (now_ns >= due_ns) {
			lag_ns = now_ns - due_ns > lag_ns ? now_ns - due_ns : lag_ns;
			offer(x, number++, due_ns);
			if (number % 16)
				continue;
		}
		turn(x, due_ns > now_ns + 1000000 ? 1 : 0);
	}
	now_ns = tool__now_ns();
	while (x->answered < x->sent && tool__now_ns() < now_ns + 3 * NS_PER_S)
		turn(x, 10);
	qsort(x->took_ns, x->answered, sizeof(*x->took_ns), tool__compare_u64);
	printf("sent=%llu answered=%llu busy=%llu broken=%llu seconds=%.2f p50_us=%.0f p99_us=%.0f "
	       "lag_ms=%.1f\n",
	       (unsigned long long)x->sent, (unsigned long long)x->answered,
	       (unsigned long long)x->busy, (unsigned long long)x->broken,
	       (double)(now_ns - start_ns) / 1e9,
	       (double)tool__quantile(x->took_ns, x->answered, 0.5) / 1e3,
	       (double)tool__quantile(x->took_ns, x->answered, 0.99) / 1e3, (double)lag_ns / 1e6);
	return x->answered == x->sent && !x->broken ? 0 : 1;
}

static const char usage[] = "usage: exchange --serve IP:PORT | --connect IP:PORT [options]\n"
			    "  --sessions N   connections; of --serve at most (10000)\n"
			    "  --rate R       offers per second, of all sessions in turn (2000)\n"
			    "  --seconds S    (60)\n"
			    "  --bytes N      of each description (1400)\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"serve", 1, NULL, 'l'}, {"connect", 1, NULL, 'c'}, {"sessions", 1, NULL, 'n'},
		{"rate", 1, NULL, 'r'},	 {"seconds", 1, NULL, 's'}, {"bytes", 1, NULL, 'b'},
		{"help", 0, NULL, 'h'},	 {NULL, 0, NULL, 0},
	};
	struct endpoint local = {.len = 0}, to = {.len = 0};
	struct sigaction sa = {.sa_handler = on_stop};
	struct exchange x = {.sdp_len = 1400};
	double rate = 2000, seconds = 60;
	uint32_t sessions = 10000;
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'l':
			local = tool__endpoint("serve", optarg);
			break;
		case 'c':
			to = tool__endpoint("connect", optarg);
			break;
		case 'n':
			sessions = (uint32_t)tool__number("sessions", optarg, 1, 60000);
			break;
		case 'r':
			rate = tool__number("rate", optarg, 0.1, 1e6);
			break;
		case 's':
			seconds = tool__number("seconds", optarg, 0.1, 3600);
			break;
		case 'b':
			x.sdp_len = (uint32_t)tool__number("bytes", optarg, 500, 7000);
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	if (!local.len == !to.len)
		tool__die("either --serve or --connect\n%s", usage);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	raise_files(sessions);
	x.ep = epoll_create1(0);
	x.conn = calloc(sessions, sizeof(*x.conn));
	if (x.ep < 0 || !x.conn)
		tool__die("no memory");
	if (local.len)
		return serve(&x, &local, sessions);
	connect_all(&x, &to, sessions);
	return run_load(&x, rate, seconds);
}

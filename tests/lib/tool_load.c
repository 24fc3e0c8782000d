/* SPDX-License-Identifier: BSD-2-Clause */
/* Open-loop load of SIP OPTIONS and STUN Binding: every request has an intended time and latencies
 * count from it, so a slow server cannot hide by slowing the generator. */
#include "tool.h"
#include "wire.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>

#define SOCKETS_MAX 256
#define BATCH_MAX   32
#define PAD_MAX	    60000
#define COPIES_MAX  65536 /* retransmissions waiting for their time */

enum load_proto { LOAD_SIP, LOAD_STUN, LOAD_PROTOS };

static const char *const proto_names[] = {"sip", "stun"};

struct opts {
	struct endpoint target[LOAD_PROTOS];
	struct endpoint local;
	unsigned int sockets; /* per protocol */
	double rate;
	uint64_t count;
	double seconds;
	unsigned int burst;
	size_t pad;
	unsigned int retransmit_percent;
	unsigned int retransmit_us;
	unsigned int stun_percent; /* of the requests, with both targets */
	double linger_s;
	const char *log_path;
};

struct request {
	uint64_t intended_ns;
	uint64_t send_ns; /* before the system call */
	uint64_t sent_ns; /* after it */
	uint64_t recv_ns; /* 0: no reply */
	uint16_t socket;
	uint8_t proto;
	uint8_t copies; /* further identical datagrams sent */
};

struct lane {
	int fd;
	enum load_proto proto;
	char local[80]; /* host:port */
};

struct copy {
	uint64_t when_ns;
	uint64_t idx;
};

struct load {
	const struct opts *opts;
	uint32_t nonce; /* tells this run's replies from others */
	struct request *req;
	uint64_t total;	   /* requests to send */
	uint64_t made_cnt; /* of which sent or failed */
	uint64_t failed_cnt;
	uint64_t received_cnt;
	uint64_t duplicate_cnt; /* replies to copies */
	uint64_t foreign_cnt;	/* replies to nothing of ours */
	uint64_t copy_cnt;
	uint64_t lag_ns; /* worst: intended to sent */
	uint64_t start_ns;
	unsigned int turn[LOAD_PROTOS];
	char target[LOAD_PROTOS][80];
	struct lane lane[LOAD_PROTOS * SOCKETS_MAX];
	unsigned int lane_cnt[LOAD_PROTOS];
	int epoll_fd;
	struct copy copies[COPIES_MAX];
	uint64_t copy_head, copy_tail;
	uint8_t tx[BATCH_MAX][WIRE_MSG_MAX + 1];
	uint8_t rx[BATCH_MAX][4096];
};

static volatile sig_atomic_t stop_signal;

static void on_stop(int sig)
{
	stop_signal = sig;
}

/* --- messages: the request's number is in its identity --- */

static size_t make_request(const struct load *l, uint64_t idx, uint8_t *out)
{
	const struct request *r = &l->req[idx];
	char branch[48], call_id[48];
	uint8_t txid[STUN_TXID_LEN];
	struct wire_options o = {
		.target = l->target[LOAD_SIP],
		.local = l->lane[r->socket].local,
		.branch = branch,
		.call_id = call_id,
		.pad = l->opts->pad,
	};

	if (r->proto == LOAD_STUN) {
		for (int i = 0; i < 4; i++)
			txid[i] = (uint8_t)(l->nonce >> (24 - 8 * i));
		for (int i = 0; i < 8; i++)
			txid[4 + i] = (uint8_t)(idx >> (56 - 8 * i));
		return wire__stun_request(out, txid, l->opts->pad);
	}
	snprintf(branch, sizeof(branch), "z9hG4bK%08x%08llx", l->nonce, (unsigned long long)idx);
	snprintf(call_id, sizeof(call_id), "%08x%08llx", l->nonce, (unsigned long long)idx);
	return wire__sip_request((char *)out, WIRE_MSG_MAX, &o);
}

/* Number of the request this answers, -1 for none of ours. */
static int64_t find_request(const struct load *l, const uint8_t *msg, size_t len)
{
	char key[WIRE_KEY_LEN];
	unsigned long long idx;
	unsigned int nonce;

	if (!wire__key(msg, len, key))
		return -1;
	if (sscanf(wire__is_stun(msg, len) ? key : key + 7, "%8x%llx", &nonce, &idx) != 2)
		return -1;
	if (nonce != l->nonce || idx >= l->made_cnt)
		return -1;
	return (int64_t)idx;
}

/* --- sending --- */

static void queue_copy(struct load *l, uint64_t idx, uint64_t now_ns)
{
	uint64_t mix = (idx + 1) * 0x9e3779b97f4a7c15ull;

	if ((mix >> 32) % 100 >= l->opts->retransmit_percent)
		return;
	if (l->copy_tail - l->copy_head >= COPIES_MAX)
		return;
	l->copies[l->copy_tail % COPIES_MAX] = (struct copy){
		.when_ns = now_ns + l->opts->retransmit_us * NS_PER_US,
		.idx = idx,
	};
	l->copy_tail++;
}

static void send_copies(struct load *l, uint64_t now_ns)
{
	while (l->copy_head < l->copy_tail) {
		const struct copy *c = &l->copies[l->copy_head % COPIES_MAX];
		struct request *r = &l->req[c->idx];
		size_t len;

		if (c->when_ns > now_ns)
			return;
		len = make_request(l, c->idx, l->tx[0]);
		if (send(l->lane[r->socket].fd, l->tx[0], len, MSG_DONTWAIT) >= 0) {
			r->copies++;
			l->copy_cnt++;
		}
		l->copy_head++;
	}
}

static enum load_proto choose_proto(const struct load *l, uint64_t idx)
{
	if (!l->opts->target[LOAD_STUN].len)
		return LOAD_SIP;
	if (!l->opts->target[LOAD_SIP].len)
		return LOAD_STUN;
	return idx * l->opts->stun_percent / 100 != (idx + 1) * l->opts->stun_percent / 100
		       ? LOAD_STUN
		       : LOAD_SIP;
}

static uint64_t intended_ns(const struct load *l, uint64_t idx)
{
	uint64_t group = idx / l->opts->burst * l->opts->burst;

	return l->start_ns + (uint64_t)((double)group * 1e9 / l->opts->rate);
}

/* Sends the next cnt requests of one protocol on one socket. */
static void send_run(struct load *l, unsigned int cnt, enum load_proto proto)
{
	unsigned int socket =
		(unsigned int)proto * SOCKETS_MAX + l->turn[proto]++ % l->lane_cnt[proto];
	struct mmsghdr hdr[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	uint64_t send_ns, sent_ns;
	int n;

	memset(hdr, 0, sizeof(hdr));
	for (unsigned int i = 0; i < cnt; i++) {
		struct request *r = &l->req[l->made_cnt + i];

		*r = (struct request){
			.intended_ns = intended_ns(l, l->made_cnt + i),
			.socket = (uint16_t)socket,
			.proto = (uint8_t)proto,
		};
		iov[i].iov_base = l->tx[i];
		iov[i].iov_len = make_request(l, l->made_cnt + i, l->tx[i]);
		hdr[i].msg_hdr.msg_iov = &iov[i];
		hdr[i].msg_hdr.msg_iovlen = 1;
	}
	send_ns = tool__now_ns();
	n = sendmmsg(l->lane[socket].fd, hdr, cnt, 0);
	sent_ns = tool__now_ns();
	for (unsigned int i = 0; i < cnt; i++) {
		struct request *r = &l->req[l->made_cnt + i];

		if ((int)i >= n) {
			l->failed_cnt++;
			continue;
		}
		r->send_ns = send_ns;
		r->sent_ns = sent_ns;
		if (sent_ns - r->intended_ns > l->lag_ns)
			l->lag_ns = sent_ns - r->intended_ns;
		queue_copy(l, l->made_cnt + i, sent_ns);
	}
	l->made_cnt += cnt;
}

static void send_due(struct load *l, uint64_t now_ns)
{
	unsigned int cnt = 0;
	enum load_proto proto;

	if (l->made_cnt >= l->total || intended_ns(l, l->made_cnt) > now_ns)
		return;
	proto = choose_proto(l, l->made_cnt);
	while (cnt < BATCH_MAX && l->made_cnt + cnt < l->total &&
	       intended_ns(l, l->made_cnt + cnt) <= now_ns &&
	       choose_proto(l, l->made_cnt + cnt) == proto)
		cnt++;
	send_run(l, cnt, proto);
}

/* --- receiving --- */

static void take_reply(struct load *l, const uint8_t *msg, size_t len, uint64_t now_ns)
{
	int64_t idx = find_request(l, msg, len);

	if (idx < 0) {
		l->foreign_cnt++;
	} else if (l->req[idx].recv_ns) {
		l->duplicate_cnt++;
	} else {
		l->req[idx].recv_ns = now_ns;
		l->received_cnt++;
	}
}

static void read_socket(struct load *l, int fd)
{
	struct mmsghdr hdr[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	uint64_t now_ns;
	int n;

	memset(hdr, 0, sizeof(hdr));
	for (int i = 0; i < BATCH_MAX; i++) {
		iov[i].iov_base = l->rx[i];
		iov[i].iov_len = sizeof(l->rx[i]);
		hdr[i].msg_hdr.msg_iov = &iov[i];
		hdr[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(fd, hdr, BATCH_MAX, MSG_DONTWAIT, NULL);
	now_ns = tool__now_ns();
	for (int i = 0; i < n; i++)
		take_reply(l, l->rx[i], hdr[i].msg_len, now_ns);
}

static void receive_until(struct load *l, uint64_t until_ns)
{
	struct epoll_event events[32];
	uint64_t now_ns = tool__now_ns();
	uint64_t wait_ns = until_ns > now_ns ? until_ns - now_ns : 0;
	struct timespec ts = {
		.tv_sec = (time_t)(wait_ns / NS_PER_S),
		.tv_nsec = (long)(wait_ns % NS_PER_S),
	};
	struct pollfd ready = {.fd = l->epoll_fd, .events = POLLIN};
	int n;

	/* not epoll_pwait2: that came with Linux 5.11 */
	if (ppoll(&ready, 1, &ts, NULL) <= 0)
		return;
	n = epoll_wait(l->epoll_fd, events, 32, 0);
	for (int i = 0; i < n; i++)
		read_socket(l, events[i].data.fd);
}

/* --- the run --- */

static void open_lane(struct load *l, enum load_proto proto, unsigned int idx)
{
	const struct endpoint *target = &l->opts->target[proto];
	struct lane *lane = &l->lane[(unsigned int)proto * SOCKETS_MAX + idx];
	struct endpoint local = {.len = sizeof(local.addr)};
	struct epoll_event event = {.events = EPOLLIN};
	int room = 8 << 20;
	char host[64];

	lane->proto = proto;
	lane->fd = socket(target->addr.ss_family, SOCK_DGRAM, 0);
	if (lane->fd < 0)
		tool__die("socket: %s", strerror(errno));
	if (setsockopt(lane->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(lane->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (l->opts->local.len &&
	    bind(lane->fd, (const struct sockaddr *)&l->opts->local.addr, l->opts->local.len))
		tool__die("bind: %s", strerror(errno));
	if (connect(lane->fd, (const struct sockaddr *)&target->addr, target->len))
		tool__die("connect: %s", strerror(errno));
	if (getsockname(lane->fd, (struct sockaddr *)&local.addr, &local.len))
		tool__die("getsockname: %s", strerror(errno));
	endpoint__host(&local, host, sizeof(host));
	snprintf(lane->local, sizeof(lane->local), "%s:%u", host, endpoint__port(&local));
	event.data.fd = lane->fd;
	epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, lane->fd, &event);
}

static void open_lanes(struct load *l)
{
	char host[64];

	l->epoll_fd = epoll_create1(0);
	for (int p = 0; p < LOAD_PROTOS; p++) {
		const struct endpoint *target = &l->opts->target[p];

		if (!target->len)
			continue;
		endpoint__host(target, host, sizeof(host));
		snprintf(l->target[p], sizeof(l->target[p]), "%s:%u", host, endpoint__port(target));
		for (unsigned int i = 0; i < l->opts->sockets; i++)
			open_lane(l, (enum load_proto)p, i);
		l->lane_cnt[p] = l->opts->sockets;
	}
}

static void run_load(struct load *l)
{
	uint64_t linger_ns = (uint64_t)(l->opts->linger_s * 1e9), end_ns = 0;

	l->start_ns = tool__now_ns() + 10 * 1000 * NS_PER_US;
	while (!stop_signal) {
		uint64_t now_ns = tool__now_ns(), next_ns;

		send_copies(l, now_ns);
		send_due(l, now_ns);
		if (l->made_cnt >= l->total && l->copy_head == l->copy_tail) {
			if (!end_ns)
				end_ns = now_ns + linger_ns;
			if (now_ns >= end_ns ||
			    l->received_cnt + l->duplicate_cnt + l->failed_cnt >=
				    l->total + l->copy_cnt)
				return;
			next_ns = end_ns;
		} else {
			next_ns = l->made_cnt < l->total ? intended_ns(l, l->made_cnt) : UINT64_MAX;
		}
		if (l->copy_head < l->copy_tail &&
		    l->copies[l->copy_head % COPIES_MAX].when_ns < next_ns)
			next_ns = l->copies[l->copy_head % COPIES_MAX].when_ns;
		receive_until(l, next_ns);
	}
}

static void write_log(const struct load *l)
{
	FILE *f = fopen(l->opts->log_path, "w");
	char key[WIRE_KEY_LEN];

	if (!f)
		tool__die("--log %s: %s", l->opts->log_path, strerror(errno));
	for (uint64_t i = 0; i < l->made_cnt; i++) {
		const struct request *r = &l->req[i];

		if (r->proto == LOAD_STUN)
			snprintf(key, sizeof(key), "%08x%016llx", l->nonce, (unsigned long long)i);
		else
			snprintf(key, sizeof(key), "z9hG4bK%08x%08llx", l->nonce,
				 (unsigned long long)i);
		fprintf(f, "%s\t%s\t%llu\t%llu\t%llu\t%llu\t%u\n", key, proto_names[r->proto],
			(unsigned long long)r->intended_ns, (unsigned long long)r->send_ns,
			(unsigned long long)r->sent_ns, (unsigned long long)r->recv_ns, r->copies);
	}
	if (fclose(f))
		tool__die("--log %s: %s", l->opts->log_path, strerror(errno));
}

static void report(const struct load *l)
{
	uint64_t *rtt = malloc((l->received_cnt + 1) * sizeof(*rtt));
	uint64_t sent = l->made_cnt - l->failed_cnt;
	double seconds = (double)(tool__now_ns() - l->start_ns) / 1e9;
	size_t cnt = 0;

	if (!rtt)
		tool__die("no memory");
	for (uint64_t i = 0; i < l->made_cnt; i++) {
		if (l->req[i].recv_ns)
			rtt[cnt++] = l->req[i].recv_ns - l->req[i].intended_ns;
	}
	qsort(rtt, cnt, sizeof(*rtt), tool__compare_u64);
	printf("sent=%llu received=%llu lost=%llu failed=%llu copies=%llu duplicates=%llu "
	       "foreign=%llu seconds=%.2f p50_us=%.1f p90_us=%.1f p99_us=%.1f p999_us=%.1f "
	       "max_us=%.1f lag_us=%.1f\n",
	       (unsigned long long)sent, (unsigned long long)l->received_cnt,
	       (unsigned long long)(sent - l->received_cnt), (unsigned long long)l->failed_cnt,
	       (unsigned long long)l->copy_cnt, (unsigned long long)l->duplicate_cnt,
	       (unsigned long long)l->foreign_cnt, seconds,
	       (double)tool__quantile(rtt, cnt, 0.5) / 1e3,
	       (double)tool__quantile(rtt, cnt, 0.9) / 1e3,
	       (double)tool__quantile(rtt, cnt, 0.99) / 1e3,
	       (double)tool__quantile(rtt, cnt, 0.999) / 1e3,
	       (double)tool__quantile(rtt, cnt, 1) / 1e3, (double)l->lag_ns / 1e3);
	free(rtt);
}

static const char usage[] = "usage: load --sip IP:PORT and/or --stun IP:PORT [options]\n"
			    "  --stun-percent N     share of STUN with both targets (50)\n"
			    "  --local IP:0         source address\n"
			    "  --sockets N          per protocol (8)\n"
			    "  --rate N             requests per second (100)\n"
			    "  --count N            requests in all, or\n"
			    "  --duration S         seconds (10)\n"
			    "  --burst N            requests with the same intended time (1)\n"
			    "  --payload-pad BYTES  makes each request longer\n"
			    "  --retransmit PERCENT of the requests is sent twice,\n"
			    "  --retransmit-us N    that much later (200)\n"
			    "  --linger S           longest wait for the last replies (1)\n"
			    "  --log FILE           key, protocol, intended, before send, after "
			    "send, received (ns, 0 lost), copies\n";

static const struct option longs[] = {
	{"sip", 1, NULL, 's'},		{"stun", 1, NULL, 't'},
	{"stun-percent", 1, NULL, 'P'}, {"local", 1, NULL, 'l'},
	{"sockets", 1, NULL, 'S'},	{"rate", 1, NULL, 'r'},
	{"count", 1, NULL, 'c'},	{"duration", 1, NULL, 'd'},
	{"burst", 1, NULL, 'b'},	{"payload-pad", 1, NULL, 'p'},
	{"retransmit", 1, NULL, 'x'},	{"retransmit-us", 1, NULL, 'u'},
	{"linger", 1, NULL, 'L'},	{"log", 1, NULL, 'o'},
	{"help", 0, NULL, 'h'},		{NULL, 0, NULL, 0},
};

static void parse_option(struct opts *o, int c)
{
	switch (c) {
	case 's':
		o->target[LOAD_SIP] = tool__endpoint("sip", optarg);
		break;
	case 't':
		o->target[LOAD_STUN] = tool__endpoint("stun", optarg);
		break;
	case 'P':
		o->stun_percent = (unsigned int)tool__number("stun-percent", optarg, 0, 100);
		break;
	case 'l':
		o->local = tool__endpoint("local", optarg);
		break;
	case 'S':
		o->sockets = (unsigned int)tool__number("sockets", optarg, 1, SOCKETS_MAX);
		break;
	case 'r':
		o->rate = tool__number("rate", optarg, 0.001, 1e7);
		break;
	case 'c':
		o->count = (uint64_t)tool__number("count", optarg, 1, 1e9);
		break;
	case 'd':
		o->seconds = tool__number("duration", optarg, 0.001, 86400);
		break;
	case 'b':
		o->burst = (unsigned int)tool__number("burst", optarg, 1, 1e6);
		break;
	case 'p':
		o->pad = (size_t)tool__number("payload-pad", optarg, 0, PAD_MAX);
		break;
	case 'x':
		o->retransmit_percent = (unsigned int)tool__number("retransmit", optarg, 0, 100);
		break;
	case 'u':
		o->retransmit_us = (unsigned int)tool__number("retransmit-us", optarg, 0, 1e8);
		break;
	case 'L':
		o->linger_s = tool__number("linger", optarg, 0, 3600);
		break;
	case 'o':
		o->log_path = optarg;
		break;
	default:
		fputs(usage, c == 'h' ? stdout : stderr);
		exit(c == 'h' ? 0 : 2);
	}
}

int main(int argc, char **argv)
{
	struct opts o = {
		.sockets = 8,
		.rate = 100,
		.seconds = 10,
		.burst = 1,
		.retransmit_us = 200,
		.stun_percent = 50,
		.linger_s = 1,
	};
	struct sigaction sa = {.sa_handler = on_stop};
	struct load *l;
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		parse_option(&o, c);
	if (!o.target[LOAD_SIP].len && !o.target[LOAD_STUN].len)
		tool__die("no target\n%s", usage);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	l = calloc(1, sizeof(*l));
	if (!l)
		tool__die("no memory");
	l->opts = &o;
	l->nonce = (uint32_t)(tool__now_ns() ^ ((uint64_t)getpid() << 20));
	l->total = o.count ? o.count : (uint64_t)(o.rate * o.seconds + 0.5);
	l->req = calloc(l->total + 1, sizeof(*l->req));
	if (!l->req)
		tool__die("no memory for %llu requests", (unsigned long long)l->total);
	open_lanes(l);
	run_load(l);
	if (o.log_path)
		write_log(l);
	report(l);
	free(l->req);
	free(l);
	return 0;
}

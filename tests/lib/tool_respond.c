/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers SIP OPTIONS and STUN Binding on one UDP socket with any number of reader processes, in
 * any of the ways an application reads, and logs what it saw when: the independent witness of the
 * daemon's numbers. */
#include "tool.h"
#include "wire.h"

#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define WORKERS_MAX 64
#define BATCH_MAX   16
#define LOG_BUF_LEN (256 * 1024)
#define LOG_LINE    256

enum recv_mode { RECV_RECVFROM, RECV_RECVMSG, RECV_RECVMMSG, RECV_READ };
enum send_mode { SEND_SENDTO, SEND_SENDMSG, SEND_SENDMMSG, SEND_WRITE };
enum poll_mode { POLL_NONE, POLL_EPOLL, POLL_POLL };

static const char *const recv_names[] = {"recvfrom", "recvmsg", "recvmmsg", "read", NULL};
static const char *const send_names[] = {"sendto", "sendmsg", "sendmmsg", "write", NULL};
static const char *const poll_names[] = {"none", "epoll", "poll", NULL};

struct opts {
	struct endpoint bind;
	struct endpoint peer; /* connect to it: read and write need that */
	unsigned int workers;
	unsigned int delay_us;
	unsigned int busy_us;
	unsigned int rcvbuf;
	enum recv_mode recv;
	enum send_mode send;
	enum poll_mode poll;
	const char *log_path;
};

/* Shared by the parent and its workers. */
struct board {
	uint32_t paused; /* a futex: a resting reader sleeps in one piece */
	struct {
		uint64_t read_cnt;
		uint64_t replied_cnt;
		uint64_t unknown_cnt;
	} worker[WORKERS_MAX];
};

struct message {
	uint8_t buf[65536];
	size_t len;
	struct endpoint from;
	uint8_t reply[4096];
	size_t reply_len;
	char key[WIRE_KEY_LEN];
	uint64_t send_ns;
	uint64_t done_ns;
};

struct worker {
	const struct opts *opts;
	struct board *board;
	unsigned int idx;
	int fd;
	int epoll_fd;
	int log_fd;
	int tid;
	size_t log_used;
	char log_buf[LOG_BUF_LEN];
	struct message batch[BATCH_MAX];
};

static volatile sig_atomic_t stop_signal;
static struct board *signal_board; /* for the parent's SIGUSR1 handler alone */

static void on_stop(int sig)
{
	stop_signal = sig;
}

static void on_toggle(int sig)
{
	(void)sig;
	if (!signal_board)
		return;
	signal_board->paused = !signal_board->paused;
	syscall(SYS_futex, &signal_board->paused, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* Workers only need their system call to end. */
static void on_nudge(int sig)
{
	(void)sig;
}

static void handle_signal(int sig, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler}; /* no SA_RESTART: blocking calls return */

	sigaction(sig, &sa, NULL);
}

/* --- log: whole lines, one write for many --- */

static void flush_log(struct worker *w)
{
	size_t done = 0;

	while (w->log_fd >= 0 && done < w->log_used) {
		ssize_t n = write(w->log_fd, w->log_buf + done, w->log_used - done);

		if (n < 0 && errno != EINTR)
			tool__die("cannot write the log: %s", strerror(errno));
		done += n > 0 ? (size_t)n : 0;
	}
	w->log_used = 0;
}

__attribute__((format(printf, 2, 3))) static void log_line(struct worker *w, const char *fmt, ...)
{
	va_list ap;

	if (w->log_fd < 0)
		return;
	if (w->log_used + LOG_LINE > LOG_BUF_LEN)
		flush_log(w);
	va_start(ap, fmt);
	w->log_used += (size_t)vsnprintf(w->log_buf + w->log_used, LOG_LINE, fmt, ap);
	va_end(ap);
}

/* --- reading --- */

static int wait_readable(struct worker *w)
{
	struct epoll_event event;
	struct pollfd pfd = {.fd = w->fd, .events = POLLIN};

	switch (w->opts->poll) {
	case POLL_EPOLL:
		return epoll_wait(w->epoll_fd, &event, 1, -1);
	case POLL_POLL:
		return poll(&pfd, 1, -1);
	case POLL_NONE:
		break;
	}
	return 1;
}

static int receive_many(struct worker *w, int flags)
{
	struct mmsghdr hdr[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	int n;

	memset(hdr, 0, sizeof(hdr));
	for (int i = 0; i < BATCH_MAX; i++) {
		iov[i].iov_base = w->batch[i].buf;
		iov[i].iov_len = sizeof(w->batch[i].buf);
		hdr[i].msg_hdr.msg_iov = &iov[i];
		hdr[i].msg_hdr.msg_iovlen = 1;
		hdr[i].msg_hdr.msg_name = &w->batch[i].from.addr;
		hdr[i].msg_hdr.msg_namelen = sizeof(w->batch[i].from.addr);
	}
	n = recvmmsg(w->fd, hdr, BATCH_MAX, flags | MSG_WAITFORONE, NULL);
	for (int i = 0; i < n; i++) {
		w->batch[i].len = hdr[i].msg_len;
		w->batch[i].from.len = hdr[i].msg_hdr.msg_namelen;
	}
	return n;
}

/* Messages read into batch[], -1 with errno. */
static int receive(struct worker *w)
{
	struct message *m = &w->batch[0];
	struct iovec iov = {.iov_base = m->buf, .iov_len = sizeof(m->buf)};
	struct msghdr hdr = {
		.msg_name = &m->from.addr,
		.msg_namelen = sizeof(m->from.addr),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	int flags = w->opts->poll == POLL_NONE ? 0 : MSG_DONTWAIT;
	ssize_t len = -1;

	m->from.len = sizeof(m->from.addr);
	switch (w->opts->recv) {
	case RECV_RECVFROM:
		len = recvfrom(w->fd, m->buf, sizeof(m->buf), flags,
			       (struct sockaddr *)&m->from.addr, &m->from.len);
		break;
	case RECV_RECVMSG:
		len = recvmsg(w->fd, &hdr, flags);
		m->from.len = hdr.msg_namelen;
		break;
	case RECV_RECVMMSG:
		return receive_many(w, flags);
	case RECV_READ:
		len = read(w->fd, m->buf, sizeof(m->buf));
		m->from = w->opts->peer;
		break;
	}
	if (len < 0)
		return -1;
	m->len = (size_t)len;
	return 1;
}

/* --- answering --- */

static bool make_reply(struct message *m)
{
	m->reply_len = 0;
	if (!wire__key(m->buf, m->len, m->key))
		return false;
	if (wire__is_stun(m->buf, m->len)) {
		if (m->buf[0] == 0 && m->buf[1] == 1)
			m->reply_len = wire__stun_reply(m->reply, m->buf, &m->from);
	} else if (wire__is_sip_request(m->buf, m->len, "OPTIONS")) {
		m->reply_len = wire__sip_reply((char *)m->reply, sizeof(m->reply),
					       (const char *)m->buf, m->len);
	}
	return m->reply_len > 0;
}

static void take_time(const struct opts *o)
{
	uint64_t now = tool__now_ns();

	if (o->delay_us)
		tool__sleep_until(now + o->delay_us * NS_PER_US);
	if (o->busy_us) {
		while (tool__now_ns() < now + o->busy_us * NS_PER_US)
			;
	}
}

static bool send_one(struct worker *w, struct message *m)
{
	struct iovec iov = {.iov_base = m->reply, .iov_len = m->reply_len};
	struct mmsghdr hdr = {
		.msg_hdr =
			{
				.msg_name = w->opts->peer.len ? NULL : &m->from.addr,
				.msg_namelen = w->opts->peer.len ? 0 : m->from.len,
				.msg_iov = &iov,
				.msg_iovlen = 1,
			},
	};
	ssize_t rc = -1;

	m->send_ns = tool__now_ns();
	switch (w->opts->send) {
	case SEND_SENDTO:
		rc = sendto(w->fd, m->reply, m->reply_len, 0, hdr.msg_hdr.msg_name,
			    hdr.msg_hdr.msg_namelen);
		break;
	case SEND_SENDMSG:
		rc = sendmsg(w->fd, &hdr.msg_hdr, 0);
		break;
	case SEND_SENDMMSG:
		rc = sendmmsg(w->fd, &hdr, 1, 0);
		break;
	case SEND_WRITE:
		rc = write(w->fd, m->reply, m->reply_len);
		break;
	}
	m->done_ns = tool__now_ns();
	return rc >= 0;
}

static void serve_batch(struct worker *w, int cnt, uint64_t enter_ns, uint64_t recv_ns)
{
	for (int i = 0; i < cnt; i++) {
		struct message *m = &w->batch[i];

		w->board->worker[w->idx].read_cnt++;
		if (!make_reply(m)) {
			w->board->worker[w->idx].unknown_cnt++;
			continue;
		}
		take_time(w->opts);
		if (!send_one(w, m))
			continue;
		w->board->worker[w->idx].replied_cnt++;
		log_line(w, "%s\t%llu\t%llu\t%llu\t%llu\t%d\n", m->key,
			 (unsigned long long)enter_ns, (unsigned long long)recv_ns,
			 (unsigned long long)m->send_ns, (unsigned long long)m->done_ns, w->tid);
	}
}

static void rest_while_paused(struct worker *w)
{
	uint64_t begin_ns = tool__now_ns();

	while (w->board->paused && !stop_signal)
		syscall(SYS_futex, &w->board->paused, FUTEX_WAIT, 1, NULL, NULL, 0);
	log_line(w, "#pause\t%llu\t%llu\t%d\n", (unsigned long long)begin_ns,
		 (unsigned long long)tool__now_ns(), w->tid);
}

static void run_worker(struct worker *w)
{
	struct epoll_event event = {.events = EPOLLIN};

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	w->tid = tool__tid();
	w->epoll_fd = epoll_create1(0);
	epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, w->fd, &event);
	while (!stop_signal) {
		uint64_t enter_ns;
		int cnt;

		if (w->board->paused)
			rest_while_paused(w);
		enter_ns = tool__now_ns();
		if (wait_readable(w) <= 0)
			continue;
		if (w->board->paused && w->opts->poll != POLL_NONE)
			continue;
		cnt = receive(w);
		if (cnt > 0)
			serve_batch(w, cnt, enter_ns, tool__now_ns());
	}
	flush_log(w);
}

/* --- the parent --- */

static int open_socket(const struct opts *o)
{
	int fd = socket(o->bind.addr.ss_family, SOCK_DGRAM, 0), one = 1;

	if (fd < 0)
		tool__die("socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (o->rcvbuf &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &o->rcvbuf, sizeof(o->rcvbuf)) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &o->rcvbuf, sizeof(o->rcvbuf)))
		tool__die("--rcvbuf %u: %s", o->rcvbuf, strerror(errno));
	if (bind(fd, (const struct sockaddr *)&o->bind.addr, o->bind.len))
		tool__die("bind: %s", strerror(errno));
	if (o->peer.len && connect(fd, (const struct sockaddr *)&o->peer.addr, o->peer.len))
		tool__die("connect: %s", strerror(errno));
	return fd;
}

static void start_worker(const struct opts *o, struct board *board, int fd, unsigned int idx,
			 pid_t *pids)
{
	struct worker *w;

	pids[idx] = fork();
	if (pids[idx] < 0)
		tool__die("fork: %s", strerror(errno));
	if (pids[idx])
		return;
	handle_signal(SIGUSR1, on_nudge);
	w = calloc(1, sizeof(*w));
	if (!w)
		tool__die("no memory");
	w->opts = o;
	w->board = board;
	w->idx = idx;
	w->fd = fd;
	w->log_fd = -1;
	if (o->log_path)
		w->log_fd = open(o->log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
	run_worker(w);
	exit(0);
}

static void signal_workers(const pid_t *pids, unsigned int cnt, int sig)
{
	for (unsigned int i = 0; i < cnt; i++) {
		if (pids[i] > 0)
			kill(pids[i], sig);
	}
}

/* A worker can be between its check and its system call: ask until it is gone. */
static void stop_workers(pid_t *pids, unsigned int cnt)
{
	for (unsigned int i = 0; i < cnt; i++) {
		while (pids[i] > 0 && waitpid(pids[i], NULL, WNOHANG) == 0) {
			kill(pids[i], SIGTERM);
			tool__sleep_until(tool__now_ns() + 5000 * NS_PER_US);
		}
	}
}

static void report(const struct board *board, const struct opts *o, int fd)
{
	uint32_t mem[SK_MEMINFO_VARS] = {0};
	socklen_t mem_len = sizeof(mem);
	unsigned long long reads = 0, replies = 0, unknown = 0;

	getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &mem_len);
	for (unsigned int i = 0; i < o->workers; i++) {
		reads += board->worker[i].read_cnt;
		replies += board->worker[i].replied_cnt;
		unknown += board->worker[i].unknown_cnt;
	}
	printf("read=%llu replied=%llu unknown=%llu dropped=%u\n", reads, replies, unknown,
	       mem[SK_MEMINFO_DROPS]);
}

static int find_name(const char *option, const char *text, const char *const *names)
{
	for (int i = 0; names[i]; i++) {
		if (!strcmp(text, names[i]))
			return i;
	}
	tool__die("--%s: unknown '%s'", option, text);
}

static const char usage[] =
	"usage: respond --bind IP:PORT [options]\n"
	"  --workers N      reader processes on the one socket (1)\n"
	"  --delay-us N     sleep before each reply\n"
	"  --busy-us N      burn CPU before each reply\n"
	"  --rcvbuf BYTES   receive buffer\n"
	"  --recv HOW       recvfrom recvmsg recvmmsg read\n"
	"  --send HOW       sendto sendmsg sendmmsg write\n"
	"  --poll HOW       none epoll poll\n"
	"  --peer IP:PORT   connect to it (read and write need it)\n"
	"  --log FILE       key, before recv, after recv, before send, after send (ns), tid\n"
	"SIGUSR1 pauses reading and resumes it. Prints 'ready', at the end what was read and "
	"dropped.\n";

static void parse_args(struct opts *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{"bind", 1, NULL, 'b'},	   {"workers", 1, NULL, 'w'}, {"delay-us", 1, NULL, 'd'},
		{"busy-us", 1, NULL, 'B'}, {"rcvbuf", 1, NULL, 'r'},  {"recv", 1, NULL, 'R'},
		{"send", 1, NULL, 'S'},	   {"poll", 1, NULL, 'p'},    {"peer", 1, NULL, 'c'},
		{"log", 1, NULL, 'l'},	   {"help", 0, NULL, 'h'},    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'b':
			o->bind = tool__endpoint("bind", optarg);
			break;
		case 'w':
			o->workers = (unsigned int)tool__number("workers", optarg, 1, WORKERS_MAX);
			break;
		case 'd':
			o->delay_us = (unsigned int)tool__number("delay-us", optarg, 0, 1e8);
			break;
		case 'B':
			o->busy_us = (unsigned int)tool__number("busy-us", optarg, 0, 1e8);
			break;
		case 'r':
			o->rcvbuf = (unsigned int)tool__number("rcvbuf", optarg, 1, 1 << 30);
			break;
		case 'R':
			o->recv = (enum recv_mode)find_name("recv", optarg, recv_names);
			break;
		case 'S':
			o->send = (enum send_mode)find_name("send", optarg, send_names);
			break;
		case 'p':
			o->poll = (enum poll_mode)find_name("poll", optarg, poll_names);
			break;
		case 'c':
			o->peer = tool__endpoint("peer", optarg);
			break;
		case 'l':
			o->log_path = optarg;
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
	}
	if (!o->bind.len)
		tool__die("--bind is missing\n%s", usage);
	if ((o->recv == RECV_READ || o->send == SEND_WRITE) && !o->peer.len)
		tool__die("read and write need --peer");
	if (o->recv == RECV_READ && o->poll != POLL_NONE && o->workers > 1)
		tool__die("read cannot be told not to wait: one worker, or --poll none");
}

int main(int argc, char **argv)
{
	struct opts o = {.workers = 1};
	struct board *board;
	pid_t pids[WORKERS_MAX] = {0};
	uint32_t told = 0;
	int fd;

	parse_args(&o, argc, argv);
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (board == MAP_FAILED)
		tool__die("mmap: %s", strerror(errno));
	signal_board = board;
	if (o.log_path) {
		fd = open(o.log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0)
			tool__die("--log %s: %s", o.log_path, strerror(errno));
		close(fd);
	}
	fd = open_socket(&o);
	handle_signal(SIGTERM, on_stop);
	handle_signal(SIGINT, on_stop);
	handle_signal(SIGUSR1, on_toggle);
	for (unsigned int i = 0; i < o.workers; i++)
		start_worker(&o, board, fd, i, pids);
	puts("ready");
	fflush(stdout);
	while (!stop_signal) {
		usleep(20000);		    /* a signal ends it early */
		if (board->paused && !told) /* out of their receive calls */
			signal_workers(pids, o.workers, SIGUSR1);
		told = board->paused;
	}
	stop_workers(pids, o.workers);
	report(board, &o, fd);
	return 0;
}

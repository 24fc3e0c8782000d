/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel discards, told by the packet's address alone: full receive buffers, a socket that
 * closes, a qdisc. Loopback in a namespace of its own; the kernel's own count of drops is the
 * witness.
 *
 *   test_drop */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "demux.h"
#include "feature.h"
#include "loader.h"
#include "record.h"
#include "report.h"

#define RING_BYTES (1 << 20)
#define SIP_PORT   25060 /* nobody else's: probes see the whole machine */
#define MSG_LEN	   400
#define FLOOD	   200
#define SOME	   20
#define NOTES_MAX  1024
#define GRACE_MS   5000

struct note {
	uint64_t skb, ts_ns;
	bool is_dropped, is_sent;
};

struct notes {
	struct note at[NOTES_MAX];
	unsigned int cnt;
};

struct rig {
	struct knobs knobs;
	struct plan plan;
	struct object o;
	struct ring_buffer *ring;
	struct notes rx, send;
	unsigned int rx_drops, send_drops, xmit_cnt;
	unsigned int
		foreign; /* drops and driver stamps that no message has, or that it has twice */
	unsigned int seq;
};

static void note(struct notes *n, uint64_t skb, uint64_t ts_ns)
{
	if (n->cnt < NOTES_MAX)
		n->at[n->cnt++] = (struct note){.skb = skb, .ts_ns = ts_ns};
}

/* The newest one at that address; since_ns 0: whenever it came. */
static struct note *find(struct notes *n, uint64_t skb, uint64_t since_ns)
{
	for (unsigned int i = n->cnt; i-- > 0;)
		if (n->at[i].skb == skb && (!since_ns || n->at[i].ts_ns == since_ns))
			return &n->at[i];
	return NULL;
}

static void take_drop(struct rig *g, const struct rec_drop *r)
{
	bool egress = r->flow.flags & REC_F_EGRESS;
	struct note *n = find(egress ? &g->send : &g->rx, r->skb, r->since_ns);

	if (!(r->flow.flags & REC_F_BY_ADDRESS) || !n || n->is_dropped || n->is_sent) {
		g->foreign++;
		return;
	}
	n->is_dropped = true;
	*(egress ? &g->send_drops : &g->rx_drops) += 1;
}

static void take_xmit(struct rig *g, const struct rec_xmit *r)
{
	struct note *n = find(&g->send, r->skb, 0);

	if (!n || n->is_dropped || n->is_sent) {
		g->foreign++;
		return;
	}
	n->is_sent = true;
	g->xmit_cnt++;
}

static int take_record(void *ctx, void *data, size_t len)
{
	const struct rec_hdr *hdr = data;
	struct rig *g = ctx;

	(void)len;
	switch (hdr->kind) {
	case REC_RX:
		note(&g->rx, ((const struct rec_rx *)data)->skb, hdr->ts_ns);
		break;
	case REC_SEND:
		note(&g->send, ((const struct rec_send *)data)->skb, hdr->ts_ns);
		break;
	case REC_DROP:
		take_drop(g, data);
		break;
	case REC_XMIT:
		take_xmit(g, data);
		break;
	}
	return 0;
}

static void choose(struct rig *g, const char *instant, const char *candidate)
{
	g->plan.choice[g->plan.choice_cnt++] =
		(struct plan_choice){.instant = instant, .candidate = candidate};
}

/* Without t_read an address stays behind when its message is read: what others discard there is
 * none of ours, but may be reported. */
static bool start(struct rig *g, const char *sock, const char *read, char *err, size_t err_len)
{
	static char cgroup2[4096];
	struct loader_opts lo = {.object = {.ring_bytes = RING_BYTES}, .knobs = &g->knobs};

	memset(g, 0, sizeof(*g));
	g->knobs.snap_len = 64;
	knobs_add_port(&g->knobs, SIP_PORT, PORT_SIP);
	if (!cgroup2__find(cgroup2, sizeof(cgroup2)))
		lo.object.cgroup2 = cgroup2;
	choose(g, "t_sock", sock);
	if (read)
		choose(g, "t_read", read);
	choose(g, "t_queue", "queue_cg");
	choose(g, "t_xmit", "xmit_ptr_rtp");
	choose(g, "drop", "drop_ptr_rtp");
	if (loader__start(&lo, &g->plan, &g->o, err, err_len))
		return false;
	g->ring = ring_buffer__new(object__ring_fd(&g->o), take_record, g, NULL);
	return g->ring != NULL;
}

static void stop(struct rig *g)
{
	ring_buffer__free(g->ring);
	object__done(&g->o);
}

static struct sockaddr_in server_address(void)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(SIP_PORT),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A socket on which a part of the flood fits. */
static int open_server(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 16384;
	struct sockaddr_in sin = server_address();

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin))) {
		close(fd);
		return -1;
	}
	return fd;
}

static unsigned int kernel_drops(int fd)
{
	uint32_t mem[SK_MEMINFO_VARS] = {0};
	socklen_t len = sizeof(mem);

	getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len);
	return mem[SK_MEMINFO_DROPS];
}

static void send_messages(struct rig *g, unsigned int cnt)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in sin = server_address();
	char msg[MSG_LEN];

	for (unsigned int i = 0; i < cnt; i++) {
		memset(msg, 'x', sizeof(msg));
		snprintf(msg, sizeof(msg), "OPTIONS sip:%u@a SIP/2.0\r\n", ++g->seq);
		sendto(fd, msg, sizeof(msg), 0, (struct sockaddr *)&sin, sizeof(sin));
	}
	close(fd);
	ring_buffer__consume(g->ring);
}

static unsigned int read_all(struct rig *g, int fd)
{
	char msg[MSG_LEN];
	unsigned int cnt = 0;

	while (recv(fd, msg, sizeof(msg), MSG_DONTWAIT) > 0)
		cnt++;
	ring_buffer__consume(g->ring);
	return cnt;
}

/* A UDP socket is torn down after a grace period; records come without waking anybody. */
static void wait_for_drops(struct rig *g, unsigned int cnt)
{
	for (unsigned int i = 0; i < GRACE_MS / 10 && g->rx_drops < cnt; i++)
		if (!ring_buffer__consume(g->ring))
			poll(NULL, 0, 10);
}

/* Overflowed, then emptied; full again at the end. */
static bool overflow(struct rig *g, const char *name, int fd, unsigned int *left)
{
	unsigned int dropped, got;

	send_messages(g, FLOOD);
	dropped = kernel_drops(fd);
	if (g->rx.cnt != FLOOD || !dropped || g->rx_drops != dropped)
		return report__bad(name, "%u of %u messages seen, the socket dropped %u, we saw %u",
				   g->rx.cnt, FLOOD, dropped, g->rx_drops);
	got = read_all(g, fd);
	if (got != FLOOD - dropped)
		return report__bad(name, "%u read of %u", got, FLOOD - dropped);
	send_messages(g, got);
	*left = got;
	return kernel_drops(fd) == dropped || report__bad(name, "what fitted before does not fit");
}

/* Every message that was not read is a drop, also when the socket closes. */
static bool check_socket(struct rig *g, const char *name, bool has_read)
{
	unsigned int left = 0, before;
	int fd = open_server();
	bool ok;

	if (fd < 0)
		return report__bad(name, "cannot bind: %s", strerror(errno));
	ok = overflow(g, name, fd, &left);
	before = g->rx_drops;
	close(fd);
	if (!ok)
		return false;
	wait_for_drops(g, before + left);
	if (g->rx_drops < before + left ||
	    (has_read && (g->rx_drops > before + left || g->foreign)))
		return report__bad(name, "%u waited at the end, %u were seen dropped, %u foreign",
				   left, g->rx_drops - before, g->foreign);
	report__ok("%s (%u by a full buffer, %u by closing)", name, before, left);
	return true;
}

/* Everything is discarded in the qdisc, then nothing. What leaves later in the same memory must not
 * be taken for what was discarded. */
static void check_qdisc(struct rig *g, const char *name)
{
	unsigned int sent = g->send.cnt, xmits = g->xmit_cnt;

	if (system("tc qdisc add dev lo root blackhole 2>/dev/null")) {
		report__skip(name, "tc or the qdisc blackhole is missing");
		return;
	}
	send_messages(g, SOME);
	if (g->send.cnt != sent + SOME || g->send_drops != SOME || g->xmit_cnt != xmits)
		report__bad(name, "%u of %u sent, %u seen dropped, %u with a driver stamp",
			    g->send.cnt - sent, SOME, g->send_drops, g->xmit_cnt - xmits);
	else if (system("tc qdisc del dev lo root"))
		report__bad(name, "the qdisc stays");
	else {
		send_messages(g, SOME);
		if (g->send_drops != SOME || g->xmit_cnt != xmits + SOME)
			report__bad(name, "%u driver stamps for %u messages", g->xmit_cnt - xmits,
				    SOME);
		else
			report__ok("%s (%u)", name, g->send_drops);
	}
}

/* What the kernel lacks for that candidate, NULL nothing. */
static const char *lacks(enum instant instant, const char *name)
{
	const struct candidate *c = name ? candidate__find(instant, name) : NULL;
	int missing = c ? feature__missing(c->needs, 0) : -1;

	return missing >= 0 ? feature__absent(missing) : NULL;
}

static void test_drop(const char *sock, const char *read)
{
	struct rig *g = malloc(sizeof(*g));
	const char *why = lacks(INSTANT_SOCK, sock);
	char name[64], err[256] = "";

	snprintf(name, sizeof(name), "drop_%s_%s", sock, read ? read : "unread");
	if (!why)
		why = lacks(INSTANT_READ, read);
	if (why)
		snprintf(err, sizeof(err), "%s", why);
	if (!g || why || !start(g, sock, read, err, sizeof(err))) {
		report__skip(name, err[0] ? err : "no memory");
		free(g);
		return;
	}
	if (check_socket(g, name, read != NULL)) {
		snprintf(name, sizeof(name), "drop_%s_%s_qdisc", sock, read ? read : "unread");
		check_qdisc(g, name);
	}
	stop(g);
	free(g);
}

int main(void)
{
	report__start();
	if (unshare(CLONE_NEWNET) || system("ip link set lo up")) {
		report__skip("drop", "no namespace of its own");
		return report__status();
	}
	test_drop("sock_fe", "read_fe");
	test_drop("sock_kp", "read_kp");
	test_drop("sock_cg", "read_ptr_kp");
	test_drop("sock_cg", "read_fe");
	test_drop("sock_cg", NULL);
	return report__status();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Offers and answers in SIP over UDP: a server that answers each INVITE with 200 (or never), and an
 * open-loop load of dialogs that offer again and again (re-INVITE), or of INVITEs that each begin a
 * call of their own. */
#include "tool.h"

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>

#define PACKET_MAX 4096
#define BATCH	   64

#define SDP                                                                           \
	"v=0\r\no=- %u %u IN IP4 10.77.0.1\r\ns=-\r\nc=IN IP4 10.77.0.1\r\nt=0 0\r\n" \
	"m=audio %u RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"  \
	"a=ice-ufrag:%c%07x\r\na=ice-pwd:%c%07xace1fcJ0RwtiBQXrFEx\r\n"               \
	"a=candidate:1 1 udp 2113937151 10.77.0.1 20000 typ host\r\na=sendrecv\r\n"

struct dialog {
	uint32_t cseq;	   /* of the latest INVITE */
	uint64_t asked_ns; /* intended time of the INVITE that waits, 0 none */
};

struct invite {
	int fd;
	uint32_t run; /* in every Call-ID: two runs never meet */
	uint32_t cnt;
	struct endpoint local, to;
	struct dialog *dialog;
	uint64_t *took_ns;
	uint64_t sent, answered, busy, failed, broken;
};

static volatile sig_atomic_t stop_signal;

static void on_stop(int sig)
{
	stop_signal = sig;
}

static int open_socket(const struct endpoint *local)
{
	int fd = socket(local->addr.ss_family, SOCK_DGRAM, 0), room = 32 << 20;

	if (fd < 0 || bind(fd, (const struct sockaddr *)&local->addr, local->len))
		tool__die("bind: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return fd;
}

/* A header with its line end; NULL: not there. Our own messages: no folding, no compact forms. */
static const char *find_header(const char *text, const char *name, int *len)
{
	const char *at = strstr(text, name), *end = at ? strstr(at, "\r\n") : NULL;

	*len = end ? (int)(end + 2 - at) : 0;
	return end ? at : NULL;
}

static int make_sdp(char *buf, size_t len, char side, uint32_t id, uint32_t version)
{
	return snprintf(buf, len, SDP, id, version, 20000 + (id & 8191) * 2, side, id, side, id);
}

static int make_answer(char *out, const char *in)
{
	int via_len, from_len, to_len, call_len, cseq_len, sdp_len;
	const char *via = find_header(in, "Via:", &via_len),
		   *from = find_header(in, "From:", &from_len),
		   *to = find_header(in, "To:", &to_len),
		   *call = find_header(in, "Call-ID:", &call_len),
		   *cseq = find_header(in, "CSeq:", &cseq_len);
	char sdp[1024];
	uint32_t id;

	if (!via || !from || !to || !call || !cseq)
		return 0;
	id = (uint32_t)strtoul(call + 9, NULL, 10);
	sdp_len = make_sdp(sdp, sizeof(sdp), 's', id, (uint32_t)strtoul(cseq + 6, NULL, 10));
	return snprintf(out, PACKET_MAX,
			"SIP/2.0 200 OK\r\n%.*s%.*s%.*s%s\r\n%.*s%.*sContact: <sip:s@10.77.0.2>\r\n"
			"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
			via_len, via, from_len, from, to_len - 2, to,
			memmem(to, (size_t)to_len, ";tag=", 5) ? "" : ";tag=answered", call_len,
			call, cseq_len, cseq, sdp_len, sdp);
}

static int serve(const struct endpoint *local, bool is_mute)
{
	struct timeval wait = {.tv_usec = 100000};
	unsigned long long invites = 0, others = 0;
	static char in[PACKET_MAX + 1], out[PACKET_MAX];
	struct sockaddr_storage from;
	int fd = open_socket(local);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	puts("ready");
	fflush(stdout);
	while (!stop_signal) {
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(fd, in, PACKET_MAX, 0, (struct sockaddr *)&from, &from_len);
		int len;

		if (n < 0)
			continue;
		in[n] = 0;
		if (memcmp(in, "INVITE ", 7)) {
			others++;
			continue;
		}
		invites++;
		len = is_mute ? 0 : make_answer(out, in);
		if (len)
			sendto(fd, out, (size_t)len, 0, (struct sockaddr *)&from, from_len);
	}
	printf("invites=%llu others=%llu\n", invites, others);
	return 0;
}

static void send_request(struct invite *x, const char *method, uint32_t id, uint32_t cseq)
{
	char host[64], sdp[1024] = "", text[PACKET_MAX];
	bool is_invite = !strcmp(method, "INVITE");
	int sdp_len = is_invite ? make_sdp(sdp, sizeof(sdp), 'c', id, cseq) : 0, len;

	endpoint__host(&x->to, host, sizeof(host));
	len = snprintf(
		text, sizeof(text),
		"%s sip:s@%s SIP/2.0\r\nVia: SIP/2.0/UDP 10.77.0.1;branch=z9hG4bK%x.%x.%x%s\r\n"
		"Max-Forwards: 70\r\nFrom: <sip:c%u@10.77.0.1>;tag=%x\r\nTo: <sip:s@%s>%s\r\n"
		"Call-ID: %u-%x@10.77.0.1\r\nCSeq: %u %s\r\nContact: <sip:c%u@10.77.0.1>\r\n%s"
		"Content-Length: %d\r\n\r\n%s",
		method, host, x->run, id, cseq, is_invite ? "" : "a", id, id, host,
		is_invite && cseq == 1 ? "" : ";tag=answered", id, x->run, cseq, method, id,
		is_invite ? "Content-Type: application/sdp\r\n" : "", sdp_len, sdp);
	if (sendto(x->fd, text, (size_t)len, 0, (const struct sockaddr *)&x->to.addr, x->to.len) !=
	    len)
		x->failed++;
}

static void take_answers(struct invite *x)
{
	static char in[PACKET_MAX + 1];
	ssize_t n;
	int i;

	for (i = 0; i < BATCH && (n = recv(x->fd, in, PACKET_MAX, MSG_DONTWAIT)) > 0; i++) {
		const char *call, *cseq;
		uint32_t id, seq;

		in[n] = 0;
		call = strstr(in, "Call-ID: ");
		cseq = strstr(in, "CSeq: ");
		id = call ? (uint32_t)strtoul(call + 9, NULL, 10) : UINT32_MAX;
		seq = cseq ? (uint32_t)strtoul(cseq + 6, NULL, 10) : 0;
		if (memcmp(in, "SIP/2.0 200", 11) || id >= x->cnt || !x->dialog[id].asked_ns ||
		    seq != x->dialog[id].cseq) {
			x->broken++;
			continue;
		}
		x->took_ns[x->answered++] = tool__now_ns() - x->dialog[id].asked_ns;
		x->dialog[id].asked_ns = 0;
		send_request(x, "ACK", id, seq);
	}
}

static void offer(struct invite *x, uint64_t number, uint64_t due_ns, bool is_mute)
{
	uint32_t id = is_mute ? (uint32_t)number : (uint32_t)(number % x->cnt);

	if (is_mute) {
		x->sent++;
		send_request(x, "INVITE", id, 1);
		return;
	}
	if (x->dialog[id].asked_ns) {
		x->busy++;
		return;
	}
	x->dialog[id].asked_ns = due_ns;
	x->sent++;
	send_request(x, "INVITE", id, ++x->dialog[id].cseq);
}

static int run_load(struct invite *x, double rate, uint64_t total, bool is_mute)
{
	uint64_t number = 0, start_ns = tool__now_ns(), now_ns, lag_ns = 0, due_ns;

	x->dialog = calloc(x->cnt, sizeof(*x->dialog));
	x->took_ns = calloc(total + 1, sizeof(*x->took_ns));
	if (!x->dialog || !x->took_ns)
		tool__die("no memory");
	while (number < total && !stop_signal) {
		due_ns = start_ns + (uint64_t)((double)number * 1e9 / rate);
		now_ns = tool__now_ns();
		if (now_ns >= due_ns) {
			lag_ns = now_ns - due_ns > lag_ns ? now_ns - due_ns : lag_ns;
			offer(x, number++, due_ns, is_mute);
		} else if (due_ns > now_ns + 200 * NS_PER_US) {
			tool__sleep_until(now_ns + 100 * NS_PER_US);
		}
		take_answers(x);
	}
	now_ns = tool__now_ns();
	while (!is_mute && x->answered < x->sent && tool__now_ns() < now_ns + 3 * NS_PER_S)
		take_answers(x);
	qsort(x->took_ns, x->answered, sizeof(*x->took_ns), tool__compare_u64);
	printf("sent=%llu answered=%llu busy=%llu failed=%llu broken=%llu seconds=%.2f p50_us=%.0f "
	       "p99_us=%.0f lag_ms=%.1f\n",
	       (unsigned long long)x->sent, (unsigned long long)x->answered,
	       (unsigned long long)x->busy, (unsigned long long)x->failed,
	       (unsigned long long)x->broken, (double)(now_ns - start_ns) / 1e9,
	       (double)tool__quantile(x->took_ns, x->answered, 0.5) / 1e3,
	       (double)tool__quantile(x->took_ns, x->answered, 0.99) / 1e3, (double)lag_ns / 1e6);
	return (is_mute || x->answered == x->sent) && !x->broken && !x->failed ? 0 : 1;
}

static const char usage[] =
	"usage: invite --serve IP:PORT [--mute] | --target IP:PORT --local IP:PORT [options]\n"
	"  --sessions N   dialogs; with --mute all INVITEs (10000)\n"
	"  --rate R       INVITEs per second, of all dialogs in turn (2000)\n"
	"  --seconds S    (60)\n"
	"  --mute         nobody answers: each INVITE begins a call of its own\n";

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"serve", 1, NULL, 'l'},    {"target", 1, NULL, 't'}, {"local", 1, NULL, 'f'},
		{"sessions", 1, NULL, 'n'}, {"rate", 1, NULL, 'r'},   {"seconds", 1, NULL, 's'},
		{"mute", 0, NULL, 'm'},	    {"help", 0, NULL, 'h'},   {NULL, 0, NULL, 0},
	};
	struct endpoint server = {.len = 0};
	struct sigaction sa = {.sa_handler = on_stop};
	struct invite x = {.run = (uint32_t)getpid(), .cnt = 10000};
	double rate = 2000, seconds = 60;
	bool is_mute = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'l':
			server = tool__endpoint("serve", optarg);
			break;
		case 't':
			x.to = tool__endpoint("target", optarg);
			break;
		case 'f':
			x.local = tool__endpoint("local", optarg);
			break;
		case 'n':
			x.cnt = (uint32_t)tool__number("sessions", optarg, 1, 1e7);
			break;
		case 'r':
			rate = tool__number("rate", optarg, 0.1, 1e6);
			break;
		case 's':
			seconds = tool__number("seconds", optarg, 0.1, 3600);
			break;
		case 'm':
			is_mute = true;
			break;
		default:
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (server.len)
		return serve(&server, is_mute);
	if (!x.to.len || !x.local.len)
		tool__die("either --serve, or --target and --local\n%s", usage);
	x.fd = open_socket(&x.local);
	return run_load(&x, rate, is_mute ? x.cnt : (uint64_t)(rate * seconds), is_mute);
}

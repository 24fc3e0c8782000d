/* SPDX-License-Identifier: BSD-2-Clause */
/* The classic filter, run by the kernel itself on a pair of unix sockets: whatever a look at the
 * whole frame says, a look at what came through says too; and most of what is nobody's signaling
 * does not come through. */
#include "filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../bpf/corpus.h"
#include "../bpf/mutate.h"
#include "frame.h"
#include "test.h"

#define MUTATIONS 20000

struct bench {
	struct knobs *k;
	int fd[2]; /* written to, read through the filter */
};

static bool start(struct bench *b, uint32_t snap_len, bool stun_anywhere)
{
	*b = (struct bench){.fd = {-1, -1}, .k = calloc(1, sizeof(*b->k))};
	if (!CHECK(b->k != NULL) || !CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM, 0, b->fd), 0))
		return false;
	b->k->snap_len = snap_len;
	b->k->stun_anywhere = stun_anywhere;
	b->k->dtls_anywhere = stun_anywhere;
	return true;
}

static void add_ports(struct bench *b)
{
	knobs_add_port(b->k, SIP_PORT, PORT_SIP);
	knobs_add_port(b->k, STUN_PORT, PORT_STUN);
	knobs_add_port(b->k, BOTH_PORT, PORT_SIP | PORT_STUN);
	knobs_add_port(b->k, STREAM_PORT, PORT_STREAM);
	knobs_add_port(b->k, BEAT_PORT, PORT_BEAT);
}

static void stop(struct bench *b)
{
	close(b->fd[0]);
	close(b->fd[1]);
	free(b->k);
}

/* Bytes that came through, 0: dropped. */
static size_t pass(struct bench *b, const struct packet *p, uint8_t *out)
{
	ssize_t n;

	CHECK_INT(send(b->fd[0], p->buf, p->len, 0), (ssize_t)p->len);
	n = recv(b->fd[1], out, PACKET_MAX, MSG_DONTWAIT);
	return n < 0 ? 0 : (size_t)n;
}

static bool has_counted(const struct sighting *s)
{
	for (int i = 0; i < CNT_MAX; i++)
		if (s->count[i])
			return true;
	return false;
}

/* Returns whether it came through. */
static bool check_packet(struct bench *b, const struct packet *p)
{
	static struct sighting whole, cut;
	uint8_t out[PACKET_MAX];
	size_t len = pass(b, p, out);

	oracle__look(p->buf, p->len, b->k, &whole);
	if (!len) {
		CHECK(!whole.is_reported && !has_counted(&whole));
		return false;
	}
	oracle__look(out, len, b->k, &cut);
	CHECK_INT(cut.is_reported, whole.is_reported);
	CHECK_MEM(cut.count, whole.count, sizeof(cut.count));
	if (whole.is_reported)
		CHECK_MEM(&cut.rec, &whole.rec, whole.rec.hdr.len);
	return true;
}

static const struct row *row_at(size_t i)
{
	return i < CORPUS_CNT ? &corpus[i] : &corpus_anywhere[i - CORPUS_CNT];
}

static const struct {
	uint32_t snap_len;
	bool stun_anywhere;
} settings[] = {{64, false}, {512, true}, {4096, true}};

static void each_setting(void (*fn)(struct bench *b))
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		struct bench b;

		if (!start(&b, settings[i].snap_len, settings[i].stun_anywhere))
			return;
		add_ports(&b);
		if (CHECK_INT(filter__attach(b.fd[1], b.k), 0))
			fn(&b);
		stop(&b);
	}
}

static void table_rows(struct bench *b)
{
	static struct packet p;

	for (size_t i = 0; i < CORPUS_CNT + CORPUS_ANYWHERE_CNT; i++) {
		packet__make(&p, &row_at(i)->r);
		for (; p.len; p.len--) {
			CHECK_CASE("%s, %zu bytes, snap %u", row_at(i)->r.name, p.len,
				   b->k->snap_len);
			check_packet(b, &p);
		}
	}
}

static void table(void)
{
	each_setting(table_rows);
}

static void mutate_rows(struct bench *b)
{
	static struct packet p;
	uint64_t state = 7;

	for (int i = 0; i < MUTATIONS; i++) {
		const struct row *row = row_at(draw(&state) % (CORPUS_CNT + CORPUS_ANYWHERE_CNT));

		packet__make(&p, &row->r);
		mutate(&p, &state);
		CHECK_CASE("mutation %d of %s, snap %u", i, row->r.name, b->k->snap_len);
		check_packet(b, &p);
	}
}

static void mutations(void)
{
	each_setting(mutate_rows);
}

/* Keeps out what it is there for. */
static void others_are_kept_out(void)
{
	static const struct recipe others[] = {
		{"rtp", .dport = 50000, BYTES(RTP_PACKET)},
		{"rtp, ipv6", .dport = 50000, .family = 6, BYTES(RTP_PACKET)},
		{"rtp, tags", .dport = 50000, .vlans = 2, BYTES(RTP_PACKET)},
		{"sip elsewhere", .dport = 5062, BYTES(SIP_OPTIONS)},
		{"tcp elsewhere", .dport = 443, .l4 = 6, BYTES(SIP_OPTIONS)},
		{"tcp without data", .l4 = 6, BYTES("")},
		{"sctp", .l4 = 132, BYTES(SIP_OPTIONS)},
		{"arp", .type_lie = 0x0806, BYTES(SIP_OPTIONS)},
	};
	static struct packet p;
	struct bench b;

	if (!start(&b, 1536, true))
		return;
	add_ports(&b);
	CHECK_INT(filter__attach(b.fd[1], b.k), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		packet__make(&p, &others[i]);
		CHECK_CASE("%s", others[i].name);
		CHECK(!check_packet(&b, &p));
	}
	stop(&b);
}

/* How many of these destination ports a filter for them lets through wrongly. */
static unsigned int count_strays(struct bench *b)
{
	static struct packet p;
	struct recipe r = {"port", BYTES(SIP_OPTIONS)};
	unsigned int strays = 0;

	for (uint32_t port = 1; port < 65536; port += port < 3000 ? 1 : 7) {
		bool is_ours = knobs_port_kind(b->k, port);

		r.sport = port % 2 ? (uint16_t)port : 40001;
		r.dport = port % 2 ? 40001 : (uint16_t)port;
		packet__make(&p, &r);
		CHECK_CASE("port %u", port);
		strays += check_packet(b, &p) && !is_ours;
	}
	return strays;
}

static void port_sets(void)
{
	static const struct {
		const char *name;
		uint32_t first, last, step;
		bool is_exact;
	} sets[] = {
		{"none", 1, 0, 1, true},
		{"one", 5060, 5060, 1, true},
		{"the last", 65535, 65535, 1, true},
		{"a range", 1000, 2000, 1, true},
		{"64 single ones", 1000, 1126, 2, true},
		{"65 single ones", 1000, 1128, 2, false},
		{"every third", 1, 65535, 3, false},
		{"all", 1, 65535, 1, true},
	};

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct bench b;
		unsigned int strays;

		if (!start(&b, 512, false))
			return;
		for (uint32_t port = sets[i].first; port <= sets[i].last; port += sets[i].step)
			knobs_add_port(b.k, (uint16_t)port, PORT_SIP);
		CHECK_INT(filter__attach(b.fd[1], b.k), 0);
		strays = count_strays(&b);
		CHECK_CASE("%s", sets[i].name);
		CHECK_INT(strays != 0, !sets[i].is_exact);
		stop(&b);
	}
}

/* The largest program stays within its array, jumps only forward and ends in returns. */
static void is_well_formed(void)
{
	static struct filter f;
	struct bench b;

	if (!start(&b, 512, true))
		return;
	for (uint32_t port = 2; port < 65536; port += 1000)
		for (uint32_t i = 0; i < 10; i++)
			knobs_add_port(b.k, (uint16_t)(port + i), PORT_SIP);
	for (unsigned int max = 1; max <= FILTER_RANGES_MAX; max++) {
		CHECK_CASE("%u ranges", max);
		CHECK_INT(filter__build(&f, b.k, max), 0);
		CHECK_INT(BPF_CLASS(f.insn[f.len - 1].code), BPF_RET);
		for (unsigned int i = 0; i < f.len; i++)
			if (f.insn[i].code == (BPF_JMP | BPF_JA))
				CHECK(i + 1 + f.insn[i].k < f.len);
	}
	stop(&b);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"table", table, TEST_PLAIN},
		{"mutations", mutations, TEST_PLAIN},
		{"others_are_kept_out", others_are_kept_out, TEST_PLAIN},
		{"port_sets", port_sets, TEST_PLAIN},
		{"is_well_formed", is_well_formed, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

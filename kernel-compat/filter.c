/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic BPF has forward jumps only, of 255 instructions where they depend on something: each test
 * here skips or takes the unconditional jump behind it, which reaches everywhere. */
#include "filter.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "demux.h"
#include "frame.h"
#include "net.h"

#define LABELS_MAX 256
#define LINK_LEN   14
#define V4_LEN	   20
#define V6_LEN	   40
#define TAGS_MAX   2

enum label {
	TO_UDP,
	TO_TCP,
	TO_PORTS,
	TO_MISS,
	TO_HIT,
	TO_DROP,
	TO_HEADERS,
	TO_SEGMENT,
	TO_PASS,
	LABEL_FIRST_FREE
};

enum cell { CELL_L3_LEN, CELL_L4_OFF, CELL_IS_TCP };

struct range {
	uint32_t first, last;
};

struct builder {
	struct filter *f;
	unsigned int label_cnt;
	unsigned int place[LABELS_MAX];
	bool is_open[FILTER_INSNS_MAX]; /* a jump whose k is still a label */
	bool is_full;
	unsigned int range_cnt;
	struct range range[FILTER_RANGES_MAX];
};

/* --- instructions --- */

static void put(struct builder *b, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (b->f->len == FILTER_INSNS_MAX) {
		b->is_full = true;
		return;
	}
	b->f->insn[b->f->len++] = (struct sock_filter){.code = code, .jt = jt, .jf = jf, .k = k};
}

static void op(struct builder *b, uint16_t code, uint32_t k)
{
	put(b, code, 0, 0, k);
}

static void go(struct builder *b, unsigned int label)
{
	if (b->f->len < FILTER_INSNS_MAX)
		b->is_open[b->f->len] = true;
	op(b, BPF_JMP | BPF_JA, label);
}

/* To the label if the test holds. */
static void when(struct builder *b, uint16_t test, uint32_t k, unsigned int label)
{
	put(b, BPF_JMP | test, 0, 1, k);
	go(b, label);
}

static void unless(struct builder *b, uint16_t test, uint32_t k, unsigned int label)
{
	put(b, BPF_JMP | test, 1, 0, k);
	go(b, label);
}

static unsigned int new_label(struct builder *b)
{
	if (b->label_cnt == LABELS_MAX) {
		b->is_full = true;
		return TO_PASS;
	}
	return b->label_cnt++;
}

static void place(struct builder *b, unsigned int label)
{
	b->place[label] = b->f->len;
}

static void resolve(struct builder *b)
{
	for (unsigned int i = 0; i < b->f->len; i++)
		if (b->is_open[i])
			b->f->insn[i].k = b->place[b->f->insn[i].k] - (i + 1);
}

/* Loads into A: absolute, or relative to X = start of the transport header. */
static void load8(struct builder *b, uint32_t off)
{
	op(b, BPF_LD | BPF_B | BPF_ABS, off);
}

static void load16(struct builder *b, uint32_t off)
{
	op(b, BPF_LD | BPF_H | BPF_ABS, off);
}

static void load_l4(struct builder *b, uint16_t size, uint32_t off)
{
	op(b, (uint16_t)(BPF_LD | size | BPF_IND), off);
}

/* --- parts of the program --- */

static void by_transport(struct builder *b)
{
	when(b, BPF_JEQ, NET_UDP, TO_UDP);
	when(b, BPF_JEQ, NET_TCP, TO_TCP);
}

/* Frames too short for the loads to come are rare: they pass. A load beyond the end would drop. */
static void need_bytes(struct builder *b, uint32_t len)
{
	op(b, BPF_LD | BPF_W | BPF_LEN, 0);
	unless(b, BPF_JGE, len, TO_PASS);
}

static void plain_v4(struct builder *b, uint32_t l3)
{
	need_bytes(b, l3 + V4_LEN + 20);
	load8(b, l3);
	unless(b, BPF_JEQ, 0x45, TO_PASS);
	load16(b, l3 + 6);
	when(b, BPF_JSET, 0x1fff, TO_HEADERS); /* a later fragment is only counted */
	when(b, BPF_JSET, 0x2000, TO_PASS);
	load16(b, l3 + 2);
	unless(b, BPF_JGE, V4_LEN, TO_PASS);
	op(b, BPF_ALU | BPF_SUB | BPF_K, V4_LEN);
	op(b, BPF_ST, CELL_L3_LEN);
	op(b, BPF_LDX | BPF_W | BPF_IMM, l3 + V4_LEN);
	load8(b, l3 + 9);
	by_transport(b);
	go(b, TO_DROP);
}

static void plain_v6(struct builder *b, uint32_t l3)
{
	static const uint8_t extensions[] = {0, 43, 44, 51, 60};

	need_bytes(b, l3 + V6_LEN + 20);
	load8(b, l3);
	op(b, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	unless(b, BPF_JEQ, 0x60, TO_PASS);
	load16(b, l3 + 4);
	op(b, BPF_ST, CELL_L3_LEN);
	op(b, BPF_LDX | BPF_W | BPF_IMM, l3 + V6_LEN);
	load8(b, l3 + 6);
	by_transport(b);
	for (unsigned int i = 0; i < sizeof(extensions); i++)
		when(b, BPF_JEQ, extensions[i], TO_PASS);
	go(b, TO_DROP);
}

/* A: the ethertype. Tags the device kept to itself are not in the bytes. */
static void link_layer(struct builder *b)
{
	unsigned int v4[TAGS_MAX + 1], v6[TAGS_MAX + 1];

	load16(b, LINK_LEN - 2);
	for (unsigned int tags = 0; tags <= TAGS_MAX; tags++) {
		unsigned int tag = tags < TAGS_MAX ? new_label(b) : TO_PASS;

		v4[tags] = new_label(b);
		v6[tags] = new_label(b);
		when(b, BPF_JEQ, NET_ETH_P_IP, v4[tags]);
		when(b, BPF_JEQ, NET_ETH_P_IPV6, v6[tags]);
		when(b, BPF_JEQ, NET_ETH_P_8021Q, tag);
		when(b, BPF_JEQ, NET_ETH_P_8021AD, tag);
		go(b, TO_DROP);
		if (tags == TAGS_MAX)
			break;
		place(b, tag);
		load16(b, LINK_LEN + 4 * tags + 2);
	}
	for (unsigned int tags = 0; tags <= TAGS_MAX; tags++) {
		place(b, v4[tags]);
		plain_v4(b, LINK_LEN + 4 * tags);
		place(b, v6[tags]);
		plain_v6(b, LINK_LEN + 4 * tags);
	}
}

/* A: bytes behind the network header, X: length of the TCP header. Where both are the same only
 * SYN, FIN and RST are of interest. */
static void no_data(struct builder *b)
{
	unsigned int has_data = new_label(b);

	unless(b, BPF_JEQ | BPF_X, 0, has_data);
	op(b, BPF_LDX | BPF_W | BPF_MEM, CELL_L4_OFF);
	load_l4(b, BPF_B, 13);
	unless(b, BPF_JSET, 7, TO_DROP);
	op(b, BPF_LD | BPF_W | BPF_IMM, 1);
	op(b, BPF_LDX | BPF_W | BPF_IMM, 0); /* there is room */
	place(b, has_data);
}

/* A: a length from the transport header that the network header must have room for. */
static void need_room(struct builder *b, bool is_tcp)
{
	op(b, BPF_STX, CELL_L4_OFF);
	op(b, BPF_MISC | BPF_TAX, 0);
	op(b, BPF_LD | BPF_W | BPF_MEM, CELL_L3_LEN);
	if (is_tcp)
		no_data(b);
	unless(b, BPF_JGE | BPF_X, 0, TO_PASS);
	op(b, BPF_LDX | BPF_W | BPF_MEM, CELL_L4_OFF);
	op(b, BPF_LD | BPF_W | BPF_IMM, is_tcp);
	op(b, BPF_ST, CELL_IS_TCP);
}

static void transport(struct builder *b)
{
	place(b, TO_TCP);
	load_l4(b, BPF_B, 12);
	op(b, BPF_ALU | BPF_RSH | BPF_K, 2);
	op(b, BPF_ALU | BPF_AND | BPF_K, 0x3c);
	unless(b, BPF_JGE, 20, TO_PASS);
	need_room(b, true);
	go(b, TO_PORTS);
	place(b, TO_UDP);
	load_l4(b, BPF_H, 4);
	unless(b, BPF_JGE, 8, TO_PASS);
	need_room(b, false);
}

/* A: a port. Binary search over ranges [lo, hi). */
static void search(struct builder *b, unsigned int lo, unsigned int hi, unsigned int miss)
{
	unsigned int mid = lo + (hi - lo) / 2, right;
	const struct range *r = &b->range[lo];

	if (lo == hi) {
		go(b, miss);
	} else if (hi - lo > 1) {
		right = new_label(b);
		when(b, BPF_JGE, b->range[mid].first, right);
		search(b, lo, mid, miss);
		place(b, right);
		search(b, mid, hi, miss);
	} else if (r->first == r->last) {
		when(b, BPF_JEQ, r->first, TO_HIT);
		go(b, miss);
	} else {
		unless(b, BPF_JGE, r->first, miss);
		when(b, BPF_JGT, r->last, miss);
		go(b, TO_HIT);
	}
}

/* As dtls_is_start(). */
static void dtls(struct builder *b)
{
	static const uint8_t types[] = {DTLS_REC_HANDSHAKE, DTLS_REC_CCS, DTLS_REC_ALERT,
					DTLS_REC_ACK};
	static const uint16_t versions[] = {0xfefd, 0xfeff, 0x0100};
	unsigned int is_type = new_label(b), other = new_label(b);

	load_l4(b, BPF_B, 8);
	for (unsigned int i = 0; i < sizeof(types); i++)
		when(b, BPF_JEQ, types[i], is_type);
	go(b, other);
	place(b, is_type);
	load_l4(b, BPF_H, 9);
	for (unsigned int i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		when(b, BPF_JEQ, versions[i], TO_PASS);
	place(b, other);
}

static void ports(struct builder *b, const struct knobs *k)
{
	unsigned int other = new_label(b);

	place(b, TO_PORTS);
	load_l4(b, BPF_H, 0);
	search(b, 0, b->range_cnt, other);
	place(b, other);
	load_l4(b, BPF_H, 2);
	search(b, 0, b->range_cnt, TO_MISS);
	place(b, TO_MISS);
	op(b, BPF_LD | BPF_W | BPF_MEM, CELL_IS_TCP);
	when(b, BPF_JEQ, 1, TO_DROP);
	if (k->dtls_anywhere)
		dtls(b);
	if (!k->stun_anywhere)
		go(b, TO_DROP);
	load_l4(b, BPF_B, 8);
	when(b, BPF_JGT, 3, TO_DROP);
	load_l4(b, BPF_W, 12);
	unless(b, BPF_JEQ, STUN_COOKIE, TO_DROP);
	go(b, TO_PASS);
	place(b, TO_HIT);
	op(b, BPF_LD | BPF_W | BPF_MEM, CELL_IS_TCP);
	when(b, BPF_JEQ, 1, TO_SEGMENT);
	go(b, TO_PASS);
}

/* --- the port set --- */

/* Ranges of ports that carry something; holes of up to `gap` ports are filled. How many, also when
 * that is more than the table takes. */
static unsigned int collect(struct builder *b, const struct knobs *k, unsigned int gap)
{
	unsigned int cnt = 0;
	uint32_t last = 0;

	for (uint32_t port = 0; port < 65536; port++) {
		if (!knobs_port_kind(k, port))
			continue;
		if (!cnt || port - last > gap + 1) {
			if (cnt < FILTER_RANGES_MAX)
				b->range[cnt].first = port;
			cnt++;
		}
		last = port;
		if (cnt <= FILTER_RANGES_MAX)
			b->range[cnt - 1].last = last;
	}
	return cnt;
}

static void set_ranges(struct builder *b, const struct knobs *k, unsigned int range_max)
{
	unsigned int gap = 0;

	for (;;) {
		b->range_cnt = collect(b, k, gap);
		if (b->range_cnt <= range_max)
			return;
		gap = gap * 2 + 1;
	}
}

int filter__build(struct filter *f, const struct knobs *k, unsigned int range_max)
{
	struct builder b = {.f = f, .label_cnt = LABEL_FIRST_FREE};

	memset(f, 0, sizeof(*f));
	set_ranges(&b, k, range_max);
	link_layer(&b);
	transport(&b);
	ports(&b, k);
	place(&b, TO_PASS);
	op(&b, BPF_RET | BPF_K, filter__snap(k));
	place(&b, TO_SEGMENT);
	op(&b, BPF_RET | BPF_K, FRAME_HEADERS + REC_SNAP_MAX);
	place(&b, TO_HEADERS);
	op(&b, BPF_RET | BPF_K, FRAME_HEADERS);
	place(&b, TO_DROP);
	op(&b, BPF_RET | BPF_K, 0);
	if (b.is_full)
		return -E2BIG;
	resolve(&b);
	return 0;
}

int filter__attach(int fd, const struct knobs *k)
{
	struct filter f;
	int rc = -ENOMEM;

	for (unsigned int max = FILTER_RANGES_MAX; max && rc == -ENOMEM; max /= 2) {
		struct sock_fprog prog = {.filter = f.insn};

		rc = filter__build(&f, k, max);
		prog.len = f.len;
		if (!rc && setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
			rc = -errno;
	}
	return rc;
}

uint32_t filter__snap(const struct knobs *k)
{
	return FRAME_HEADERS + (k->snap_len > REC_HASH_LEN ? k->snap_len : REC_HASH_LEN);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Packet in, record out: each reporting tap under BPF_PROG_TEST_RUN says of each packet what the
 * same headers say when they are compiled for user space, and what the table says by hand. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "corpus.h"
#include "feature.h"
#include "mutate.h"
#include "object.h"
#include "report.h"

#define RING_BYTES    (1 << 20)
#define MUTATIONS     4000
#define RUN_NEEDS_LEN (ETH_HLEN + 40) /* less than an IP header: some kernels refuse to run */

struct tap {
	const char *prog;
	uint32_t retval; /* never changes a packet's fate */
	bool is_egress;
	bool pulls_link; /* a socket filter run starts behind the Ethernet header: it gets one more
			  */
};

static const struct tap taps[] = {
	{"tap_tc_in", (uint32_t)-1, false, false},
	{"tap_tc_out", (uint32_t)-1, true, false},
	{"tap_xdp_report", 2, false, false},
	{"tap_socket", 0, false, true},
};

static const struct setting {
	const char *name;
	uint32_t snap_len;
	bool stun_anywhere;
} settings[] = {{"snap64", 64, false}, {"snap512", 512, true}, {"snap4096", 4096, true}};

struct bench {
	const struct tap *tap;
	struct knobs *knobs; /* a copy: the object's is read-only */
	struct object o;
	struct ring_buffer *ring;
	int fd;
	unsigned int rec_cnt;
	size_t rec_len;
	_Alignas(8) uint8_t rec[sizeof(struct rec_seg) + REC_SNAP_MAX];
	uint64_t count[CNT_MAX]; /* before the run */
	unsigned int refused;	 /* runs the kernel did not make */
	char why[256];
};

static int take_record(void *ctx, void *data, size_t len)
{
	struct bench *b = ctx;

	b->rec_cnt++;
	b->rec_len = len < sizeof(b->rec) ? len : sizeof(b->rec);
	memcpy(b->rec, data, b->rec_len);
	return 0;
}

static int bench__open(struct bench *b, const struct tap *tap, const struct setting *s)
{
	struct object_opts opts = {.ring_bytes = RING_BYTES};
	int err = object__open(&b->o, &opts);

	if (err)
		return err;
	b->tap = tap;
	b->knobs->snap_len = s->snap_len;
	b->knobs->stun_anywhere = s->stun_anywhere;
	b->knobs->dtls_anywhere = s->stun_anywhere;
	*object__knobs(&b->o) = *b->knobs;
	for (unsigned int i = 0; i < candidate_cnt && !err; i++)
		if (!strcmp(candidates[i].progs, tap->prog))
			err = object__enable(&b->o, &candidates[i]);
	err = err ? err : object__load(&b->o);
	if (err)
		return err;
	b->fd = object__prog_fd(&b->o, tap->prog);
	b->ring = ring_buffer__new(object__ring_fd(&b->o), take_record, b, NULL);
	return b->ring ? 0 : -errno;
}

static void bench__close(struct bench *b)
{
	ring_buffer__free(b->ring);
	b->ring = NULL;
	if (b->o.skel)
		object__done(&b->o);
}

/* 0, or the kernel's refusal to run it. */
static int run(struct bench *b, const struct packet *p)
{
	static uint8_t in[ETH_HLEN + PACKET_MAX], out[ETH_HLEN + PACKET_MAX];
	size_t prefix = b->tap->pulls_link ? ETH_HLEN : 0;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in,
		    .data_size_in = (uint32_t)(prefix + p->len), .data_out = out,
		    .data_size_out = sizeof(out), .repeat = 1);
	int err;

	memset(in, 0, prefix);
	memcpy(in + prefix, p->buf, p->len);
	b->rec_cnt = 0;
	object__counters(&b->o, b->count, CNT_MAX);
	err = bpf_prog_test_run_opts(b->fd, &opts);
	if (err)
		return err;
	ring_buffer__consume(b->ring);
	if (opts.retval != b->tap->retval)
		snprintf(b->why, sizeof(b->why), "verdict %d", (int)opts.retval);
	else if (opts.data_size_out != prefix + p->len || memcmp(out + prefix, p->buf, p->len))
		snprintf(b->why, sizeof(b->why), "the packet came out changed");
	return 0;
}

static bool differs(struct bench *b, const char *what, uint64_t got, uint64_t want)
{
	if (got == want)
		return false;
	snprintf(b->why, sizeof(b->why), "%s is %llu, expected %llu", what, (unsigned long long)got,
		 (unsigned long long)want);
	return true;
}

static bool compare_counters(struct bench *b, const struct sighting *s)
{
	uint64_t now[CNT_MAX];

	object__counters(&b->o, now, CNT_MAX);
	for (int i = 0; i < CNT_MAX; i++)
		if (differs(b, counter_names[i], now[i] - b->count[i], s->count[i]))
			return false;
	return true;
}

static bool compare_record(struct bench *b, const struct sighting *s)
{
	const struct rec_tap *rec = (void *)b->rec;
	const struct rec_tap *want = &s->rec.tap;
	struct rec_flow flow = want->flow;

	flow.flags |= b->tap->is_egress ? REC_F_EGRESS : 0;
	if (differs(b, "record bytes", b->rec_len, sizeof(*rec) + want->print.snap_len) ||
	    differs(b, "hdr.len", rec->hdr.len, b->rec_len) ||
	    differs(b, "hdr.kind", rec->hdr.kind, REC_TAP) ||
	    differs(b, "hash", rec->print.hash, want->print.hash) ||
	    differs(b, "msg_len", rec->print.msg_len, want->print.msg_len) ||
	    differs(b, "snap_len", rec->print.snap_len, want->print.snap_len) ||
	    differs(b, "flags", rec->flow.flags, flow.flags) ||
	    differs(b, "proto", rec->flow.proto, flow.proto) ||
	    differs(b, "sport", rec->flow.sport, flow.sport) ||
	    differs(b, "dport", rec->flow.dport, flow.dport) ||
	    differs(b, "addresses differ", memcmp(&rec->flow, &flow, sizeof(flow)) != 0, 0) ||
	    differs(b, "payload differs",
		    memcmp(rec->payload, s->rec.payload, want->print.snap_len) != 0, 0))
		return false;
	return true;
}

/* Times, interface and CPU aside, byte by byte. */
static bool compare_segment(struct bench *b, const struct sighting *s)
{
	struct rec_seg *rec = (void *)b->rec, want = s->rec.seg;

	want.flow.flags |= b->tap->is_egress ? REC_F_EGRESS : 0;
	if (differs(b, "record bytes", b->rec_len, want.hdr.len) ||
	    differs(b, "hdr.kind", rec->hdr.kind, REC_SEG) ||
	    differs(b, "hdr.len", rec->hdr.len, b->rec_len) ||
	    differs(b, "flags", rec->flow.flags, want.flow.flags) ||
	    differs(b, "seq", rec->seq, want.seq) ||
	    differs(b, "seg_len", rec->seg_len, want.seg_len) ||
	    differs(b, "snap_len", rec->snap_len, want.snap_len))
		return false;
	want.hdr = rec->hdr;
	want.ifindex = rec->ifindex;
	return !differs(b, "record differs", memcmp(rec, &want, sizeof(want)) != 0, 0) &&
	       !differs(b, "payload differs",
			memcmp(rec->payload, s->rec.seg.payload, want.snap_len) != 0, 0);
}

/* Both sides see the packet; false with b->why set. */
static bool agree(struct bench *b, const struct packet *p, struct sighting *s)
{
	int err;

	oracle__look(p->buf, p->len, b->knobs, s);
	b->why[0] = 0;
	err = run(b, p);
	if (err && p->len < RUN_NEEDS_LEN) {
		b->refused++;
		return true;
	}
	if (err)
		snprintf(b->why, sizeof(b->why), "test run: %s", strerror(-err));
	if (b->why[0] || differs(b, "records", b->rec_cnt, s->is_reported) ||
	    !compare_counters(b, s))
		return false;
	if (!s->is_reported)
		return true;
	return s->rec.hdr.kind == REC_SEG ? compare_segment(b, s) : compare_record(b, s);
}

/* By hand: the oracle is held to the table too. */
static bool expected(struct bench *b, const struct row *row, const struct sighting *s)
{
	bool is_seg = s->is_reported && s->rec.hdr.kind == REC_SEG;
	const struct rec_flow *flow = is_seg ? &s->rec.seg.flow : &s->rec.tap.flow;
	uint16_t flags = flow->flags & ~REC_F_SHORT;

	if (differs(b, "proto", flow->proto, row->proto) ||
	    differs(b, "is reported", s->is_reported, row->proto || row->flags) ||
	    differs(b, "flags", flags, s->is_reported ? row->flags : 0))
		return false;
	for (int i = 0; i < CNT_MAX; i++)
		if (differs(b, counter_names[i], s->count[i], i == row->counter))
			return false;
	return true;
}

static bool check_rows(struct bench *b, const char *name, const struct row *rows, size_t cnt)
{
	static struct packet p;
	static struct sighting s;

	for (size_t i = 0; i < cnt; i++) {
		packet__make(&p, &rows[i].r);
		if (!agree(b, &p, &s) || !expected(b, &rows[i], &s))
			return report__bad(name, "%s: %s", rows[i].r.name, b->why);
	}
	return true;
}

static void check_table(struct bench *b, const char *name)
{
	if (!check_rows(b, name, corpus, CORPUS_CNT))
		return;
	if (b->knobs->stun_anywhere && !check_rows(b, name, corpus_anywhere, CORPUS_ANYWHERE_CNT))
		return;
	report__ok("%s (%zu packets)", name,
		   CORPUS_CNT + (b->knobs->stun_anywhere ? CORPUS_ANYWHERE_CNT : 0));
}

static const struct row *row_at(size_t i)
{
	return i < CORPUS_CNT ? &corpus[i] : &corpus_anywhere[i - CORPUS_CNT];
}

/* Every row of the tables, cut at every length, longest first: what is cut off is still in the
 * kernel's window. */
static void check_truncated(struct bench *b, const char *name)
{
	static struct packet p;
	static struct sighting s;
	size_t cnt = 0;

	for (size_t i = 0; i < CORPUS_CNT + CORPUS_ANYWHERE_CNT; i++) {
		packet__make(&p, &row_at(i)->r);
		for (; p.len >= ETH_HLEN; p.len--, cnt++) {
			if (agree(b, &p, &s))
				continue;
			report__bad(name, "%s cut to %zu: %s", row_at(i)->r.name, p.len, b->why);
			return;
		}
	}
	report__ok("%s (%zu packets, %u too short for a test run)", name, cnt, b->refused);
}

static void check_mutations(struct bench *b, const char *name)
{
	static struct packet p;
	static struct sighting s;
	uint64_t state = 1;
	unsigned int reported = 0;

	for (int i = 0; i < MUTATIONS; i++) {
		const struct row *row = row_at(draw(&state) % (CORPUS_CNT + CORPUS_ANYWHERE_CNT));

		packet__make(&p, &row->r);
		mutate(&p, &state);
		if (!agree(b, &p, &s)) {
			report__bad(name, "mutation %d of '%s', %zu bytes: %s", i, row->r.name,
				    p.len, b->why);
			return;
		}
		reported += s.is_reported;
	}
	report__ok("%s (%d packets, %u reported)", name, MUTATIONS, reported);
}

/* Before 5.18 XDP cannot copy bytes out of a packet. */
static bool is_absent(const struct tap *tap)
{
	return !strcmp(tap->prog, "tap_xdp_report") && !feature__has(FEATURE_XDP_LOAD_BYTES);
}

static void check_tap(struct bench *b, const struct tap *tap, const struct setting *s)
{
	static const struct {
		const char *name;
		void (*fn)(struct bench *b, const char *name);
	} checks[] = {{"table", check_table},
		      {"truncated", check_truncated},
		      {"mutations", check_mutations}};
	int err = bench__open(b, tap, s);
	char name[64];

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		snprintf(name, sizeof(name), "parity_%s_%s_%s", checks[i].name, tap->prog, s->name);
		b->refused = 0;
		if (err && is_absent(tap))
			report__skip(name, feature__absent(FEATURE_XDP_LOAD_BYTES));
		else if (err)
			report__bad(name, "load: %s", strerror(-err));
		else
			checks[i].fn(b, name);
	}
	bench__close(b);
}

int main(void)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct knobs *knobs = calloc(1, sizeof(*knobs));

	report__start();
	if (!b || !knobs)
		return 2;
	b->knobs = knobs;
	knobs->wake_bytes = RING_BYTES;
	knobs_add_port(knobs, SIP_PORT, PORT_SIP);
	knobs_add_port(knobs, STUN_PORT, PORT_STUN);
	knobs_add_port(knobs, BOTH_PORT, PORT_SIP | PORT_STUN);
	knobs_add_port(knobs, STREAM_PORT, PORT_STREAM);
	knobs_add_port(knobs, BEAT_PORT, PORT_BEAT);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		for (size_t j = 0; j < sizeof(taps) / sizeof(taps[0]); j++)
			check_tap(b, &taps[j], &settings[i]);
	free(knobs);
	free(b);
	return report__status();
}

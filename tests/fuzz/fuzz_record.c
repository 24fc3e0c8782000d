/* SPDX-License-Identifier: BSD-2-Clause */
/* Ring records, plausible ones in any order and arbitrary bytes: the stages of every finished
 * transaction sum to its total; every message received ends up joined, dropped, evicted or unread,
 * every read joined, given up or ambiguous; nothing stays in flight.
 *
 *   byte 0: bit 0 reads are seen, bit 1 the driver is seen, bit 2 raw records keep their timestamp
 *   then operations of four bytes: what, which message, socket and pointer, time
 *   (what == RAW: so many bytes of a record follow, which gets the kind in the second byte) */
#include <stdlib.h>
#include <string.h>

#include "fixture_record.h"
#include "ingest.h"

#define SEC 1000000000ull

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum op { OP_RX, OP_READ, OP_SEND, OP_XMIT, OP_DROP, OP_TAP, OP_RAW, OP_TICK };

struct rig {
	struct stats *stats;
	struct session *session;
	struct ingest *ingest;
	struct ledger ledger;
	uint64_t now_ns;
	uint64_t rx_cnt, read_cnt;
	bool keeps_time;
	uint64_t stamp_ns[8]; /* latest record by skb */
};

/* abort() where assert() would vanish with NDEBUG */
static void require(bool held)
{
	if (!held)
		abort();
}

static void check_done(void *ctx, const struct session_done *done)
{
	const struct path *p = done->path;
	uint64_t sum = 0;

	(void)ctx;
	for (unsigned int i = 0; i < p->share_cnt; i++)
		sum += p->share[i].ns;
	require(!p->invalid && p->start_ns && sum == path__total_ns(p));
	require(memchr(done->txn->comm, 0, REC_COMM_LEN) != NULL);
}

static void start(struct rig *g, uint8_t mode)
{
	struct stats_opts so = {.max_rows = 8, .slot_ns = SEC};
	struct session_opts se = {.max_transactions = 8,
				  .sip_timeout_ns = 32 * SEC,
				  .stun_timeout_ns = 40 * SEC,
				  .web_timeout_ns = 60 * SEC,
				  .beat_timeout_ns = 5 * SEC,
				  .linger_ns = SEC,
				  .on_done = check_done};
	struct ingest_opts io = {.max_messages = 8,
				 .unread_ns = 64 * SEC,
				 .unsent_ns = 10 * SEC,
				 .has_read = mode & 1,
				 .has_xmit = mode & 2,
				 .has_take = mode & 1,
				 .stream = {.max_conns = 8,
					    .max_message = 4096,
					    .max_bytes = 65536,
					    .hole_ns = 3 * SEC,
					    .idle_ns = 300 * SEC},
				 .ledger = &g->ledger};

	*g = (struct rig){.now_ns = 1000 * SEC, .keeps_time = mode & 4};
	require(!stats__new(&so, &g->stats));
	se.stats = g->stats;
	require(!session__new(&se, &g->session));
	io.session = g->session;
	require(!ingest__new(&io, &g->ingest));
}

static uint64_t refused(const struct rig *g)
{
	return g->ledger.count[LEDGER_RECORD_SHORT] + g->ledger.count[LEDGER_RECORD_UNKNOWN];
}

/* A heap copy of the exact size, so that the sanitizer sees one byte too many. */
static void feed(struct rig *g, const struct record *r)
{
	uint64_t before = refused(g);
	void *copy = malloc(r->len ? r->len : 1);

	require(copy != NULL);
	memcpy(copy, r->bytes, r->len);
	require(ingest__record(g->ingest, copy, r->len) == 0);
	free(copy);
	if (refused(g) != before)
		return;
	g->rx_cnt += r->hdr.kind == REC_RX;
	g->read_cnt += r->hdr.kind == REC_READ;
}

static struct packet packet_of(uint8_t which)
{
	static const char *const branches[] = {"z9hG4bKa", "z9hG4bKb", "z9hG4bKc", "2543"};
	static const char *const methods[] = {"INVITE", "BYE", "ACK", "FOO"};
	static const int codes[] = {0, 100, 200, 486};

	if (which & 1)
		return stun_packet(which & 2   ? 0x0001
				   : which & 4 ? 0x0101
					       : 0x0111,
				   which >> 3 & 3);
	return sip_packet(
		(struct sip_spec){.branch = branches[which >> 1 & 3],
				  .method = methods[which >> 5 & 3],
				  .code = codes[which >> 3 & 3],
				  .via2 = which & 0x80 ? branches[which >> 2 & 3] : NULL});
}

static void feed_plausible(struct rig *g, const uint8_t op[4])
{
	struct packet p = packet_of(op[1]);
	uint64_t sk = op[2] & 3, skb = op[2] >> 2 & 7;
	uint16_t flags = op[2] & 0x20 ? REC_F_EGRESS : op[2] & 0x40 ? REC_F_RCVBUF : 0;
	struct record r;

	switch (op[0] & 7) {
	case OP_RX:
		r = rx_record(&p, sk + 1, skb, g->now_ns);
		g->stamp_ns[skb] = g->now_ns;
		break;
	case OP_READ:
		r = op[2] & 0x20 ? blind_record(&p, sk, skb, g->now_ns)
				 : read_record(&p, sk, skb, g->now_ns);
		r.read.history.off_cnt = op[0] >> 6;
		r.read.history.off[0] =
			(struct off_cpu){g->now_ns - 90, g->now_ns - 60, g->now_ns - 30, op[3], 0};
		break;
	case OP_SEND:
		r = send_record(&p, skb, g->now_ns);
		g->stamp_ns[skb] = g->now_ns;
		break;
	case OP_XMIT:
		r = xmit_record(skb, g->now_ns);
		break;
	case OP_DROP:
		r = op[2] & 0x80 ? address_drop_record(skb, g->stamp_ns[skb], flags, g->now_ns)
				 : drop_record(&p, sk, skb, flags, g->now_ns);
		break;
	default:
		r = tap_record(&p, flags, g->now_ns);
		break;
	}
	/* sometimes cut, sometimes lying about its length */
	if (op[0] == 0xf0 + (op[0] & 7))
		r.len -= r.len > op[3] ? op[3] : r.len;
	feed(g, &r);
}

/* Returns the bytes used. */
static size_t feed_raw(struct rig *g, const uint8_t op[4], const uint8_t *data, size_t size)
{
	struct record r = {0};

	r.len = op[2] | (size_t)(op[3] & 1) << 8;
	r.len = r.len < size ? r.len : size;
	memcpy(r.bytes, data, r.len);
	r.hdr.kind = op[1] & 0x80 ? r.hdr.kind : op[1] & 7;
	if (!g->keeps_time)
		r.hdr.ts_ns = g->now_ns;
	feed(g, &r);
	return r.len < size ? r.len : size;
}

static void check_balance(struct rig *g, bool has_read, bool has_xmit)
{
	const uint64_t *n = g->ledger.count;
	uint64_t left = n[LEDGER_DROP_RCVBUF] + n[LEDGER_DROP_KERNEL] + n[LEDGER_MESSAGES_FULL] +
			n[LEDGER_UNREAD];
	uint64_t reads = n[LEDGER_JOINED] + n[LEDGER_UNJOINED_READ] + n[LEDGER_OTHER_READ] +
			 n[LEDGER_AMBIGUOUS];

	require(!n[LEDGER_NO_MEMORY]);
	require(n[LEDGER_JOINED_BY_ORDER] <= n[LEDGER_JOINED]);
	require(n[LEDGER_MESSAGES] >= g->rx_cnt);
	require(reads == g->read_cnt);
	if (has_read && !has_xmit) /* drops and evictions are all of received messages */
		require(g->rx_cnt == n[LEDGER_JOINED] + left);
	if (has_read)
		require(g->rx_cnt <= n[LEDGER_JOINED] + left && n[LEDGER_JOINED] <= g->rx_cnt);
	else
		require(!n[LEDGER_JOINED] && !n[LEDGER_UNREAD]);
	if (!has_xmit)
		require(!n[LEDGER_UNSENT]);
}

static void finish(struct rig *g, uint8_t mode)
{
	if (!g->keeps_time) {
		ingest__tick(g->ingest, g->now_ns + 1000 * SEC);
		check_balance(g, mode & 1, mode & 2);
		require(session__in_flight(g->session) == 0);
		for (unsigned int i = 0; i < stats__row_cnt(g->stats); i++)
			require(stats__row_at(g->stats, i)->in_flight == 0);
	}
	ingest__free(g->ingest);
	session__free(g->session);
	stats__free(g->stats);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rig g;
	uint8_t mode = size ? data[0] : 0;
	size_t at = 1;

	start(&g, mode);
	while (at + 4 <= size) {
		const uint8_t *op = data + at;

		at += 4;
		g.now_ns += (op[0] & 7) == OP_TICK ? op[3] * SEC : op[3] * 1000ull;
		if ((op[0] & 7) == OP_RAW)
			at += feed_raw(&g, op, data + at, size - at);
		else if ((op[0] & 7) == OP_TICK)
			ingest__tick(g.ingest, g.now_ns - (op[1] & 1 ? SEC : 0));
		else
			feed_plausible(&g, op);
	}
	finish(&g, mode);
	return 0;
}

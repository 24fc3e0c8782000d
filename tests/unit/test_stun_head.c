/* SPDX-License-Identifier: BSD-2-Clause */
/* stun_head: written cases, and the vectors of RFC 5769. */
#include "stun_head.h"

#include <errno.h>
#include <string.h>

#include "corpus.h"
#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TXID	 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
#define HDR(type, len) \
	(type) >> 8, (type)&0xff, (len) >> 8, (len)&0xff, 0x21, 0x12, 0xa4, 0x42, TXID

static void splits_the_type(void)
{
	static const struct {
		uint16_t type, method;
		enum stun_class class;
		const char *name;
	} rows[] = {
		{0x0001, 0x001, STUN_REQUEST, "Binding"},
		{0x0011, 0x001, STUN_INDICATION, "Binding"},
		{0x0101, 0x001, STUN_SUCCESS, "Binding"},
		{0x0111, 0x001, STUN_ERROR, "Binding"},
		{0x0003, 0x003, STUN_REQUEST, "Allocate"},
		{0x0113, 0x003, STUN_ERROR, "Allocate"},
		{0x0104, 0x004, STUN_SUCCESS, "Refresh"},
		{0x0016, 0x006, STUN_INDICATION, "Send"},
		{0x0017, 0x007, STUN_INDICATION, "Data"},
		{0x0108, 0x008, STUN_SUCCESS, "CreatePermission"},
		{0x0009, 0x009, STUN_REQUEST, "ChannelBind"},
		{0x000a, 0x00a, STUN_REQUEST, "Connect"},
		{0x0200, 0x080, STUN_REQUEST, "GooglePing"},
		{0x3eef, 0xfff, STUN_REQUEST, "Other"},
		{0x3fff, 0xfff, STUN_ERROR, "Other"},
	};
	struct stun_head h;

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t msg[] = {HDR(rows[i].type, 0)};

		CHECK_CASE("type 0x%04x", rows[i].type);
		if (!CHECK_OK(stun_head__parse(msg, sizeof(msg), &h)))
			continue;
		CHECK_UINT(h.brief.type, rows[i].type);
		CHECK_UINT(h.brief.method, rows[i].method);
		CHECK_INT(h.brief.class, rows[i].class);
		CHECK_STR(stun_method__name(h.brief.method), rows[i].name);
		CHECK_MEM(h.brief.txid, ((uint8_t[]){TXID}), STUN_TXID_LEN);
		CHECK(!h.truncated && !h.malformed);
	}
}

static void refuses_what_is_not_stun(void)
{
	static const uint8_t top_bits[] = {HDR(0x4001, 0)};
	static const uint8_t unaligned[] = {HDR(0x0001, 2), 0, 0};
	static const uint8_t longer[] = {HDR(0x0001, 0), 0x80, 0x22, 0, 0};
	static const uint8_t classic[] = {0, 1, 0, 0, 1, 2, 3, 4, TXID}; /* RFC 3489 */
	static const struct {
		const char *what;
		const uint8_t *msg;
		uint32_t len;
	} rows[] = {
		{"top bits", top_bits, sizeof(top_bits)},
		{"length % 4", unaligned, sizeof(unaligned)},
		{"excess", longer, sizeof(longer)},
		{"no cookie", classic, sizeof(classic)},
		{"short", classic, 19},
		{"empty", classic, 0},
	};
	struct stun_brief brief;
	struct stun_head h;

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t window[PARSE_WINDOW] = {0};

		CHECK_CASE("%s", rows[i].what);
		memcpy(window, rows[i].msg, rows[i].len);
		CHECK_INT(stun_head__parse(rows[i].msg, rows[i].len, &h), -EBADMSG);
		CHECK_INT(stun_parse(window, rows[i].len, &brief), -EBADMSG);
	}
}

static void walks_attributes(void)
{
	static const struct {
		const char *what;
		uint16_t type;
		uint8_t attrs[32];
		uint8_t len;
		uint16_t error_code, attr_cnt, unknown_cnt;
		bool username, integrity, fingerprint, malformed;
	} rows[] = {
		{"401",
		 0x0113,
		 {0, 9, 0, 7, 0, 0, 4, 1, 'b', 'a', 'd', 0},
		 12,
		 .error_code = 401,
		 .attr_cnt = 1},
		{"487 of 4 bytes",
		 0x0111,
		 {0, 9, 0, 4, 0, 0, 4, 87},
		 8,
		 .error_code = 487,
		 .attr_cnt = 1},
		{"reserved bits",
		 0x0111,
		 {0, 9, 0, 4, 0xff, 0xff, 0xfb, 0},
		 8,
		 .error_code = 300,
		 .attr_cnt = 1},
		{"class 2", 0x0111, {0, 9, 0, 4, 0, 0, 2, 1}, 8, .attr_cnt = 1},
		{"number 100", 0x0111, {0, 9, 0, 4, 0, 0, 4, 100}, 8, .attr_cnt = 1},
		{"short error", 0x0111, {0, 9, 0, 3, 0, 0, 4, 1}, 8, .attr_cnt = 1},
		{"error in a success", 0x0101, {0, 9, 0, 4, 0, 0, 4, 1}, 8, .attr_cnt = 1},
		{"padded username",
		 0x0001,
		 {0, 6, 0, 1, 'u', 0, 0, 0, 0x7f, 0xff, 0, 0},
		 12,
		 .attr_cnt = 2,
		 .unknown_cnt = 1,
		 .username = true},
		{"optional unknown", 0x0001, {0xff, 0xff, 0, 0}, 4, .attr_cnt = 1},
		{"after integrity",
		 0x0001,
		 {0, 8, 0, 0, 0, 6, 0, 0, 0x7f, 0xff, 0, 0, 0x80, 0x28, 0, 0},
		 16,
		 .attr_cnt = 4,
		 .integrity = true,
		 .fingerprint = true},
		{"SHA-256",
		 0x0001,
		 {0, 0x1c, 0, 4, 1, 2, 3, 4},
		 8,
		 .attr_cnt = 1,
		 .integrity = true},
		{"overrun",
		 0x0001,
		 {0, 6, 0, 0, 0, 8, 0, 5, 1, 2, 3, 4},
		 12,
		 .attr_cnt = 1,
		 .username = true,
		 .malformed = true},
	};
	struct stun_head h;

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t msg[STUN_HDR_LEN + 32] = {HDR(rows[i].type, rows[i].len)};

		CHECK_CASE("%s", rows[i].what);
		memcpy(msg + STUN_HDR_LEN, rows[i].attrs, sizeof(rows[i].attrs));
		if (!CHECK_OK(stun_head__parse(msg, STUN_HDR_LEN + rows[i].len, &h)))
			continue;
		CHECK_UINT(h.error_code, rows[i].error_code);
		CHECK_UINT(h.attr_cnt, rows[i].attr_cnt);
		CHECK_UINT(h.unknown_cnt, rows[i].unknown_cnt);
		CHECK_INT(h.has_username, rows[i].username);
		CHECK_INT(h.has_integrity, rows[i].integrity);
		CHECK_INT(h.has_fingerprint, rows[i].fingerprint);
		CHECK_INT(h.malformed, rows[i].malformed);
	}
}

static void works_with_cut_messages(void)
{
	static const uint8_t msg[] = {HDR(0x0001, 20),
				      0,
				      6,
				      0,
				      3,
				      'a',
				      ':',
				      'b',
				      0,
				      0x80,
				      0x28,
				      0,
				      4,
				      1,
				      2,
				      3,
				      4,
				      0x80,
				      0x22,
				      0,
				      0};
	struct stun_head h;

	for (uint32_t len = STUN_HDR_LEN; len <= sizeof(msg); len++) {
		CHECK_CASE("%u bytes", len);
		if (!CHECK_OK(stun_head__parse(msg, len, &h)))
			continue;
		CHECK_INT(h.truncated, len < sizeof(msg));
		CHECK_INT(h.has_username, len >= STUN_HDR_LEN + 7);
		CHECK_INT(h.has_fingerprint, len >= STUN_HDR_LEN + 16);
		CHECK(!h.malformed);
	}
}

static void reads_rfc5769(void)
{
	static const struct {
		const char *file;
		enum stun_class class;
		uint16_t attr_cnt;
		bool username, fingerprint;
	} rows[] = {
		{"2.1-sample-request.bin", STUN_REQUEST, 6, true, true},
		{"2.2-sample-ipv4-response.bin", STUN_SUCCESS, 4, false, true},
		{"2.3-sample-ipv6-response.bin", STUN_SUCCESS, 4, false, true},
		{"2.4-long-term-auth-request.bin", STUN_REQUEST, 4, true, false},
	};
	static uint8_t buf[CORPUS_MAX];
	struct stun_head h;
	uint32_t len;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].file);
		len = corpus__read("rfc5769", rows[i].file, buf);
		if (!len) {
			test__skip("no rfc5769 vectors in SIGPATH_DATA");
			return;
		}
		if (!CHECK_OK(stun_head__parse(buf, len, &h)))
			continue;
		CHECK_INT(h.brief.class, rows[i].class);
		CHECK_UINT(h.brief.method, 1);
		CHECK_UINT(h.attr_cnt, rows[i].attr_cnt);
		CHECK_UINT(h.unknown_cnt, 0);
		CHECK_INT(h.has_username, rows[i].username);
		CHECK(h.has_integrity);
		CHECK_INT(h.has_fingerprint, rows[i].fingerprint);
		CHECK(!h.truncated && !h.malformed);
	}
}

/* RFC 5769 2: every attribute as the text states it. MESSAGE-INTEGRITY and FINGERPRINT are not
 * verified, but they are found where the text has them: last, 20 and 4 bytes. */
static void says_what_rfc5769_says(void)
{
	static const char user[] =
		"\xe3\x83\x9e\xe3\x83\x88\xe3\x83\xaa\xe3\x83\x83\xe3\x82\xaf"
		"\xe3\x82\xb9"; /* <U+30DE><U+30C8><U+30EA><U+30C3><U+30AF><U+30B9> */
	static const uint8_t v4[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
	static const uint8_t v6[16] = {0x20, 1,	   0xd,	 0xb8, 0x12, 0x34, 0x56, 0x78,
				       0,    0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77};
	static uint8_t buf[CORPUS_MAX];
	struct stun_head h;
	uint32_t len = corpus__read("rfc5769", "2.1-sample-request.bin", buf);

	if (!len) {
		test__skip("no rfc5769 vectors in SIGPATH_DATA");
		return;
	}
	CHECK_OK(stun_head__parse(buf, len, &h));
	CHECK_UINT(h.software.len, 16);
	CHECK_MEM(buf + h.software.off, "STUN test client", 16);
	CHECK_UINT(h.username.len, 9);
	CHECK_MEM(buf + h.username.off, "evtj:h6vY", 9);
	CHECK(h.has_priority && h.is_controlled && !h.is_controlling && !h.use_candidate);
	CHECK_UINT(h.priority, 0x6e0001ff);
	CHECK_UINT(h.tie_breaker, 0x932ff9b151263b36);
	CHECK(!h.mapped.family && !h.realm.len && !h.has_nonce);
	/* cut behind the integrity, and in it */
	CHECK_OK(stun_head__parse(buf, len - 8, &h));
	CHECK(h.has_integrity && !h.has_fingerprint);
	CHECK_OK(stun_head__parse(buf, len - 9, &h));
	CHECK(!h.has_integrity);

	len = corpus__read("rfc5769", "2.2-sample-ipv4-response.bin", buf);
	CHECK_OK(stun_head__parse(buf, len, &h));
	CHECK_MEM(buf + h.software.off, "test vector", 11);
	CHECK_UINT(h.mapped.family, 4);
	CHECK_UINT(h.mapped.port, 32853);
	CHECK_MEM(h.mapped.addr, v4, 16);

	len = corpus__read("rfc5769", "2.3-sample-ipv6-response.bin", buf);
	CHECK_OK(stun_head__parse(buf, len, &h));
	CHECK_UINT(h.mapped.family, 6);
	CHECK_UINT(h.mapped.port, 32853);
	CHECK_MEM(h.mapped.addr, v6, 16);

	len = corpus__read("rfc5769", "2.4-long-term-auth-request.bin", buf);
	CHECK_OK(stun_head__parse(buf, len, &h));
	CHECK_UINT(h.username.len, 18);
	CHECK_MEM(buf + h.username.off, user, 18);
	CHECK_UINT(h.realm.len, 11);
	CHECK_MEM(buf + h.realm.off, "example.org", 11);
	CHECK(h.has_nonce && h.has_integrity && !h.has_fingerprint);
}

/* RFC 8656: what an allocation is made of; unknown types by bit. */
static void reads_turn(void)
{
	static const uint8_t allocate[] = {HDR(0x0003, 36),
					   0,
					   0x19,
					   0,
					   4,
					   17,
					   0,
					   0,
					   0, /* REQUESTED-TRANSPORT */
					   0,
					   0x0d,
					   0,
					   4,
					   0,
					   0,
					   2,
					   0x58, /* LIFETIME */
					   0,
					   0x18,
					   0,
					   1,
					   0x80,
					   0,
					   0,
					   0, /* EVEN-PORT */
					   0,
					   0x50,
					   0,
					   0, /* not known */
					   0,
					   0x0c,
					   0,
					   4,
					   0x40,
					   1,
					   0,
					   0}; /* CHANNEL-NUMBER */
	static const uint8_t success[] = {
		HDR(0x0103, 12), 0,	      0x16,	 0,    8,    0,	      1,
		0x21 ^ 0x10,	 0x12 ^ 0x68, 0x21 ^ 10, 0x12, 0xa4, 0x42 ^ 7};
	static const uint8_t short_numbers[] = {
		HDR(0x0001, 16), 0, 0x24, 0, 2, 1, 2, 0, 0, 0, 0x20, 0, 4, 0, 1, 2, 3};
	static const uint8_t channel_data[] = {0x40, 1, 0, 16, 0x21, 0x12, 0xa4, 0x42, TXID};
	struct stun_head h;

	CHECK_OK(stun_head__parse(allocate, sizeof(allocate), &h));
	CHECK_UINT(h.transport, 17);
	CHECK(h.has_lifetime && h.even_port);
	CHECK_UINT(h.lifetime_s, 600);
	CHECK_UINT(h.channel, 0x4001);
	CHECK_UINT(h.unknown_cnt, 1);
	CHECK_UINT(h.unknown[1], 1ull << (0x50 - 64));
	CHECK_UINT(h.unknown[0] | h.unknown[2] | h.unknown[3], 0);

	CHECK_OK(stun_head__parse(success, sizeof(success), &h));
	CHECK_UINT(h.relayed.family, 4);
	CHECK_UINT(h.relayed.port, 0x1068);
	CHECK_MEM(h.relayed.addr + 12, ((uint8_t[]){10, 0, 0, 7}), 4);

	CHECK_OK(stun_head__parse(short_numbers, sizeof(short_numbers), &h));
	CHECK(!h.has_priority && !h.mapped.family && !h.malformed);
	CHECK_INT(stun_head__parse(channel_data, sizeof(channel_data), &h), -EBADMSG);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"splits_the_type", splits_the_type, TEST_PLAIN},
		{"refuses_what_is_not_stun", refuses_what_is_not_stun, TEST_PLAIN},
		{"walks_attributes", walks_attributes, TEST_PLAIN},
		{"works_with_cut_messages", works_with_cut_messages, TEST_PLAIN},
		{"reads_rfc5769", reads_rfc5769, TEST_PLAIN},
		{"says_what_rfc5769_says", says_what_rfc5769_says, TEST_PLAIN},
		{"reads_turn", reads_turn, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

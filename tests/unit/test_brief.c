/* SPDX-License-Identifier: BSD-2-Clause */
/* Briefs: a response has the key of its request, and nothing else has. */
#include "brief.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_message.h"
#include "test.h"

#define CNT(a) (sizeof(a) / sizeof((a)[0]))

/* From a heap copy of the exact size, so that the sanitizer sees one byte too many. */
static int parse_copy(const void *p, uint32_t snap_len, uint32_t msg_len, uint8_t proto,
		      struct brief *b)
{
	uint8_t *copy = malloc(snap_len ? snap_len : 1);
	struct message m = {.proto = proto, .p = copy, .len = snap_len, .msg_len = msg_len};
	char *buf = malloc(OFFER_BUF);
	struct facts f;
	int rc = -ENOMEM;

	if (copy && buf) {
		memcpy(copy, p, snap_len);
		rc = facts__parse(&m, buf, &f);
		*b = f.brief;
	}
	free(buf);
	free(copy);
	return rc;
}

static struct brief sip_of(struct sip_spec spec)
{
	char text[1024];
	uint32_t len = sip_text(text, sizeof(text), &spec);
	struct brief b;

	CHECK_INT(parse_copy(text, len, len, PROTO_SIP, &b), 0);
	return b;
}

static bool is_same(const struct brief *a, const struct brief *b)
{
	return a->key.lo == b->key.lo && a->key.hi == b->key.hi;
}

static void keys_name_transactions(void)
{
	static const struct {
		const char *name;
		struct sip_spec a, b;
		bool is_same;
	} rows[] = {
		{"response", {.branch = "z9hG4bKa"}, {.branch = "z9hG4bKa", .code = 200}, true},
		{"another CSeq number, same branch", {.cseq = 1}, {.code = 200, .cseq = 2}, true},
		{"another branch", {.branch = "z9hG4bKa"}, {.branch = "z9hG4bKb"}, false},
		{"branches differ in case", {.branch = "z9hG4bKa"}, {.branch = "z9hG4bKA"}, false},
		{"another port", {.sent_by = "h:5060"}, {.sent_by = "h:5061"}, false},
		{"another host", {.sent_by = "h1"}, {.sent_by = "h2"}, false},
		{"ACK of its INVITE", {0}, {.method = "ACK"}, true},
		{"CANCEL is its own", {0}, {.method = "CANCEL"}, false},
		{"CANCEL's response",
		 {.method = "CANCEL"},
		 {.method = "CANCEL", .code = 200},
		 true},
		{"CANCEL's response is not INVITE's",
		 {0},
		 {.method = "CANCEL", .code = 200},
		 false},
		{"extension", {.method = "FOO"}, {.method = "FOO", .code = 200}, true},
		{"two extensions", {.method = "FOO"}, {.method = "BAR"}, false},
		{"methods are case-sensitive", {.method = "INVITE"}, {.method = "invite"}, false},
		{"cookie alone is no branch",
		 {.branch = "z9hG4bK"},
		 {.branch = "z9hG4bK", .call_id = "c2"},
		 false},
		{"2543 response", {.branch = "1"}, {.branch = "1", .code = 200}, true},
		{"2543, no matter the branch", {.branch = "1"}, {.branch = "2", .code = 200}, true},
		{"2543 ACK", {.branch = "1"}, {.branch = "1", .method = "ACK"}, true},
		{"2543, another call", {.branch = "1"}, {.branch = "1", .call_id = "c2"}, false},
		{"2543, another number", {.branch = "1"}, {.branch = "1", .cseq = 2}, false},
		{"2543, another caller", {.branch = "1"}, {.branch = "1", .from_tag = "x"}, false},
		{"2543, another sent-by", {.branch = "1"}, {.branch = "1", .sent_by = "x"}, false},
		{"2543, another method", {.branch = "1"}, {.branch = "1", .method = "BYE"}, false},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		struct brief a, b;

		CHECK_CASE("%s", rows[i].name);
		a = sip_of(rows[i].a);
		b = sip_of(rows[i].b);
		CHECK_INT(is_same(&a, &b), rows[i].is_same);
	}
}

static void classifies_sip(void)
{
	static const struct {
		struct sip_spec spec;
		bool is_request, is_final, expects_reply, is_error;
	} rows[] = {
		{{.method = "INVITE"}, true, false, true, false},
		{{.method = "ACK"}, true, false, false, false},
		{{.method = "CANCEL"}, true, false, true, false},
		{{.method = "FOO"}, true, false, true, false},
		{{.code = 100}, false, false, false, false},
		{{.code = 199}, false, false, false, false},
		{{.code = 200}, false, true, false, false},
		{{.code = 302}, false, true, false, false},
		{{.code = 401}, false, true, false, false},
		{{.code = 407}, false, true, false, false},
		{{.code = 487}, false, true, false, false},
		{{.code = 404}, false, true, false, true},
		{{.code = 503}, false, true, false, true},
		{{.code = 603}, false, true, false, true},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		struct brief b;

		CHECK_CASE("%s %d", rows[i].spec.method ? rows[i].spec.method : "",
			   rows[i].spec.code);
		b = sip_of(rows[i].spec);
		CHECK_INT(b.proto, PROTO_SIP);
		CHECK_INT(b.is_request, rows[i].is_request);
		CHECK_INT(b.is_final, rows[i].is_final);
		CHECK_INT(b.expects_reply, rows[i].expects_reply);
		CHECK_INT(b.is_error, rows[i].is_error);
		CHECK_INT(b.code, rows[i].spec.code);
	}
	CHECK_STR(sip_of((struct sip_spec){.method = "FOO"}).method, "OTHER");
	CHECK_STR(sip_of((struct sip_spec){.code = 180}).method, "INVITE");
}

static void forwarded_request_names_its_parent(void)
{
	static const char *const methods[] = {"INVITE", "BYE", "FOO", "CANCEL"};

	for (size_t i = 0; i < CNT(methods); i++) {
		struct brief in, out;

		CHECK_CASE("%s", methods[i]);
		in = sip_of((struct sip_spec){
			.method = methods[i], .branch = "z9hG4bKin", .sent_by = "10.0.0.8"});
		out = sip_of((struct sip_spec){
			.method = methods[i], .branch = "z9hG4bKout", .via2 = "z9hG4bKin"});
		CHECK(!in.has_parent);
		CHECK(out.has_parent);
		CHECK_UINT(out.parent_lo, in.key.lo);
		CHECK(out.key.lo != in.key.lo);
	}
	CHECK_CASE("second Via without cookie");
	CHECK(!sip_of((struct sip_spec){.via2 = "1"}).has_parent);
	CHECK_CASE("response");
	CHECK(!sip_of((struct sip_spec){.via2 = "z9hG4bKin", .code = 200}).has_parent);
}

static void texts_are_harmless(void)
{
	struct brief b =
		sip_of((struct sip_spec){.branch = "z9hG4bK\x01\xff",
					 .call_id = "a\x80"
						    "b-0123456789012345678901234567890123456789"
						    "0123456789012345678901234567890123456789"});

	CHECK_STR(b.key_text, "z9hG4bK??");
	CHECK_UINT(strlen(b.call_id), BRIEF_CALL_LEN - 1);
	CHECK(!strncmp(b.call_id, "a?b-01", 6));
}

/* -ENODATA until the fields that name the transaction are there, then the same key for ever. */
static void cut_messages_say_so(void)
{
	static const struct sip_spec specs[] = {
		{.branch = "z9hG4bKa", .via2 = "z9hG4bKb"}, {.branch = "1"}, {.code = 200}};
	char text[1024];

	for (size_t i = 0; i < CNT(specs); i++) {
		uint32_t len = sip_text(text, sizeof(text), &specs[i]), named = 0;
		struct brief whole, b;

		CHECK_INT(parse_copy(text, len, len, PROTO_SIP, &whole), 0);
		for (uint32_t cut = 0; cut < len; cut++) {
			int rc = parse_copy(text, cut, len, PROTO_SIP, &b);

			CHECK_CASE("message %zu cut at %u", i, cut);
			CHECK(rc == 0 || rc == -ENODATA || rc == -EBADMSG);
			CHECK(!named || rc == 0);
			if (rc == 0)
				CHECK(is_same(&b, &whole));
			named += rc == 0;
		}
		CHECK(named > 0 && named < len);
	}
}

static void missing_fields_are_no_data(void)
{
	static const char no_via[] =
		"INVITE sip:b@h SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n";
	static const char no_cseq[] =
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nCall-ID: 1\r\n\r\n";
	static const char no_call[] =
		"INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=1\r\nCSeq: 1 INVITE\r\n\r\n";
	static const char not_sip[] = "GET / HTTP/1.1\r\n\r\n";
	static const struct {
		const char *text;
		uint8_t proto;
		int want;
	} rows[] = {
		{no_via, PROTO_SIP, -ENODATA},	{no_cseq, PROTO_SIP, -ENODATA},
		{no_call, PROTO_SIP, -ENODATA}, {not_sip, PROTO_SIP, -EBADMSG},
		{no_via, PROTO_STUN, -EBADMSG}, {no_via, PROTO_NONE, -EBADMSG},
		{no_via, 200, -EBADMSG},	{"", PROTO_SIP, -EBADMSG},
		{"", PROTO_STUN, -EBADMSG},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		uint32_t len = (uint32_t)strlen(rows[i].text);
		struct brief b;

		CHECK_CASE("row %zu", i);
		CHECK_INT(parse_copy(rows[i].text, len, len, rows[i].proto, &b), rows[i].want);
		CHECK(b.method != NULL);
	}
}

static struct brief stun_of(uint16_t type, uint64_t txid, unsigned int code)
{
	uint8_t bytes[28];
	uint32_t len = stun_bytes(bytes, type, txid, code);
	struct brief b;

	CHECK_INT(parse_copy(bytes, len, len, PROTO_STUN, &b), 0);
	return b;
}

static void classifies_stun(void)
{
	static const struct {
		uint16_t type;
		unsigned int code;
		bool is_request, is_final, expects_reply, is_error;
	} rows[] = {
		{0x0001, 0, true, false, true, false},	  {0x0011, 0, true, false, false, false},
		{0x0101, 0, false, true, false, false},	  {0x0111, 400, false, true, false, true},
		{0x0111, 401, false, true, false, false}, {0x0111, 438, false, true, false, false},
		{0x0111, 487, false, true, false, false}, {0x0113, 500, false, true, false, true},
	};

	for (size_t i = 0; i < CNT(rows); i++) {
		struct brief b;

		CHECK_CASE("type %#x code %u", rows[i].type, rows[i].code);
		b = stun_of(rows[i].type, 1, rows[i].code);
		CHECK_INT(b.proto, PROTO_STUN);
		CHECK_INT(b.is_request, rows[i].is_request);
		CHECK_INT(b.is_final, rows[i].is_final);
		CHECK_INT(b.expects_reply, rows[i].expects_reply);
		CHECK_INT(b.is_error, rows[i].is_error);
		CHECK_UINT(b.code, rows[i].code);
		CHECK(!b.has_parent);
	}
}

static void stun_keys(void)
{
	struct brief request = stun_of(0x0001, 0x1122, 0), reply = stun_of(0x0101, 0x1122, 0);
	struct brief error = stun_of(0x0111, 0x1122, 400), other = stun_of(0x0001, 0x1123, 0);
	struct brief allocate = stun_of(0x0003, 0x1122, 0);

	CHECK(is_same(&request, &reply));
	CHECK(is_same(&request, &error));
	CHECK(!is_same(&request, &other));
	CHECK(!is_same(&request, &allocate));
	CHECK_STR(request.key_text, "221100000000000000000000");
	CHECK_STR(request.method, "Binding");
	CHECK_STR(allocate.method, "Allocate");
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"keys_name_transactions", keys_name_transactions, TEST_PLAIN},
		{"classifies_sip", classifies_sip, TEST_PLAIN},
		{"forwarded_request_names_its_parent", forwarded_request_names_its_parent,
		 TEST_PLAIN},
		{"texts_are_harmless", texts_are_harmless, TEST_PLAIN},
		{"cut_messages_say_so", cut_messages_say_so, TEST_PLAIN},
		{"missing_fields_are_no_data", missing_fields_are_no_data, TEST_PLAIN},
		{"classifies_stun", classifies_stun, TEST_PLAIN},
		{"stun_keys", stun_keys, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include "call_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

#define MS 1000000ull

static const struct call call = {
	.id = 7,
	.kind = CALL_INVITE,
	.state = CALL_STATE_FAILED,
	.code = 486,
	.method = "INVITE",
	.at = {[CALL_AT_START] = 1000 * MS,
	       [CALL_AT_OFFER] = 1010 * MS,
	       [CALL_AT_RINGING] = 1200 * MS,
	       [CALL_AT_ANSWER] = 1510 * MS,
	       [CALL_AT_HELLO] = 1600 * MS},
	.seen_ns = 3000 * MS,
	.call_id = "a84b4c76e66710@pc33",
	.from = "sip:alice@atlanta.example:5060",
	.to = "tel:+4930123456;phone-context=x",
	.service = "sip 10.1.0.1:5060",
	.msg_cnt = 9,
	.msgs_left_out = 3,
	.retransmits = 2,
	.self_inflicted = 1,
	.end_cnt = 3,
	.end = {{.addr = {[10] = 0xff, 0xff, 10, 1, 0, 1}, .port = 5060, .is_local = true},
		{.addr = {[10] = 0xff, 0xff, 192, 168, 7, 9}, .port = 40001},
		{.addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 5}, .port = 3478}},
	.fork_cnt = 1,
	.pid = 4242,
	.comm = "kamailio",
};

static const struct call_subject subject = {.call = &call,
					    .from = "sip:u-0011aabb@atlanta.example:5060",
					    .to = "tel:u-22334455",
					    .pod = "sbc-0",
					    .cgroup = "/kubepods/burstable/x",
					    .now_ns = 5000 * MS};

static void matches(void)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{"", true},
		{"  \t ", true},
		{"kind=call", true},
		{"kind=ice", false},
		{"kind!=ice", true},
		{"kind=ice,CALL", true},
		{"state=failed", true},
		{"state=over", true},
		{"state=open", false},
		{"state!=open", true},
		{"state=active,failed", true},
		{"state!=active,failed", false},
		{"method=invite", true},
		{"method=INV", false},
		{"method~vit", true},
		{"method=INV*", true},
		{"method=?NVITE", true},
		{"method=?INVITE", false},
		{"code=486", true},
		{"code=4xx", true},
		{"code=4XX", true},
		{"code=5xx", false},
		{"code=480-489", true},
		{"code=487-489", false},
		{"code=200,486", true},
		{"code!=4xx", false},
		{"code>4xx", false},
		{"code>=4xx", true},
		{"code<5xx", true},
		{"code<=4xx", true},
		{"code>400", true},
		{"signaling=500ms", true},
		{"signaling=0.5s", true},
		{"signaling>500ms", false},
		{"signaling>499999us", true},
		{"signaling>499999999ns", true},
		{"signaling<500.000001ms", true},
		{"setup=600ms", true}, /* first message to the ClientHello */
		{"ringing>=200ms", true},
		{"ice>0", false}, /* not known */
		{"ice=0", false},
		{"ice!=5s", true},
		{"not ice>0", true},
		{"dtls>0", false},
		{"duration=2s", true},
		{"age=4s", true},
		{"age<1m", true},
		{"age<1h", true},
		{"peer=192.168.7.9", true},
		{"peer=192.168.7.9:40001", true},
		{"peer=192.168.7.9:40002", false},
		{"peer=10.1.0.1", false},
		{"local=10.1.0.1", true},
		{"end=10.1.0.1", true},
		{"local=10.0.0.0/8", true},
		{"local=10.0.0.0/15", true},
		{"local=10.0.0.0/16", false},
		{"local=10.1.0.0/31", true},
		{"peer!=10.0.0.0/8", true},
		{"peer=0.0.0.0/0", true},
		{"peer=2001:db8::5", true},
		{"peer=[2001:db8::5]:3478", true},
		{"peer=[2001:db8::5]:3479", false},
		{"peer=2001:db8::/32", true},
		{"peer=2001:db9::/32", false},
		{"from=alice", true}, /* whole: known to who asks */
		{"from=sip:alice@atlanta.example:5060", true},
		{"from=alic", false},
		{"from=ali*", false}, /* what is hidden is not found by pieces */
		{"from=*alice*", false},
		{"from~alice", false},
		{"from~ATLANTA", true},
		{"from=u-0011aabb", false},
		{"from~u-0011aabb", true},
		{"from!=alice", false},
		{"to=+4930123456", true},
		{"to=+493012345", false},
		{"callid=a84b4c76e66710@pc33", true},
		{"callid~a84b", true},
		{"service=\"sip 10.1.0.1:5060\"", true},
		{"service~5060", true},
		{"comm=kamailio", true},
		{"pod=sbc-*", true},
		{"pod~SBC", true},
		{"cgroup~burstable", true},
		{"pid=4242", true},
		{"retransmits>1", true},
		{"self=1", true},
		{"self>1", false},
		{"messages=12", true},
		{"forks=1", true},
		{"id=7", true},
		{"id=1,7", true},
		{"id>=7", true},
		{"alice", true},
		{"alic", false},
		{"atlanta", true},
		{"a84b", true},
		{"\"a84b\"", true},
		{"192.168.7.9", true},
		{"192.168.0.0/16", true},
		{"2001:db8::5", true},
		{"nobody", false},
		/* joined */
		{"id=7 code=486", true},
		{"id=7 code=487", false},
		{"id=7 and code=486", true},
		{"id=8 or code=486", true},
		{"id=8 or code=487", false},
		{"id=7 or id=8 id=9", true}, /* and binds tighter */
		{"(id=7 or id=8) id=9", false},
		{"not id=7 or id=7", true},
		{"not (id=7 or id=8)", false},
		{"not not id=7", true},
		{"!id=8", true},
		{"! id=7", false},
		{"!(id=7)", false},
		{"alice !state=active", true},
		{"id = 7  code >= 400", true},
		{"NOT id=8 AND id=7 OR id=9", true},
		{"((((id=7))))", true},
		{"id=7(code=486)", true},
	};
	struct call_filter f;
	struct filter_error e = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i].text);
		if (CHECK_INT(call_filter__parse(rows[i].text, (uint32_t)strlen(rows[i].text), &f,
						 &e),
			      0))
			CHECK_INT(call_filter__match(&f, &subject), rows[i].want);
	}
}

static void tells_what_is_wrong(void)
{
	static const struct {
		const char *text;
		unsigned int column;
		const char *want; /* begins with */
	} rows[] = {
		{"nonsense=1", 1, "no field 'nonsense'; fields: kind state method code setup "},
		{"id=7 setup>fast", 12,
		 "expected a duration such as 500ms, 1.5s or 24us, not 'fast'"},
		{"setup>500", 7, "expected a duration"},
		{"setup>", 7, "expected a duration"},
		{"setup>1.s", 7, "expected a duration"},
		{"setup>1.5", 7, "expected a duration"},
		{"setup>99999999999s", 7, "expected a duration"},
		{"setup~5ms", 6, "'~' does not fit the field setup"},
		{"state>failed", 6, "'>' does not fit the field state"},
		{"method<x", 7, "'<' does not fit the field method"},
		{"state=broken", 7, "expected a state"},
		{"state=failed,", 14, "expected a state"},
		{"kind=phone", 6, "expected a kind"},
		{"code=4x", 6, "expected a status"},
		{"code=400-300", 6, "expected a status"},
		{"code=4000", 6, "expected a status"},
		{"peer=10.0.0", 6, "expected an address"},
		{"peer=10.0.0.0/33", 6, "expected an address"},
		{"peer=10.0.0.1:0", 6, "expected an address"},
		{"peer=[10.0.0.1]:5", 6, "expected an address"},
		{"peer=::/129", 6, "expected an address"},
		{"id=18446744073709551616", 4, "expected a number"},
		{"id=-1", 4, "expected a number"},
		{"(id=7", 6, "expected ')'"},
		{"id=7)", 5, "')' without '('"},
		{"()", 2, "expected a term before ')'"},
		{"or id=7", 1, "expected a term before 'or'"},
		{"id=7 or", 8, "expected a term at the end"},
		{"id=7 or or id=8", 9, "expected a term before 'or'"},
		{"not", 4, "expected a term at the end"},
		{"=7", 1, "no field ''"},
		{"comm=\"open", 6, "'\"' is not closed"},
		{"\"\"", 2, "expected a word"},
		{"kind=\x1b[31m", 6,
		 "expected a kind (call register subscribe request web ice dtls tls "
		 "turn), not '?[31m'"},
	};
	struct call_filter f;
	struct filter_error e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&e, 0, sizeof(e));
		CHECK_CASE("%s", rows[i].text);
		CHECK_INT(call_filter__parse(rows[i].text, (uint32_t)strlen(rows[i].text), &f, &e),
			  -EINVAL);
		CHECK_UINT(e.column, rows[i].column);
		if (strncmp(e.text, rows[i].want, strlen(rows[i].want)))
			CHECK_STR(e.text, rows[i].want);
	}
}

/* n times `part`. */
static int parse_many(const char *part, unsigned int n, const char *end)
{
	char text[4096] = "";
	struct call_filter f;

	for (unsigned int i = 0; i < n; i++)
		strcat(text, part);
	strcat(text, end);
	return call_filter__parse(text, (uint32_t)strlen(text), &f, NULL);
}

static void is_bounded(void)
{
	CHECK_INT(parse_many("(", FILTER_DEPTH_MAX, "x"), -EINVAL); /* not closed, not too deep */
	CHECK_INT(parse_many("!", FILTER_DEPTH_MAX, "x"), 0);
	CHECK_INT(parse_many("!", FILTER_DEPTH_MAX + 1, "x"), -EINVAL);
	CHECK_INT(parse_many("x ", 32, ""), 0); /* 32 terms, 31 times and */
	CHECK_INT(parse_many("x ", 33, ""), -EINVAL);
	CHECK_INT(parse_many("          ", FILTER_TEXT_LEN / 10, "ab"), 0);
	CHECK_INT(parse_many("          ", FILTER_TEXT_LEN / 10, "abc"), -EINVAL);
	CHECK_INT(parse_many("1,", 63, "2"), 0); /* a word with commas */
}

static void what_is_missing_matches_nothing(void)
{
	static const struct call empty = {.kind = CALL_ICE, .end_cnt = 0};
	static const char *const rows[] = {"method~I", "code<999",  "setup>=0", "from~s",
					   "pod~p",    "peer=::/0", "comm=*",	"service~:"};
	struct call_subject s = {.call = &empty};
	struct call_filter f;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_CASE("%s", rows[i]);
		CHECK_OK(call_filter__parse(rows[i], (uint32_t)strlen(rows[i]), &f, NULL));
		CHECK(!call_filter__match(&f, &s));
	}
}

/* The table of FILTER.md is that of filter_field.def. */
static void is_documented(void)
{
	static char doc[16384];
	char row[512];
	FILE *f = fopen("userspace/call/FILTER.md", "re");
	size_t n;

	if (!f) {
		test__skip("run from the project's root");
		return;
	}
	n = fread(doc, 1, sizeof(doc) - 1, f);
	fclose(f);
	doc[n] = '\0';
	for (unsigned int i = 0; i < FILTER_FIELD_CNT; i++) {
		const char *at;

		snprintf(row, sizeof(row), "\n| `%s` | `", filter_field__name(i));
		at = strstr(doc, row);
		snprintf(row, sizeof(row), "` | %s |\n", filter_field__help(i));
		CHECK_CASE("%s", filter_field__name(i));
		CHECK(at && strstr(at, row) && strstr(at, row) < strchr(at + 1, '\n'));
	}
	CHECK(filter_field__name(FILTER_FIELD_CNT) == NULL);
}

int main(int argc, char **argv)
{
	static const struct test table[] = {
		{"matches", matches, TEST_PLAIN},
		{"tells_what_is_wrong", tells_what_is_wrong, TEST_PLAIN},
		{"is_bounded", is_bounded, TEST_PLAIN},
		{"what_is_missing_matches_nothing", what_is_missing_matches_nothing, TEST_PLAIN},
		{"is_documented", is_documented, TEST_PLAIN},
		{NULL, NULL, TEST_PLAIN},
	};

	return test__run(table, argc, argv);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* sip_head: written cases, and the torture messages of RFC 4475 with the outcome its text asks for.
 */
#include "sip_head.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "corpus.h"
#include "rfc4475.h"
#include "test.h"

#define REQ	 "INVITE sip:bob@example.com SIP/2.0\r\n"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool parse(const char *msg, struct sip_head *h)
{
	return CHECK_OK(sip_head__parse((const uint8_t *)msg, (uint32_t)strlen(msg), h));
}

static void check_span(const char *msg, struct sip_span got, const char *want)
{
	char text[256] = "";

	if (CHECK(got.len < sizeof(text)))
		memcpy(text, msg + got.off, got.len);
	CHECK_STR(text, want);
}

static void tells_start_lines(void)
{
	static const struct {
		const char *in;
		int rc;
		enum sip_method method;
		uint16_t status;
	} rows[] = {
		{REQ "\r\n", 0, SIP_INVITE, 0},
		{"SUBSCRIBE sip:a@b SIP/2.0\r\n\r\n", 0, SIP_SUBSCRIBE, 0},
		{"REGISTER sip:b SIP/2.0\r\n\r\n", 0, SIP_REGISTER, 0},
		{"ACK tel:+1 SIP/2.0\r\n\r\n", 0, SIP_ACK, 0},
		{"INVITEX sip:b SIP/2.0\r\n\r\n", 0, SIP_OTHER, 0},
		{"invite sip:b SIP/2.0\r\n\r\n", 0, SIP_OTHER, 0}, /* case-sensitive */
		{"OTHER sip:b SIP/2.0\r\n\r\n", 0, SIP_OTHER, 0},
		{"OPTIONS sip:b sip/2.0\n\n", 0, SIP_OPTIONS, 0},
		{"OPTIONS sip:b SIP/2.0 \t\r\n\r\n", 0, SIP_OPTIONS, 0},
		{"SIP/2.0 100 Trying\r\n\r\n", 0, SIP_OTHER, 100},
		{"SIP/2.0 699 \r\n\r\n", 0, SIP_OTHER, 699},
		{"SIP/2.0 200\r\n\r\n", 0, SIP_OTHER, 200},
		{"sip/2.0 486 Busy\r\n\r\n", 0, SIP_OTHER, 486},
		{"SIP/2.0 099 x\r\n\r\n", -EBADMSG, 0, 0},
		{"SIP/2.0 700 x\r\n\r\n", -EBADMSG, 0, 0},
		{"SIP/2.0 2000 x\r\n\r\n", -EBADMSG, 0, 0},
		{"SIP/3.0 200 OK\r\n\r\n", -EBADMSG, 0, 0},
		{"SIP/2.0  200 OK\r\n\r\n", -EBADMSG, 0, 0},
		{"INVITE  sip:b SIP/2.0\r\n\r\n", -EBADMSG, 0, 0},
		{"INVITE <sip:b> SIP/2.0\r\n\r\n", -EBADMSG, 0, 0},
		{"INVITE SIP/2.0\r\n\r\n", -EBADMSG, 0, 0},
		{"IN@ITE sip:b SIP/2.0\r\n\r\n", -EBADMSG, 0, 0},
		{"GET http://example.com/ HTTP/1.1\r\n\r\n", -EBADMSG, 0, 0},
		{"OPTIONS rtsp://example.com/a RTSP/1.0\r\n\r\n", -EBADMSG, 0, 0},
		{"\r\n\r\n", -EBADMSG, 0, 0},
		{"", -EBADMSG, 0, 0},
	};
	struct sip_head h;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		CHECK_INT(sip_head__parse((const uint8_t *)rows[i].in, strlen(rows[i].in), &h),
			  rows[i].rc);
		if (rows[i].rc)
			continue;
		CHECK_INT(h.method, rows[i].method);
		CHECK_INT(h.status, rows[i].status);
		CHECK_INT(h.is_request, rows[i].status == 0);
		CHECK(!h.truncated);
	}
}

static void reads_a_request(void)
{
	static const char msg[] =
		REQ "Via: SIP/2.0/UDP a.example.com:5060;rport;branch=z9hG4bK1\r\n"
		    "Via: SIP/2.0/TCP [2001:db8::1]:5062;branch=z9hG4bK2\r\n"
		    "Via: SIP/2.0/TCP c;branch=z9hG4bK3\r\n"
		    "From: \"A\" <sip:a@example.com>;tag=f1\r\n"
		    "To: <sip:bob@example.com>;tag=t1\r\n"
		    "Call-ID: 1@a.example.com\r\nCSeq: 314159 INVITE\r\n\r\nv=0\r\n";
	struct sip_head h;

	if (!parse(msg, &h))
		return;
	check_span(msg, h.method_name, "INVITE");
	check_span(msg, h.sent_by, "a.example.com:5060");
	check_span(msg, h.branch, "z9hG4bK1");
	check_span(msg, h.via2_branch, "z9hG4bK2");
	check_span(msg, h.from_tag, "f1");
	check_span(msg, h.to_tag, "t1");
	check_span(msg, h.call_id, "1@a.example.com");
	CHECK_UINT(h.via_cnt, 3);
	CHECK_UINT(h.cseq, 314159);
	CHECK_INT(h.cseq_method, SIP_INVITE);
	CHECK_UINT(h.have, 0x7ff | SIP_HAVE_BODY);
	check_span(msg, h.body, "v=0\r\n");
	CHECK(!h.truncated);
}

static void takes_method_of_responses_from_cseq(void)
{
	static const char msg[] = "SIP/2.0 200 OK\r\nCSeq: 2 PUBLISH\r\n\r\n";
	struct sip_head h;

	if (!parse(msg, &h))
		return;
	CHECK_INT(h.method, SIP_PUBLISH);
	check_span(msg, h.method_name, "PUBLISH");
	CHECK_UINT(h.have, SIP_HAVE_CSEQ | SIP_HAVE_CSEQ_METHOD | SIP_HAVE_METHOD | SIP_HAVE_BODY);
	if (parse("SIP/2.0 200 OK\r\n\r\n", &h)) {
		CHECK_INT(h.method, SIP_OTHER);
		CHECK_UINT(h.have, SIP_HAVE_BODY);
	}
}

static void reads_vias(void)
{
	static const struct {
		const char *in, *sent_by, *branch, *second;
		uint32_t cnt;
	} rows[] = {
		{"Via: SIP/2.0/UDP a;branch=x\r\n", "a", "x", "", 1},
		{"v:SIP/2.0/UDP a;branch=x,SIP/2.0/TCP b;branch=y\r\n", "a", "x", "y", 2},
		{"VIA \t: SIP / 2.0 / UDP  a : 5060 ; BRANCH = x , SIP/2.0/UDP b\r\n", "a : 5060",
		 "x", "", 2},
		{"Via: SIP/2.0/UDP\r\n a\r\n\t;branch=\r\n x\r\nv: SIP/2.0/UDP b;branch=y\r\n", "a",
		 "x", "y", 2},
		{"Via: SIP/2.0/UDP a;x=\"b,c;branch=no\\\"\";branch=x\r\n", "a", "x", "", 1},
		{"Via: SIP/2.0/UDP [::1]:5;received=::2;branch=x;branch=z\r\n", "[::1]:5", "x", "",
		 1},
		{"Via: SIP/2.0/UDP a;xbranch=n;branchx=n;lr;branch=x\r\n", "a", "x", "", 1},
		{"Via: SIP/2.0/UDP a;branch\r\n", "a", "", "", 1},
		{"Via: SIP/2.0/UDP a\r\n", "a", "", "", 1},
		{"Via: nonsense;branch=x\r\n", "", "x", "", 1},
		{"Viaduct: SIP/2.0/UDP a;branch=x\r\nX: Via: SIP/2.0/UDP b;branch=y\r\n", "", "",
		 "", 0},
		{"Via: SIP/2.0/UDP a;branch=x\nVia: SIP/2.0/UDP b;branch=y\n", "a", "x", "y", 2},
	};
	char msg[512];
	struct sip_head h;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		snprintf(msg, sizeof(msg), REQ "%s\r\n", rows[i].in);
		if (!parse(msg, &h))
			continue;
		check_span(msg, h.sent_by, rows[i].sent_by);
		check_span(msg, h.branch, rows[i].branch);
		check_span(msg, h.via2_branch, rows[i].second);
		CHECK_UINT(h.via_cnt, rows[i].cnt);
		CHECK_INT(!!(h.have & SIP_HAVE_BRANCH), rows[i].branch[0] != 0);
	}
}

static void reads_tags(void)
{
	static const struct {
		const char *in, *tag;
	} rows[] = {
		{"<sip:a@b>;tag=1", "1"},
		{"sip:a@b;tag=1", "1"},
		{"sip:a@b ; x=y ; TAG = 1 ", "1"},
		{"<sip:a@b;tag=no>", ""},
		{"<sip:a@b;tag=no>;tag=1", "1"},
		{"\"x;tag=no\" <sip:a@b>;tag=1", "1"},
		{"\"x\\\";tag=no\" <sip:a@b>;tag=1", "1"},
		{"\"x\\\\\" <sip:a@b>;tag=1", "1"},
		{"\"<sip:x>;tag=no\" <sip:a@b>", ""},
		{"A B <sip:a@b>;x=\";tag=no\";tag=1", "1"},
		{"\"unbalanced <sip:a@b>;tag=no", ""},
		{"<sip:a@b;tag=no", ""},
		{"<sip:a@b>\r\n ;\r\n\ttag\r\n = 1", "1"},
		{"<sip:a@b>;tag=", ""},
		{"<sip:a@b>;tag=1;tag=2", "1"},
		{"", ""},
	};
	char msg[512];
	struct sip_head h;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		snprintf(msg, sizeof(msg), REQ "f: %s\r\nTO:%s\r\nTo: x;tag=late\r\n\r\n",
			 rows[i].in, rows[i].in);
		if (!parse(msg, &h))
			continue;
		check_span(msg, h.from_tag, rows[i].tag);
		check_span(msg, h.to_tag, rows[i].tag);
		CHECK(h.have & SIP_HAVE_FROM);
	}
}

static void reads_cseq(void)
{
	static const struct {
		const char *in;
		uint32_t have, number;
		enum sip_method method;
	} rows[] = {
		{"1 INVITE", SIP_HAVE_CSEQ | SIP_HAVE_CSEQ_METHOD, 1, SIP_INVITE},
		{"0009\r\n  ACK ", SIP_HAVE_CSEQ | SIP_HAVE_CSEQ_METHOD, 9, SIP_ACK},
		{"2147483647 NEW", SIP_HAVE_CSEQ | SIP_HAVE_CSEQ_METHOD, 2147483647, SIP_OTHER},
		{"2147483648 BYE", SIP_HAVE_CSEQ_METHOD, 0, SIP_BYE},
		{"36893488147419103232 BYE", SIP_HAVE_CSEQ_METHOD, 0, SIP_BYE},
		{"1", 0, 0, SIP_OTHER},
		{"1INVITE", 0, 0, SIP_OTHER},
		{"INVITE", 0, 0, SIP_OTHER},
		{"-1 INVITE", 0, 0, SIP_OTHER},
		{"1 INVITE x", SIP_HAVE_CSEQ, 1, SIP_OTHER},
	};
	char msg[256];
	struct sip_head h;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		snprintf(msg, sizeof(msg), REQ "cSeQ: %s\r\n\r\n", rows[i].in);
		if (!parse(msg, &h))
			continue;
		CHECK_UINT(h.have, rows[i].have | SIP_HAVE_METHOD | SIP_HAVE_BODY);
		CHECK_UINT(h.cseq, rows[i].number);
		CHECK_INT(h.cseq_method, rows[i].method);
		CHECK_INT(h.method, SIP_INVITE);
	}
}

/* Each field of the header, in a spelling of its own; what another row says must stay absent. */
static void reads_fields(void)
{
	static const struct {
		const char *in;
		size_t at; /* of the span in struct sip_head */
		const char *want;
	} rows[] = {
#define SPAN(name) offsetof(struct sip_head, name)
		{"From: A <sip:a@b;x=y>;tag=1\r\n", SPAN(from_uri), "sip:a@b;x=y"},
		{"f:sip:a@b;tag=1\r\n", SPAN(from_uri), "sip:a@b"},
		{"From: \"a, <b>\" < sip:a@b >\r\n", SPAN(from_uri), "sip:a@b"},
		{"From: Bell, A <sip:a@b>;tag=1\r\n", SPAN(from_uri), "sip:a@b"},
		{"From: \"a <sip:a@b>\r\n", SPAN(from_uri), ""},
		{"t:\r\n <tel:+1>\r\n", SPAN(to_uri), "tel:+1"},
		{"To: sip:a@b\r\n\t;tag=2\r\n", SPAN(to_uri), "sip:a@b"},
		{"Contact: <sip:a@b;transport=tcp>;q=1, <sip:c>\r\n", SPAN(contact),
		 "sip:a@b;transport=tcp"},
		{"m:sip:a@b,sip:c\r\n", SPAN(contact), "sip:a@b"},
		{"Contact: <sip:a>\r\nContact: <sip:b>\r\n", SPAN(contact), "sip:a"},
		{"Contact: *\r\n", SPAN(contact), ""},
		{"CONTENT-TYPE: application/sdp ;charset=x\r\n", SPAN(content_type),
		 "application/sdp"},
		{"c:multipart/mixed;boundary=\"a;b\"\r\n", SPAN(content_type), "multipart/mixed"},
		{"Event: refer;id=1\r\n", SPAN(event), "refer;id=1"},
		{"o: presence\r\n", SPAN(event), "presence"},
		{"Subscription-State: active;expires=60\r\n", SPAN(sub_state), "active"},
		{"Session-ID: ab30;remote=47\r\n", SPAN(session_id), "ab30"},
		{"Session-ID: ab30 ; remote = 47\r\n", SPAN(session_id_remote), "47"},
		{"P-Charging-Vector: icid-value=\"x=1\";orig-ioi=h\r\n", SPAN(icid), "x=1"},
		{"P-Charging-Vector: a=b;icid-value=x\r\n", SPAN(icid), "x"},
		{"Replaces: 1@a;to-tag=7;from-tag=9\r\n", SPAN(replaces), "1@a"},
		{"X-CID: one\r\n", SPAN(x_call_id), "one"},
		{"x-orig-call-id: two\r\n", SPAN(x_call_id), "two"},
		{"User-Agent: a b/1 (c)\r\n", SPAN(user_agent), "a b/1 (c)"},
		{"Server:  s  \r\n", SPAN(user_agent), "s"},
		{"s: not a server\r\nx: 90\r\n", SPAN(user_agent), ""},
		{"", SPAN(request_uri), "sip:bob@example.com"},
#undef SPAN
	};
	struct sip_head h;
	char msg[512];

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		snprintf(msg, sizeof(msg), REQ "%s\r\n", rows[i].in);
		if (parse(msg, &h))
			check_span(msg, *(struct sip_span *)((char *)&h + rows[i].at),
				   rows[i].want);
	}
}

static void reads_numbers(void)
{
	static const struct {
		const char *in;
		size_t at;
		uint32_t have, want;
	} rows[] = {
#define NUMBER(name) offsetof(struct sip_head, name)
		{"Content-Length: 7\r\n", NUMBER(content_length), SIP_HAVE_CONTENT_LENGTH, 7},
		{"l:0\r\nl: 9\r\n", NUMBER(content_length), SIP_HAVE_CONTENT_LENGTH, 0},
		{"l: -1\r\n", NUMBER(content_length), 0, 0},
		{"l: 1x\r\n", NUMBER(content_length), 0, 0},
		{"l: 4294967296\r\n", NUMBER(content_length), 0, 0},
		{"Expires: 4294967295\r\n", NUMBER(expires), SIP_HAVE_EXPIRES, UINT32_MAX},
		{"Expires: 4294967296\r\n", NUMBER(expires), 0, 0},
		{"m: <sip:a;expires=9>;expires=60\r\n", NUMBER(expires), SIP_HAVE_EXPIRES, 60},
		{"m: <sip:a>;expires=60\r\nExpires: 7\r\n", NUMBER(expires), SIP_HAVE_EXPIRES, 7},
		{"m: <sip:a>;expires=\"60\"\r\n", NUMBER(contact_expires), SIP_HAVE_EXPIRES, 60},
		{"m: <sip:a>, <sip:b>;expires=60\r\n", NUMBER(contact_expires), 0, UINT32_MAX},
		{"Contact: *\r\n", NUMBER(expires), SIP_HAVE_CONTACT_STAR, 0},
		{"RSeq: 988789\r\n", NUMBER(rseq), SIP_HAVE_RSEQ, 988789},
		{"RAck: 776656 1 INVITE\r\n", NUMBER(rack_rseq), SIP_HAVE_RACK, 776656},
		{"RAck: 776656\r\n 1 INVITE\r\n", NUMBER(rack_cseq), SIP_HAVE_RACK, 1},
		{"RAck: 776656\r\n", NUMBER(rack_rseq), 0, 0},
		{"Max-Forwards: 0068\r\n", NUMBER(max_forwards), 0, 68},
		{"Max-Forwards: -1\r\n", NUMBER(max_forwards), 0, UINT32_MAX},
		{"Require: a, 100rel\r\n", NUMBER(rseq), SIP_HAVE_100REL, 0},
		{"k: 100rel,b\r\n", NUMBER(rseq), SIP_HAVE_100REL, 0},
		{"Supported: 100relx\r\n", NUMBER(rseq), 0, 0},
		{"c: Message/SipFrag;version=2.0\r\n", NUMBER(rseq), SIP_HAVE_SIPFRAG, 0},
#undef NUMBER
	};
	struct sip_head h;
	char msg[512];

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		snprintf(msg, sizeof(msg), REQ "%s\r\n", rows[i].in);
		if (!parse(msg, &h))
			continue;
		CHECK_UINT(h.have, rows[i].have | SIP_HAVE_METHOD | SIP_HAVE_BODY);
		CHECK_UINT(*(uint32_t *)((char *)&h + rows[i].at), rows[i].want);
	}
	if (parse("REGISTER sip:b SIP/2.0\r\nExpires: 7\r\nm: <sip:a>;expires=60\r\n\r\n", &h))
		CHECK_UINT(h.expires, 60); /* RFC 3261 10.2.1.1 */
	if (parse("SIP/2.0 183 Two  words \r\nSupported: 100rel\r\n\r\n", &h))
		CHECK_UINT(h.have,
			   SIP_HAVE_BODY); /* what the responder can says nothing of this one */
}

/* RFC 3261 18.3, 20.14 */
static void frames_bodies(void)
{
	static const struct {
		const char *in;
		uint32_t header_len;
		const char *body;
	} rows[] = {
		{"l: 3\r\n\r\nabc", 6 + 2, "abc"}, {"l: 3\r\n\r\nabcdef", 6 + 2, "abc"},
		{"l: 9\r\n\r\nabc", 6 + 2, "abc"}, {"l: 0\r\n\r\nabc", 6 + 2, ""},
		{"\r\nabc\r\n", 2, "abc\r\n"},	   {"l: -1\r\n\r\nabc", 7 + 2, "abc"},
		{"l: 2\n\nabc", 5 + 1, "ab"},
	};
	char msg[256];
	struct sip_head h;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		snprintf(msg, sizeof(msg), REQ "%s", rows[i].in);
		if (!parse(msg, &h))
			continue;
		CHECK_UINT(h.header_len, sizeof(REQ) - 1 + rows[i].header_len);
		check_span(msg, h.body, rows[i].body);
	}
	if (parse(REQ "l: 3\r\n", &h)) {
		CHECK(h.truncated && !h.header_len && !(h.have & SIP_HAVE_BODY));
		CHECK_UINT(h.body.len, 0);
	}
}

/* Whatever a cut message gives, the whole one gives too. */
static void works_with_cut_messages(void)
{
	static const char msg[] =
		REQ "v: SIP/2.0/UDP a;branch=x1\r\ni: call\r\nf: <sip:a>;tag=f1\r\n"
		    "t: <sip:b>\r\n ;tag=t1\r\nCSeq: 12 INVITE\r\n\r\n";
	struct sip_head whole, h;

	if (!parse(msg, &whole))
		return;
	for (uint32_t len = SIP_START_MIN; len < sizeof(msg) - 1; len++) {
		CHECK_CASE("%u bytes", len);
		if (!CHECK_OK(sip_head__parse((const uint8_t *)msg, len, &h)))
			continue;
		CHECK(h.truncated);
		CHECK_UINT(h.have & ~whole.have, 0);
		CHECK(!(h.have & SIP_HAVE_BRANCH) ||
		      !memcmp(&h.branch, &whole.branch, sizeof(h.branch)));
		CHECK(!(h.have & SIP_HAVE_CALL_ID) ||
		      !memcmp(&h.call_id, &whole.call_id, sizeof(h.call_id)));
		CHECK(!(h.have & SIP_HAVE_TO) || h.have & SIP_HAVE_TO_TAG);
		CHECK(!(h.have & SIP_HAVE_CSEQ) || h.cseq == 12);
	}
}

static void names_methods(void)
{
	CHECK_STR(sip_method__name(SIP_INVITE), "INVITE");
	CHECK_STR(sip_method__name(SIP_UPDATE), "UPDATE");
	CHECK_STR(sip_method__name((enum sip_method)200), "OTHER");
}

static void takes_what_rfc4475_wants(void)
{
	static uint8_t buf[CORPUS_MAX];
	const struct torture *t;
	struct sip_head h;
	uint32_t len;

	if (!corpus__read("rfc4475", torture[0].file, buf)) {
		test__skip("no rfc4475 messages in SIGPATH_DATA");
		return;
	}
	for (t = torture; t < torture + COUNT(torture); t++) {
		CHECK_CASE("%s", t->file);
		len = corpus__read("rfc4475", t->file, buf);
		if (!CHECK(len > 0) || !CHECK_INT(sip_head__parse(buf, len, &h), t->rc) || t->rc)
			continue;
		CHECK_INT(h.method, t->method);
		CHECK_INT(h.status, t->status);
		CHECK_INT(h.cseq_method, t->cseq_method);
		CHECK_INT(!!(h.have & SIP_HAVE_CSEQ), t->has_cseq);
		CHECK_INT(h.truncated, !memmem(buf, len, "\r\n\r\n", 4)); /* baddn */
	}
}

/* The fields of the messages that hide them best. */
static void finds_fields_of_rfc4475(void)
{
	static const struct {
		const char *file, *sent_by, *branch, *second, *from_tag, *to_tag, *call_id;
	} rows[] = {
		{"wsinv.dat", "192.0.2.2", "390skdjuw", "z9hG4bK9ikj8", "98asjd8", "1918181833n",
		 "wsinv.ndaksdj@192.0.2.1"},
		{"intmeth.dat", "host1.example.com", "z9hG4bK-.!%66*_+`'~", "", "_token~1'+`*%!-.",
		 "", "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"},
		{"semiuri.dat", "192.0.2.1", "z9hG4bKkdjuw", "", "33242", "",
		 "semiuri.0ha0isndaksdj"},
		{"quotbal.dat", "192.0.2.59:5050", "z9hG4bKkdjuw39234", "", "93334", "",
		 "quotbal.aksdj"},
		{"inv2543.dat", "iftgw.example.com", "", "", "", "",
		 "inv2543.1717@ift.client.example.com"},
		{"multi01.dat", "192.0.2.25", "z9hG4bKkdjuw", "", "3413415", "",
		 "multi01.98asdh@192.0.2.1"},
		{"insuf.dat", "192.0.2.95", "z9hG4bKkdj.insuf", "", "", "", ""},
		{"badbranch.dat", "192.0.2.1", "z9hG4bK", "", "33242", "",
		 "badbranch.sadonfo23i420jv0as0derf3j3n"},
		{"bcast.dat", "192.0.2.198", "z9hG4bK1324923", "z9hG4bK1saber23", "11141343",
		 "2229", "bcast.0384840201234ksdfak3j2erwedfsASdf"},
	};
	static uint8_t buf[CORPUS_MAX];
	struct sip_head h;
	uint32_t len;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].file);
		len = corpus__read("rfc4475", rows[i].file, buf);
		if (!len) {
			test__skip("no rfc4475 messages in SIGPATH_DATA");
			return;
		}
		if (!CHECK_OK(sip_head__parse(buf, len, &h)))
			continue;
		check_span((char *)buf, h.sent_by, rows[i].sent_by);
		check_span((char *)buf, h.branch, rows[i].branch);
		check_span((char *)buf, h.via2_branch, rows[i].second);
		check_span((char *)buf, h.from_tag, rows[i].from_tag);
		check_span((char *)buf, h.to_tag, rows[i].to_tag);
		check_span((char *)buf, h.call_id, rows[i].call_id);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"tells_start_lines", tells_start_lines, TEST_PLAIN},
		{"reads_a_request", reads_a_request, TEST_PLAIN},
		{"takes_method_of_responses_from_cseq", takes_method_of_responses_from_cseq,
		 TEST_PLAIN},
		{"reads_vias", reads_vias, TEST_PLAIN},
		{"reads_tags", reads_tags, TEST_PLAIN},
		{"reads_cseq", reads_cseq, TEST_PLAIN},
		{"reads_fields", reads_fields, TEST_PLAIN},
		{"reads_numbers", reads_numbers, TEST_PLAIN},
		{"frames_bodies", frames_bodies, TEST_PLAIN},
		{"works_with_cut_messages", works_with_cut_messages, TEST_PLAIN},
		{"names_methods", names_methods, TEST_PLAIN},
		{"takes_what_rfc4475_wants", takes_what_rfc4475_wants, TEST_PLAIN},
		{"finds_fields_of_rfc4475", finds_fields_of_rfc4475, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

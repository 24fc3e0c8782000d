/* SPDX-License-Identifier: BSD-2-Clause */
/* The torture messages of RFC 4475 and RFC 5118: taken or refused, what is read from them, and what
 * they are judged to be. The outcome of each is the RFC's. The fields were compared with tshark 4,
 * which differs in these: wsinv (does not read fields with white space before the colon), longreq
 * (the branch of its second Via), ltgtruri (takes <> in the start line), badvers, lwsruri and trws
 * (no SIP at all), scalar02 and scalarlg (CSeq 2^32 - 1), ncl (Content-Length 0). */
#include <errno.h>
#include <string.h>

#include "corpus.h"
#include "rfc4475.h"
#include "sip_head.h"
#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void check_span(const uint8_t *p, struct sip_span got, const char *want)
{
	char text[512] = "";

	if (!want || !CHECK(got.len < sizeof(text)))
		return;
	memcpy(text, p + got.off, got.len);
	CHECK_STR(text, want);
}

/* In the order of the RFC (rfc4475.h has the sections). NULL: longer than is worth writing down. */
static const struct row {
	const char *file;
	enum sip_fault fault;
	const char *branch, *call_id, *from_tag, *to_tag, *from_uri;
	uint32_t cseq, body_len;
} rows[] = {
	{"wsinv.dat", SIP_FAULT_NONE, "390skdjuw", "wsinv.ndaksdj@192.0.2.1", "98asjd8",
	 "1918181833n", "sip:jdrosen@example.com", 9, 150},
	{"intmeth.dat", SIP_FAULT_NONE, "z9hG4bK-.!%66*_+`'~",
	 "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{", "_token~1'+`*%!-.", "",
	 "sip:mundane@example.com", 139122385, 0},
	{"esc01.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "esc01.239409asdfakjkn23onasd0-3234", "938",
	 "", "sip:I%20have%20spaces@example.net", 234234, 150},
	{"escnull.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw",
	 "escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd", "839923423", "",
	 "sip:null-%00-null@example.com", 14398234, 0},
	{"esc02.dat", SIP_FAULT_NONE, "z9hG4bK209%fzsnel234",
	 "esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf", "f232jadfj23", "",
	 "sip:resource@example.com", 29344, 0},
	{"lwsdisp.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "lwsdisp.1234abcd@funky.example.com", "323",
	 "", "sip:caller@example.com", 60, 0},
	{"longreq.dat", SIP_FAULT_NONE, "", NULL, NULL, "", NULL, 3882340, 150},
	{"dblreq.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw23492",
	 "dblreq.0ha0isndaksdj99sdfafnl3lk233412", "43251j3j324", "", "sip:j.user@example.com", 8,
	 0},
	{"semiuri.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "semiuri.0ha0isndaksdj", "33242", "",
	 "sip:caller@example.org", 8, 0},
	{"transports.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "transports.kijh4akdnaqjkwendsasfdj",
	 "323", "", "sip:caller@example.com", 60, 0},
	{"mpart01.dat", SIP_FAULT_NONE, "z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-",
	 "3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..", "2fb0dcc9", "", "sip:fluffy@example.com",
	 1, 553},
	{"unreason.dat", SIP_FAULT_NONE, "z9hG4bK1324923", "unreason.1234ksdfak3j2erwedfsASdf",
	 "11141343", "2229", "sip:user@example.com", 35, 154},
	{"noreason.dat", SIP_FAULT_NONE, "z9hG4bK2398ndaoe", "noreason.asndj203insdf99223ndf",
	 "39ansfi3", "902jndnke3", "sip:user@example.com", 35, 0},
	{"badinv01.dat", SIP_FAULT_FIELD_BROKEN, "", "badinv01.0ha0isndaksdjasdf3234nas",
	 "134161461246", "", "sip:caller@example.net", 8, 152},
	{"clerr.dat", SIP_FAULT_CONTENT_LENGTH, "z9hG4bK-39234-23523",
	 "clerr.0ha0isndaksdjweiafasdk3", "93942939o2", "", "sip:caller@example.net", 8, 154},
	{"ncl.dat", SIP_FAULT_CONTENT_LENGTH, "z9hG4bKkdjuw", "ncl.0ha0isndaksdj2193423r542w35",
	 "32394234", "", "sip:caller@example.net", 0, 152},
	{"scalar02.dat", SIP_FAULT_NUMBER, "z9hG4bK342sdfoi3",
	 "scalar02.23o0pd9vanlq3wnrlnewofjas9ui32", "239232jh3", "", "sip:user@example.com", 0, 0},
	{"scalarlg.dat", SIP_FAULT_NUMBER, "z9hG4bKzzxdiwo34sw",
	 "scalarlg.noase0of0234hn2qofoaf0232aewf2394r", "2easdjfejw", "", "sip:other@example.net",
	 0, 0},
	{"quotbal.dat", SIP_FAULT_FIELD_BROKEN, "z9hG4bKkdjuw39234", "quotbal.aksdj", "93334", "",
	 "sip:caller@example.net", 8, 152},
	{"lwsruri.dat", SIP_FAULT_START_LINE, "z9hG4bKkdjuw2395",
	 "lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423", "231413434", "3xfe-9921883-z9f",
	 "sip:caller@example.net", 2130706432, 159},
	{"trws.dat", SIP_FAULT_START_LINE, "z9hG4bK299342093", "trws.oicu34958239neffasdhr2345r",
	 "329429089", "", "sip:local-resource@example.com", 238923, 0},
	{"escruri.dat", SIP_FAULT_START_LINE, "z9hG4bKkdjuw",
	 "escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5", "341518", "",
	 "sip:caller@example.net", 149209342, 150},
	{"baddate.dat", SIP_FAULT_FIELD_BROKEN, "z9hG4bKkdjuw",
	 "baddate.239423mnsadf3j23lj42--sedfnm234", "2234923", "", "sip:caller@example.net",
	 1392934, 150},
	{"regbadct.dat", SIP_FAULT_FIELD_BROKEN, "z9hG4bKkdjuw", "regbadct.k345asrl3fdbv@10.0.0.1",
	 "998332", "", "sip:user@example.com", 1, 0},
	{"badaspec.dat", SIP_FAULT_FIELD_BROKEN, "z9hG4bKkdju43234",
	 "badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3", "433423", "", "sip:a.g.bell@example.com",
	 3923239, 0},
	{"baddn.dat", SIP_FAULT_FIELD_BROKEN, "z9hG4bKkdjuw", "baddn.31415@c.example.com", "43", "",
	 "sip:a.g.bell@example.com", 3923239, 0},
	{"badvers.dat", SIP_FAULT_VERSION, "z9hG4bKkdjuw", "badvers.31417@c.example.com",
	 "qweoiqpe", "", "sip:a.g.bell@example.com", 1, 0},
	{"mismatch01.dat", SIP_FAULT_METHOD, "z9hG4bKkdjuw", "mismatch01.dj0234sxdfl3", "34525", "",
	 "sip:caller@example.net", 8, 0},
	{"mismatch02.dat", SIP_FAULT_METHOD, "z9hG4bKkdjuw", "mismatch02.dj0234sxdfl3", "34525", "",
	 "sip:caller@example.net", 8, 138},
	{"badbranch.dat", SIP_FAULT_FIELD_BROKEN, "z9hG4bK",
	 "badbranch.sadonfo23i420jv0as0derf3j3n", "33242", "", "sip:caller@example.org", 8, 0},
	{"insuf.dat", SIP_FAULT_FIELD_MISSING, "z9hG4bKkdj.insuf", "", "", "", "", 193942, 152},
	{"unkscm.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw39234", "unkscm.nasdfasser0q239nwsdfasdkl34",
	 "384", "", "sip:caller@example.net", 3923423, 0},
	{"novelsc.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw39234", "novelsc.asdfasser0q239nwsdfasdkl34",
	 "384", "", "sip:caller@example.net", 3923423, 0},
	{"unksm2.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "unksm2.daksdj@hyphenated-host.example.com",
	 "3234233", "", "http://www.example.com", 234902, 0},
	{"bext01.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "bext01.0ha0isndaksdj", "242etr", "",
	 "sip:caller@example.net", 8, 0},
	{"invut.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "invut.0ha0isndaksdjadsfij34n23d", "8392034",
	 "", "sip:caller@example.net", 235448, 40},
	{"regaut01.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "regaut01.0ha0isndaksdj", "87321hj23128",
	 "", "sip:j.user@example.com", 9338, 0},
	{"multi01.dat", SIP_FAULT_FIELD_TWICE, "z9hG4bKkdjuw", "multi01.98asdh@192.0.2.1",
	 "3413415", "", "sip:caller@example.com", 5, 154},
	{"mcl01.dat", SIP_FAULT_FIELD_TWICE, "z9hG4bK293423",
	 "mcl01.fhn2323orihawfdoa3o4r52o3irsdf", "3923942", "", "sip:other@example.net", 15932, 13},
	{"bcast.dat", SIP_FAULT_NONE, "z9hG4bK1324923", "bcast.0384840201234ksdfak3j2erwedfsASdf",
	 "11141343", "2229", "sip:user@example.com", 35, 154},
	{"zeromf.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw2349i", "zeromf.jfasdlfnm2o2l43r5u0asdfas",
	 "3ghsd41", "", "sip:caller@example.net", 39234321, 0},
	{"cparam01.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "cparam01.70710@saturn.example.com",
	 "DkfVgjkrtMwaerKKpe", "", "sip:watson@example.com", 2, 0},
	{"cparam02.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "cparam02.70710@saturn.example.com",
	 "838293", "", "sip:watson@example.com", 3, 0},
	{"regescrt.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "regescrt.k345asrl3fdbv@192.0.2.1", "8",
	 "", "sip:user@example.com", 14398234, 0},
	{"sdp01.dat", SIP_FAULT_NONE, "z9hG4bKkdjuw", "sdp01.ndaksdj9342dasdd", "234", "",
	 "sip:caller@example.net", 8, 150},
	{"inv2543.dat", SIP_FAULT_NONE, "", "inv2543.1717@ift.client.example.com", "", "",
	 "sip:+13035551111@ift.client.example.net;user=phone", 56, 105},
};

static const struct row *find_row(const char *file)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(rows[i].file, file))
			return &rows[i];
	return NULL;
}

static void check_row(const struct row *row, const uint8_t *p, uint32_t len)
{
	struct sip_head h;

	if (!CHECK_OK(sip_head__parse(p, len, &h)))
		return;
	check_span(p, h.branch, row->branch);
	check_span(p, h.call_id, row->call_id);
	check_span(p, h.from_tag, row->from_tag);
	check_span(p, h.to_tag, row->to_tag);
	check_span(p, h.from_uri, row->from_uri);
	CHECK_UINT(h.cseq, row->cseq);
	CHECK_UINT(h.body.len, row->body_len);
	CHECK_STR(sip_fault__text(sip_head__judge(p, len, &h)), sip_fault__text(row->fault));
}

/* Every message of the RFC: in the table, or refused by the parser. */
static void judges_rfc4475(void)
{
	static uint8_t buf[CORPUS_MAX];
	const struct row *row;
	struct sip_head h;
	uint32_t len;

	for (size_t i = 0; i < COUNT(torture); i++) {
		CHECK_CASE("%s", torture[i].file);
		len = corpus__read("rfc4475", torture[i].file, buf);
		if (!len) {
			test__skip("no rfc4475 messages in SIGPATH_DATA");
			return;
		}
		row = find_row(torture[i].file);
		CHECK_INT(row == NULL, torture[i].rc != 0);
		if (row)
			check_row(row, buf, len);
		else
			CHECK_INT(sip_head__parse(buf, len, &h), -EBADMSG);
	}
}

#define TO_FROM                        \
	"To: sip:user@example.com\r\n" \
	"From: sip:user@example.com;tag=81x2\r\n"
#define CALL_ID	 "Call-ID: SSG9559905523997077@hlau_4100\r\n"
#define MORE	 "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
#define VIA	 "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111\r\n"
#define CONTACT	 "Contact: \"Caller\" <sip:caller@[2001:db8::1]>\r\n"
#define REGISTER CALL_ID "CSeq: 98176 REGISTER\r\n" CONTACT MORE
#define SDP                                                                  \
	"v=0\r\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\r\n"    \
	"s=Live video feed for today's meeting\r\nc=IN IP6 2001:db8::20\r\n" \
	"t=3338481189 3370017201\r\nm=audio 6000 RTP/AVP 2\r\n"              \
	"a=rtpmap:2 G726-32/8000\r\nm=video 6024 RTP/AVP 107\r\n"            \
	"a=rtpmap:107 H263-1998/90000\r\n"

/* RFC 5118 4, what matters there to the byte: references in the Request-URI, in Via and its
 * received parameter, in Contact and in the body. */
static void judges_rfc5118(void)
{
	static const struct {
		const char *section, *msg;
		enum sip_fault fault;
		const char *request_uri, *sent_by, *contact;
	} v6[] = {
		{"4.1 valid", "REGISTER sip:[2001:db8::10] SIP/2.0\r\n" TO_FROM VIA REGISTER,
		 SIP_FAULT_NONE, "sip:[2001:db8::10]", "[2001:db8::9:1]",
		 "sip:caller@[2001:db8::1]"},
		{"4.2 not a reference",
		 "REGISTER sip:2001:db8::10 SIP/2.0\r\n" TO_FROM VIA REGISTER, SIP_FAULT_START_LINE,
		 "sip:2001:db8::10", "[2001:db8::9:1]", "sip:caller@[2001:db8::1]"},
		{"4.3 5070 belongs to the address",
		 "REGISTER sip:[2001:db8::10:5070] SIP/2.0\r\n" TO_FROM VIA REGISTER,
		 SIP_FAULT_NONE, "sip:[2001:db8::10:5070]", "[2001:db8::9:1]",
		 "sip:caller@[2001:db8::1]"},
		{"4.4 5070 is a port",
		 "REGISTER sip:[2001:db8::10]:5070 SIP/2.0\r\n" TO_FROM VIA REGISTER,
		 SIP_FAULT_NONE, "sip:[2001:db8::10]:5070", "[2001:db8::9:1]",
		 "sip:caller@[2001:db8::1]"},
		{"4.5 received with brackets",
		 "BYE sip:[2001:db8::10] SIP/2.0\r\n" TO_FROM
		 "Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111"
		 "\r\n" CALL_ID "CSeq: 321 BYE\r\n" MORE,
		 SIP_FAULT_NONE, "sip:[2001:db8::10]", "[2001:db8::9:1]", ""},
		{"4.5 received without",
		 "OPTIONS sip:[2001:db8::10] SIP/2.0\r\n" TO_FROM
		 "Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3-111"
		 "\r\n" CALL_ID "CSeq: 322 OPTIONS\r\n" MORE,
		 SIP_FAULT_NONE, "sip:[2001:db8::10]", "[2001:db8::9:1]", ""},
		{"4.6 addresses in SDP",
		 "INVITE sip:user@[2001:db8::10] SIP/2.0\r\n" TO_FROM
		 "Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111\r\n" CALL_ID
		 "Contact: \"Caller\" <sip:caller@[2001:db8::20]>\r\nCSeq: 8612 INVITE\r\n"
		 "Max-Forwards: 70\r\nContent-Type: application/sdp\r\n\r\n" SDP,
		 SIP_FAULT_NONE, "sip:user@[2001:db8::10]", "[2001:db8::20]",
		 "sip:caller@[2001:db8::20]"},
		{"4.7 several addresses",
		 "BYE sip:user@host.example.net SIP/2.0\r\n" TO_FROM
		 "Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111\r\n"
		 "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144\r\n"
		 "Via: SIP/2.0/TCP "
		 "[2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200\r\n" CALL_ID
		 "CSeq: 89187 BYE\r\n" MORE,
		 SIP_FAULT_NONE, "sip:user@host.example.net", "[2001:db8::9:1]:6050", ""},
		{"4.8 several addresses in SDP",
		 "INVITE sip:user@[2001:db8::10] SIP/2.0\r\n" TO_FROM VIA CALL_ID CONTACT
		 "CSeq: 8912 INVITE\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n\r\n"
		 "v=0\r\no=bob 280744730 28977631 IN IP4 host.example.com\r\ns=\r\nt=0 0\r\n"
		 "m=audio 22334 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\n"
		 "m=video 6024 RTP/AVP 107\r\nc=IN IP6 2001:db8::1\r\n",
		 SIP_FAULT_NONE, "sip:user@[2001:db8::10]", "[2001:db8::9:1]",
		 "sip:caller@[2001:db8::1]"},
		{"4.9 mapped IPv4",
		 "INVITE sip:user@example.com SIP/2.0\r\n" TO_FROM
		 "Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19\r\n"
		 "Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111\r\n" CALL_ID
		 "Contact: \"T. desk phone\" <sip:ted@[::ffff:192.0.2.2]>\r\n"
		 "CSeq: 612 INVITE\r\n" MORE,
		 SIP_FAULT_NONE, "sip:user@example.com", "[::ffff:192.0.2.10]:19823",
		 "sip:ted@[::ffff:192.0.2.2]"},
		{"4.10 a colon too many, to be tolerated",
		 "OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0\r\n"
		 "To: sip:user@[2001:db8:::192.0.2.1]\r\nFrom: sip:user@example.com;tag=810x2\r\n"
		 "Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111\r\n" CALL_ID
		 "CSeq: 689 OPTIONS\r\n" MORE,
		 SIP_FAULT_NONE, "sip:user@[2001:db8:::192.0.2.1]", "lab1.east.example.com", ""},
		{"4.10 as it should be",
		 "OPTIONS sip:user@[2001:db8::192.0.2.1] SIP/2.0\r\n"
		 "To: sip:user@[2001:db8::192.0.2.1]\r\nFrom: sip:user@example.com;tag=810x2\r\n"
		 "Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111\r\n" CALL_ID
		 "CSeq: 689 OPTIONS\r\n" MORE,
		 SIP_FAULT_NONE, "sip:user@[2001:db8::192.0.2.1]", "lab1.east.example.com", ""},
	};
	struct sip_head h;

	for (size_t i = 0; i < COUNT(v6); i++) {
		const uint8_t *p = (const uint8_t *)v6[i].msg;
		uint32_t len = (uint32_t)strlen(v6[i].msg);

		CHECK_CASE("%s", v6[i].section);
		if (!CHECK_OK(sip_head__parse(p, len, &h)))
			continue;
		check_span(p, h.request_uri, v6[i].request_uri);
		check_span(p, h.sent_by, v6[i].sent_by);
		check_span(p, h.contact, v6[i].contact);
		CHECK_STR(sip_fault__text(sip_head__judge(p, len, &h)),
			  sip_fault__text(v6[i].fault));
	}
}

/* One change to a good message each. */
static void finds_single_faults(void)
{
	static const struct {
		const char *field;
		enum sip_fault fault;
	} faults[] = {
		{"", SIP_FAULT_NONE},
		{"X\r\n", SIP_FAULT_FIELD_BROKEN},
		{"To: <sip:other>\r\n", SIP_FAULT_FIELD_TWICE},
		{"t: sip:user@example.com\r\n", SIP_FAULT_NONE}, /* again, the same */
		{"Max-Forwards: 256\r\n", SIP_FAULT_NUMBER},
		{"Max-Forwards: x\r\n", SIP_FAULT_FIELD_BROKEN},
		{"Expires: 4294967296\r\n", SIP_FAULT_NUMBER},
		{"Contact: <sip:a>;expires=99999999999\r\n", SIP_FAULT_NUMBER},
		{"Contact: *\r\n", SIP_FAULT_NONE},
		{"Contact: sip:a, <sip:b>;q=0.1\r\n", SIP_FAULT_NONE},
		{"Contact: <sip:a>;;\r\n", SIP_FAULT_FIELD_BROKEN},
		{"l: 1\r\n", SIP_FAULT_CONTENT_LENGTH},
		{"l: 0x\r\n", SIP_FAULT_CONTENT_LENGTH},
		{"v: SIP/2.0/UDP [::1\r\n", SIP_FAULT_FIELD_BROKEN},
		{"v: SIP/2.0/UDP a:70000\r\n", SIP_FAULT_FIELD_BROKEN},
		{"v: SIP/3.0/UDP a\r\n", SIP_FAULT_VERSION},
		{"v: SIP/2.0/UDP [1::2:::192.0.2.1]\r\n", SIP_FAULT_FIELD_BROKEN},
		{"Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n", SIP_FAULT_NONE},
	};
	struct sip_head h;
	char msg[512];

	for (size_t i = 0; i < COUNT(faults); i++) {
		CHECK_CASE("%s", faults[i].field);
		snprintf(msg, sizeof(msg),
			 "INVITE sip:user@example.com SIP/2.0\r\n" TO_FROM VIA CALL_ID
			 "CSeq: 1 INVITE\r\n%s\r\n",
			 faults[i].field);
		if (CHECK_OK(sip_head__parse((uint8_t *)msg, (uint32_t)strlen(msg), &h)))
			CHECK_STR(sip_fault__text(sip_head__judge((uint8_t *)msg,
								  (uint32_t)strlen(msg), &h)),
				  sip_fault__text(faults[i].fault));
	}
	CHECK_STR(sip_fault__text(SIP_FAULT_CNT), "");
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"judges_rfc4475", judges_rfc4475, TEST_PLAIN},
		{"judges_rfc5118", judges_rfc5118, TEST_PLAIN},
		{"finds_single_faults", finds_single_faults, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

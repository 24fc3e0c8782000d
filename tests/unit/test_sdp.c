/* SPDX-License-Identifier: BSD-2-Clause */
/* sdp: descriptions of browsers and gateways, candidates, fragments, and what is no line at all. */
#include "sdp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define HEAD                                                    \
	"v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n" \
	"s=-\r\nt=0 0\r\n"
#define ICE "a=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n"
#define PRINT                                                                    \
	"a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:" \
	"2C:C2:A2:C0:3E:FD:34:8E:5E:EA:6F:AF:52:CE:E6:0F\r\n"

static const char browser[] = HEAD
	"a=group:BUNDLE 0 1\r\na=ice-options:trickle\r\na=msid-semantic: WMS\r\n"
	"m=audio 58779 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 192.0.2.7\r\n"
	"a=rtcp:9 IN IP4 0.0.0.0\r\n"
	"a=candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host generation 0\r\n"
	"a=candidate:1467250028 1 udp 2122260222 9b36eaac-bb2e-49bb-bb78-21c41c499900.local 10004 "
	"typ host\r\n"
	"a=candidate:435653019 1 tcp 1845501695 192.168.0.196 9 typ host tcptype active\r\n"
	"a=candidate:1853887674 1 udp 1518280447 2001:db8::1 36768 typ srflx raddr 192.168.0.196 "
	"rport 36768\r\n"
	"a=candidate:750991856 2 UDP 25108222 237.30.30.30 51472 typ relay raddr 0.0.0.0 rport "
	"0\r\n"
	"a=end-of-candidates\r\n" ICE PRINT "a=setup:actpass\r\na=mid:0\r\na=sendonly\r\n"
	"a=rtcp-mux\r\n"
	"m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n" ICE PRINT
	"a=setup:actpass\r\na=mid:1\r\na=bundle-only\r\na=inactive\r\n";

static void check_span(const char *text, struct sip_span got, const char *want)
{
	char copy[256] = "";

	if (CHECK(got.len < sizeof(copy)))
		memcpy(copy, text + got.off, got.len);
	CHECK_STR(copy, want);
}

static void check_addr(const uint8_t addr[16], const char *want)
{
	char text[INET6_ADDRSTRLEN];

	CHECK_STR(inet_ntop(AF_INET6, addr, text, sizeof(text)), want);
}

static bool parse(const char *text, struct sdp *s)
{
	return CHECK_OK(sdp__parse(text, (uint32_t)strlen(text), s));
}

static void reads_a_browser(void)
{
	const struct sdp_media *m;
	static struct sdp s;

	if (!parse(browser, &s))
		return;
	check_span(browser, s.origin, "- 4611731400430051336 2 IN IP4 127.0.0.1");
	check_span(browser, s.sess_id, "4611731400430051336");
	CHECK_UINT(s.sess_version, 2);
	CHECK(s.is_trickle && !s.is_ice_lite);
	CHECK_UINT(s.media_cnt, 2);
	m = &s.media[0];
	check_span(browser, m->type, "audio");
	check_span(browser, m->proto, "UDP/TLS/RTP/SAVPF");
	check_span(browser, m->mid, "0");
	check_span(browser, m->ufrag, "F7gI");
	check_span(browser, m->pwd, "x9cml/YzichV2+XlhiMu8g");
	CHECK_UINT(m->fingerprint.len, 8 + 32 * 3 - 1);
	CHECK(m->has_addr && m->is_rtcp_mux && !m->is_bundled_only);
	check_addr(m->addr, "::ffff:192.0.2.7");
	CHECK_UINT(m->port, 58779);
	CHECK_UINT(m->rtcp_port, 0); /* multiplexed, whatever a=rtcp says */
	CHECK_INT(m->setup, SDP_SETUP_ACTPASS);
	CHECK_INT(m->direction, SDP_SENDONLY);
	m = &s.media[1];
	CHECK(!m->has_addr && m->is_bundled_only && !m->port);
	CHECK_INT(m->direction, SDP_INACTIVE);
}

static void reads_candidates(void)
{
	static const struct {
		const char *addr; /* NULL: a name */
		uint16_t port;
		uint8_t type, component;
		bool is_tcp;
		uint32_t priority;
	} want[] = {
		{"::ffff:192.168.0.196", 46243, SDP_HOST, 1, false, 2122260223},
		{NULL, 10004, SDP_HOST, 1, false, 2122260222},
		{"::ffff:192.168.0.196", 9, SDP_HOST, 1, true, 1845501695},
		{"2001:db8::1", 36768, SDP_SRFLX, 1, false, 1518280447},
		{"::ffff:237.30.30.30", 51472, SDP_RELAY, 2, false, 25108222},
	};
	static struct sdp s;

	if (!parse(browser, &s) || !CHECK_UINT(s.candidate_cnt, COUNT(want)))
		return;
	for (size_t i = 0; i < COUNT(want); i++) {
		CHECK_CASE("candidate %zu", i);
		CHECK_INT(s.candidate[i].has_addr, want[i].addr != NULL);
		if (want[i].addr)
			check_addr(s.candidate[i].addr, want[i].addr);
		CHECK_UINT(s.candidate[i].port, want[i].port);
		CHECK_INT(s.candidate[i].type, want[i].type);
		CHECK_INT(s.candidate[i].component, want[i].component);
		CHECK_INT(s.candidate[i].is_tcp, want[i].is_tcp);
		CHECK_UINT(s.candidate[i].priority, want[i].priority);
	}
}

static void refuses_broken_candidates(void)
{
	static const char *const rows[] = {
		"",
		"a=candidate:",
		"a=candidate:1 1 udp 5 192.0.2.1 9",
		"a=candidate:1 1 udp 5 192.0.2.1 9 type host",
		"a=candidate:1 0 udp 5 192.0.2.1 9 typ host",
		"a=candidate:1 300 udp 5 192.0.2.1 9 typ host",
		"a=candidate:1 1 udp 4294967296 192.0.2.1 9 typ host",
		"a=candidate:1 1 udp -5 192.0.2.1 9 typ host",
		"a=candidate:1 1 udp 5 192.0.2.1 65536 typ host",
		"candidat:1 1 udp 5 192.0.2.1 9 typ host",
	};
	struct sdp_candidate c;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i]);
		CHECK_INT(sdp__candidate(rows[i], (uint32_t)strlen(rows[i]), &c), -EBADMSG);
	}
}

/* What the session says holds for a medium that says nothing itself. */
static void inherits(void)
{
	static const char text[] =
		"v=0\no=a 1 1 IN IP4 h\nc=IN IP6 "
		"2001:db8::5\na=ice-lite\na=sendonly\na=setup:active\n"
		"a=ice-ufrag:sess\na=ice-pwd:word\na=fingerprint:sha-1 AA\n"
		"m=audio 4000 RTP/AVP 0\n"
		"m=audio 5000/2 RTP/AVP 0\nc=IN IP4 192.0.2.1/127\na=ice-ufrag:own\na=recvonly\n"
		"a=setup:passive\na=rtcp:53020\n"
		"m=audio 6000 RTP/AVP 0\nc=IN IP4 0.0.0.0";
	static struct sdp s;

	if (!parse(text, &s) || !CHECK_UINT(s.media_cnt, 3))
		return;
	CHECK(s.is_ice_lite);
	check_addr(s.media[0].addr, "2001:db8::5");
	check_span(text, s.media[0].ufrag, "sess");
	check_span(text, s.media[0].pwd, "word");
	check_span(text, s.media[0].fingerprint, "sha-1 AA");
	CHECK_INT(s.media[0].setup, SDP_SETUP_ACTIVE);
	CHECK_INT(s.media[0].direction, SDP_SENDONLY);
	CHECK_UINT(s.media[0].rtcp_port, 4001);
	check_addr(s.media[1].addr, "::ffff:192.0.2.1");
	CHECK_UINT(s.media[1].port, 5000);
	CHECK_UINT(s.media[1].rtcp_port, 53020);
	check_span(text, s.media[1].ufrag, "own");
	CHECK_INT(s.media[1].setup, SDP_SETUP_PASSIVE);
	CHECK_INT(s.media[1].direction, SDP_RECVONLY);
	CHECK(!s.media[2].has_addr); /* on hold, whatever the session has */
}

static void takes_odd_lines(void)
{
	static const struct {
		const char *in;
		int rc;
		uint8_t media;
	} rows[] = {
		{"v=0\r\n", 0, 0},
		{"v=0\nm=audio 9 x", 0, 1},
		{"v=0\n\n\nm\nm=\n=\n===\nm=a\n", 0, 2},
		{"v=0\nm=audio 99999 x\n", 0, 1},
		{"v=0\nc=\nc=IN\nc=IN IP4\nc=IN IP4 host.example.com\n", 0, 0},
		{"v=0\na=\na=candidate:\na=rtcp:\na=ice-ufrag:\nm=a 1 b\n", 0, 1},
		{"v=1\r\n", -EBADMSG, 0},
		{"v=00\r\n", -EBADMSG, 0},
		{"v=0", -EBADMSG, 0},
		{"", -EBADMSG, 0},
	};
	static struct sdp s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		CHECK_INT(sdp__parse(rows[i].in, (uint32_t)strlen(rows[i].in), &s), rows[i].rc);
		if (!rows[i].rc)
			CHECK_UINT(s.media_cnt, rows[i].media);
	}
}

/* A thousand media with a candidate each, and a line of 60,000 bytes. */
static void is_bounded(void)
{
	static const char one[] =
		"m=audio 9 UDP/TLS/RTP/SAVPF 0\na=candidate:1 1 udp 5 192.0.2.1 7 typ host\n";
	const uint32_t cap = 5 + 1000 * (sizeof(one) - 1) + 60000;
	char *text = malloc(cap), *p = text;
	static struct sdp s;

	if (!text)
		return;
	memcpy(p, "v=0\r\n", 5);
	p += 5;
	memset(p, 'a', 60000);
	p[1] = '=';
	p[59999] = '\n';
	p += 60000;
	for (int i = 0; i < 1000; i++, p += sizeof(one) - 1)
		memcpy(p, one, sizeof(one) - 1);
	if (CHECK_OK(sdp__parse(text, cap, &s))) {
		CHECK_UINT(s.media_cnt, SDP_MEDIA_MAX);
		CHECK_UINT(s.media_seen, 1000);
		CHECK_UINT(s.candidate_cnt, SDP_MEDIA_MAX);
		CHECK_UINT(s.candidate_seen, 1000);
		for (unsigned int i = 0; i < s.candidate_cnt; i++)
			CHECK_UINT(s.candidate[i].media, i);
	}
	free(text);
}

static void reads_fragments(void)
{
	static const struct {
		const char *in, *ufrag;
		int rc;
		uint8_t candidates;
	} rows[] = {
		{"candidate:1 1 udp 5 192.0.2.1 7 typ host generation 0 ufrag eQ2z", "eQ2z", 0, 1},
		{"a=candidate:1 1 udp 5 192.0.2.1 7 typ host\r\n", "", 0, 1},
		{"a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
		 "a=candidate:1 1 udp 5 192.0.2.1 7 typ host\r\na=end-of-candidates\r\n",
		 "8hhY", 0, 1},
		{"candidate:1 1 udp", "", -EBADMSG, 0},
		{"candidate:", "", -EBADMSG, 0},
		{"a=candidate:", "", -EBADMSG, 0},
		{"", "", -EBADMSG, 0},
	};
	static struct sdp s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_CASE("%s", rows[i].in);
		CHECK_INT(sdp__fragment(rows[i].in, (uint32_t)strlen(rows[i].in), &s), rows[i].rc);
		if (rows[i].rc)
			continue;
		CHECK_UINT(s.candidate_cnt, rows[i].candidates);
		check_span(rows[i].in, s.media[0].ufrag, rows[i].ufrag);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"reads_a_browser", reads_a_browser, TEST_PLAIN},
		{"reads_candidates", reads_candidates, TEST_PLAIN},
		{"refuses_broken_candidates", refuses_broken_candidates, TEST_PLAIN},
		{"inherits", inherits, TEST_PLAIN},
		{"takes_odd_lines", takes_odd_lines, TEST_PLAIN},
		{"is_bounded", is_bounded, TEST_PLAIN},
		{"reads_fragments", reads_fragments, TEST_PLAIN},
		{},
	};

	return test__run(tests, argc, argv);
}

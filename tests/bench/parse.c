/* SPDX-License-Identifier: BSD-2-Clause */
/* ns per SIP message and per session description: of the captures below $SIGPATH_DATA/pcap, of a
 * typical INVITE and 200, and of a browser's SDP. The least of many rounds of CPU time. */
#include <stdio.h>
#include <time.h>

#include "payloads.h"
#include "sdp.h"
#include "sip_head.h"

#define ROUNDS	   200
#define SAMPLE_MAX 4096

static struct sample {
	uint8_t *p;
	uint32_t len;
} samples[SAMPLE_MAX];
static unsigned int sample_cnt;
static uint64_t sink; /* keeps the work from being optimised away */

static void keep(const char *name, const uint8_t *p, uint32_t len)
{
	struct sip_head h;

	(void)name;
	if (sample_cnt == SAMPLE_MAX || sip_head__parse(p, len, &h))
		return;
	samples[sample_cnt].p = malloc(len);
	if (!samples[sample_cnt].p)
		return;
	memcpy(samples[sample_cnt].p, p, len);
	samples[sample_cnt++].len = len;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void parse_sip(const uint8_t *p, uint32_t len)
{
	static struct sip_head h;

	sip_head__parse(p, len, &h);
	sink += h.have;
}

static void parse_sdp(const uint8_t *p, uint32_t len)
{
	static struct sdp s;

	sdp__parse((const char *)p, len, &s);
	sink += s.candidate_cnt;
}

static void report(const char *what, const struct sample *s, unsigned int cnt, const char *target,
		   void (*parse)(const uint8_t *, uint32_t))
{
	unsigned int times = cnt ? 2000 / cnt + 1 : 0;
	double least = 1e18, start, took;
	uint64_t bytes = 0;

	if (!cnt)
		return;
	for (unsigned int i = 0; i < cnt; i++)
		bytes += s[i].len;
	for (int round = 0; round < ROUNDS; round++) {
		start = now_ns();
		for (unsigned int t = 0; t < times; t++)
			for (unsigned int i = 0; i < cnt; i++)
				parse(s[i].p, s[i].len);
		took = (now_ns() - start) / times / cnt;
		if (took < least)
			least = took;
	}
	printf("  %-28s %4u of %5.0f bytes: %6.0f ns, %4.2f million/s%s\n", what, cnt,
	       (double)bytes / cnt, least, 1e3 / least, target);
}

static const char invite[] =
	"INVITE sip:+4930123456@proxy.example.com:5060;user=phone SIP/2.0\r\n"
	"Via: SIP/2.0/UDP 192.0.2.4:5060;rport;branch=z9hG4bKPjf8a1c2f0e74d4a5b\r\n"
	"Via: SIP/2.0/UDP 10.1.1.7:5062;branch=z9hG4bK776asdhds\r\nMax-Forwards: 70\r\n"
	"From: \"Alice\" <sip:alice@example.com>;tag=9fxced76sl\r\nTo: Bob "
	"<sip:bob@example.com>\r\n"
	"Call-ID: 3848276298220188511@atlanta.example.com\r\nCSeq: 314159 INVITE\r\n"
	"Contact: <sip:alice@192.0.2.4:5060;transport=udp>\r\n"
	"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\nSupported: replaces, timer, 100rel\r\n"
	"User-Agent: Example 1.0\r\nContent-Length: 0\r\n\r\n";
static const char ok[] =
	"SIP/2.0 200 OK\r\n"
	"Via: SIP/2.0/UDP "
	"192.0.2.4:5060;rport=5060;received=192.0.2.4;branch=z9hG4bKPjf8a1c2f0e\r\n"
	"Record-Route: <sip:192.0.2.1;lr;ftag=9fxced76sl>\r\n"
	"From: \"Alice\" <sip:alice@example.com>;tag=9fxced76sl\r\n"
	"To: Bob <sip:bob@example.com>;tag=8321234356\r\n"
	"Call-ID: 3848276298220188511@atlanta.example.com\r\nCSeq: 314159 INVITE\r\n"
	"Contact: <sip:bob@192.0.2.9:5060>\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\n"
	"Server: Example 2.0 (linux)\r\nContent-Type: application/sdp\r\nContent-Length: "
	"4\r\n\r\nv=0\n";

#define CANDIDATE(n)                                                                    \
	"a=candidate:146725002" n " 1 udp 2122260223 192.168.0.196 4624" n " typ host " \
	"generation 0 network-id 1\r\n"
#define MEDIUM(type, mid)                                                                     \
	"m=" type " 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\n"      \
	"a=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n" \
	"a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:"  \
	"3E:FD:34:8E:5E:EA:6F:AF:52:CE:E6:0F\r\na=setup:actpass\r\na=mid:" mid                \
	"\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 "         \
	"transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n"
static const char browser[] =
	"v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
	"a=group:BUNDLE 0 1\r\na=msid-semantic: WMS\r\n" MEDIUM("audio", "0") CANDIDATE("1")
		CANDIDATE("2") MEDIUM("video", "1");

int main(void)
{
	const struct sample request = {(uint8_t *)(uintptr_t)invite, sizeof(invite) - 1};
	const struct sample response = {(uint8_t *)(uintptr_t)ok, sizeof(ok) - 1};
	const struct sample sdp = {(uint8_t *)(uintptr_t)browser, sizeof(browser) - 1};

	payloads__walk(keep);
	report("SIP of the captures", samples, sample_cnt, "", parse_sip);
	report("INVITE", &request, 1, "  (target <= 150 ns)", parse_sip);
	report("200", &response, 1, "  (target <= 150 ns)", parse_sip);
	report("SDP of a browser", &sdp, 1, "  (target <= 1000 ns)", parse_sdp);
	return sink == 0;
}

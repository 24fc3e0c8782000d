/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture full of calls: INVITE, 100, 180, 200, ACK, BYE, 200, each call with its own Call-ID,
 * tags and branches, several of them under way at a time. For measuring readers, not for judging
 * them. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS	   7
#define OVERLAP	   64	  /* calls under way */
#define GAP_NS	   20000u /* between two packets */
#define PACKET_MAX 2048

#define SDP                                                                                      \
	"v=0\r\no=user1 53655765 2353687637 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 " \
	"0\r\nm=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"  \
	"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"

static const struct step {
	const char *start, *method; /* of the CSeq */
	char branch;
	bool is_reply, has_to_tag, has_sdp;
} steps[STEPS] = {
	{"INVITE sip:service@10.0.0.2:5060 SIP/2.0", "1 INVITE", 'i', false, false, true},
	{"SIP/2.0 100 Trying", "1 INVITE", 'i', true, false, false},
	{"SIP/2.0 180 Ringing", "1 INVITE", 'i', true, true, false},
	{"SIP/2.0 200 OK", "1 INVITE", 'i', true, true, true},
	{"ACK sip:service@10.0.0.2:5060 SIP/2.0", "1 ACK", 'a', false, true, false},
	{"BYE sip:service@10.0.0.2:5060 SIP/2.0", "2 BYE", 'b', false, true, false},
	{"SIP/2.0 200 OK", "2 BYE", 'b', true, true, false},
};

static int print_message(char *buf, uint64_t call, const struct step *s)
{
	char tag[40] = "";

	if (s->has_to_tag)
		snprintf(tag, sizeof(tag), ";tag=%" PRIu64 "SIPpTag01", call);
	return snprintf(
		buf, PACKET_MAX,
		"%s\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-2745-%" PRIu64
		"-%c\r\nFrom: sipp <sip:sipp@10.0.0.1:5060>;tag=%" PRIu64
		"SIPpTag00\r\nTo: service <sip:service@10.0.0.2:5060>%s\r\nCall-ID: %" PRIu64
		"-2745@10.0.0.1\r\nCSeq: %s\r\nContact: sip:sipp@10.0.0.1:5060\r\n"
		"Max-Forwards: 70\r\nSubject: Performance Test\r\n%sContent-Length: %zu\r\n\r\n%s",
		s->start, call, s->branch, call, tag, call, s->method,
		s->has_sdp ? "Content-Type: application/sdp\r\n" : "",
		s->has_sdp ? sizeof(SDP) - 1 : 0, s->has_sdp ? SDP : "");
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static bool put_packet(FILE *f, uint64_t ns, bool is_reply, const char *text, unsigned int len)
{
	static const uint8_t frame[42] = {2,  0,    0, 0, 0,  2, 2, 0,	  0,	0,    0,    1,	 8,
					  0,  0x45, 0, 0, 0,  0, 0, 0x40, 0,	64,   17,   0,	 0,
					  10, 0,    0, 1, 10, 0, 0, 2,	  0x13, 0xc4, 0x13, 0xc4};
	uint8_t head[42];
	uint32_t record[4] = {(uint32_t)(1700000000 + ns / 1000000000), (uint32_t)(ns % 1000000000),
			      len + 42, len + 42};

	memcpy(head, frame, sizeof(head));
	put16(head + 16, len + 28);
	put16(head + 38, len + 8);
	if (is_reply) {
		head[29] = 2;
		head[33] = 1;
	}
	return fwrite(record, sizeof(record), 1, f) == 1 && fwrite(head, sizeof(head), 1, f) == 1 &&
	       fwrite(text, len, 1, f) == 1;
}

/* Call c does its step s at turn c + s * OVERLAP. */
static bool put_turn(FILE *f, uint64_t turn, uint64_t calls, uint64_t *ns)
{
	char text[PACKET_MAX];

	for (unsigned int s = 0; s < STEPS; s++) {
		uint64_t call = turn - (uint64_t)s * OVERLAP;

		if (turn < (uint64_t)s * OVERLAP || call >= calls)
			continue;
		*ns += GAP_NS;
		if (!put_packet(f, *ns, steps[s].is_reply, text,
				(unsigned int)print_message(text, call, &steps[s])))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static const uint32_t head[6] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, 65535, 1};
	uint64_t calls = argc > 2 ? strtoull(argv[2], NULL, 10) : 0, ns = 0;
	FILE *f = calls ? fopen(argv[1], "we") : NULL;
	bool ok = f;

	if (!f) {
		fprintf(stderr, "usage: mill FILE CALLS\n");
		return 2;
	}
	setvbuf(f, NULL, _IOFBF, 1 << 20);
	ok = fwrite(head, sizeof(head), 1, f) == 1;
	for (uint64_t turn = 0; ok && turn < calls + STEPS * OVERLAP; turn++)
		ok = put_turn(f, turn, calls, &ns);
	ok = fclose(f) == 0 && ok;
	if (!ok)
		perror(argv[1]);
	return ok ? 0 : 1;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* ns per calls__add: seven messages a call (INVITE to the answer of the BYE), CONCURRENT calls at a
 * time, parsed before the clock starts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calls_impl.h"

#define CONCURRENT 2000u
#define ROUNDS	   20u
#define STEPS	   7u

struct sample {
	char text[900];
	uint32_t len;
	struct facts facts;
	uint64_t hash;
};

static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void make(struct sample *s, unsigned int round, unsigned int call, unsigned int step)
{
	static const char *const start[STEPS] = {"INVITE sip:b@h SIP/2.0", "SIP/2.0 100 Trying",
						 "SIP/2.0 180 Ringing",	   "SIP/2.0 200 OK",
						 "ACK sip:b@h SIP/2.0",	   "BYE sip:b@h SIP/2.0",
						 "SIP/2.0 200 OK"};
	static const char *const method[STEPS] = {"INVITE", "INVITE", "INVITE", "INVITE",
						  "ACK",    "BYE",    "BYE"};

	s->len = (uint32_t)snprintf(
		s->text, sizeof(s->text),
		"%s\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-%u-%u-%s\r\nFrom: "
		"<sip:a@10.0.0.1>;tag=%ua\r\n"
		"To: <sip:b@10.0.0.2>%s\r\nCall-ID: %u-%u-3848276298220188511@10.0.0.1\r\nCSeq: %u "
		"%s\r\n"
		"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		start[step], round, call, method[step], call, step > 1 ? ";tag=b" : "", round, call,
		step > 4 ? 2 : 1, method[step]);
	s->hash = call_key__bytes(1, s->text, s->len);
}

static struct message message_of(const struct sample *s, const struct rec_flow *flow,
				 uint64_t ts_ns)
{
	return (struct message){.flow = flow,
				.proto = PROTO_SIP,
				.dir = MESSAGE_WIRE,
				.p = (const uint8_t *)s->text,
				.len = s->len,
				.msg_len = s->len,
				.hash = s->hash,
				.ts_ns = ts_ns};
}

int main(void)
{
	struct calls_opts o = {.max_calls = 65536,
			       .max_messages = 524288,
			       .max_call_messages = 200,
			       .payload_memory = 16u << 20,
			       .idle_ns = 100000000ull,
			       .lost_ns = 3600000000000ull};
	struct rec_flow flow[2] = {
		{.saddr = {[15] = 1}, .daddr = {[15] = 2}, .sport = 5060, .dport = 5060},
		{.saddr = {[15] = 2}, .daddr = {[15] = 1}, .sport = 5060, .dport = 5060}};
	static const uint8_t way[STEPS] = {0, 1, 1, 1, 0, 0, 1};
	struct sample *samples = calloc(CONCURRENT * STEPS, sizeof(*samples));
	static char buf[OFFER_BUF];
	uint64_t ns = 0, least = UINT64_MAX, ts = 1;
	struct calls *c;

	if (!samples || calls__new(&o, &c))
		return 1;
	for (unsigned int r = 0; r < ROUNDS; r++) {
		uint64_t begin;

		for (unsigned int i = 0; i < CONCURRENT * STEPS; i++) {
			struct message m;

			make(&samples[i], r, i % CONCURRENT, i / CONCURRENT);
			m = message_of(&samples[i], &flow[0], 1);
			if (facts__parse(&m, buf, &samples[i].facts))
				return 1;
		}
		begin = cpu_ns();
		for (unsigned int i = 0; i < CONCURRENT * STEPS; i++, ts += 10000) {
			struct message m = message_of(&samples[i], &flow[way[i / CONCURRENT]], ts);

			calls__add(c, &m, &samples[i].facts, NULL);
		}
		begin = cpu_ns() - begin;
		ns += begin;
		least = begin < least ? begin : least;
		calls__tick(c, ts);
	}
	printf("  calls__add: %.0f ns per message (least round %.0f), %llu calls, %llu messages; "
	       "call %zu bytes, message %zu\n",
	       (double)ns / (CONCURRENT * STEPS * ROUNDS), (double)least / (CONCURRENT * STEPS),
	       (unsigned long long)calls__counts(c)->opened,
	       (unsigned long long)calls__counts(c)->messages, sizeof(struct call_node),
	       sizeof(struct call_msg));
	calls__free(c);
	free(samples);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP and STUN messages and the kernel's records of them, for the tests and fuzzers of session and
 * ingest. */
#ifndef SIGPATH_FIXTURE_MESSAGE_H
#define SIGPATH_FIXTURE_MESSAGE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "print.h"
#include "record.h"

/* Fields left out get a usual value; "" leaves a header out. */
struct sip_spec {
	const char *method;  /* of the CSeq too */
	int code;	     /* 0: a request */
	const char *branch;  /* of the top Via */
	const char *sent_by; /* of the top Via */
	const char *via2;    /* branch of the second Via, NULL none */
	const char *call_id;
	const char *from_tag;
	unsigned int cseq;
};

/* Returns the length. */
static inline uint32_t sip_text(char *buf, size_t len, const struct sip_spec *s)
{
	char start[64], via2[128] = "", call_id[96] = "";
	const char *method = s->method ? s->method : "INVITE";
	const char *id = s->call_id ? s->call_id : "call-1@10.0.0.9";

	if (s->code)
		snprintf(start, sizeof(start), "SIP/2.0 %d Reason", s->code);
	else
		snprintf(start, sizeof(start), "%s sip:b@10.0.0.1 SIP/2.0", method);
	if (s->via2)
		snprintf(via2, sizeof(via2), "Via: SIP/2.0/UDP 10.0.0.8;branch=%s\r\n", s->via2);
	if (*id)
		snprintf(call_id, sizeof(call_id), "Call-ID: %s\r\n", id);
	return (uint32_t)snprintf(buf, len,
				  "%s\r\nVia: SIP/2.0/UDP %s;branch=%s\r\n%s"
				  "From: <sip:a@10.0.0.9>;tag=%s\r\nTo: <sip:b@10.0.0.1>\r\n%s"
				  "CSeq: %u %s\r\nContent-Length: 0\r\n\r\n",
				  start, s->sent_by ? s->sent_by : "10.0.0.9:5060",
				  s->branch ? s->branch : "z9hG4bK-1", via2,
				  s->from_tag ? s->from_tag : "ft1", call_id, s->cseq ? s->cseq : 1,
				  method);
}

/* type: as on the wire (0x0001 Binding request). code 0: no ERROR-CODE. Returns the length. */
static inline uint32_t stun_bytes(uint8_t *buf, uint16_t type, uint64_t txid, unsigned int code)
{
	uint32_t len = code ? 28 : 20;

	memset(buf, 0, 28);
	buf[0] = (uint8_t)(type >> 8);
	buf[1] = (uint8_t)type;
	buf[3] = (uint8_t)(len - 20);
	memcpy(buf + 4, "\x21\x12\xa4\x42", 4);
	memcpy(buf + 8, &txid, sizeof(txid));
	buf[21] = 9; /* ERROR-CODE */
	buf[23] = 4;
	buf[26] = (uint8_t)(code / 100);
	buf[27] = (uint8_t)(code % 100);
	return len;
}

/* ::ffff:10.0.0.<src> to ::ffff:10.0.0.<dst>, both port 5060. */
static inline struct rec_flow flow_between(uint8_t src, uint8_t dst, uint8_t proto)
{
	struct rec_flow f = {.sport = 5060, .dport = 5060, .proto = proto};

	f.saddr[10] = f.saddr[11] = f.daddr[10] = f.daddr[11] = 0xff;
	f.saddr[12] = f.daddr[12] = 10;
	f.saddr[15] = src;
	f.daddr[15] = dst;
	return f;
}

/* As the kernel's programs compute it. */
static inline struct rec_print print_of(const void *payload, uint32_t len)
{
	uint64_t words[PRINT_WORDS] = {0};

	memcpy(words, payload, len < sizeof(words) ? len : sizeof(words));
	return (struct rec_print){.hash = print_hash(words, len), .msg_len = len, .snap_len = len};
}

#endif

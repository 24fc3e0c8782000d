/* SPDX-License-Identifier: BSD-2-Clause */
/* SIP OPTIONS and STUN Binding as the test tools put them on the wire, and the key that names a
 * transaction. Written apart from the parsers of the project, so that one cannot hide the other's
 * mistake. */
#ifndef SIGPATH_WIRE_H
#define SIGPATH_WIRE_H

#include "tool.h"

#include <ctype.h>
#include <stdbool.h>

#define WIRE_KEY_LEN  64
#define WIRE_MSG_MAX  65507
#define STUN_HDR_LEN  20
#define STUN_TXID_LEN 12
#define STUN_COOKIE   0x2112a442u

/* RFC 8489 5:  0        2        4             8            20
 *              | type   | length | magic cookie | txid (12) | attributes */

static inline bool wire__is_stun(const uint8_t *msg, size_t len)
{
	return len >= STUN_HDR_LEN && msg[0] < 4 && !memcmp(msg + 4, "\x21\x12\xa4\x42", 4);
}

static inline void wire__put_u16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Binding request; pad > 0 adds a SOFTWARE attribute (0x8022) of that many bytes. */
static inline size_t wire__stun_request(uint8_t *out, const uint8_t *txid, size_t pad)
{
	size_t len = STUN_HDR_LEN, room = (pad + 3) & ~(size_t)3;

	memcpy(out, "\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
	memcpy(out + 8, txid, STUN_TXID_LEN);
	if (pad) {
		wire__put_u16(out + len, 0x8022);
		wire__put_u16(out + len + 2, (unsigned int)pad);
		memset(out + len + 4, 0, room);
		memset(out + len + 4, 'p', pad);
		len += 4 + room;
		wire__put_u16(out + 2, (unsigned int)(len - STUN_HDR_LEN));
	}
	return len;
}

/* Binding success with XOR-MAPPED-ADDRESS (RFC 8489 14.2). */
static inline size_t wire__stun_reply(uint8_t *out, const uint8_t *req, const struct endpoint *from)
{
	size_t addr_len = from->addr.ss_family == AF_INET6 ? 16 : 4;
	const uint8_t *addr =
		addr_len == 16
			? (const uint8_t *)&((const struct sockaddr_in6 *)&from->addr)->sin6_addr
			: (const uint8_t *)&((const struct sockaddr_in *)&from->addr)->sin_addr;

	memcpy(out, req, STUN_HDR_LEN);
	wire__put_u16(out, 0x0101);
	wire__put_u16(out + 2, (unsigned int)(8 + addr_len));
	wire__put_u16(out + 20, 0x0020);
	wire__put_u16(out + 22, (unsigned int)(4 + addr_len));
	out[24] = 0;
	out[25] = addr_len == 16 ? 2 : 1;
	wire__put_u16(out + 26, endpoint__port(from) ^ (STUN_COOKIE >> 16));
	for (size_t i = 0; i < addr_len; i++)
		out[28 + i] = addr[i] ^ req[4 + i]; /* cookie, then transaction id */
	return 28 + addr_len;
}

/* First header of that name (or compact name), case-insensitive; returns its line without CRLF in
 * *len. */
static inline const char *wire__sip_header(const char *msg, size_t msg_len, const char *name,
					   char compact, size_t *len)
{
	const char *line = msg, *end = msg + msg_len;
	size_t name_len = strlen(name);

	while (line < end) {
		const char *eol = memmem(line, (size_t)(end - line), "\r\n", 2);
		size_t line_len = eol ? (size_t)(eol - line) : (size_t)(end - line);

		if ((line_len > name_len && line[name_len] == ':' &&
		     !strncasecmp(line, name, name_len)) ||
		    (compact && line_len > 1 && line[1] == ':' &&
		     tolower((unsigned char)line[0]) == compact)) {
			*len = line_len;
			return line;
		}
		if (!eol || !line_len)
			break;
		line = eol + 2;
	}
	return NULL;
}

/* branch of the topmost Via, or the STUN transaction id in hex. False: neither. */
static inline bool wire__key(const uint8_t *msg, size_t len, char *key)
{
	const char *via, *branch;
	size_t via_len, n = 0;

	if (wire__is_stun(msg, len)) {
		for (size_t i = 0; i < STUN_TXID_LEN; i++)
			sprintf(key + 2 * i, "%02x", msg[8 + i]);
		return true;
	}
	via = wire__sip_header((const char *)msg, len, "Via", 'v', &via_len);
	if (!via)
		return false;
	branch = memmem(via, via_len, ";branch=", 8);
	if (!branch)
		return false;
	branch += 8;
	while (branch + n < via + via_len && n < WIRE_KEY_LEN - 1 && !strchr(";, \t", branch[n])) {
		key[n] = branch[n];
		n++;
	}
	key[n] = 0;
	return n > 0;
}

struct wire_options {
	const char *target; /* host:port texts */
	const char *local;
	const char *branch;
	const char *call_id;
	size_t pad; /* bytes of an X-Pad header, 0 none */
};

static inline size_t wire__sip_request(char *out, size_t size, const struct wire_options *o)
{
	int len = snprintf(out, size,
			   "OPTIONS sip:%s SIP/2.0\r\n"
			   "Via: SIP/2.0/UDP %s;branch=%s\r\n"
			   "From: <sip:load@%s>;tag=%s\r\n"
			   "To: <sip:%s>\r\n"
			   "Call-ID: %s\r\n"
			   "CSeq: 1 OPTIONS\r\n"
			   "Contact: <sip:load@%s>\r\n"
			   "Max-Forwards: 70\r\n",
			   o->target, o->local, o->branch, o->local, o->call_id, o->target,
			   o->call_id, o->local);
	size_t used = (size_t)len;

	if (o->pad) {
		used += (size_t)snprintf(out + used, size - used, "X-Pad: ");
		memset(out + used, 'p', o->pad);
		used += o->pad;
		used += (size_t)snprintf(out + used, size - used, "\r\n");
	}
	used += (size_t)snprintf(out + used, size - used, "Content-Length: 0\r\n\r\n");
	return used;
}

/* 200 OK with every Via, From, To (tag added), Call-ID and CSeq of the request. 0: one of them is
 * missing. */
static inline size_t wire__sip_reply(char *out, size_t size, const char *req, size_t req_len)
{
	static const struct {
		const char *name;
		char compact;
	} copied[] = {{"From", 'f'}, {"To", 't'}, {"Call-ID", 'i'}, {"CSeq", 0}};
	size_t used = (size_t)snprintf(out, size, "SIP/2.0 200 OK\r\n"), len;
	const char *line = req, *end = req + req_len;

	while ((line = wire__sip_header(line, (size_t)(end - line), "Via", 'v', &len))) {
		if (used + len + 2 > size)
			return 0;
		used += (size_t)snprintf(out + used, size - used, "%.*s\r\n", (int)len, line);
		line += len + 2;
		if (line >= end)
			break;
	}
	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
		const char *tag = "";

		line = wire__sip_header(req, req_len, copied[i].name, copied[i].compact, &len);
		if (!line || used + len + 64 > size)
			return 0;
		if (copied[i].compact == 't' && !memmem(line, len, ";tag=", 5))
			tag = ";tag=respond";
		used += (size_t)snprintf(out + used, size - used, "%.*s%s\r\n", (int)len, line,
					 tag);
	}
	used += (size_t)snprintf(out + used, size - used, "Content-Length: 0\r\n\r\n");
	return used;
}

static inline bool wire__is_sip_request(const uint8_t *msg, size_t len, const char *method)
{
	size_t n = strlen(method);

	return len > n && !memcmp(msg, method, n) && msg[n] == ' ';
}

#endif

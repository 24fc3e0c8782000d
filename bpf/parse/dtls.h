/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The header of a DTLS record (RFC 6347 4.1, RFC 9147 4): does a datagram start with one that is in
 * the clear?
 *
 *   | type | version  | epoch    | sequence number, 48 bits | length   |
 *     1      2          2          6                          2
 *
 * Handshake, change cipher spec, alert and ack records are messages. Application data, records with
 * a connection id and the unified header of 1.3 (001xxxxx) are what DTLS protects: no messages. */
#ifndef SIGPATH_DTLS_H
#define SIGPATH_DTLS_H

#include "window.h"

#define DTLS_REC_HDR_LEN 13

enum dtls_record {
	DTLS_REC_CCS = 20,
	DTLS_REC_ALERT = 21,
	DTLS_REC_HANDSHAKE = 22,
	DTLS_REC_DATA = 23,
	DTLS_REC_CID = 25, /* RFC 9146 */
	DTLS_REC_ACK = 26,
};

#define DTLS_MSG_CLIENT_HELLO 1 /* msg_type, the first byte behind the record header */

/* 1.0, 1.2 (and 1.3), and what was sent before the RFC, which some still send. */
static __always_inline _Bool dtls_is_version(__u8 major, __u8 minor)
{
	return (major == 0xfe && (minor == 0xfd || minor == 0xff)) || (major == 1 && minor == 0);
}

static __always_inline _Bool dtls_is_message_type(__u8 type)
{
	return type == DTLS_REC_HANDSHAKE || type == DTLS_REC_CCS || type == DTLS_REC_ALERT ||
	       type == DTLS_REC_ACK;
}

/* By the first three bytes. */
static __always_inline _Bool dtls_is_start(const __u8 *buf)
{
	return dtls_is_message_type(buf[0]) && dtls_is_version(buf[1], buf[2]);
}

static __always_inline _Bool dtls_is_protected(__u8 type, __u8 major, __u8 minor)
{
	return (type == DTLS_REC_DATA || type == DTLS_REC_CID) && dtls_is_version(major, minor);
}

/* 0: the first record is a message, and all of it is in the datagram. */
static __always_inline int dtls_parse(const __u8 *buf, __u32 len)
{
	__u32 rec_len = load_be16(buf + 11);

	if (len < DTLS_REC_HDR_LEN || !dtls_is_start(buf) || !rec_len ||
	    rec_len > len - DTLS_REC_HDR_LEN)
		return -EBADMSG;
	return 0;
}

static __always_inline _Bool dtls_is_client_hello(const __u8 *buf)
{
	return buf[0] == DTLS_REC_HANDSHAKE && buf[DTLS_REC_HDR_LEN] == DTLS_MSG_CLIENT_HELLO;
}

#endif

/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The shallow look at a SIP message: is this a start line, and which method or status (RFC
 * 3261 7.1, 7.2, 25.1).
 *
 *   INVITE sip:bob@example.com SIP/2.0      request: method, one space, the scheme of a Request-URI
 *   SIP/2.0 180 Ringing                     response: version, one space, three digits
 *
 * The version that ends a request line lies outside the window often enough that it is left to user
 * space; so HTTP and RTSP requests pass here and are refused by sip_head__parse(). That is the only
 * difference between the two. */
#ifndef SIGPATH_SIP_H
#define SIGPATH_SIP_H

#include "unroll.h"
#include "window.h"

enum sip_method {
#define SIP_METHOD(id, name) SIP_##id,
#include "sip_method.def"
#undef SIP_METHOD
	SIP_METHOD_CNT
};

#define SIP_TOKEN_MAX	48 /* longest extension method taken; RFC 4475 3.1.1.2 has one of 43 */
#define SIP_START_MIN	12 /* "SIP/2.0 100 " */
#define SIP_VERSION_LEN 8  /* "SIP/2.0 " */
#define SIP_STATUS_MIN	100
#define SIP_STATUS_MAX	699

struct sip_start {
	__u8 is_request;
	__u8 method;  /* enum sip_method; responses: OTHER, the CSeq is out of reach */
	__u16 status; /* 100..699; requests: 0 */
};

/* RFC 3261 25.1 token: alphanumeric and -.!%*_+`'~, one bit per character. */
#define SIP_TOKEN_LO 0x03ff6ca200000000ULL
#define SIP_TOKEN_HI 0x47ffffff87fffffeULL

/* Without branches: in a loop, each would double what the verifier has to walk. */
static __always_inline int is_sip_token(__u8 c)
{
	__u64 high = c >> 6 & 1;
	__u64 set = (SIP_TOKEN_HI >> (c & 63) & high) | (SIP_TOKEN_LO >> (c & 63) & (high ^ 1));

	return set & ((c >> 7) ^ 1);
}

static __always_inline int is_sip_alpha(__u8 c)
{
	return (__u8)((c | 0x20) - 'a') < 26;
}

static __always_inline int is_sip_digit(__u8 c)
{
	return (__u8)(c - '0') < 10;
}

/* Byte i of "NAME " and the mask of the bytes that count, eight at a time from byte `at`; folds to
 * constants. */
#define SIP_NAME_BYTE(s, i)                                                    \
	((__u64)((i) + 1 < sizeof(s)	? (__u8)(s)[(i) < sizeof(s) ? (i) : 0] \
		 : (i) + 1 == sizeof(s) ? ' '                                  \
					: 0))
#define SIP_NAME_WORD(s, at)                                                   \
	(SIP_NAME_BYTE(s, (at) + 0) << 56 | SIP_NAME_BYTE(s, (at) + 1) << 48 | \
	 SIP_NAME_BYTE(s, (at) + 2) << 40 | SIP_NAME_BYTE(s, (at) + 3) << 32 | \
	 SIP_NAME_BYTE(s, (at) + 4) << 24 | SIP_NAME_BYTE(s, (at) + 5) << 16 | \
	 SIP_NAME_BYTE(s, (at) + 6) << 8 | SIP_NAME_BYTE(s, (at) + 7))
#define SIP_NAME_MASK(s, at)           \
	(sizeof(s) >= (at) + 8 ? ~0ULL \
	 : sizeof(s) <= (at)   ? 0ULL  \
			       : ~(~0ULL >> ((sizeof(s) - (at)) * 8 & 63)))

/* Byte i of the first 16, out of the words that hold them. */
static __always_inline __u8 sip_byte(__u64 lo, __u64 hi, __u32 i)
{
	return (__u8)(i < 8 ? lo >> (56 - i * 8) : hi >> (120 - i * 8));
}

/* A method at buf, ended by one space and followed by the letter that starts a Request-URI's
 * scheme.
 */
static __always_inline _Bool sip_method_parse(const __u8 *buf, __u8 *method)
{
	__u64 lo = load_be64(buf), hi = load_be64(buf + 8);
	__u32 end = 0;
	int in_token = 1;

#define SIP_METHOD(id, name)                                           \
	if ((lo & SIP_NAME_MASK(name, 0)) == SIP_NAME_WORD(name, 0) && \
	    (hi & SIP_NAME_MASK(name, 8)) == SIP_NAME_WORD(name, 8)) { \
		*method = SIP_##id;                                    \
		return is_sip_alpha(sip_byte(lo, hi, sizeof(name)));   \
	}
#include "sip_method.def"
#undef SIP_METHOD
	*method = SIP_OTHER;
	/* Without an exit: each would be walked to the end of the program. */
	UNROLL
	for (__u32 i = 0; i <= SIP_TOKEN_MAX; i++) {
		IN_ORDER();
		in_token &= is_sip_token(buf[i]);
		end += in_token;
	}
	if (end == 0 || end > SIP_TOKEN_MAX)
		return 0;
	end &= PARSE_WINDOW - 1;
	return buf[end] == ' ' && is_sip_alpha(buf[end + 1]);
}

/* Status at buf ("200 "), 0 when it is none. The space may be missing before the line end. */
static __always_inline __u16 sip_status_parse(const __u8 *buf)
{
	__u16 status;

	if (!is_sip_digit(buf[0]) || !is_sip_digit(buf[1]) || !is_sip_digit(buf[2]))
		return 0;
	if (buf[3] != ' ' && buf[3] != '\r' && buf[3] != '\n')
		return 0;
	status = (buf[0] - '0') * 100 + (buf[1] - '0') * 10 + (buf[2] - '0');
	return status < SIP_STATUS_MIN || status > SIP_STATUS_MAX ? 0 : status;
}

static __always_inline int sip_start_parse(const __u8 *buf, __u32 len, struct sip_start *out)
{
	__u8 method = SIP_OTHER;
	__u16 status;

	if (len < SIP_START_MIN)
		return -EBADMSG;
	/* SIP-Version is case-insensitive (RFC 3261 7.1) */
	if ((load_be64(buf) | 0x2020200000000000ULL) == 0x7369702f322e3020ULL) {
		status = sip_status_parse(buf + SIP_VERSION_LEN);
		if (!status)
			return -EBADMSG;
		out->is_request = 0;
		out->method = SIP_OTHER;
		out->status = status;
		return 0;
	}
	if (!sip_method_parse(buf, &method))
		return -EBADMSG;
	out->is_request = 1;
	out->method = method;
	out->status = 0;
	return 0;
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks the attributes of one STUN message; see stun_head.h. */
#include "stun_head.h"

#include <errno.h>
#include <stddef.h>

#define ATTR_HDR_LEN  4
#define ATTR_OPTIONAL 0x8000 /* comprehension-optional types start here (RFC 8489 14) */

enum stun_attr {
	ATTR_USERNAME = 0x0006,
	ATTR_INTEGRITY = 0x0008,
	ATTR_ERROR_CODE = 0x0009,
	ATTR_INTEGRITY_SHA256 = 0x001c,
	ATTR_FINGERPRINT = 0x8028,
};

static const struct stun_method {
	uint16_t id;
	const char *name;
} methods[] = {
	{0x001, "Binding"},
	{0x002, "SharedSecret"},
	{0x003, "Allocate"},
	{0x004, "Refresh"},
	{0x006, "Send"},
	{0x007, "Data"},
	{0x008, "CreatePermission"},
	{0x009, "ChannelBind"},
	{0x00a, "Connect"},
	{0x00b, "ConnectionBind"},
	{0x00c, "ConnectionAttempt"},
	{0x080, "GooglePing"},
};

/* Comprehension-required types, by RFC. All registered ones are below 64. */
static const uint8_t required[] = {
	0x01, 0x06, 0x08, 0x09, 0x0a, 0x14, 0x15, 0x1c, 0x1d, 0x1e, 0x20, /* 8489 */
	0x0c, 0x0d, 0x12, 0x13, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x22,	  /* 8656 */
	0x2a,								  /* 6062 CONNECTION-ID */
	0x24, 0x25,	  /* 8445 PRIORITY, USE-CANDIDATE */
	0x03, 0x26, 0x27, /* 5780 */
	0x1b,		  /* 7635 ACCESS-TOKEN */
};

static bool is_known(uint16_t type)
{
	for (size_t i = 0; i < sizeof(required); i++) {
		if (required[i] == type)
			return true;
	}
	return type >= ATTR_OPTIONAL;
}

/*  0                   1                   2                   3
 *  |        reserved, 21 bits                |class|    number     |   RFC 8489 14.8 */
static uint16_t read_error_code(const uint8_t *value, uint32_t len)
{
	uint32_t class = len < 4 ? 0 : value[2] & 7;

	if (class < 3 || class > 6 || value[3] > 99)
		return 0;
	return (uint16_t)(class * 100 + value[3]);
}

/* What follows MESSAGE-INTEGRITY is not protected and is ignored (RFC 8489 14.5), but for its
 * stronger sibling and FINGERPRINT. */
static void note_attr(struct stun_head *h, uint16_t type, const uint8_t *value, uint32_t len)
{
	if (type == ATTR_INTEGRITY || type == ATTR_INTEGRITY_SHA256) {
		h->has_integrity = true;
		return;
	}
	if (type == ATTR_FINGERPRINT) {
		h->has_fingerprint = true;
		return;
	}
	if (h->has_integrity)
		return;
	if (type == ATTR_USERNAME)
		h->has_username = true;
	else if (type == ATTR_ERROR_CODE && h->brief.class == STUN_ERROR && !h->error_code)
		h->error_code = read_error_code(value, len);
	else if (!is_known(type))
		h->unknown_cnt++;
}

int stun_head__parse(const uint8_t *p, uint32_t len, struct stun_head *out)
{
	struct stun_head h = {0};
	uint32_t pos = STUN_HDR_LEN, msg_len, value_len;

	if (len < STUN_HDR_LEN || stun_fixed_parse(p, len, &h.brief))
		return -EBADMSG;
	msg_len = STUN_HDR_LEN + load_be16(p + 2);
	if (msg_len < len)
		return -EBADMSG;
	h.truncated = msg_len > len;
	while (pos + ATTR_HDR_LEN <= len) {
		value_len = load_be16(p + pos + 2);
		if (pos + ATTR_HDR_LEN + value_len > msg_len) {
			h.malformed = true;
			break;
		}
		if (pos + ATTR_HDR_LEN + value_len > len)
			break;
		note_attr(&h, load_be16(p + pos), p + pos + ATTR_HDR_LEN, value_len);
		h.attr_cnt++;
		pos += ATTR_HDR_LEN + ((value_len + 3) & ~3u);
	}
	*out = h;
	return 0;
}

const char *stun_method__name(uint16_t method)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (methods[i].id == method)
			return methods[i].name;
	}
	return "Other";
}

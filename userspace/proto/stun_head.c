/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks the attributes of one STUN message; see stun_head.h. */
#include "stun_head.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define ATTR_HDR_LEN  4
#define ATTR_OPTIONAL 0x8000 /* comprehension-optional types start here (RFC 8489 14) */

/* RFC 8489 18.3, RFC 8656 18, RFC 8445 20.1 */
enum stun_attr {
	ATTR_MAPPED_ADDRESS = 0x0001,
	ATTR_USERNAME = 0x0006,
	ATTR_INTEGRITY = 0x0008,
	ATTR_ERROR_CODE = 0x0009,
	ATTR_CHANNEL_NUMBER = 0x000c,
	ATTR_LIFETIME = 0x000d,
	ATTR_XOR_PEER_ADDRESS = 0x0012,
	ATTR_DATA = 0x0013,
	ATTR_REALM = 0x0014,
	ATTR_NONCE = 0x0015,
	ATTR_XOR_RELAYED_ADDRESS = 0x0016,
	ATTR_EVEN_PORT = 0x0018,
	ATTR_REQUESTED_TRANSPORT = 0x0019,
	ATTR_INTEGRITY_SHA256 = 0x001c,
	ATTR_XOR_MAPPED_ADDRESS = 0x0020,
	ATTR_PRIORITY = 0x0024,
	ATTR_USE_CANDIDATE = 0x0025,
	ATTR_SOFTWARE = 0x8022,
	ATTR_ALTERNATE_SERVER = 0x8023,
	ATTR_FINGERPRINT = 0x8028,
	ATTR_ICE_CONTROLLED = 0x8029,
	ATTR_ICE_CONTROLLING = 0x802a,
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
 *  |   0   | family |            port            |
 *  |            address, 4 or 16 bytes           |   RFC 8489 14.1
 * XOR-...: port and address are xored with what follows the message's length (14.2). p: the
 * message. */
static struct stun_addr read_addr(const uint8_t *p, const uint8_t *value, uint32_t len,
				  bool is_xored)
{
	struct stun_addr a = {0};
	uint32_t n = len >= 8 && value[1] == 1 ? 4 : len >= 20 && value[1] == 2 ? 16 : 0;
	uint8_t *addr = n == 4 ? a.addr + 12 : a.addr;

	if (!n)
		return a;
	a.family = n == 4 ? 4 : 6;
	a.port = load_be16(value + 2);
	memcpy(addr, value + 4, n);
	if (n == 4)
		a.addr[10] = a.addr[11] = 0xff;
	if (!is_xored)
		return a;
	a.port ^= load_be16(p + 4);
	for (uint32_t i = 0; i < n; i++)
		addr[i] ^= p[4 + i];
	return a;
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

static struct stun_text text_of(const uint8_t *p, const uint8_t *value, uint32_t len)
{
	return (struct stun_text){.off = (uint32_t)(value - p), .len = len};
}

static void note_unknown(struct stun_head *h, uint16_t type)
{
	if (is_known(type))
		return;
	h->unknown_cnt++;
	if (type < 256)
		h->unknown[type / 64] |= 1ull << type % 64;
}

/* Numbers of the wrong length count as absent. */
static void note_number(struct stun_head *h, uint16_t type, const uint8_t *value, uint32_t len)
{
	if (type == ATTR_PRIORITY && len == 4) {
		h->has_priority = true;
		h->priority = load_be32(value);
	} else if ((type == ATTR_ICE_CONTROLLING || type == ATTR_ICE_CONTROLLED) && len == 8) {
		h->is_controlling = type == ATTR_ICE_CONTROLLING;
		h->is_controlled = !h->is_controlling;
		h->tie_breaker = load_be64(value);
	} else if (type == ATTR_LIFETIME && len == 4) {
		h->has_lifetime = true;
		h->lifetime_s = load_be32(value);
	} else if (type == ATTR_CHANNEL_NUMBER && len == 4) {
		h->channel = load_be16(value);
	} else if (type == ATTR_REQUESTED_TRANSPORT && len == 4) {
		h->transport = value[0];
	}
}

static void note_value(struct stun_head *h, const uint8_t *p, uint16_t type, const uint8_t *value,
		       uint32_t len)
{
	switch (type) {
	case ATTR_USERNAME:
		h->has_username = true;
		h->username = text_of(p, value, len);
		break;
	case ATTR_REALM:
		h->realm = text_of(p, value, len);
		break;
	case ATTR_SOFTWARE:
		h->software = text_of(p, value, len);
		break;
	case ATTR_ERROR_CODE:
		if (h->brief.class == STUN_ERROR && !h->error_code)
			h->error_code = read_error_code(value, len);
		break;
	case ATTR_MAPPED_ADDRESS:
		if (!h->mapped.family)
			h->mapped = read_addr(p, value, len, false);
		break;
	case ATTR_XOR_MAPPED_ADDRESS:
		h->mapped = read_addr(p, value, len, true);
		break;
	case ATTR_XOR_PEER_ADDRESS:
		if (!h->peer.family) /* CreatePermission has several */
			h->peer = read_addr(p, value, len, true);
		break;
	case ATTR_XOR_RELAYED_ADDRESS:
		h->relayed = read_addr(p, value, len, true);
		break;
	case ATTR_ALTERNATE_SERVER:
		h->alternate = read_addr(p, value, len, false);
		break;
	case ATTR_NONCE:
		h->has_nonce = true;
		break;
	case ATTR_DATA:
		h->has_data = true;
		break;
	case ATTR_EVEN_PORT:
		h->even_port = true;
		break;
	case ATTR_USE_CANDIDATE:
		h->use_candidate = true;
		break;
	case ATTR_PRIORITY:
	case ATTR_ICE_CONTROLLING:
	case ATTR_ICE_CONTROLLED:
	case ATTR_LIFETIME:
	case ATTR_CHANNEL_NUMBER:
	case ATTR_REQUESTED_TRANSPORT:
		note_number(h, type, value, len);
		break;
	default:
		note_unknown(h, type);
	}
}

/* What follows MESSAGE-INTEGRITY is not protected and is ignored (RFC 8489 14.5), but for its
 * stronger sibling and FINGERPRINT. */
static void note_attr(struct stun_head *h, const uint8_t *p, uint16_t type, const uint8_t *value,
		      uint32_t len)
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
	note_value(h, p, type, value, len);
}

int stun_head__parse(const uint8_t *p, uint32_t len, struct stun_head *out)
{
	uint32_t pos = STUN_HDR_LEN, msg_len, value_len;
	struct stun_brief brief;

	if (len < STUN_HDR_LEN || stun_fixed_parse(p, len, &brief))
		return -EBADMSG;
	msg_len = STUN_HDR_LEN + load_be16(p + 2);
	if (msg_len < len)
		return -EBADMSG;
	memset(out, 0, sizeof(*out));
	out->brief = brief;
	out->truncated = msg_len > len;
	while (pos + ATTR_HDR_LEN <= len) {
		value_len = load_be16(p + pos + 2);
		if (pos + ATTR_HDR_LEN + value_len > len) {
			out->malformed = pos + ATTR_HDR_LEN + value_len > msg_len;
			break;
		}
		note_attr(out, p, load_be16(p + pos), p + pos + ATTR_HDR_LEN, value_len);
		out->attr_cnt++;
		pos += ATTR_HDR_LEN + ((value_len + 3) & ~3u);
	}
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

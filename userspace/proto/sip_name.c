/* SPDX-License-Identifier: BSD-2-Clause */
/* Which name of a header field means which field: the way of every line of every message. */
#include "sip_field.h"

struct field {
	uint64_t head, mask; /* the first eight bytes of the name, little endian */
	uint64_t tail;	     /* the last eight, of a longer one */
	const char *name;
	uint8_t len;
	char compact; /* 0: none */
	void (*parse)(struct cursor *c, struct sip_head *out);
};

/* Eight bytes of a name as load_le64() sees them, from byte `at`. */
#define BYTE(s, i) ((uint64_t)(uint8_t)((i) < sizeof(s) - 1 ? (s)[i] : 0))
#define EIGHT(s, at)                                                                   \
	(BYTE(s, (at) + 0) | BYTE(s, (at) + 1) << 8 | BYTE(s, (at) + 2) << 16 |        \
	 BYTE(s, (at) + 3) << 24 | BYTE(s, (at) + 4) << 32 | BYTE(s, (at) + 5) << 40 | \
	 BYTE(s, (at) + 6) << 48 | BYTE(s, (at) + 7) << 56)
#define MASK(s) (sizeof(s) - 1 < 8 ? (1ull << (sizeof(s) - 1) % 8 * 8) - 1 : UINT64_MAX)
#define TAIL(s) (sizeof(s) - 1 > 8 ? EIGHT(s, sizeof(s) - 9) : 0)
#define FIELD(name, compact, parse)                                                            \
	{                                                                                      \
		EIGHT(name, 0), MASK(name), TAIL(name), name, sizeof(name) - 1, compact, parse \
	}

/* By the first letter of name or compact form, a list for each; most frequent first. A compact form
 * whose letter is another than the name's has a row of its own. */
static const struct field fields_c[] = {
	FIELD("CSeq", 0, sip_field__cseq),
	FIELD("Call-ID", 0, sip_field__call_id),
	FIELD("Content-Length", 0, sip_field__content_length),
	FIELD("Contact", 0, sip_field__contact),
	FIELD("Content-Type", 'c', sip_field__content_type),
	{},
};
static const struct field fields_e[] = {
	FIELD("Expires", 0, sip_field__expires), FIELD("Event", 0, sip_field__event), {}};
static const struct field fields_f[] = {FIELD("From", 'f', sip_field__from), {}};
static const struct field fields_i[] = {FIELD("i", 'i', sip_field__call_id), {}};
static const struct field fields_k[] = {FIELD("k", 'k', sip_field__supported), {}};
static const struct field fields_l[] = {FIELD("l", 'l', sip_field__content_length), {}};
static const struct field fields_m[] = {
	FIELD("Max-Forwards", 0, sip_field__max_forwards), FIELD("m", 'm', sip_field__contact), {}};
static const struct field fields_o[] = {FIELD("o", 'o', sip_field__event), {}};
static const struct field fields_p[] = {FIELD("P-Charging-Vector", 0, sip_field__charging), {}};
static const struct field fields_r[] = {
	FIELD("Require", 0, sip_field__require),
	FIELD("RSeq", 0, sip_field__rseq),
	FIELD("RAck", 0, sip_field__rack),
	FIELD("Replaces", 0, sip_field__replaces),
	{},
};
static const struct field fields_s[] = {
	FIELD("Supported", 0, sip_field__supported),
	FIELD("Session-ID", 0, sip_field__session_id),
	FIELD("Server", 0, sip_field__user_agent),
	FIELD("Subscription-State", 0, sip_field__sub_state),
	{},
};
static const struct field fields_t[] = {FIELD("To", 't', sip_field__to), {}};
static const struct field fields_u[] = {FIELD("User-Agent", 0, sip_field__user_agent), {}};
static const struct field fields_v[] = {FIELD("Via", 'v', sip_field__via), {}};
static const struct field fields_x[] = {
	FIELD("X-Call-ID", 0, sip_field__x_call_id),
	FIELD("X-CID", 0, sip_field__x_call_id),
	FIELD("X-Orig-Call-ID", 0, sip_field__x_call_id),
	FIELD("X-Original-Call-ID", 0, sip_field__x_call_id),
	FIELD("X-Parent-Call-ID", 0, sip_field__x_call_id),
	{},
};

static const struct field *const fields[32] = {
	['c' & 31] = fields_c, ['e' & 31] = fields_e, ['f' & 31] = fields_f, ['i' & 31] = fields_i,
	['k' & 31] = fields_k, ['l' & 31] = fields_l, ['m' & 31] = fields_m, ['o' & 31] = fields_o,
	['p' & 31] = fields_p, ['r' & 31] = fields_r, ['s' & 31] = fields_s, ['t' & 31] = fields_t,
	['u' & 31] = fields_u, ['v' & 31] = fields_v, ['x' & 31] = fields_x,
};

static bool ends_name(uint8_t ch)
{
	return is_class(ch, CHAR_COLON | CHAR_LWS);
}

/* Any spelling. */
static bool is_name(const struct field *f, const uint8_t *p, uint32_t len)
{
	return len > f->len && ends_name(p[f->len]) &&
	       !strncasecmp((const char *)p, f->name, f->len);
}

static const struct field *find_spelled(const struct field *f, const uint8_t *p, uint32_t len)
{
	if (len > 1 && ends_name(p[1])) {
		for (; f->name; f++)
			if (f->compact == (p[0] | 0x20))
				return f;
		return NULL;
	}
	for (; f->name; f++)
		if (is_name(f, p, len))
			return f;
	return NULL;
}

/* Almost everybody writes names as the RFC does, with the colon at once: compared in words, and any
 * spelling only where the length is that of a field. name_len: bytes before the colon, if near. */
static const struct field *find_field(const uint8_t *p, uint32_t len, uint32_t name_len)
{
	const struct field *list, *f;
	bool is_near = name_len < SCAN_STEP && len >= 8;

	if (!len || !is_sip_alpha(p[0]))
		return NULL;
	list = fields[p[0] & 31];
	if (!list)
		return NULL;
	for (f = list; is_near && f->name; f++)
		if (f->len == name_len && (load_le64(p) & f->mask) == f->head &&
		    (name_len <= 8 || load_le64(p + name_len - 8) == f->tail))
			return f;
	return find_spelled(list, p, len);
}

void sip_field__parse(struct cursor *c, struct sip_head *out)
{
	const uint8_t *p = c->p + c->pos;
	uint32_t name_len = c->limit - c->pos >= SCAN_STEP ? scan_byte(p, ':') : SCAN_STEP;
	const struct field *f = find_field(p, c->end - c->pos, name_len);
	uint32_t end;

	if (!f)
		return;
	c->pos += f->compact && ends_name(p[1]) ? 1u : f->len;
	if (!take(c, ':'))
		return;
	for (end = c->end; end > c->pos && is_lws(c->p[end - 1]);)
		end--;
	c->end = end;
	f->parse(c, out);
}

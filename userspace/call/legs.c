/* SPDX-License-Identifier: BSD-2-Clause */
/* Each rule is a row: where the value stands, and among which keys it is looked for. */
#include "legs.h"

#define LEGS_AGE_NS 180000000000ull /* a leg is made while the other one is being set up */

struct rule {
	size_t span;	   /* offset in struct sip_head */
	uint8_t find, add; /* enum call_key_kind */
	bool at_any_age;   /* Replaces names calls that are set up */
	const char *by;
};

static const struct rule rules[] = {
	{offsetof(struct sip_head, session_id), KEY_SESSION_ID, KEY_SESSION_ID, false,
	 "Session-ID"},
	{offsetof(struct sip_head, icid), KEY_ICID, KEY_ICID, false, "icid-value"},
	{offsetof(struct sip_head, x_call_id), KEY_CALL_ID, KEY_X_CALL_ID, false, "X-CID"},
	{offsetof(struct sip_head, replaces), KEY_CALL_ID, KEY_KIND_CNT, true, "Replaces"},
};

/* RFC 7989 5: the nil UUID says that it is not known yet. */
static bool is_nil(const uint8_t *p, uint32_t len)
{
	while (len && *p == '0')
		p++, len--;
	return !len;
}

static void apply(struct calls *c, struct call *call, const struct rule *r, uint64_t hash,
		  uint64_t now_ns)
{
	struct call *other;
	uint64_t at = 0;

	while ((other = call_key__find(c, (enum call_key_kind)r->find, hash, &at)))
		if (other != call &&
		    (r->at_any_age || other->at[CALL_AT_START] + LEGS_AGE_NS > now_ns))
			calls__relate(call, other, r->by);
	if (r->add != KEY_KIND_CNT)
		call_key__add(c, call, (enum call_key_kind)r->add, hash);
}

void legs__join(struct calls *c, struct call *call, const struct message *m,
		const struct sip_head *h)
{
	for (unsigned int i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct sip_span *s = (const void *)((const char *)h + rules[i].span);

		if (s->len && !is_nil(m->p + s->off, s->len))
			apply(c, call, &rules[i],
			      call_key__bytes(KEY_CALL_ID, m->p + s->off, s->len), m->ts_ns);
	}
}

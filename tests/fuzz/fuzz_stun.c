/* SPDX-License-Identifier: BSD-2-Clause */
/* STUN: the kernel's parse agrees with the user's, and a cut message says nothing that the whole
 * one does not. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "stun_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() where assert() would vanish with NDEBUG */
static void require(bool held)
{
	if (!held)
		abort();
}

static void check_text(const struct stun_text *t, uint32_t len)
{
	require(t->off <= len && t->len <= len - t->off);
}

static void check_addr(const struct stun_addr *a)
{
	static const uint8_t v4[12] = {[10] = 0xff, [11] = 0xff};

	require(a->family == 0 || a->family == 4 || a->family == 6);
	require(a->family != 4 || !memcmp(a->addr, v4, sizeof(v4)));
}

static void check_fields(const struct stun_head *h, uint32_t len)
{
	int bits = 0;

	check_text(&h->username, len);
	check_text(&h->realm, len);
	check_text(&h->software, len);
	check_addr(&h->mapped);
	check_addr(&h->peer);
	check_addr(&h->relayed);
	check_addr(&h->alternate);
	require(!(h->is_controlling && h->is_controlled));
	for (int i = 0; i < 4; i++)
		bits += __builtin_popcountll(h->unknown[i]);
	require(bits <= h->unknown_cnt);
}

static void check_head(const struct stun_head *h, uint32_t len)
{
	check_fields(h, len);

	require(h->brief.class <= STUN_ERROR && h->brief.method <= 0xfff &&
		h->brief.type <= 0x3fff);
	require(!h->error_code || (h->error_code >= 300 && h->error_code <= 699));
	require(h->unknown_cnt <= h->attr_cnt && h->attr_cnt * 4u <= len - STUN_HDR_LEN);
	require(stun_method__name(h->brief.method)[0] != 0);
}

static void check_agreement(const uint8_t *p, uint32_t len, int deep, const struct stun_head *h)
{
	uint8_t window[PARSE_WINDOW] = {0};
	struct stun_brief brief;
	int shallow;

	if (len)
		memcpy(window, p, len < PARSE_WINDOW ? len : PARSE_WINDOW);
	shallow = stun_parse(window, len, &brief);
	require(!shallow == (!deep && !h->truncated));
	require(shallow || !memcmp(&brief, &h->brief, sizeof(brief)));
}

/* The copy has the exact size, so that the sanitizer sees one byte too many. */
static void check_prefix(const uint8_t *p, uint32_t len, const struct stun_head *whole)
{
	struct stun_head cut;
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return;
	if (len)
		memcpy(copy, p, len);
	if (stun_head__parse(copy, len, &cut) == 0) {
		check_head(&cut, len);
		require(!memcmp(&cut.brief, &whole->brief, sizeof(cut.brief)));
		require(cut.attr_cnt <= whole->attr_cnt && cut.unknown_cnt <= whole->unknown_cnt);
		require(!cut.error_code || cut.error_code == whole->error_code);
		require(cut.has_username <= whole->has_username &&
			cut.has_integrity <= whole->has_integrity);
		require(cut.has_fingerprint <= whole->has_fingerprint &&
			cut.malformed <= whole->malformed);
	} else {
		require(len < STUN_HDR_LEN);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t len = (uint32_t)size;
	struct stun_head h;
	int rc = stun_head__parse(data, len, &h);

	check_agreement(data, len, rc, &h);
	if (rc)
		return 0;
	check_head(&h, len);
	for (uint32_t cut = len / 2; cut < len; cut += len / 8 + 1)
		check_prefix(data, cut, &h);
	check_prefix(data, len - 1, &h);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of the filter language. */
#include "filter_value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

/* --- numbers --- */

static int take_number(const char **p, const char *end, uint64_t max, uint64_t *ret)
{
	const char *at = *p;
	uint64_t v = 0;

	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		if (v > (max - (uint64_t)(*at - '0')) / 10)
			return -EINVAL;
		v = v * 10 + (uint64_t)(*at - '0');
	}
	if (at == *p)
		return -EINVAL;
	*p = at;
	*ret = v;
	return 0;
}

static int parse_count(const char *p, uint32_t len, struct filter_value *ret)
{
	const char *end = p + len;

	if (take_number(&p, end, UINT64_MAX, &ret->lo) || p != end)
		return -EINVAL;
	ret->hi = ret->lo;
	return 0;
}

static uint64_t unit_of(const char *p, size_t len)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"ns", 1},
		     {"us", 1000},
		     {"ms", 1000000},
		     {"s", 1000000000ull},
		     {"m", 60000000000ull},
		     {"h", 3600000000000ull}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (len == strlen(units[i].name) && !memcmp(p, units[i].name, len))
			return units[i].ns;
	return 0;
}

/* Digits behind the point; those below a nanosecond are dropped. */
static uint64_t take_fraction(const char **p, const char *end, uint64_t unit_ns)
{
	uint64_t ns = 0, scale = unit_ns;

	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
		scale /= 10;
		ns += scale * (uint64_t)(**p - '0');
	}
	return ns;
}

static int parse_duration(const char *p, uint32_t len, struct filter_value *ret)
{
	const char *end = p + len, *unit = end;
	uint64_t whole, unit_ns;

	while (unit > p && isalpha((unsigned char)unit[-1]))
		unit--;
	unit_ns = unit_of(unit, (size_t)(end - unit));
	if (take_number(&p, unit, 1u << 30, &whole))
		return -EINVAL;
	if (unit == end && !whole && p == end)
		unit_ns = 1; /* "0" needs no unit */
	if (!unit_ns || whole > UINT64_MAX / 4 / unit_ns)
		return -EINVAL;
	ret->lo = whole * unit_ns;
	if (p < unit && *p == '.') {
		p++;
		if (p == unit)
			return -EINVAL;
		ret->lo += take_fraction(&p, unit, unit_ns);
	}
	ret->hi = ret->lo;
	return p == unit ? 0 : -EINVAL;
}

/* "486", "4xx", "400-499". */
static int parse_code(const char *p, uint32_t len, struct filter_value *ret)
{
	const char *end = p + len;

	if (len == 3 && *p >= '1' && *p <= '9' && !strncasecmp(p + 1, "xx", 2)) {
		ret->lo = (uint64_t)(*p - '0') * 100;
		ret->hi = ret->lo + 99;
		return 0;
	}
	if (take_number(&p, end, 999, &ret->lo))
		return -EINVAL;
	ret->hi = ret->lo;
	if (p < end && *p == '-') {
		p++;
		if (take_number(&p, end, 999, &ret->hi) || ret->hi < ret->lo)
			return -EINVAL;
	}
	return p == end ? 0 : -EINVAL;
}

/* --- names --- */

static bool is_name(const char *p, uint32_t len, const char *name)
{
	return len == strlen(name) && !strncasecmp(p, name, len);
}

static int parse_kind(const char *p, uint32_t len, struct filter_value *ret)
{
	static const char *const names[] = {
#define X(id, name, help) name,
		CALL_KINDS(X)
#undef X
	};

	for (unsigned int i = 0; i < CALL_KIND_CNT; i++)
		if (is_name(p, len, names[i])) {
			ret->lo = 1ull << i;
			return 0;
		}
	return -EINVAL;
}

static int parse_state(const char *p, uint32_t len, struct filter_value *ret)
{
	static const struct {
		const char *name;
		bool is_over;
	} rows[] = {
#define X(id, name, is_over, help) {name, is_over},
		CALL_STATES(X)
#undef X
	};

	for (unsigned int i = 0; i < CALL_STATE_CNT; i++) {
		if (is_name(p, len, rows[i].name) ||
		    is_name(p, len, rows[i].is_over ? "over" : "open"))
			ret->lo |= 1ull << i;
	}
	return ret->lo ? 0 : -EINVAL;
}

/* --- addresses --- */

/* IPv4 becomes ::ffff:a.b.c.d. Returns the bits of the family, 0: no address. */
static unsigned int parse_ip(const char *p, size_t len, uint8_t addr[16])
{
	char text[INET6_ADDRSTRLEN];

	if (!len || len >= sizeof(text))
		return 0;
	memcpy(text, p, len);
	text[len] = '\0';
	if (strlen(text) != len)
		return 0;
	if (inet_pton(AF_INET6, text, addr) == 1)
		return 128;
	memset(addr, 0, 10);
	memset(addr + 10, 0xff, 2);
	return inet_pton(AF_INET, text, addr + 12) == 1 ? 32 : 0;
}

static int parse_port(const char *p, const char *end, uint16_t *ret)
{
	uint64_t port;

	if (take_number(&p, end, 65535, &port) || p != end || !port)
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

/* "/8" behind an address of `bits` bits. */
static int parse_prefix(const char *p, const char *end, unsigned int bits, uint8_t *ret)
{
	uint64_t n;

	if (take_number(&p, end, bits, &n) || p != end)
		return -EINVAL;
	*ret = (uint8_t)(n + 128 - bits);
	return 0;
}

static int parse_net(const char *p, uint32_t len, struct filter_value *ret)
{
	const char *end = p + len, *slash = memchr(p, '/', len), *colon = memchr(p, ':', len);
	const char *bracket = len && *p == '[' ? memchr(p, ']', len) : NULL;
	struct filter_net *net = &ret->net;
	unsigned int bits;

	net->prefix = 128;
	ret->has_net = true;
	if (bracket) {
		if (parse_ip(p + 1, (size_t)(bracket - p - 1), net->addr) != 128)
			return -EINVAL;
		if (bracket + 1 == end)
			return 0;
		return bracket[1] == ':' ? parse_port(bracket + 2, end, &net->port) : -EINVAL;
	}
	if (slash) {
		bits = parse_ip(p, (size_t)(slash - p), net->addr);
		return bits ? parse_prefix(slash + 1, end, bits, &net->prefix) : -EINVAL;
	}
	if (parse_ip(p, len, net->addr))
		return 0;
	if (!colon || parse_ip(p, (size_t)(colon - p), net->addr) != 32)
		return -EINVAL;
	return parse_port(colon + 1, end, &net->port);
}

bool filter_net__has(const struct filter_net *net, const uint8_t addr[16], uint16_t port)
{
	unsigned int bytes = net->prefix / 8, bits = net->prefix % 8;

	if (net->port && net->port != port)
		return false;
	if (memcmp(net->addr, addr, bytes))
		return false;
	return !bits || !((net->addr[bytes] ^ addr[bytes]) >> (8 - bits));
}

/* --- all of them --- */

int filter_value__parse(enum filter_type type, const char *p, uint32_t len,
			struct filter_value *ret)
{
	memset(ret, 0, sizeof(*ret));
	switch (type) {
	case FILTER_KIND:
		return parse_kind(p, len, ret);
	case FILTER_STATE:
		return parse_state(p, len, ret);
	case FILTER_CODE:
		return parse_code(p, len, ret);
	case FILTER_DURATION:
		return parse_duration(p, len, ret);
	case FILTER_COUNT:
		return parse_count(p, len, ret);
	case FILTER_ADDRESS:
		return parse_net(p, len, ret);
	case FILTER_WORD: /* an address is looked for as such, too */
		ret->has_net = !parse_net(p, len, ret);
		return len ? 0 : -EINVAL;
	default:
		return 0;
	}
}

const char *filter_value__expected(enum filter_type type)
{
	static const char *const texts[FILTER_TYPE_CNT] = {
		[FILTER_KIND] = "a kind (call register subscribe request web ice dtls tls turn)",
		[FILTER_STATE] =
			"a state (trying ringing answered active ended failed cancelled timeout "
			"lost; open, over)",
		[FILTER_CODE] = "a status such as 486, 4xx or 400-499",
		[FILTER_TEXT] = "a text",
		[FILTER_PARTY] = "a URI or user part",
		[FILTER_DURATION] = "a duration such as 500ms, 1.5s or 24us",
		[FILTER_COUNT] = "a number",
		[FILTER_ADDRESS] =
			"an address such as 10.0.0.1, 10.0.0.1:5060, [::1]:5060 or 10.0.0.0/8",
		[FILTER_WORD] = "a word",
	};

	return texts[type];
}

bool filter_value__takes(enum filter_type type, enum filter_op op)
{
	switch (type) {
	case FILTER_CODE:
	case FILTER_DURATION:
	case FILTER_COUNT:
		return op != FILTER_HAS;
	case FILTER_TEXT:
	case FILTER_PARTY:
		return op == FILTER_EQ || op == FILTER_NE || op == FILTER_HAS;
	default:
		return op == FILTER_EQ || op == FILTER_NE;
	}
}

/* --- texts --- */

static bool is_char(char pattern, char c)
{
	return pattern == '?' || tolower((unsigned char)pattern) == tolower((unsigned char)c);
}

/* A star that turns out too short takes one more: only the latest one is ever gone back to. */
bool filter_value__is_like(const char *pattern, uint32_t pattern_len, const char *text,
			   uint32_t len)
{
	uint32_t p = 0, t = 0, star = UINT32_MAX, star_t = 0;

	while (t < len) {
		if (p < pattern_len && pattern[p] == '*') {
			star = p++;
			star_t = t;
		} else if (p < pattern_len && is_char(pattern[p], text[t])) {
			p++;
			t++;
		} else if (star != UINT32_MAX) {
			p = star + 1;
			t = ++star_t;
		} else {
			return false;
		}
	}
	while (p < pattern_len && pattern[p] == '*')
		p++;
	return p == pattern_len;
}

bool filter_value__is_in(const char *pattern, uint32_t pattern_len, const char *text, uint32_t len)
{
	char around[FILTER_TEXT_LEN + 2];

	if (pattern_len > FILTER_TEXT_LEN)
		return false;
	around[0] = '*';
	memcpy(around + 1, pattern, pattern_len);
	around[pattern_len + 1] = '*';
	return filter_value__is_like(around, pattern_len + 2, text, len);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers with units, exact: what cannot be said in whole ns or bytes is refused, not rounded. */
#include "value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FRACTION_DIGITS 9
#define CNT(a)		(sizeof(a) / sizeof((a)[0]))

struct unit {
	const char *name;
	uint64_t scale;
};

static const struct unit durations[] = {
	{"ns", 1},	{"us", VALUE_US},    {"ms", VALUE_MS},
	{"s", VALUE_S}, {"m", 60 * VALUE_S}, {"h", 3600 * VALUE_S},
};

static const struct unit sizes[] = {
	{"", 1},
	{"B", 1},
	{"KiB", VALUE_KIB},
	{"MiB", VALUE_MIB},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits of base; at least one. */
static int parse_digits(const char **s, unsigned int base, uint64_t *ret)
{
	const char *p = *s;
	uint64_t v = 0;

	for (; is_digit(*p) && (unsigned int)(*p - '0') < base; p++) {
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return -ERANGE;
	}
	if (p == *s)
		return -EINVAL;
	*s = p;
	*ret = v;
	return 0;
}

/* The digits after the point, as a part of scale; exact, or the text is refused. */
static int parse_fraction(const char *digits, size_t len, uint64_t scale, uint64_t *ret)
{
	unsigned __int128 sum = 0;
	uint64_t one = 1;

	if (!len || len > FRACTION_DIGITS)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		sum = sum * 10 + (unsigned int)(digits[i] - '0');
		one *= 10;
	}
	sum *= scale;
	if (sum % one)
		return -EINVAL;
	*ret = (uint64_t)(sum / one);
	return 0;
}

static int parse_scaled(const char *s, const struct unit *unit, size_t unit_cnt, uint64_t *ret)
{
	const char *fraction = NULL;
	size_t fraction_len = 0;
	uint64_t rest = 0;
	uint64_t v;
	int rc = parse_digits(&s, 10, &v);

	if (rc)
		return rc;
	if (*s == '.') {
		fraction = ++s;
		while (is_digit(*s))
			s++;
		fraction_len = (size_t)(s - fraction);
	}
	s += strspn(s, " \t");
	for (; unit_cnt && strcmp(s, unit->name) != 0; unit++)
		unit_cnt--;
	if (!unit_cnt)
		return -EINVAL;
	if (fraction)
		rc = parse_fraction(fraction, fraction_len, unit->scale, &rest);
	if (rc)
		return rc;
	if (__builtin_mul_overflow(v, unit->scale, &v) || __builtin_add_overflow(v, rest, &v))
		return -ERANGE;
	*ret = v;
	return 0;
}

int value__parse_duration(const char *s, uint64_t *ret)
{
	if (strcmp(s, "0") == 0) {
		*ret = 0;
		return 0;
	}
	return parse_scaled(s, durations, CNT(durations), ret);
}

int value__parse_size(const char *s, uint64_t *ret)
{
	return parse_scaled(s, sizes, CNT(sizes), ret);
}

int value__parse_uint(const char *s, unsigned int base, uint64_t *ret)
{
	uint64_t v;
	int rc = parse_digits(&s, base, &v);

	if (rc)
		return rc;
	if (*s)
		return -EINVAL;
	*ret = v;
	return 0;
}

int value__parse_bool(const char *s, bool *ret)
{
	static const char *const words[][2] = {
		{"false", "true"}, {"no", "yes"}, {"off", "on"}, {"0", "1"}};

	for (size_t i = 0; i < CNT(words) * 2; i++) {
		if (strcasecmp(s, words[i / 2][i % 2]) == 0) {
			*ret = i % 2;
			return 0;
		}
	}
	return -EINVAL;
}

/* Seconds where ms are enough, else the largest unit that divides: 60s, 39.5s, 10ms, 1500us. */
void value__print_duration(uint64_t ns, char *buf, size_t len)
{
	unsigned int ms = (unsigned int)(ns % VALUE_S / VALUE_MS);

	if (!ns)
		snprintf(buf, len, "0");
	else if (ns % VALUE_US)
		snprintf(buf, len, "%" PRIu64 "ns", ns);
	else if (ns % VALUE_MS)
		snprintf(buf, len, "%" PRIu64 "us", ns / VALUE_US);
	else if (ns < VALUE_S)
		snprintf(buf, len, "%ums", ms);
	else if (!ms)
		snprintf(buf, len, "%" PRIu64 "s", ns / VALUE_S);
	else
		snprintf(buf, len, "%" PRIu64 ".%0*us", ns / VALUE_S,
			 ms % 10 ? 3 : (ms % 100 ? 2 : 1),
			 ms % 10 ? ms : (ms % 100 ? ms / 10 : ms / 100));
}

void value__print_size(uint64_t bytes, char *buf, size_t len)
{
	if (bytes && bytes % VALUE_MIB == 0)
		snprintf(buf, len, "%" PRIu64 "MiB", bytes / VALUE_MIB);
	else if (bytes && bytes % VALUE_KIB == 0)
		snprintf(buf, len, "%" PRIu64 "KiB", bytes / VALUE_KIB);
	else
		snprintf(buf, len, "%" PRIu64, bytes);
}

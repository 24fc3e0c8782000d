/* SPDX-License-Identifier: BSD-2-Clause */
/* Small conversions to JSON values. */
#include "jvalue.h"

#include <math.h>
#include <string.h>

#define TEXT_MAX  512
#define PRECISION 6 /* digits of a rate */

/* Length of the UTF-8 sequence at s (RFC 3629: shortest form, no surrogates), 0 if there is none.
 */
static size_t sequence_len(const unsigned char *s, size_t len)
{
	unsigned int code;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	n = s[0] >= 0xf0 ? 4 : (s[0] >= 0xe0 ? 3 : 2);
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	code = s[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3fu);
	}
	if ((n == 3 && code < 0x800) || (n == 4 && code < 0x10000))
		return 0;
	if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
		return 0;
	return n;
}

static json_t *sanitised(const char *s, size_t len)
{
	char buf[TEXT_MAX];

	if (len > sizeof(buf))
		len = sizeof(buf);
	for (size_t i = 0; i < len;) {
		size_t n = sequence_len((const unsigned char *)s + i, len - i);

		if (n)
			memcpy(buf + i, s + i, n);
		else
			buf[i] = '?';
		i += n ? n : 1;
	}
	return json_stringn(buf, len);
}

json_t *jvalue__text(const char *s, size_t max)
{
	size_t len = s ? strnlen(s, max) : 0;
	json_t *value;

	if (!len)
		return json_string("");
	value = json_stringn(s, len);
	return value ? value : sanitised(s, len);
}

json_t *jvalue__uint(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

json_t *jvalue__uint_if(bool known, uint64_t v)
{
	return known ? jvalue__uint(v) : json_null();
}

json_t *jvalue__number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

json_t *jvalue__append(json_t *array, json_t *value)
{
	if (array && json_array_append_new(array, value) == 0)
		return array;
	if (!array)
		json_decref(value);
	json_decref(array);
	return NULL;
}

json_t *jvalue__merge(json_t *object, json_t *fields)
{
	bool merged = object && fields && json_object_update(object, fields) == 0;

	json_decref(fields);
	if (merged)
		return object;
	json_decref(object);
	return NULL;
}

char *jvalue__line(json_t *value)
{
	char *line =
		value ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(PRECISION)) : NULL;

	json_decref(value);
	return line;
}

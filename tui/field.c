/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of JSON objects. */
#include "field.h"
#include "text.h"

#include <stdlib.h>

uint64_t field__u64(const json_t *obj, const char *key, uint64_t missing)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_integer(v) && json_integer_value(v) >= 0 ? (uint64_t)json_integer_value(v)
								: missing;
}

double field__real(const json_t *obj, const char *key)
{
	return json_number_value(json_object_get(obj, key));
}

void field__text(char *dst, size_t size, const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);

	if (json_is_string(v))
		text__clean(dst, size, json_string_value(v), json_string_length(v));
	else
		dst[0] = '\0';
}

void *field__array(const json_t *arr, size_t size)
{
	size_t cnt = json_array_size(arr);

	return calloc(cnt ? cnt : 1, size);
}

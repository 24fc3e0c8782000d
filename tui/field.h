/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of a JSON object with a value for what is missing or of another type. */
#ifndef SIGPATH_FIELD_H
#define SIGPATH_FIELD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* A non-negative integer, else `missing`. */
uint64_t field__u64(const json_t *obj, const char *key, uint64_t missing);
/* A number, else 0. */
double field__real(const json_t *obj, const char *key);
/* A string, cleaned (text__clean) and cut to size, else "". */
void field__text(char *dst, size_t size, const json_t *obj, const char *key);
#define FIELD_TEXT(dst, obj, key) field__text(dst, sizeof(dst), obj, key)
/* One zeroed element of size bytes per element of arr, at least one. Returned owned; NULL only when
 * memory ran out. */
void *field__array(const json_t *arr, size_t size);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON values from what the daemon holds. Each returns an owned reference, or NULL when out of
 * memory; jansson's pack and append functions take NULL as a failure, so that one check at the end
 * is enough. */
#ifndef SIGPATH_JVALUE_H
#define SIGPATH_JVALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string of at most max bytes, terminated or not; NULL reads as "". Bytes that are not UTF-8
 * become '?'. */
json_t *jvalue__text(const char *s, size_t max);
/* Values beyond INT64_MAX, the largest a JSON integer here holds, become INT64_MAX. */
json_t *jvalue__uint(uint64_t v);
/* null unless known. */
json_t *jvalue__uint_if(bool known, uint64_t v);
/* null unless finite. */
json_t *jvalue__number(double v);
/* Adds a value to an array, or the fields of one object to another; takes both, returns the first
 * one, or NULL when either is NULL or memory ran out. */
json_t *jvalue__append(json_t *array, json_t *value);
json_t *jvalue__merge(json_t *object, json_t *fields);
/* One line without its newline, owned; takes value, NULL gives NULL. */
char *jvalue__line(json_t *value);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of settings: text to number and back. Parsers return 0, -EINVAL (not such a value) or
 * -ERANGE (too large for 64 bits), and write *ret only on success. Printers write what their parser
 * reads. */
#ifndef SIGPATH_VALUE_H
#define SIGPATH_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VALUE_US  UINT64_C(1000)
#define VALUE_MS  UINT64_C(1000000)
#define VALUE_S	  UINT64_C(1000000000)
#define VALUE_KIB UINT64_C(1024)
#define VALUE_MIB UINT64_C(1048576)

/* "39.5s", "250 us", "0"; a unit is needed unless the value is 0. ns us ms s m h. */
int value__parse_duration(const char *s, uint64_t *ret);
/* "1536", "8MiB", "1.5KiB". */
int value__parse_size(const char *s, uint64_t *ret);
/* Digits of that base (8 or 10) and nothing else. */
int value__parse_uint(const char *s, unsigned int base, uint64_t *ret);
/* true/false, yes/no, on/off, 1/0. */
int value__parse_bool(const char *s, bool *ret);

/* 32 bytes are enough. */
void value__print_duration(uint64_t ns, char *buf, size_t len);
void value__print_size(uint64_t bytes, char *buf, size_t len);

#endif

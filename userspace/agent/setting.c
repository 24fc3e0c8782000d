/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings as a table, and the one setter and printer that know their types. */
#include "setting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEPARATORS ", \t"
#define KEY_MAX	   64 /* of a misspelt key that is compared */

const struct setting setting__table[] = {
#define CONFIG(key, type, def, field, lo, hi, metavar, help) \
	{key, SETTING_##type, def, offsetof(struct config, field), lo, hi, metavar, help},
#include "config.def"
#undef CONFIG
};

const struct setting *setting__find(const char *key, size_t len)
{
	for (size_t i = 0; i < SETTING_CNT; i++) {
		const struct setting *s = &setting__table[i];

		if (strlen(s->key) == len && memcmp(s->key, key, len) == 0)
			return s;
	}
	return NULL;
}

/* Levenshtein distance, one row at a time. */
static unsigned int distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int row[KEY_MAX + 1];

	for (unsigned int j = 0; j <= b_len; j++)
		row[j] = j;
	for (unsigned int i = 1; i <= a_len; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned int best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (best > row[j] + 1)
				best = row[j] + 1;
			if (best > row[j - 1] + 1)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_len];
}

const char *setting__nearest(const char *key, size_t len)
{
	unsigned int best = UINT32_MAX;
	const char *ret = setting__table[0].key;

	if (len > KEY_MAX)
		len = KEY_MAX;
	for (size_t i = 0; i < SETTING_CNT; i++) {
		const char *other = setting__table[i].key;
		unsigned int d = distance(other, strlen(other), key, len);

		if (d < best) {
			best = d;
			ret = other;
		}
	}
	return ret;
}

static void *field_of(const struct config *c, const struct setting *s)
{
	return (char *)(uintptr_t)c + s->offset;
}

void setting__clear(const struct setting *s, struct config *c)
{
	struct config_list *list = field_of(c, s);
	char **text = field_of(c, s);

	switch (s->type) {
	case SETTING_STRING:
	case SETTING_PATH:
		free(*text);
		*text = NULL;
		break;
	case SETTING_LIST:
		for (unsigned int i = 0; i < list->cnt; i++)
			free(list->item[i]);
		free(list->item);
		*list = (struct config_list){0};
		break;
	case SETTING_PORTS:
		((struct config_ports *)field_of(c, s))->cnt = 0;
		break;
	default:
		break;
	}
}

static int set_string(char **text, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

static int add_item(struct config_list *list, const char *value)
{
	char **item;

	if (list->cnt == CONFIG_LIST_MAX)
		return -E2BIG;
	item = realloc(list->item, (list->cnt + 1) * sizeof(*item));
	if (!item)
		return -ENOMEM;
	list->item = item;
	item[list->cnt] = strdup(value);
	if (!item[list->cnt])
		return -ENOMEM;
	list->cnt++;
	return 0;
}

static int add_port(struct config_ports *ports, const struct setting *s, const char *value)
{
	uint64_t port;

	if (value__parse_uint(value, 10, &port) || port < s->lo || port > s->hi)
		return -EINVAL;
	for (unsigned int i = 0; i < ports->cnt; i++) {
		if (ports->port[i] == port)
			return 0;
	}
	if (ports->cnt == CONFIG_PORTS_MAX)
		return -E2BIG;
	ports->port[ports->cnt++] = (uint16_t)port;
	return 0;
}

/* A list's value may hold several, separated by commas or blanks. */
static int add_values(struct config *c, const struct setting *s, const char *value)
{
	char *copy = strdup(value);
	char *rest = copy;
	char *one;
	int rc = copy ? 0 : -ENOMEM;

	while (!rc && (one = strsep(&rest, SEPARATORS))) {
		if (!*one)
			continue;
		rc = s->type == SETTING_LIST ? add_item(field_of(c, s), one)
					     : add_port(field_of(c, s), s, one);
	}
	free(copy);
	return rc;
}

static int set_enum(int *ret, const struct setting *s, const char *value)
{
	const char *name = s->metavar;

	for (int i = 0; *name; i++) {
		size_t len = strcspn(name, "|");

		if (strlen(value) == len && strncasecmp(name, value, len) == 0) {
			*ret = i;
			return 0;
		}
		name += len + (name[len] == '|');
	}
	return -EINVAL;
}

static int set_number(struct config *c, const struct setting *s, const char *value)
{
	uint64_t v;
	int rc;

	if (s->type == SETTING_DURATION)
		rc = value__parse_duration(value, &v);
	else if (s->type == SETTING_SIZE || s->type == SETTING_POW2)
		rc = value__parse_size(value, &v);
	else
		rc = value__parse_uint(value, s->type == SETTING_OCTAL ? 8 : 10, &v);
	if (rc || v < s->lo || v > s->hi || (s->type == SETTING_POW2 && (v & (v - 1))))
		return -EINVAL;
	if (s->type == SETTING_DURATION)
		*(uint64_t *)field_of(c, s) = v;
	else if (s->type == SETTING_SIZE || s->type == SETTING_POW2)
		*(size_t *)field_of(c, s) = (size_t)v;
	else
		*(unsigned int *)field_of(c, s) = (unsigned int)v;
	return 0;
}

int setting__set(const struct setting *s, struct config *c, const char *value)
{
	switch (s->type) {
	case SETTING_LIST:
	case SETTING_PORTS:
		return add_values(c, s, value);
	case SETTING_STRING:
	case SETTING_PATH:
		return set_string(field_of(c, s), value);
	case SETTING_BOOL:
		return value__parse_bool(value, field_of(c, s));
	case SETTING_ENUM:
		return set_enum(field_of(c, s), s, value);
	default:
		return set_number(c, s, value);
	}
}

void setting__expected(const struct setting *s, char *buf, size_t len)
{
	char lo[32], hi[32];

	switch (s->type) {
	case SETTING_BOOL:
		snprintf(buf, len, "true or false");
		break;
	case SETTING_UINT:
		snprintf(buf, len, "a number from %llu to %llu", (unsigned long long)s->lo,
			 (unsigned long long)s->hi);
		break;
	case SETTING_OCTAL:
		snprintf(buf, len, "an octal mode up to 0%llo", (unsigned long long)s->hi);
		break;
	case SETTING_DURATION:
		value__print_duration(s->lo, lo, sizeof(lo));
		value__print_duration(s->hi, hi, sizeof(hi));
		snprintf(buf, len, "a time from %s to %s (units ns us ms s m h)", lo, hi);
		break;
	case SETTING_SIZE:
	case SETTING_POW2:
		value__print_size(s->lo, lo, sizeof(lo));
		value__print_size(s->hi, hi, sizeof(hi));
		snprintf(buf, len, "%s from %s to %s (units KiB MiB, none: bytes)",
			 s->type == SETTING_POW2 ? "a power of two" : "a size", lo, hi);
		break;
	case SETTING_ENUM:
		snprintf(buf, len, "one of %s", s->metavar);
		break;
	case SETTING_PORTS:
		snprintf(buf, len, "ports from 1 to 65535, separated by commas, at most %d",
			 CONFIG_PORTS_MAX);
		break;
	default:
		snprintf(buf, len, "at most %d values", CONFIG_LIST_MAX);
		break;
	}
}

static void print_number(const struct setting *s, const struct config *c, FILE *to)
{
	const void *field = field_of(c, s);
	char buf[32];

	if (s->type == SETTING_DURATION)
		value__print_duration(*(const uint64_t *)field, buf, sizeof(buf));
	else if (s->type == SETTING_SIZE || s->type == SETTING_POW2)
		value__print_size(*(const size_t *)field, buf, sizeof(buf));
	else
		snprintf(buf, sizeof(buf), s->type == SETTING_OCTAL ? "%#o" : "%u",
			 *(const unsigned int *)field);
	fputs(buf, to);
}

static void print_enum(const struct setting *s, int value, FILE *to)
{
	const char *name = s->metavar;

	while (value--)
		name += strcspn(name, "|") + 1;
	fprintf(to, "%.*s", (int)strcspn(name, "|"), name);
}

void setting__print(const struct setting *s, const struct config *c, FILE *to)
{
	const struct config_list *list = field_of(c, s);
	const struct config_ports *ports = field_of(c, s);

	switch (s->type) {
	case SETTING_STRING:
	case SETTING_PATH:
		fputs(*(char *const *)field_of(c, s), to);
		break;
	case SETTING_BOOL:
		fputs(*(const bool *)field_of(c, s) ? "true" : "false", to);
		break;
	case SETTING_ENUM:
		print_enum(s, *(const int *)field_of(c, s), to);
		break;
	case SETTING_LIST:
		for (unsigned int i = 0; i < list->cnt; i++)
			fprintf(to, "%s%s", i ? ", " : "", list->item[i]);
		break;
	case SETTING_PORTS:
		for (unsigned int i = 0; i < ports->cnt; i++)
			fprintf(to, "%s%u", i ? ", " : "", ports->port[i]);
		break;
	default:
		print_number(s, c, to);
		break;
	}
}

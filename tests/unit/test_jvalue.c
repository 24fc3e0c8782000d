/* SPDX-License-Identifier: BSD-2-Clause */
/* Values as JSON, above all text from packets, which may be anything. */
#include "jvalue.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

/* jansson allocates through these, so that its allocations fail in the walk as well. */
static void *take_memory(size_t size)
{
	return malloc(size);
}

static void give_memory(void *p)
{
	free(p);
}

static void replaces_what_is_not_utf8(void)
{
	static const struct {
		const char *in;
		const char *want;
	} rows[] = {
		{NULL, ""},
		{"", ""},
		{"plain", "plain"},
		{"tab\tquote\"", "tab\tquote\""},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xf0\x9f\x93\x9e!", "\xf0\x9f\x93\x9e!"},
		{"a\xff-", "a?-"},
		{"cut\xc3", "cut?"},
		{"\xc3\xbc\xff\xc3\xbc", "\xc3\xbc?\xc3\xbc"},
		{"\xc0\xaf", "??"},	      /* not the shortest form */
		{"\xe0\x80\xaf", "???"},      /* nor is this */
		{"\xed\xa0\x80", "???"},      /* surrogate */
		{"\xf4\x90\x80\x80", "????"}, /* above U+10FFFF */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *value = jvalue__text(rows[i].in, 100);

		CHECK_CASE("%s", rows[i].want);
		CHECK_STR(json_string_value(value), rows[i].want);
		json_decref(value);
	}
}

/* Whatever the bytes, jansson takes the result, and it is as long as the input. */
static void takes_any_bytes(void)
{
	uint64_t state = 1;
	char bytes[40];

	for (int round = 0; round < 20000; round++) {
		json_t *value;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			unsigned int b = (unsigned int)test__random(&state) & 0xff;

			/* Mostly lead and continuation bytes; no terminator. */
			bytes[i] = (char)(b < 64 ? 'a' : b | 0x80);
		}
		value = jvalue__text(bytes, sizeof(bytes));
		if (!CHECK(value) || !CHECK_UINT(json_string_length(value), sizeof(bytes)))
			round = 20000;
		json_decref(value);
	}
}

static void converts_numbers(void)
{
	json_t *values = json_pack("[o, o, o, o, o, o]", jvalue__uint(0), jvalue__uint(UINT64_MAX),
				   jvalue__uint_if(false, 1), jvalue__uint_if(true, 1),
				   jvalue__number(0.1), jvalue__number(NAN));
	char *line = jvalue__line(values);

	CHECK_STR(line, "[0,9223372036854775807,null,1,0.1,null]");
	give_memory(line);
}

static void passes_failures_on(void)
{
	json_t *array = jvalue__append(jvalue__append(json_array(), json_string("a")),
				       jvalue__text("b\xff", 9));
	json_t *object = jvalue__merge(json_pack("{s:i}", "a", 1), json_pack("{s:i}", "b", 2));
	char *line = jvalue__line(json_pack("{s:o, s:o}", "x", array, "y", object));

	if (CHECK_OK(line ? 0 : -ENOMEM))
		CHECK_STR(line, "{\"x\":[\"a\",\"b?\"],\"y\":{\"a\":1,\"b\":2}}");
	give_memory(line);
	CHECK(!jvalue__append(NULL, json_true()));
	CHECK(!jvalue__append(json_array(), NULL));
	CHECK(!jvalue__merge(NULL, NULL));
	CHECK(!jvalue__line(NULL));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{"replaces_what_is_not_utf8", replaces_what_is_not_utf8, TEST_PLAIN},
		{"takes_any_bytes", takes_any_bytes, TEST_PLAIN},
		{"converts_numbers", converts_numbers, TEST_PLAIN},
		{"passes_failures_on", passes_failures_on, TEST_WALK},
		{},
	};

	json_set_alloc_funcs(take_memory, give_memory);
	return test__run(tests, argc, argv);
}
